"""A real Chromium, watched: errors in its console, broken policies, accessibility, pages that do not fit.

Pictures for the documentation are made here too, and only when ``PICTURES`` is set (``make pictures``), so that
a run of the tests leaves the tree as it was.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final, Literal

import axe_playwright_python  # type: ignore[import-untyped]
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright
from pypdfium2 import PdfDocument

WIDTHS: Final = (390, 1280)
"""A telephone and a desk, in CSS pixels."""

LAYOUTS: Final = 20
"""How often a page that is too wide is looked at again."""

HEIGHTS: Final = {390: 844, 1280: 800}

PICTURES: Final = Path(__file__).parents[2] / "docs" / "pictures"
COLOURS: Final = 64
"""Of a picture: enough for a page of text, and a quarter of the bytes."""

TALLEST: Final = 1_800
"""CSS pixels of a picture: what is further down, nobody looks at in a manual."""

AXE: Final = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
LOOKING: Final = Path(__file__).with_name("looking.js").read_text(encoding="utf-8")
BRINGING: Final = f"window.bringAxe = () => {{ {AXE}\n}};\n{LOOKING}"
"""What a page needs to be asked what is wrong with it; axe itself comes to life where it is asked first."""

NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--js-flags=--no-maglev,--no-turbofan",
)  # fmt: skip
"""Scripts of a page run once: to make them quicker first takes a sixth of the time."""

Scheme = Literal["light", "dark"]


def chromium() -> str:
    """Where Chromium is on this machine.

    :raises AssertionError: which says how to get it
    """
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found, "The tests of pages need Chromium. On Debian or Ubuntu: apt install chromium-headless-shell"
    return found


@dataclass(frozen=True, slots=True)
class Well:
    """What axe found nothing wrong with, so that the like of it need not be asked about again.

    :param colours: of words by day and by night, each with its ground and size
    :param shapes: of what is shown at one width alone
    """

    colours: dict[Scheme, set[str]] = field(default_factory=lambda: {"light": set(), "dark": set()})
    shapes: set[str] = field(default_factory=set)


WELL: Final = Well()
"""In all pages that this process looked at."""


@dataclass(slots=True)
class Watched:
    """A window of the browser, and all that went wrong in it."""

    page: Page
    context: BrowserContext
    faults: list[str] = field(default_factory=list)
    well: Well = WELL
    bringing: bool = False
    """Whether its pages bring what they are asked with."""

    def forgive(self, *containing: str) -> None:
        """Forget faults that a test brought about on purpose: the console tells of each answer of 400 and above."""
        self.faults = [one for one in self.faults if not any(word in one for word in containing)]


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    """Chromium without a screen."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def a_page(
    browser: Browser, *, language: str = "fr", scripts: bool = True, scheme: Scheme = "light", width: int = 1280
) -> AsyncIterator[Watched]:
    """A window in a profile of its own. Leaving it fails if anything went wrong in it."""
    context = await browser.new_context(
        locale={"fr": "fr-FR", "en": "en-GB"}[language], java_script_enabled=scripts, color_scheme=scheme,
        viewport={"width": width, "height": HEIGHTS.get(width, 800)}, reduced_motion="reduce", accept_downloads=True,
    )  # fmt: skip
    context.set_default_timeout(15_000)
    try:
        watched = Watched(await context.new_page(), context)
        context.on("console", lambda told: _heard(watched, told.type, told.text))
        context.on("weberror", lambda error: watched.faults.append(str(error.error)))
        yield watched
        assert not watched.faults, "\n".join(watched.faults)
    finally:
        await context.close()


def _heard(watched: Watched, kind: str, text: str) -> None:
    # A broken Content-Security-Policy is told as an error too.
    if kind in {"error", "warning"}:
        watched.faults.append(f"{kind}: {text}")


