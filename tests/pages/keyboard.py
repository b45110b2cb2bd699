"""A keyboard and nothing else: what holds the focus is seen, and everything is reached."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.async_api import CDPSession, Locator, Page

KEYS: Final = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
MOST: Final = 120
"""Stops on one page."""

WHERE: Final = """
  one => {
    const focus = document.activeElement;
    if (focus === one) return "here";
    return focus.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING ? "before" : "after";
  }
"""
"""Where an element is, seen from that which holds the focus."""

PARTS: Final = 5
"""Stops within one field: a date has three parts and a calendar."""

TAB: Final = {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
WAYS: Final = ("rawKeyDown", "keyUp")


@dataclass(frozen=True, slots=True)
class Stop:
    """What holds the focus, and how it is to see."""

    name: str
    shown: bool
    seen: bool
    left: bool
    place: tuple[float, float, float, float]
    frame: bool
    index: int

    def faults(self) -> list[str]:
        """What is wrong with it by itself."""
        told = {
            "shows no focus": self.shown,
            "is out of sight": self.seen,
            "leaves the focus on what was before": self.left,
        }
        return [f"{self.name} {what}" for what, right in told.items() if not right]

    def is_before(self, other: Stop) -> bool:
        """Whether it stands above another one, and not in a column to the right of it."""
        left, _, _, bottom = self.place
        _, top, right, _ = other.place
        return bottom <= top + 1 and left < right - 1


async def stop(page: Page) -> Stop | None:
    """What holds the focus; none where nothing does."""
    await _bring(page)
    return _stop(await page.evaluate("() => keyboardOfTests.stop()"))


async def tour(page: Page) -> list[str]:
    """Go through a page by Tab from its beginning to its end: what is wrong on the way.

    Each stop shows that it holds the focus, and is in sight; none leads back up; nothing is left out, and nothing keeps
    the focus for ever. Of a very long page, its beginning.
    """
    await _bring(page)
    begun = await page.evaluate("() => keyboardOfTests.begin()")
    keys = await page.context.new_cdp_session(page)
    try:
        return await _through(begun["reachable"], _stops(page, keys, len(begun["reachable"]), framed=begun["framed"]))
    finally:
        await keys.detach()
        await page.evaluate("() => keyboardOfTests.end()")


async def _through(reachable: list[str], stops: AsyncIterator[Stop | None]) -> list[str]:
    reached, faults, before, same = list[int](), list[str](), None, 0
    async for here in stops:
        if here is None or (here.index in reached[:-1]):
            break
        same = same + 1 if before is not None and here.index == before.index else 0
        if same > PARTS and not here.frame:
            return [*faults, f"{here.name} keeps the focus"]
        if same:
            continue
        faults += here.faults()
        if before is not None and here.is_before(before):
            faults.append(f"{before.name} leads back up to {here.name}")
        if here.index >= 0:  # a list that scrolls takes the focus too
            reached.append(here.index)
        before = here
        if len(reached) == MOST:
            return faults
    if reached != sorted(reached):
        faults.append("another order than that of the page")
    return faults + [f"{name} is not reached" for index, name in enumerate(reachable) if index not in reached]


async def _stops(page: Page, keys: CDPSession, expected: int, *, framed: bool) -> AsyncIterator[Stop | None]:
    """Where Tab leads, one stop after the other: pressed many times at once, since the page notes where it leads."""
    times = 1 if framed else min(expected, MOST) + 1
    while True:
        sent = (keys.send("Input.dispatchKeyEvent", {"type": way, **TAB}) for _ in range(times) for way in WAYS)
        await asyncio.gather(*sent)
        if framed:
            yield await stop(page)
            continue
        for told in await page.evaluate("() => keyboardOfTests.noted()") or [None]:
            yield _stop(told)
        times = PARTS


async def _bring(page: Page) -> None:
    if not await page.evaluate("() => 'keyboardOfTests' in window"):
        await page.evaluate(KEYS)


def _stop(told: dict[str, Any] | None) -> Stop | None:
    return None if told is None else Stop(**{**told, "place": tuple(told["place"])})


@dataclass(frozen=True, slots=True)
class Keyboard:
    """Somebody who has a keyboard and nothing else; who comes to a field by Tab sees at each stop where they are."""

    page: Page

    async def press(self, button: Locator) -> None:
        """A button, by the space bar."""
        await self._come_to(button)
        await self.page.keyboard.press("Space")

    async def follow(self, link: Locator) -> None:
        """A link, or what opens and closes, by Enter."""
        await self._come_to(link)
        await self.page.keyboard.press("Enter")

    async def write(self, field: Locator, text: str) -> None:
        """Into a field, in place of what it holds."""
        await self._come_to(field)
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.type(text)

    async def send(self) -> None:
        """A form, by Enter in the field that was written into."""
        await self.page.keyboard.press("Enter")

    async def choose(self, answer: Locator) -> None:
        """One of a few, by the arrows; a box is ticked by the space bar."""
        if await answer.get_attribute("type") == "checkbox":
            await self.press(answer)
            return
        group = answer.locator("xpath=ancestor::fieldset[1]").locator(f"[name={await answer.get_attribute('name')}]")
        await self._come_to(group.and_(self.page.locator(":checked")))
        for _ in range(await group.count()):
            if await answer.is_checked():
                break
            await self.page.keyboard.press("ArrowDown")
        await self._sees()
        assert await answer.is_checked()

    async def pick(self, field: Locator, answer: str) -> None:
        """One of a list that drops down, by its first letters."""
        await self._come_to(field)
        await self.page.keyboard.type(answer)

    async def skip(self) -> None:
        """Everything above what the page is about."""
        await self.page.keyboard.press("Tab")
        assert await self.page.locator(":focus").get_attribute("href") == "#main"
        await self._sees()
        await self.page.keyboard.press("Enter")
        await self.page.keyboard.press("Tab")
        assert await self.page.locator("main :focus").count() == 1

    async def _come_to(self, wanted: Locator) -> None:
        await wanted.wait_for()
        one = await wanted.element_handle()
        for _ in range(MOST):
            where = await one.evaluate(WHERE)
            if where == "here":
                return
            await self.page.keyboard.press("Tab" if where == "after" else "Shift+Tab")
            await self._sees()
        raise AssertionError(f"{MOST} times Tab do not lead to {wanted}")

    async def _sees(self) -> None:
        here = await stop(self.page)
        assert here is None or not here.faults(), here


@dataclass(frozen=True, slots=True)
class Pointer:
    """Somebody who has a mouse, or a finger."""

    page: Page

    async def press(self, button: Locator) -> None:
        await button.click()

    async def follow(self, link: Locator) -> None:
        await link.click()

    async def write(self, field: Locator, text: str) -> None:
        await field.fill(text)

    async def send(self) -> None:
        await self.page.keyboard.press("Enter")

    async def choose(self, answer: Locator) -> None:
        await answer.check()

    async def pick(self, field: Locator, answer: str) -> None:
        await field.select_option(label=answer)

    async def skip(self) -> None:
        return


Hand = Keyboard | Pointer
