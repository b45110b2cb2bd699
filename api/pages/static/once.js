// A form that is being sent is not sent a second time by an impatient click.

const PATIENCE = 8000; // milliseconds after which a person may try again

export function holdSecondClicks(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "yes";
    for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-disabled", "true");
    setTimeout(() => release(form), PATIENCE);
  });
  // A page taken from the browser's memory, by its back button, is as it was left.
  window.addEventListener("pageshow", () => root.querySelectorAll("form[data-sending]").forEach(release));
}

function release(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll("button[type=submit]")) button.removeAttribute("aria-disabled");
}
