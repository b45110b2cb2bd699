// What the tests ask a page, beside axe. Evaluated by the debugger's own door, which the page's policy does not close.

(() => {
  const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const COLOURS = ["color-contrast", "link-in-text-block"];
  const SIZES = ["target-size", "scrollable-region-focusable"];
  const SERIOUS = new Set(["serious", "critical"]);
  const ALIKE = 3;
  const MARK = "data-asked";
  const TOUCH = 2; // CSS pixels by which what stands beside something may lie over it

  const shown = () =>
    [...document.body.querySelectorAll("*")].filter((one) => one.checkVisibility({ checkVisibilityCSS: true }));

  const worded = (one) => [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());

  // How words are coloured: by themselves, and by all that lies under them down to a ground that nothing shines through.
  function colours(one) {
    const own = getComputedStyle(one);
    const told = [own.color, own.fontSize, own.fontWeight, own.clipPath, own.textDecorationLine];
    for (let under = one, opaque = false; under && !opaque; under = under.parentElement) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(under);
      opaque = backgroundColor.startsWith("rgb(") && opacity === "1";
      const ground = backgroundColor === "rgba(0, 0, 0, 0)" ? "" : backgroundColor;
      told.push(ground, backgroundImage === "none" ? "" : backgroundImage, opacity === "1" ? "" : opacity);
    }
    return told.join("");
  }

  // Rows and entries that are made as three before them in the same list: what is wrong with them is with those too.
  function repeated() {
    const counted = new Map();
    return [...document.querySelectorAll("tbody > tr, main li")].filter((one) => {
      const shape = shaped(one);
      const alike = counted.get(one.parentElement) ?? counted.set(one.parentElement, new Map()).get(one.parentElement);
      alike.set(shape, (alike.get(shape) ?? 0) + 1);
      return alike.get(shape) > ALIKE;
    });
  }

  function shaped(one) {
    const told = [one.tagName, one.className, one.type, one.disabled, one.labels?.length, one.children.length];
    told.push(["alt", "aria-label", "for", "href", "role"].filter((name) => one.getAttribute(name)), worded(one));
    return [...told, ...[...one.children].map(shaped)].join();
  }

  // Words that something painted stands over or under which is none of their ancestors: of these the colours alone do
  // not tell whether they can be read. In the flow of a page nothing stands over anything.
  function crossed(all, words) {
    const painted = (one) => {
      const { backgroundColor, backgroundImage } = getComputedStyle(one);
      return backgroundColor !== "rgba(0, 0, 0, 0)" || backgroundImage !== "none" || one.matches("img, video");
    };
    const boxes = all.filter(painted).map((one) => [one, one.getBoundingClientRect()]);
    return words.filter((word) => {
      const own = word.getBoundingClientRect();
      return boxes.some(([one, box]) => !one.contains(word) && !word.contains(one) && own.left < box.right - TOUCH &&
        own.right > box.left + TOUCH && own.top < box.bottom - TOUCH && own.bottom > box.top + TOUCH);
    });
  }

  // What was shown when all rules were asked.
  let before = new Set();

  // Axe, brought to life; its rules of colours ask only of what is marked.
  function awake() {
    if (!window.axe) {
      bringAxe();
      const selectors = { "color-contrast": "", "link-in-text-block": "a[href]" };
      axe.configure({ rules: COLOURS.map((id) => ({ id, selector: `${selectors[id]}[${MARK}]` })) });
    }
    return axe;
  }

  async function asked(include, exclude, runOnly, without = []) {
    const found = await awake().run({ include, exclude }, {
      runOnly,
      rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])),
      resultTypes: ["violations"],
      preload: false, // there is neither sound nor film, and no rule asks for the style sheets themselves
      iframes: false, // a frame holds a letter, which is looked at by itself
    });
    return found.violations.filter((one) => SERIOUS.has(one.impact)).map((one) => ({
      id: one.id,
      told: `${one.id} (${one.impact}): ${one.help}: ${one.nodes.slice(0, 5).map(where).join("; ")}`,
    }));
  }

  const rules = (values) => ({ type: "rule", values });

  const wide = () => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth);

  // Words whose colours are to be asked about, marked: one of each colour that is not known to be well, and each that
  // something crosses. Beside them the colours of all words, each with its ground and size.
  function marked(known, spared) {
    const all = shown();
    const words = all.filter((one) => worded(one) && !spared.some((row) => row.contains(one)));
    const well = new Set(known);
    const coloured = new Map(words.map((one) => [colours(one), one]));
    const asking = [...coloured].filter(([colour]) => !well.has(colour)).map(([, one]) => one);
    const marks = new Set([...asking, ...crossed(all, words)]);
    for (const one of marks) one.setAttribute(MARK, "");
    return { marks: [...marks], colours: [...coloured.keys()] };
  }

  // What `asking` finds of the words that it is given, marked, and of what else it asks; how wide the page is.
  async function told(known, asking) {
    const spared = repeated();
    const { marks, colours } = marked(known, spared);
    const found = await asking(spared, marks);
    for (const one of marks) one.removeAttribute(MARK);
    return { found, colours, wide: wide() };
  }

  window.lookingOfTests = {
    wide,

    // All rules, of everything.
    all(known) {
      before = new Set(shown());
      return told(known, (spared) => asked([document], spared, { type: "tag", values: TAGS }));
    },

    // Rules of sizes and of colours; of what was not shown when all were asked, all, unless the like was well before.
    async again(known, shapes) {
      const well = new Set(shapes);
      const shapeOf = new Map(
        shown().filter((one) => !before.has(one) && before.has(one.parentElement)).map((one) => [shaped(one), one]),
      );
      const fresh = [...shapeOf].filter(([shape]) => !well.has(shape)).map(([, one]) => one);
      const found = await told(known, async (spared) => [
        ...(await asked([document], spared, rules([...SIZES, ...COLOURS]))),
        ...(fresh.length ? await asked(fresh, spared, { type: "tag", values: TAGS }, COLOURS) : []),
      ]);
      return { ...found, shapes: [...shapeOf.keys()] };
    },

    // Rules of colours.
    coloured: (known) =>
      told(known, (spared, marks) => (marks.length ? asked(marks, spared, rules(COLOURS)) : [])),
  };

  function where(node) {
    const why = [...node.any, ...node.all, ...node.none].map((one) => one.message).slice(0, 2);
    return `${node.target.at(-1)} [${why.join(", ")}]`;
  }
})();
