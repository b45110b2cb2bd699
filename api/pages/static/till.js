// The till where scripts run: forms sent again until they are answered, the camera, hand scanners, sounds.
// Every page works without it.

import { pointAtFaults } from "./till-codes.js";
import { offerCamera, stopCamera } from "./till-camera.js";
import { listenToScanner } from "./till-scanner.js";
import { onShown, recover, refreshShell, sendForms, show, submit, submitCode } from "./till-sending.js";
import { play, readySounds } from "./till-sound.js";

const home = document.body.dataset.home;

onShown(arrived);
readySounds();
sendForms();
listenToScanner(submitCode);
arrived();
window.addEventListener("popstate", () => show(window.location.href));
window.addEventListener("pagehide", stopCamera);
if ("serviceWorker" in navigator) navigator.serviceWorker.register(`${home}/worker.js`, { scope: home }).catch(() => {});
// What became of a payment comes before anything else; it brings its own page in place of the shell.
recover().then((found) => !found && document.body.dataset.shell === "yes" && refreshShell());

// A page has come, by the browser or in place of the last one.
function arrived() {
  document.documentElement.classList.add("scripted");
  const outcome = document.querySelector("[data-outcome]");
  if (outcome) play(outcome.dataset.outcome);
  for (const link of document.querySelectorAll(".tabs a")) {
    const here = new URL(link.href).pathname === window.location.pathname;
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const code = document.getElementById("code");
  if (code) pointAtFaults(code);
  const photo = document.getElementById("photo");
  if (photo) {
    const send = () => photo.files.length && submit(photo.form);
    photo.addEventListener("change", send);
    send(); // one that was taken before this script was there
  }
  stopCamera();
  const camera = document.getElementById("camera");
  if (camera) offerCamera(camera, submitCode, { asked: !document.querySelector(".fault:not([hidden])") });
}
