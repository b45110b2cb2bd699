"""What looks at our pages sees what is wrong with them: in each of four cases, of width and of colours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import pytest
from playwright.async_api import Browser

from tests.pages.browser import Watched, Well, a_page, check_page

HERE: Final = "http://page.example/"
PAGE: Final = """<!doctype html><html lang="fr"><head><title>Une page</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style>
  body {{ background: #fff; color: #222; }} a {{ color: #036; }}
  @media (prefers-color-scheme: dark) {{ body {{ background: #111; color: #eee; }} a {{ color: #9cf; }} }}
  @media (min-width: 600px) {{ .narrow {{ display: none; }} }}
  @media (max-width: 600px) {{ .wide {{ display: none; }} }}
  {style}
</style></head><body><main><h1>Une page</h1><p>Des mots.</p>{body}</main></body></html>"""

PALE: Final = ".pale { color: #bbb; }"
DIM: Final = "@media (prefers-color-scheme: dark) { .dim { color: #444; } }"
SMALL: Final = "@media (max-width: 600px) { .close { font-size: 6px; line-height: 1; display: block; } }"
OVER: Final = """<div style="background: #555; height: 9em"></div>
<p style="position: relative; top: -6em; margin: 0 1em">Sur un autre fond.</p>"""
CLOSE: Final = '<nav aria-label="Ici"><a class="close" href="/a">Un</a><a class="close" href="/b">Deux</a></nav>'


@pytest.fixture(scope="module")
async def window(browser: Browser) -> AsyncIterator[Watched]:
    async with a_page(browser) as watched:
        yield watched


@pytest.mark.parametrize(
    ("style", "body", "said"),
    [
        ("", "", ""),
        ("", '<p class="narrow">Debout.</p><p class="wide">Couché.</p>', ""),
        (PALE, '<p class="pale">Trop clair.</p>', "color-contrast"),
        (PALE, '<p class="pale wide">Trop clair.</p>', "color-contrast"),
        (PALE, '<p class="pale narrow">Trop clair.</p>', "color-contrast"),
        (DIM, '<p class="dim">Trop sombre.</p>', "color-contrast"),
        (DIM, '<p class="dim wide">Trop sombre.</p>', "color-contrast"),
        (DIM, '<p class="dim narrow">Trop sombre.</p>', "color-contrast"),
        ("@media (max-width: 600px) { p { background: #444; } }", "", "color-contrast"),
        ("", OVER, "color-contrast"),
        ("", '<input type="text">', "label"),
        ("", f'<ul>{"<li><a href=/a>Un</a></li>" * 9}<li><a href=/a></a></li></ul>', "link-name"),
        (PALE, f'<ul>{"<li>Un</li>" * 9}<li class="pale">Deux</li></ul>', "color-contrast"),
        (PALE, f'<ul>{"<li class=pale>Un</li>" * 9}</ul>', "color-contrast"),
        ("", '<input class="narrow" type="text">', "label"),
        (SMALL, CLOSE, "target-size"),
        ("", '<p style="width: 420px">Trop large.</p>', "wide at 390"),
        ("", '<script>console.error("mal")</script>', "error: mal"),
    ],
    ids=[
        "nothing", "nothing at either width", "pale", "pale and wide only", "pale and narrow only", "dim in the dark",
        "dim and wide only", "dim and narrow only", "dark ground at one width", "over another ground", "no label",
        "no name in a list", "pale in a list", "a pale list", "no label and narrow only", "too close when narrow",
        "too wide", "an error",
    ],
)  # fmt: skip
async def test_a_page_with_one_fault_is_told_by_it_and_one_without_passes(
    window: Watched, style: str, body: str, said: str
) -> None:
    text, window.well = PAGE.format(style=style, body=body), Well()
    await window.page.route(HERE, lambda route: route.fulfill(content_type="text/html", body=text))
    await window.page.goto(HERE)
    if said:
        with pytest.raises(AssertionError, match=said):
            await check_page(window)
    else:
        await check_page(window)
    await window.page.unroute(HERE)
    await window.page.emulate_media(color_scheme="light")
    window.faults.clear()
