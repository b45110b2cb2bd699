// Whoever changes the language while a form is being filled in finds it as it stands, also what was not sent yet.

export function carryTyped(root) {
  const way = root.querySelector(".switch");
  let touched = null;
  root.addEventListener("input", (event) => {
    const form = event.target.form;
    // By its attribute: a field may be called "method".
    if (form?.getAttribute("method") === "post" && form.closest("main")) touched = form;
  });
  way?.addEventListener(way.matches("form") ? "submit" : "click", (event) => {
    if (!touched?.isConnected) return;
    event.preventDefault();
    const carrier = root.createElement("form");
    carrier.method = "post";
    carrier.action = touched.getAttribute("action") ?? window.location.href;
    for (const [name, value] of typed(touched)) carrier.append(hidden(root, name, value));
    carrier.append(hidden(root, "speak", way.lang));
    // What nobody has sent yet is not judged either.
    if (!way.matches("form") || way.elements.unsent) carrier.append(hidden(root, "unsent", "yes"));
    root.body.append(carrier);
    carrier.submit();
  });
}

// Neither files nor passwords: those are chosen and typed anew.
function typed(form) {
  const secret = [...form.elements].filter((one) => one.type === "password").map((one) => one.name);
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !secret.includes(name));
}

function hidden(root, name, value) {
  const field = root.createElement("input");
  field.type = "hidden";
  field.name = name;
  field.value = value;
  return field;
}
