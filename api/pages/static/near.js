// "Near me": the browser is asked where it is when somebody presses the button, and at no other moment. What it says is
// rounded to some hundred metres before it leaves, in the body of a form: it stands in no address.

const DECIMALS = 3;
const PATIENCE = 10000; // milliseconds

const form = document.getElementById("near");
if (form && "geolocation" in navigator) {
  form.hidden = false;
  form.addEventListener("submit", ask);
}

function ask(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
  say("wait");
  navigator.geolocation.getCurrentPosition(go, () => say("refused"), { timeout: PATIENCE, maximumAge: 60000 });
}

function go(position) {
  form.elements.lat.value = position.coords.latitude.toFixed(DECIMALS);
  form.elements.lon.value = position.coords.longitude.toFixed(DECIMALS);
  form.submit();
}

function say(what) {
  const status = form.querySelector("[role=status]");
  status.textContent = status.dataset[what];
}
