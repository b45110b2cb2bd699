"""How sums and days are shown to people: one formatter each, in French and English."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from ledger.money import Money

Language = Literal["fr", "en"]

LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")

_NBSP: Final = "\u00a0"


def shown_money(amount: Money, language: Language = "fr") -> str:
    """``1 234,50 €`` in French (no-break spaces), ``€1,234.50`` in English."""
    euros, cents = divmod(abs(amount.cents), 100)
    sign = "-" if amount.cents < 0 else ""
    if language == "fr":
        return f"{sign}{euros:,}".replace(",", _NBSP) + f",{cents:02d}{_NBSP}€"
    return f"{sign}€{euros:,}.{cents:02d}"


def shown_day(day: date, language: Language = "fr") -> str:
    """``31/10/2026`` in French, ``31 October 2026`` in English (whose readers differ on 03/04)."""
    if language == "fr":
        return f"{day:%d/%m/%Y}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def shown_rate(basis_points: int, language: Language = "fr") -> str:
    """A rate in hundredths of a percent: ``2,5 %`` in French, ``2.5%`` in English."""
    whole, part = divmod(basis_points, 100)
    text = f"{whole}.{part:02d}".rstrip("0").rstrip(".")
    return text.replace(".", ",") + f"{_NBSP}%" if language == "fr" else f"{text}%"


_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
