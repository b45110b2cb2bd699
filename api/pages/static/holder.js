// What makes a voucher's page handier where scripts run: a button that prints, a screen that stays awake at the till.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

if (document.body.hasAttribute("data-awake") && "wakeLock" in navigator) {
  stayAwake();
  document.addEventListener("visibilitychange", stayAwake);
}

async function stayAwake() {
  if (document.visibilityState !== "visible") return;
  try {
    await navigator.wakeLock.request("screen");
  } catch {
    // the battery is low, or the browser was told not to: the screen dims as it always does
  }
}
