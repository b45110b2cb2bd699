// The camera: read by the browser where it can (BarcodeDetector), else a few small frames a second by the server.

import { word } from "./till-words.js";

const WIDTH = 960; // pixels of a frame that is sent
const QUALITY = 0.7;
const PAUSE = 150; // milliseconds between two looks
const BUSY = 1000;
const SLOW = 8000; // after so long without a code, a hint

let stream = null;

export function stopCamera() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
}

export async function offerCamera(section, found, { asked }) {
  const button = section.querySelector("button");
  section.hidden = false;
  if (!navigator.mediaDevices?.getUserMedia) {
    tell(section, word("cameraMissing"));
    return;
  }
  button.hidden = false;
  button.textContent = word("cameraStart");
  button.addEventListener("click", () => (stream ? stop(section) : start(section, found)));
  // Whoever allowed it before is not asked to touch anything: the next customer's voucher is held up at once.
  if (asked && (await allowed()) && section.isConnected) start(section, found);
}

async function allowed() {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "granted";
  } catch {
    return false;
  }
}

async function start(section, found) {
  if (stream) return;
  const video = section.querySelector("video");
  let mine = null;
  try {
    const wanted = { facingMode: "environment", width: { ideal: 1280 } };
    mine = stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    video.srcObject = mine;
    section.querySelector(".camera-frame").hidden = false;
    section.querySelector("button").textContent = word("cameraStop");
    tell(section, "");
    await video.play();
    await look(section, video, mine, found);
  } catch (error) {
    if (mine === null || mine === stream) stop(section);
    if (section.isConnected && error.name !== "AbortError") {
      tell(section, word(error.name === "NotAllowedError" ? "cameraRefused" : "cameraMissing"));
    }
  }
}

function stop(section) {
  stopCamera();
  section.querySelector(".camera-frame").hidden = true;
  section.querySelector("button").textContent = word("cameraStart");
}

async function look(section, video, mine, found) {
  const begun = performance.now();
  let read = await ownReader();
  while (stream === mine && section.isConnected) {
    let texts = [];
    if (video.videoWidth) {
      try {
        texts = read ? await read(video) : await byServer(video, section.dataset.frames);
      } catch {
        if (read) read = null; // it was promised and does not work: the server reads
        else await pause(BUSY);
      }
    }
    if (texts.length && stream === mine && section.isConnected) {
      stop(section);
      found(texts.find((one) => one.includes("/v/")) ?? texts[0]);
      return;
    }
    if (performance.now() - begun > SLOW) tell(section, word("cameraSlow"));
    await pause(PAUSE);
  }
}

async function ownReader() {
  if (!("BarcodeDetector" in window)) return null;
  try {
    if (!(await window.BarcodeDetector.getSupportedFormats()).includes("qr_code")) return null;
    const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video)).map((one) => one.rawValue).filter(Boolean);
  } catch {
    return null;
  }
}

const canvas = document.createElement("canvas");

async function byServer(video, address) {
  const share = Math.min(1, WIDTH / video.videoWidth);
  canvas.width = Math.round(video.videoWidth * share);
  canvas.height = Math.round(video.videoHeight * share);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  const frame = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  const answer = await fetch(address, { method: "POST", body: frame, headers: { "Content-Type": "image/jpeg" } });
  if (answer.status === 200) return (await answer.json()).found;
  if (answer.status !== 204) await pause(BUSY);
  return [];
}

function tell(section, sentence) {
  const place = section.querySelector("#camera-told");
  if (place.textContent !== sentence) place.textContent = sentence;
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

// A photo as large as a code needs, so that it travels quickly: what a telephone takes weighs fifty times as much.
export async function smaller(file) {
  const picture = await createImageBitmap(file);
  const share = Math.min(1, 1600 / Math.max(picture.width, picture.height));
  const drawing = document.createElement("canvas");
  drawing.width = Math.max(1, Math.round(picture.width * share));
  drawing.height = Math.max(1, Math.round(picture.height * share));
  drawing.getContext("2d").drawImage(picture, 0, 0, drawing.width, drawing.height);
  picture.close();
  return new Promise((done) => drawing.toBlob(done, "image/jpeg", 0.8));
}
