// A hand scanner is a keyboard that types faster than anybody and ends with Enter. What it types counts wherever the
// cursor is, and is taken out of the field into which it fell.

const FAST = 60; // milliseconds between two keys
const LEAST = 12; // keys
const US = {
  Slash: "/?", Semicolon: ";:", Minus: "-_", Period: ".>", Comma: ",<", Equal: "=+", Backslash: "\\|", Quote: "'\"",
};

let keys = [];
let field = null;
let before = "";

export function listenToScanner(found) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter") {
      const typed = keys;
      keys = [];
      if (typed.length < LEAST || event.timeStamp - typed[typed.length - 1].at > FAST) return;
      event.preventDefault();
      if (field) field.value = before;
      found(text(typed));
    } else if (event.key.length === 1) {
      if (keys.length && event.timeStamp - keys[keys.length - 1].at > FAST) keys = [];
      if (!keys.length) begin(event.target);
      keys.push({ key: event.key, plain: plain(event), at: event.timeStamp });
    }
  });
}

function begin(target) {
  field = target instanceof HTMLInputElement && target.type === "text" ? target : null;
  before = field ? field.value : "";
}

// A scanner set to an American keyboard on a French one types "q" for "a" and "!" for "/": the keys themselves, which
// the browser tells too, are then read in place of what they print here.
function text(typed) {
  const printed = typed.map(({ key }) => key).join("");
  const meant = typed.map(({ plain: one }) => one).join("");
  return !printed.includes("/v/") && meant.includes("/v/") ? meant : printed;
}

function plain(event) {
  const { code, shiftKey: shifted } = event;
  if (/^Key[A-Z]$/.test(code)) return shifted ? code[3] : code[3].toLowerCase();
  if (/^Digit[0-9]$/.test(code)) return shifted ? ")!@#$%^&*("[code[5]] : code[5];
  if (/^Numpad[0-9]$/.test(code)) return code[6];
  return US[code] ? US[code][shifted ? 1 : 0] : event.key;
}
