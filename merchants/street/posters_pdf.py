"""What a shop puts in its window: a poster, a card for the counter, stickers. Each has the shop's own QR code.

Printed on A4 as any shop can: the cards two on a sheet, to cut in half; the stickers eight, of 99.1 x 67.7 mm, as label
sheets are sold. The words are French, as the street is, with a line of English for visitors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal, get_args

from merchants.paper import ACCENT, GREY, HEIGHT, INK, RULE, WHITE, WIDTH, Paper, Style

Kind = Literal["poster", "card", "stickers"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

QUIET: Final = 4
"""Modules of white around a code (ISO/IEC 18004, 9.1)."""

_WARM: Final = "#E3A04A"
_PALE: Final = "#CFE3E4"
_MIDDLE: Final = WIDTH / 2
_CARD: Final = HEIGHT / 2
_STICKER: Final = (99.1, 67.7)
_STICKERS: Final = (2, 4)

_HERE: Final = "ICI, ON ACCEPTE"
_TO_THE_CENT: Final = "Vos bons d’achat se dépensent ici, au centime près."
_ENGLISH: Final = "Gift vouchers welcome here"
_LOOK: Final = "Scannez : notre histoire, nos horaires"


@dataclass(frozen=True, slots=True)
class Sign:
    """What stands on all of them.

    :param code: the QR code of the shop's public page, a byte for each module, 1 for dark
    """

    programme: str
    issuer: str
    shop: str
    place: str
    code: Sequence[bytes]


def draw(out: BinaryIO, sign: Sign, kind: Kind) -> None:
    """Write the PDF to ``out``. The same sign gives the same bytes."""
    titles = {"poster": "Affiche", "card": "Cartes de comptoir", "stickers": "Vitrophanies"}
    paper = Paper(out, title=f"{titles[kind]} {sign.shop}", language="fr", author=sign.issuer)
    {"poster": _poster, "card": _cards, "stickers": _stickers}[kind](paper, sign)
    paper.save()


def _poster(paper: Paper, sign: Sign) -> None:
    paper.rectangle(0, 0, WIDTH, 212, colour=ACCENT)
    paper.rectangle(0, 212, WIDTH, 2.4, colour=_WARM)
    paper.text(_MIDDLE, 35, _HERE, Style(22, "bold", _WARM, 4), align="centre", width=176)
    paper.text(_MIDDLE, 58, sign.programme, Style(60, "bold", WHITE), align="centre", width=176, least=0.3)
    paper.text(_MIDDLE, 70, _ENGLISH, Style(14, "plain", _PALE), align="centre", width=176)
    _ticket(paper, 22, 84, 166, 112, stub=44)
    _code(paper, sign, 31, 90, 100)
    paper.paragraph(166, 122, _TO_THE_CENT, Style(15, "bold", ACCENT), width=36, align="centre", leading=1.32)
    paper.rectangle(164, 161, 4, 4, colour=_WARM, corner=2)
    paper.paragraph(166, 175, "Scannez le code", Style(11, "plain", GREY), width=36, align="centre")
    paper.text(_MIDDLE, 238, sign.shop, Style(38, "bold", INK), align="centre", width=176, least=0.4)
    paper.text(_MIDDLE, 250, sign.place, Style(15, "plain", GREY), align="centre", width=176)
    paper.text(_MIDDLE, 283, sign.issuer, Style(9, "plain", GREY), align="centre", width=176)


def _cards(paper: Paper, sign: Sign) -> None:
    for top in (0.0, _CARD):
        paper.rectangle(0, top, 82, _CARD, colour=ACCENT)
        paper.rectangle(82, top, 1.6, _CARD, colour=_WARM)
        paper.text(41, top + 34, _HERE, Style(12, "bold", _WARM, 1.8), align="centre", width=68)
        paper.paragraph(
            41, top + 49, sign.programme, Style(28, "bold", WHITE), width=70, align="centre", most=2, leading=1.15
        )
        paper.paragraph(41, top + 76, _TO_THE_CENT, Style(13, "plain", WHITE), width=66, align="centre", leading=1.4)
        paper.text(41, top + 108, _ENGLISH, Style(10, "plain", _PALE), align="centre", width=68)
        paper.text(41, top + 136, sign.issuer, Style(7.5, "plain", _PALE), align="centre", width=68)
        _code(paper, sign, 106, top + 16, 80)
        paper.text(146, top + 104, _LOOK, Style(10, "plain", GREY), align="centre", width=112)
        paper.text(146, top + 122, sign.shop, Style(22, "bold", INK), align="centre", width=112, least=0.4)
        paper.text(146, top + 131, sign.place, Style(11, "plain", GREY), align="centre", width=112)
    paper.line(0, _CARD, WIDTH, _CARD, colour=RULE, dashed=True)


def _stickers(paper: Paper, sign: Sign) -> None:
    (width, height), (across, down) = _STICKER, _STICKERS
    left, top, between = (WIDTH - 2 * width) / 3, (HEIGHT - down * height) / 2, (WIDTH - 2 * width) / 3
    for place in range(across * down):
        x = left + place % across * (width + between)
        y = top + place // across * height
        _sticker(paper, sign, x + 2.5, y + 2.5, width - 5, height - 5)


def _sticker(paper: Paper, sign: Sign, x: float, y: float, width: float, height: float) -> None:
    """One sticker, within what a cutter may miss by."""
    paper.rectangle(x, y, width, height, colour=ACCENT, corner=5)
    side = height - 16
    _code(paper, sign, x + width - side - 8, y + 8, side, corner=2)
    middle, room = x + (width - side - 8) / 2, width - side - 16
    paper.text(middle, y + 17, _HERE, Style(8, "bold", _WARM, 0.8), align="centre", width=room)
    paper.paragraph(
        middle, y + 27, sign.programme, Style(14, "bold", WHITE), width=room, align="centre", most=2, leading=1.1
    )
    paper.rectangle(middle - 1.2, y + 38, 2.4, 2.4, colour=_WARM, corner=1.2)
    paper.paragraph(
        middle, y + 48, sign.shop, Style(8.5, "plain", WHITE), width=room, align="centre", most=2, leading=1.25
    )


def _code(paper: Paper, sign: Sign, x: float, y: float, side: float, *, corner: float = 0) -> None:
    """The code on white, its quiet zone within ``side`` millimetres."""
    paper.rectangle(x, y, side, side, colour=WHITE, corner=corner)
    module = side / (len(sign.code) + 2 * QUIET)
    paper.squares(x + QUIET * module, y + QUIET * module, side - 2 * QUIET * module, sign.code)


def _ticket(paper: Paper, x: float, y: float, width: float, height: float, *, stub: float) -> None:
    """A voucher as it is torn off: two bites in its edge, and a dotted line between them."""
    paper.rectangle(x, y, width, height, colour=WHITE, corner=4)
    tear, bite = x + width - stub, 5.0
    for edge in (y, y + height):
        paper.rectangle(tear - bite, edge - bite, 2 * bite, 2 * bite, colour=ACCENT, corner=bite)
    paper.line(tear, y + bite + 3, tear, y + height - bite - 3, colour=RULE, thick=0.5, dashed=True)
