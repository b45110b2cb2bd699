// A typed code, looked at before the server is asked: Crockford's base 32 with a check symbol that is linear over
// GF(32), as in vouchers/check_symbol.py.

import { word } from "./till-words.js";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const READ_ALIKE = { O: 0, I: 1, L: 1 };
const PARTS = /[\s.\-\u00a0\u202f\u2010\u2011\u2013]/;
const SYMBOLS = 16;
const POLYNOMIAL = 0b100101;

function valueOf(symbol) {
  if (symbol > "z") return -1;
  const upper = symbol.toUpperCase();
  return READ_ALIKE[upper] ?? ALPHABET.indexOf(upper);
}

// What is wrong with what was typed: nothing, or a sentence with the place in the text that it is about.
export function faultOf(text) {
  if (!text.trim() || /[:/?=&]/.test(text) || /^\s*[A-Za-z0-9_-]{22}\s*$/.test(text)) return null;
  const found = [...text].map((symbol, at) => ({ symbol, at })).filter(({ symbol }) => !PARTS.test(symbol));
  const strange = found.findIndex(({ symbol }) => valueOf(symbol) < 0);
  if (strange >= 0) {
    const { symbol, at } = found[strange];
    return { sentence: word("strange", { character: symbol, place: strange + 1 }), at, sure: true };
  }
  if (found.length !== SYMBOLS) {
    const sentence = word(found.length < SYMBOLS ? "short" : "long", { found: found.length });
    return { sentence, at: -1, sure: found.length > SYMBOLS };
  }
  let weighed = 0;
  for (const { symbol } of found) weighed = doubled(weighed) ^ valueOf(symbol);
  return weighed ? { sentence: word("wrong"), at: -1, sure: true } : null;
}

function doubled(element) {
  const shifted = element << 1;
  return shifted & 0b100000 ? shifted ^ POLYNOMIAL : shifted;
}

// What cannot become right by typing on is pointed at while it is typed; the rest when it is sent.
export function pointAtFaults(input) {
  input.addEventListener("input", () => {
    const fault = faultOf(input.value);
    tell(input, fault && fault.sure ? fault : null, false);
  });
}

// Whether a code may be sent; if not, it is said why.
export function maySend(input) {
  const fault = faultOf(input.value);
  tell(input, fault, true);
  return !fault;
}

function tell(input, fault, select) {
  const place = document.getElementById("code-fault");
  place.hidden = !fault;
  if (fault) {
    place.querySelector("span").textContent = fault.sentence;
    input.setAttribute("aria-invalid", "true");
  } else {
    input.removeAttribute("aria-invalid");
  }
  if (fault && select) {
    input.focus();
    if (fault.at >= 0) input.setSelectionRange(fault.at, fault.at + 1);
  }
}
