// Shows the voucher and its price while it is being filled in. The server's own figure is the one that counts.

const form = document.getElementById("offer");

// As the server does: whole cents, a half rounds up.
const share = (cents, basisPoints) => Math.floor((cents * basisPoints + 5000) / 10000);

// "12,50 €", "12.5", "1 250": cents, or nothing for what is no amount.
function cents(typed) {
  const found = /^€?(\d{1,7})(?:[.,](\d{1,2}))?€?$/.exec(typed.replace(/\s/g, ""));
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : null;
}

function chosen() {
  const amount = new FormData(form).get("amount");
  return cents((amount === "other" ? form.elements.other.value : amount) ?? "");
}

const language = document.documentElement.lang;
const euros = new Intl.NumberFormat(language === "en" ? "en-GB" : "fr-FR", { style: "currency", currency: "EUR" });

function showPrice() {
  const face = chosen();
  const fee = face === null ? 0 : share(face, Number(form.dataset.fee));
  const vat = share(fee, Number(form.dataset.vat));
  const sums = [...document.querySelectorAll("#to-pay dd")];
  const found = sums.length > 1 ? [face, fee, vat, face + fee + vat] : [face];
  sums.forEach((sum, place) => { sum.textContent = face === null ? "–" : euros.format(found[place] / 100); });
  return face;
}

function showGift() {
  const face = showPrice();
  for (const place of document.querySelectorAll("#preview [data-shows]")) {
    const field = form.elements[place.dataset.shows];
    if (place.dataset.shows === "worth") place.textContent = face === null ? "" : euros.format(face / 100);
    else if (field) place.textContent = field.value.trim() || "…";
  }
  const message = document.querySelector("#preview [data-shows=message]");
  if (message) message.hidden = !form.elements.message.value.trim();
}

if (form) {
  for (const place of [document.getElementById("to-pay"), document.getElementById("preview")]) place.hidden = false;
  document.getElementById("fee-told").hidden = true;
  form.addEventListener("input", showGift);
  window.addEventListener("pageshow", showGift);
  showGift();
}
