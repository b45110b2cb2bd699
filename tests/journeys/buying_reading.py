"""What a person holds in the end, read as a telephone would: the codes of letters, and those of sheets of paper."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from io import BytesIO
from typing import Final

import httpx
import pypdfium2 as pdfium
from PIL import Image

from tests.scanner import scan

DOTS: Final = 150
"""Dots an inch: what a cheap printer does."""

ACROSS: Final = 2
DOWN: Final = 4


@dataclass(frozen=True, slots=True)
class Held:
    """A letter with a voucher: to whom, what its picture says, what its two texts say."""

    to: str
    link: str
    plain: str
    html: str


def voucher_in(message: EmailMessage) -> Held:
    """The voucher of a letter, from the picture that the letter itself brings."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    shown = re.findall(r'src="cid:([^"]+)"', html.get_content())
    pictures = [
        part for part in message.walk()
        if part.get_content_maintype() == "image" and str(part["Content-ID"]).strip("<>") in shown
    ]  # fmt: skip
    links = [link for part in pictures for link in _links(Image.open(BytesIO(part.get_content())))]
    assert len(links) == 1, f"{len(links)} codes in the letter to {message['To']}"
    return Held(str(message["To"]), links[0], plain.get_content(), html.get_content())


def codes_on(pdf: bytes, *, scale: float = DOTS / 72) -> list[list[str]]:
    """Every code of every page."""
    return [_links(page.render(scale=scale).to_pil()) for page in pdfium.PdfDocument(pdf)]


def vouchers_on(pdf: bytes) -> Iterator[list[tuple[str, str]]]:
    """Page by page, the words and the link of each voucher, cell by cell as scissors leave them."""
    for page in pdfium.PdfDocument(pdf):
        width, height = page.get_size()
        text, picture = page.get_textpage(), page.render(scale=DOTS / 72).to_pil()
        across, down = picture.width / ACROSS, picture.height / DOWN
        found: list[tuple[str, str]] = []
        read = {
            (int(one.position.top_left.x // across), int(one.position.top_left.y // down)): one.text
            for one in scan(picture)
        }
        for (column, row), link in sorted(read.items(), key=lambda one: (one[0][1], one[0][0])):
            words = text.get_text_bounded(
                left=width / ACROSS * column, right=width / ACROSS * (column + 1),
                top=height - height / DOWN * row, bottom=height - height / DOWN * (row + 1),
            )  # fmt: skip
            found.append((" ".join(words.split()), link))
        yield found


def some_of(pdf: bytes, number: int, *, pages: int) -> list[str]:
    """The links of some vouchers of a long file, each on another page anywhere in it; eight on every page."""
    document = pdfium.PdfDocument(pdf)
    assert len(document) == pages
    found: list[str] = []
    for at in random.sample(range(pages), number):
        on_page = _links(document[at].render(scale=DOTS / 72).to_pil())
        assert len(set(on_page)) == ACROSS * DOWN
        found.append(random.choice(on_page))
    assert len(set(found)) == number
    return found


def words_of(pdf: bytes) -> str:
    """All that is written in a PDF, spaces made plain."""
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pdfium.PdfDocument(pdf)).split())


async def valid(till: httpx.AsyncClient, links: Iterable[str]) -> Mapping[str, int]:
    """What a till finds on each voucher, in cents; every one of them must be good to spend."""
    found: dict[str, int] = {}
    for link in links:
        answer = await till.post("/vouchers/look-up", json={"code": link})
        assert answer.status_code == httpx.codes.OK, (link, answer.text)
        told = answer.json()
        assert told["state"] == "active", told
        found[link] = told["left"]
    return found


def plain(shown: str) -> str:
    """What a page shows, with spaces made plain."""
    return " ".join(shown.split())


def _links(picture: Image.Image) -> list[str]:
    return [one.text for one in scan(picture)]