async def check_page(
    watched: Watched, name: str | None = None, *, schemes: Sequence[Scheme] = ("light", "dark"), but: Sequence[str] = ()
) -> None:
    """Nothing serious for axe at either width, in light and dark; nothing that needs scrolling sideways.

    All rules are asked once, at the one width. At the other those that depend on sizes are asked again, and all of what
    is shown only there. Those of colours are asked at both widths, in light and in dark: of one word of each colour,
    ground and size, unless such a word was well before, and of each word that something crosses.

    :param name: that of its pictures, ``docs/pictures/<name>-<width>.png``; none are made without it
    :param but: names of axe's rules that a page may break, each for a reason that the test gives
    """
    page = watched.page
    before = page.viewport_size
    narrow, wide = WIDTHS
    await _bring(watched)
    await _lay_out(page, wide)
    await _look(watched, "all", "light", but)
    await _photograph(page, name)
    if "dark" in schemes:
        await page.emulate_media(color_scheme="dark")
        await _look(watched, "coloured", "dark", but)
        await _lay_out(page, narrow)
        await _look(watched, "coloured", "dark", but)
        await page.emulate_media(color_scheme="light")
    await _lay_out(page, narrow)
    await _look(watched, "again", "light", but)
    await _photograph(page, name)
    if before is not None:
        await _lay_out(page, before["width"], before["height"])
    assert not watched.faults, "\n".join(watched.faults)


async def pictured(watched: Watched, name: str) -> None:
    """Pictures of a page at both widths, if they are asked for; what may be wrong with it is told elsewhere."""
    page, before = watched.page, watched.page.viewport_size
    if not os.environ.get("PICTURES") or before is None:
        return
    for width in reversed(WIDTHS):
        await page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        await _photograph(page, name)
    await page.set_viewport_size(before)


async def _bring(watched: Watched) -> None:
    """Let a page be asked what is wrong with it, and each that comes after it in the same window."""
    # By the debugger's own door, which the page's policy does not close; our pages never evaluate text.
    if not watched.bringing:
        await watched.context.add_init_script(BRINGING)
        watched.bringing = True
    if not await watched.page.evaluate("() => 'lookingOfTests' in window"):
        await watched.page.evaluate(BRINGING)


async def _lay_out(page: Page, width: int, height: int | None = None) -> None:
    size: ViewportSize = {"width": width, "height": height or HEIGHTS[width]}
    if page.viewport_size != size:
        await page.set_viewport_size(size)


async def _look(watched: Watched, how: str, scheme: Scheme, but: Sequence[str]) -> None:
    """Ask a page, as it is laid out, what is wrong with it: it needs no scrolling sideways, and axe finds nothing."""
    well, page = watched.well, watched.page
    width = (page.viewport_size or {})["width"]
    known = [list(well.colours[scheme]), list(well.shapes)]
    told = await page.evaluate(f"known => lookingOfTests.{how}(...known)", known)
    _nothing(page, but, told["found"])
    well.colours[scheme].update(told["colours"])
    well.shapes.update(told.get("shapes", ()))
    for _ in range(LAYOUTS):
        if told["wide"] <= width:
            return
        await page.wait_for_timeout(100)  # a frame in it follows a new width a moment later
        told["wide"] = await page.evaluate("() => lookingOfTests.wide()")
    raise AssertionError(f"{page.url} is {told['wide']} px wide at {width} px")


def _nothing(page: Page, but: Sequence[str], found: list[dict[str, str]]) -> None:
    """Axe found nothing serious or critical; if it did, where and why."""
    told = [one["told"] for one in found if one["id"] not in but]
    assert not told, f"{page.url} at {page.viewport_size}:\n" + "\n".join(told)


async def _photograph(page: Page, name: str | None) -> None:
    if name is not None and os.environ.get("PICTURES"):
        await picture(page, PICTURES / f"{name}-{(page.viewport_size or {})['width']}.png")


async def picture(page: Page, path: Path) -> None:
    """A small PNG of a page."""
    width = (page.viewport_size or {"width": WIDTHS[-1]})["width"]
    height = min(int(await page.evaluate("() => document.documentElement.scrollHeight")), TALLEST)
    taken = await page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(BytesIO(taken)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def paper_pictured(pdf: bytes, name: str) -> None:
    """A small PNG of the first page of a paper, if pictures are asked for."""
    if os.environ.get("PICTURES"):
        image = PdfDocument(pdf)[0].render(scale=110 / 72).to_pil()
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURES / f"{name}.png", optimize=True)
