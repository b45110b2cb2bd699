// What the tests ask about the element that holds the focus. Evaluated by the debugger's own door.

(() => {
  const THICK = 2; // CSS pixels of an outline that is seen

  const CLOSE = 4; // elements above one that may show its focus

  // What may show the focus of an element: itself, its label, the card that it stands in.
  function around(one) {
    const found = [one, ...(one.labels ?? [])];
    for (let above = one.parentElement; above && found.length < CLOSE; above = above.parentElement) found.push(above);
    return found;
  }

  const outlined = (one) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(one);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= THICK && outlineColor !== "rgba(0, 0, 0, 0)";
  };

  // Where it is: a box that is drawn out of sight, as that of a radio button may be, is where its label is.
  function box(one) {
    const own = one.getBoundingClientRect();
    return own.width > 1 && own.height > 1 ? own : (one.labels?.[0] ?? one).getBoundingClientRect();
  }

  // Whether some of it is seen: neither scrolled away, nor under something that lies over it.
  function seen(one, { left, right, top, bottom }) {
    const points = [[left + right, top + bottom], [2 * left + 6, 2 * top + 6], [2 * right - 6, 2 * bottom - 6]];
    return points.some(([x, y]) => {
      const there = document.elementFromPoint(x / 2, y / 2);
      return there && (one.contains(there) || there.contains(one) && there !== document.body || there.closest("label")?.control === one);
    });
  }

  let last = null;
  let reachable = []; // when a tour began
  let stops = [];

  window.keyboardOfTests = {
    // The element that holds the focus; nothing where none does.
    stop() {
      const one = document.activeElement;
      if (!one || one === document.body || one === document.documentElement) return null;
      const left = last?.isConnected && around(last).some((shows) => outlined(shows) && !shows.contains(one));
      last = one;
      const at = box(one);
      return {
        name: name(one),
        // What is within a frame, and the calendar within a date, show it themselves.
        shown: one.tagName === "IFRAME" || !one.matches(":focus") || around(one).some(outlined),
        seen: seen(one, at),
        left: !left, // what was left before shows it no more
        place: [at.left + scrollX, at.top + scrollY, at.right + scrollX, at.bottom + scrollY],
        frame: one.tagName === "IFRAME",
        index: reachable.includes(one) ? reachable.indexOf(one) : all().indexOf(one),
      };
    },

    // Before the first stop, whatever took the focus when the page was loaded. Each is noted as Tab comes to it. Told is
    // what can be reached, and whether there is a frame: what is pressed within it, the page around it does not hear.
    async begin() {
      await painted(); // before, no key is heard
      window.addEventListener("keyup", note, true);
      document.body.tabIndex = -1;
      document.body.focus();
      document.body.removeAttribute("tabindex");
      reachable = all();
      return { reachable: reachable.map(name), framed: document.querySelector("iframe") !== null };
    },

    // The stops since this was asked before.
    noted() {
      const noted = stops;
      stops = [];
      return noted;
    },

    // Nothing holds the focus any more: what is shown only while it does covers nothing.
    end() {
      window.removeEventListener("keyup", note, true);
      document.activeElement?.blur();
    },
  };

  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

  function note(event) {
    if (event.key === "Tab") stops.push(keyboardOfTests.stop());
  }

  // What can be reached; of a group of radio buttons the one that is chosen, or the first.
  function all() {
    const found = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, iframe, [tabindex]")];
    return found.filter((one) => {
      if (one.disabled || one.tabIndex < 0 || one.type === "hidden") return false;
      if (!one.checkVisibility({ checkVisibilityCSS: true })) return false;
      return one.type !== "radio" || one === stands(one);
    });
  }

  function stands(radio) {
    const group = [...document.getElementsByName(radio.name)].filter((one) => one.form === radio.form);
    return group.find((one) => one.checked) ?? group[0];
  }

  const name = (one) => `${one.tagName.toLowerCase()} ${(one.labels?.[0] ?? one).textContent.trim().replace(/\s+/g, " ").slice(0, 40) || one.name || one.id}`;
})();
