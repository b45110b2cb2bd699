// A page that waits for something looks again by itself: its bar moves, and it is loaded anew once there is news.

const TWO_HOURS = 7200_000; // milliseconds: a page that is left open does not ask for ever
const SLOWEST = 15_000;

export function follow(root) {
  const waiting = root.querySelector("[data-follow]");
  if (!waiting) return;
  const begun = Date.now();
  let pause = Number(waiting.dataset.each ?? 1000);

  async function look() {
    if (Date.now() - begun > TWO_HOURS) return;
    if (!root.hidden) {
      try {
        const answer = await fetch(waiting.dataset.follow, { headers: { accept: "application/json" } });
        if (answer.ok) {
          const told = await answer.json();
          if (told.state !== waiting.dataset.state && !writing(root)) {
            location.reload();
            return;
          }
          show(waiting, told.percent);
        }
      } catch {
        // The network is away: it is asked again, more and more seldom.
      }
      pause = Math.min(pause * 1.05, SLOWEST);
    }
    setTimeout(look, pause);
  }

  setTimeout(look, pause);
}

// Nothing is taken away from under the hands of somebody who is at a form.
function writing(root) {
  return root.activeElement?.closest("main form") != null;
}

function show(waiting, percent) {
  const bar = waiting.querySelector("progress");
  if (!bar || percent === undefined) return;
  bar.value = percent;
  const told = waiting.querySelector(".progress-told");
  if (told) told.textContent = `${percent}\u00a0%`;
}

follow(document);
