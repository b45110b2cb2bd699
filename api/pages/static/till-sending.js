// Forms sent by the script: the same form again, with the same key, until it is answered; then the answer's page in
// place of this one. A payment is kept in the device until its answer is there: after a reload or a crash it is asked
// what became of it. Nothing is ever said to be taken, or not, but what the server answered.

import { maySend } from "./till-codes.js";
import { smaller } from "./till-camera.js";
import { word } from "./till-words.js";

const SLOW = 1000; // milliseconds after which it is said that something is on its way
const PATIENCE = 10000; // for one answer
const PAUSES = [500, 1000, 2000, 4000, 8000]; // then the last one again and again
const NO_ANSWER = new Set([408, 425, 429, 500, 502, 503, 504]);
const WHAT_STANDS = ["header.head", "main", ".tabs", "#words"];

const place = `obole-till:${document.body.dataset.device}`;
const hooks = [];
let sending = false;
let pressed = null; // for browsers that do not tell which button sends a form

export function onShown(hook) {
  hooks.push(hook);
}

export function sendForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.send) return;
    event.preventDefault();
    const code = form.querySelector("#code");
    if (code && !maySend(code)) return;
    send(form, event.submitter ?? (pressed?.form === form ? pressed : null));
  });
  document.addEventListener("click", (event) => {
    pressed = event.target.closest?.("button[type=submit]") ?? null;
  });
  window.addEventListener("online", () => wake());
}

// A code that was scanned, wherever the cashier is: it begins the next voucher, of the same purchase if there is one.
export function submitCode(text) {
  if (sending) return;
  const kept = new URLSearchParams(window.location.search);
  const basket = new URLSearchParams([...kept].filter(([name]) => name === "due" || name === "with"));
  const action = document.body.dataset.home + (`${basket}` ? `?${basket}` : "");
  deliver({ action, body: new URLSearchParams({ code: text }).toString(), kind: "code" });
}

// As a click on a form's button; older browsers have no other way to ask for it.
export function submit(form) {
  if (form.requestSubmit) form.requestSubmit();
  else form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
}

async function send(form, submitter) {
  if (sending) return;
  const told = { action: form.action, kind: form.dataset.send, giveUp: form.dataset.giveUp };
  const fields = new FormData(form);
  if (told.kind === "photo") {
    const photo = fields.get("photo");
    fields.set("photo", await smaller(photo).catch(() => photo), "photo.jpg");
    await deliver({ ...told, body: fields });
    return;
  }
  if (submitter?.name) fields.set(submitter.name, submitter.value);
  await deliver({ ...told, body: new URLSearchParams(fields).toString() });
}

async function deliver(told) {
  sending = true;
  mark(true);
  if (told.kind === "pay") keep(told);
  const answer = await ask(told, told.kind === "pay" ? "notYet" : "notSent");
  if (answer === null) {
    await settleGivenUp(told);
    return;
  }
  finish(answer, told);
}

function finish(answer, told) {
  sending = false;
  mark(false);
  if (told.kind === "pay") forget();
  news("");
  put(answer);
}

// Ask until there is an answer; null if the cashier gave up meanwhile.
async function ask(told, sentence) {
  let stopped = false;
  const slow = setTimeout(() => told.kind && news(word("sending")), SLOW);
  for (let number = 0; ; number += 1) {
    const answer = await once(told);
    clearTimeout(slow);
    if (answer) return answer;
    const giveUp = told.giveUp && told.kind === "pay" ? () => { stopped = true; wake(); } : null;
    news(word(sentence), giveUp);
    await sleep(PAUSES[Math.min(number, PAUSES.length - 1)]);
    if (stopped) return null;
  }
}

// One try: the page that answered, or null for none. A page that is not of ours (of a hotel's network, say) is none.
async function once({ action, body, get }) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const form = typeof body === "string" ? { "Content-Type": "application/x-www-form-urlencoded" } : {};
    const request = get ? {} : { method: "POST", body, headers: form };
    request.headers = { ...request.headers, Accept: "text/html" };
    const answer = await fetch(action, { ...request, signal: patience.signal, cache: "no-store" });
    if (NO_ANSWER.has(answer.status)) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const known = page.querySelector("main#main");
    return known ? { page, url: answer.url, moved: answer.redirected || get } : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

