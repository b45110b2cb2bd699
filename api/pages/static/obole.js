// What makes pages smoother where scripts run. Every page works without it.

import { holdSecondClicks } from "./once.js";
import { focusFaults } from "./faults.js";
import { carryTyped } from "./switch.js";

holdSecondClicks(document);
focusFaults(document);
carryTyped(document);
saySoOnce();

// What was said after a form is gone when the page is loaded again.
function saySoOnce() {
  const here = new URL(window.location.href);
  if (!here.searchParams.has("said")) return;
  here.searchParams.delete("said");
  window.history.replaceState(window.history.state, "", here);
}
