"""The sheet a person holds: vouchers on A4, eight a page to cut out, or one a page to give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import BinaryIO, Final, Literal

from ledger.formats import Language, shown_day, shown_money
from ledger.money import Money
from merchants.paper import ACCENT, GREY, HEIGHT, INK, RULE, TINT, WHITE, WIDTH, Paper, Style, width_of
from vouchers import qr
from vouchers.codes import spell

Layout = Literal["eight", "one"]


@dataclass(frozen=True, slots=True)
class SheetVoucher:
    """One voucher as printed: the link its QR holds, the code under it, what it is worth, its last whole day."""

    code_link: str = field(repr=False)
    typed: str = field(repr=False)
    value: Money
    last_day: date


@dataclass(frozen=True, slots=True)
class SheetLook:
    """What every voucher of a sheet shares. ``conditions`` and ``support`` are one line each."""

    programme: str
    offered_by: str | None = None
    conditions: str = ""
    support: str = ""
    language: Language = "fr"


_CELL_WIDTH: Final = WIDTH / 2
_CELL_HEIGHT: Final = HEIGHT / 4
_MARGIN: Final = 9.0  # what a home printer cannot reach, and the hand that cuts askew
_SMALL_QR: Final = 30.0
_LARGE_QR: Final = 78.0
_LINE: Final = 170.0  # the widest line of a voucher that has its page to itself

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "fr": {
        "title": "Bons d'achat",
        "voucher": "BON D'ACHAT",
        "offered": "Offert par {by}",
        "until": "Valable jusqu'au",
        "day": "{day} inclus",
        "code": "Code à scanner ou à dicter",
        "how": "À dépenser en une ou plusieurs fois, au centime près, chez les commerçants participants : "
        "présentez ce bon en caisse.",
        "step 1": "Scannez ce code avec votre téléphone pour trouver un commerce participant.",
        "step 2": "En caisse, présentez cette page, sur papier ou sur votre écran.",
        "step 3": "Dépensez en une ou plusieurs fois, au centime près : le reste est gardé.",
    },
    "en": {
        "title": "Gift vouchers",
        "voucher": "GIFT VOUCHER",
        "offered": "A gift from {by}",
        "until": "Valid through",
        "day": "{day}",
        "code": "Code to scan or read out",
        "how": "Spend it in one or several goes, to the cent, at the shops that take part: "
        "show this voucher at the till.",
        "step 1": "Scan this code with your phone to find a shop that takes part.",
        "step 2": "At the till, show this page, on paper or on your screen.",
        "step 3": "Spend it in one or several goes, to the cent: the rest is kept.",
    },
}


def draw_sheets(out: BinaryIO, vouchers: Iterable[SheetVoucher], look: SheetLook, layout: Layout) -> None:
    """Write the PDF of ``vouchers`` to ``out``, in their order; takes them a page at a time."""
    words = _WORDS[look.language]
    paper = Paper(out, title=f"{words['title']} · {look.programme}", language=look.language, author=look.programme)
    coming = iter(vouchers)
    page = list(islice(coming, 8 if layout == "eight" else 1))
    while page:
        if layout == "eight":
            _eight(paper, page, look)
        else:
            _one(paper, page[0], look)
        page = list(islice(coming, 8 if layout == "eight" else 1))
        if page:
            paper.next_page()
    paper.save()


def _eight(paper: Paper, page: list[SheetVoucher], look: SheetLook) -> None:
    for number, voucher in enumerate(page):
        row, column = divmod(number, 2)
        _small(paper, column * _CELL_WIDTH, row * _CELL_HEIGHT, voucher, look)
    cuts_across = [_CELL_HEIGHT * row for row in range(1, 4)]
    paper.line(_CELL_WIDTH, 0, _CELL_WIDTH, HEIGHT, dashed=True)
    for y in cuts_across:
        paper.line(0, y, WIDTH, y, dashed=True)
    for y in (0.0, *cuts_across, HEIGHT):  # crosses, so that a guillotine can be set without the dashes
        paper.line(_CELL_WIDTH, max(y - 3, 0), _CELL_WIDTH, min(y + 3, HEIGHT), colour=INK)
    for y in cuts_across:
        for x in (0.0, _CELL_WIDTH - 3, WIDTH - 6):
            paper.line(x, y, x + 6, y, colour=INK)


def _small(paper: Paper, left: float, top: float, voucher: SheetVoucher, look: SheetLook) -> None:
    words = _WORDS[look.language]
    inner = left + _MARGIN
    width = _CELL_WIDTH - 2 * _MARGIN
    picture = qr.modules(voucher.code_link)
    room = width - _SMALL_QR - _SMALL_QR / len(picture) * qr.QUIET_ZONE - 1

    paper.rectangle(inner, top + 8, 10, 1.1, colour=ACCENT)
    paper.text(inner, top + 13.6, words["voucher"], Style(7.5, "bold", GREY, 1.1), width=room)
    name = Style(12.5, "bold", ACCENT)
    if width_of(look.programme, name) > room:
        name = name.sized(10.5)
    below = paper.paragraph(inner, top + 19, look.programme, name, width=room, leading=1.2, most=2)
    if look.offered_by:
        paper.text(
            inner, below - 0.2, words["offered"].format(by=look.offered_by), Style(8.5, "plain", GREY), width=room
        )
    paper.text(inner, top + 38.2, shown_money(voucher.value, look.language), Style(29, "bold"), width=room)
    last_day = words["day"].format(day=shown_day(voucher.last_day, look.language))
    valid = f"{words['until']} {last_day}"
    paper.text(inner, top + 45.6, valid, Style(12, "bold"), width=width)
    paper.squares(left + _CELL_WIDTH - _MARGIN - _SMALL_QR, top + 8, _SMALL_QR, picture)

    paper.rectangle(inner, top + 49, width, 9.4, colour=TINT, corner=1.6)
    code = Style(17.5, "mono", INK, 1.3)
    paper.text(inner + width / 2, top + 55.7, spell(voucher.typed), code, align="centre", width=width - 4)
    y = paper.paragraph(inner, top + 62.2, words["how"], Style(8.2), width=width, leading=1.3, most=2)
    paper.text(inner, y + 0.1, _foot(look), Style(7.2, "plain", GREY), width=width)


def _foot(look: SheetLook) -> str:
    return " · ".join(part for part in (look.conditions, look.support) if part)


def _one(paper: Paper, voucher: SheetVoucher, look: SheetLook) -> None:
    words, middle = _WORDS[look.language], WIDTH / 2
    paper.rectangle(0, 0, WIDTH, 48, colour=ACCENT)
    paper.text(middle, 17.5, words["voucher"], Style(11, "bold", "#CFE3E5", 2.6), align="centre")
    name = Style(27, "bold", WHITE)
    first = 30.0
    if width_of(look.programme, name) > _LINE:
        first, name = 26.0, name.sized(18)
    below = paper.paragraph(middle, first, look.programme, name, width=_LINE, leading=1.1, most=2, align="centre")
    if look.offered_by:
        given = words["offered"].format(by=look.offered_by)
        paper.text(middle, min(below + 0.5, 41), given, Style(14, "plain", WHITE), align="centre", width=_LINE)

    paper.text(middle, 78, shown_money(voucher.value, look.language), Style(68, "bold"), align="centre", width=_LINE)
    last_day = words["day"].format(day=shown_day(voucher.last_day, look.language))
    paper.text(middle, 92, f"{words['until']} {last_day}", Style(20, "bold"), align="centre", width=_LINE)

    paper.squares(middle - _LARGE_QR / 2, 107, _LARGE_QR, qr.modules(voucher.code_link))
    paper.text(middle, 198.5, words["code"], Style(11, "plain", GREY), align="centre", width=150)
    paper.rectangle(22, 202, WIDTH - 44, 18, colour=TINT, corner=2.5)
    paper.text(middle, 214.2, spell(voucher.typed), Style(31, "mono", INK, 2.4), align="centre", width=160)
    _steps(paper, words)
    paper.line(22, 277, WIDTH - 22, 277, colour=RULE)
    paper.text(middle, 283, look.conditions, Style(9.5, "plain", GREY), align="centre", width=166)
    paper.text(middle, 288.5, look.support, Style(9.5, "bold", GREY), align="centre", width=166)


def _steps(paper: Paper, words: dict[str, str]) -> None:
    for number, y in (("1", 236.0), ("2", 248.0), ("3", 260.0)):
        paper.rectangle(22, y - 5.6, 8, 8, colour=ACCENT, corner=4)
        paper.text(26, y - 0.1, number, Style(11.5, "bold", WHITE), align="centre")
        paper.text(34.5, y, words[f"step {number}"], Style(12), width=153.5)
