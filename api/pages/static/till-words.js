// The sentences that scripts say, in the language of the page, which brings them.

export function word(name, facts = {}) {
  const said = document.getElementById("words")?.dataset[name] ?? "";
  return said.replace(/\{(\w+)\}/g, (whole, fact) => facts[fact] ?? whole);
}
