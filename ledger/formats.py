"""How sums and days are shown to people: one formatter each, in French and English."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal

from ledger.days import PARIS
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


def shown_moment(moment: datetime, language: Language) -> str:
    """``31/10/2026 à 14:05`` in French, ``31 October 2026, 14:05`` in English; Paris time."""
    local = moment.astimezone(PARIS)
    between = f"{_NBSP}à " if language == "fr" else ", "
    return f"{shown_day(local.date(), language)}{between}{local:%H:%M}"


def shown_days(first: date, last: date, language: Language = "fr") -> str:
    """Days from one to another, both included, within a sentence: ``du 25 au 31 mai 2027``; one day: ``le 25 mai``.

    What two ends share is said once, as people say it.
    """
    ends = [f"{_day_of_month(one, language)} {_month(one, language)} {one.year}" for one in (first, last)]
    if first == last:
        return f"le {ends[0]}" if language == "fr" else f"on {ends[0]}"
    if (first.year, first.month) == (last.year, last.month):
        ends[0] = _day_of_month(first, language)
    elif first.year == last.year:
        ends[0] = ends[0].removesuffix(f" {first.year}")
    return f"du {ends[0]} au {ends[1]}" if language == "fr" else f"from {ends[0]} to {ends[1]}"


def _day_of_month(day: date, language: Language) -> str:
    return "1er" if language == "fr" and day.day == 1 else str(day.day)


def _month(day: date, language: Language) -> str:
    return (_MOIS if language == "fr" else _MONTHS)[day.month - 1]


def shown_rate(basis_points: int, language: Language = "fr") -> str:
    """A rate in hundredths of a percent: ``2,5 %`` in French, ``2.5%`` in English."""
    whole, part = divmod(basis_points, 100)
    text = f"{whole}.{part:02d}".rstrip("0").rstrip(".")
    return text.replace(".", ",") + f"{_NBSP}%" if language == "fr" else f"{text}%"


_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MOIS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
