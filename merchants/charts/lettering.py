"""How much room words take, and how they are made to fit."""

from __future__ import annotations

from typing import Final

from ledger.formats import Language, shown_money
from ledger.money import Money
from merchants.charts.shapes import LARGE, Align, Unit, Words
from merchants.paper import POINTS, Style, width_of

_NBSP: Final = "\u00a0"
_MILLION: Final = 1_000_000_00
_THOUSANDS: Final = 10_000_00
"""From so many cents on, round sums are said in thousands; smaller ones read well as they are."""


def breadth(text: str, size: float = LARGE) -> float:
    """How wide a text comes out, in units: as the face of our papers draws it, than which few faces are wider."""
    return width_of(text, Style(size)) * POINTS


def shortened(text: str, width: float, size: float = LARGE) -> str:
    """A text cut with an ellipsis to fit a width; what no page can show in it becomes a space."""
    clean = "".join(c if c.isprintable() else " " for c in text).strip()
    if breadth(clean, size) <= width:
        return clean
    kept = len(clean)
    while kept and breadth(clean[:kept].rstrip() + "…", size) > width:
        kept -= 1
    return clean[:kept].rstrip() + "…"


def reach(words: Words) -> tuple[float, float]:
    """From where to where words go."""
    return extent(words.x, breadth(words.text, words.size), words.align)


def extent(x: float, width: float, align: Align) -> tuple[float, float]:
    """From where to where something this wide goes that begins, is centred or ends at ``x``."""
    start = x - width * {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
    return start, start + width


def said(value: int, unit: Unit, language: Language) -> str:
    """A number in full: ``1 234,50 €``, ``1 234``."""
    if unit == "money":
        return shown_money(Money(value), language)
    return f"{value:,}".replace(",", _NBSP if language == "fr" else ",")


def said_round(value: int, unit: Unit, language: Language, *, beside: int = 0) -> str:
    """A round number, short: ``500 €``, ``20 k€``, ``1,5 M€``; in English ``€20k``, ``€1.5M``.

    :param beside: the largest of those that it stands among, which are all said alike
    """
    if unit == "count":
        return said(value, unit, language)
    size, largest = abs(value), max(abs(value), abs(beside))
    for least, whole, letter in ((_MILLION, _MILLION, "M"), (_THOUSANDS, 1_000_00, "k")):
        if value and largest >= least and (100 * size) % whole == 0:
            return _with_letter(size, whole, letter, "-" if value < 0 else "", language)
    shown = shown_money(Money(value), language)
    return shown.replace(",00" if language == "fr" else ".00", "") if value % 100 == 0 else shown


def _with_letter(size: int, whole: int, letter: str, sign: str, language: Language) -> str:
    units, part = divmod(100 * size // whole, 100)
    decimals = f".{part:02d}".rstrip("0").rstrip(".")
    if language == "fr":
        return sign + said(units, "count", "fr") + decimals.replace(".", ",") + f"{_NBSP}{letter}€"
    return f"{sign}€{units:,}{decimals}{letter}"