// Given up: the server is told, so that nothing that is still on its way takes anything; what it answers is true.
async function settleGivenUp(told) {
  keep({ ...told, givenUp: true });
  const answer = await ask({ action: told.giveUp, body: "", kind: "give-up" }, "unsure");
  finish(answer, told);
}

// After a reload or a crash: what became of the payment that had no answer yet? Whether there was one.
export async function recover() {
  const told = kept();
  if (!told) return false;
  sending = true;
  news(word("asking"));
  if (told.givenUp) {
    await settleGivenUp(told);
    return true;
  }
  const answer = await ask({ action: told.action, get: true }, "unsure");
  sending = false;
  put(answer);
  if (document.querySelector("main").dataset.page === "voucher" && document.querySelector("form[data-send=pay]")) {
    const amount = new URLSearchParams(told.body).get("amount");
    if (amount) document.getElementById("amount").value = amount;
    news(word("pending"), () => settleGivenUp(told));
  } else {
    forget();
    news("");
  }
  return true;
}

export async function show(address) {
  put(await ask({ action: address, get: true }, "offline"));
  news("");
}

// The shell opened at once; the page as it stands now comes after it, unless somebody is typing already.
export async function refreshShell() {
  const answer = await ask({ action: window.location.href, get: true }, "offline");
  if (sending) return;
  const same = answer.page.querySelector("main").dataset.page === "start";
  const held = document.activeElement;
  const typing = same && document.getElementById("code")?.value;
  put(answer, typing ? ["header.head", ".tabs", "#words"] : WHAT_STANDS, same);
  if (same && !held.isConnected) counterpart(held)?.focus();
  if (!kept()) news("");
}

// What stands where an element stood that was put out of the page.
function counterpart(gone) {
  if (gone.id) return document.getElementById(gone.id);
  const alike = [...document.querySelectorAll(gone.tagName)];
  return alike.find((one) => one.outerHTML === gone.outerHTML) ?? document.querySelector("main");
}

function put({ page, url, moved }, parts = WHAT_STANDS, keepsPlace = false) {
  for (const part of parts) {
    const now = document.querySelector(part);
    const next = page.querySelector(part);
    if (now && next) now.replaceWith(document.adoptNode(next));
    else if (now) now.remove();
    else if (next) document.body.append(document.adoptNode(next));
  }
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  if (moved && url !== window.location.href) window.history.pushState(null, "", url);
  saySoOnce();
  if (parts.includes("main")) {
    if (!keepsPlace) {
      window.scrollTo(0, 0);
      (document.querySelector("main [autofocus]") ?? document.querySelector("main")).focus();
    }
    for (const hook of hooks) hook();
  }
}

function saySoOnce() {
  const here = new URL(window.location.href);
  if (!here.searchParams.has("said")) return;
  here.searchParams.delete("said");
  window.history.replaceState(null, "", here);
}

function news(sentence, giveUp = null) {
  const bar = document.getElementById("news");
  bar.hidden = !sentence;
  const said = document.createElement("span");
  said.textContent = sentence;
  const parts = [said];
  if (giveUp) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-quiet";
    button.textContent = word("giveUp");
    button.addEventListener("click", giveUp);
    parts.push(button);
  }
  if (bar.textContent !== parts.map((one) => one.textContent).join("")) bar.replaceChildren(...parts);
  else if (giveUp) bar.replaceChildren(...parts);
}

function mark(busy) {
  for (const button of document.querySelectorAll("main button[type=submit]")) {
    if (busy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

let woken = null;

function sleep(milliseconds) {
  return new Promise((done) => {
    woken = done;
    setTimeout(done, milliseconds);
  });
}

function wake() {
  woken?.();
}

function keep(told) {
  try {
    window.localStorage.setItem(place, JSON.stringify(told));
  } catch {
    // A private window may keep nothing: the page itself still asks until there is an answer.
  }
}

function kept() {
  try {
    return JSON.parse(window.localStorage.getItem(place));
  } catch {
    return null;
  }
}

function forget() {
  try {
    window.localStorage.removeItem(place);
  } catch {
    // As above.
  }
}
