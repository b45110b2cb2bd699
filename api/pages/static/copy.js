// Beside what is typed into a bank's form, a button that copies it: without spaces, as banks want it.

const TOLD = 2500; // milliseconds that "copied" is shown

export function offerCopies(root) {
  if (!navigator.clipboard) return;
  for (const place of root.querySelectorAll("[data-copy]")) place.append(button(place));
}

function button(place) {
  const made = document.createElement("button");
  const word = document.createElement("span");
  made.type = "button";
  made.className = "copy";
  made.setAttribute("aria-label", place.dataset.copyLabel);
  word.textContent = place.dataset.copyWord;
  word.setAttribute("aria-live", "polite");
  made.append(word);
  made.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(place.dataset.copy);
    } catch {
      return; // the browser asked, and was told no: the words are there to be marked by hand
    }
    word.textContent = place.dataset.copyDone;
    setTimeout(() => (word.textContent = place.dataset.copyWord), TOLD);
  });
  return made;
}

offerCopies(document);
