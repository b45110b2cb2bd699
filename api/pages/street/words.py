"""What the street calls things: trades, distances, whether a shop is open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from api.pages.catalogues import marked, sentences
from ledger.days import PARIS, day_of
from ledger.formats import Language, shown_day
from merchants.street.hours import Hours, shown_time

TRADES: Final[Mapping[str, str]] = {
    "bread": marked("Bakeries and pastry"),
    "food": marked("Groceries and fine food"),
    "fruit": marked("Fruit and vegetables"),
    "meat": marked("Butchers"),
    "fish": marked("Fishmongers"),
    "wine": marked("Wine and drinks"),
    "restaurants": marked("Restaurants"),
    "cafes": marked("Cafés and bars"),
    "fashion": marked("Clothes and shoes"),
    "jewels": marked("Jewellery and watches"),
    "books": marked("Books and stationery"),
    "leisure": marked("Sport, games and culture"),
    "home": marked("Home and decoration"),
    "flowers": marked("Flowers, garden and pets"),
    "beauty": marked("Hair and beauty"),
    "health": marked("Pharmacies and opticians"),
    "craft": marked("Makers and gifts"),
    "electronics": marked("Computers and telephones"),
    "hotels": marked("Hotels and rooms"),
    "tobacco": marked("Tobacconists"),
    "markets": marked("Market stalls"),
    "services": marked("Services"),
    "others": marked("Other shops"),
}
"""The groups of trades, in English as the catalogues know them."""

WEEKDAYS: Final = (
    marked("Monday"), marked("Tuesday"), marked("Wednesday"), marked("Thursday"), marked("Friday"),
    marked("Saturday"), marked("Sunday"),
)  # fmt: skip

LONG: Final = timedelta(hours=24)
"""Of a shop that closes so much later one says that it is always open."""

KILOMETRE: Final = 1_000
FAR: Final = 10
"""Kilometres from which on tenths do not matter."""

KEPT_UPPER: Final = 3
"""Letters of a name in capitals that may be an abbreviation."""

_INITIALS: Final = re.compile(r"(?:[A-Z]\.)+[A-Z]?")
_VOWELS: Final = frozenset("AEIOUYÉÈÊÀÂÎÔÛ")
_SMALL: Final = frozenset({"de", "du", "des", "la", "le", "les", "et", "à", "au", "aux", "en", "sur", "sous"})


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a shop is open, in words: ``Ouvert jusqu'à 19 h``. ``kind`` is ``open``, ``closed`` or ``unknown``."""

    kind: str
    words: str


def opening(hours: Hours, at: datetime, language: Language) -> Opening:
    """Whether it is open now, and until when; else when it opens."""
    if not hours.known:
        return Opening("unknown", "")
    closes = hours.closes_after(at)
    if closes is None:
        return Opening("closed", _opens(hours.opens_after(at), at, language))
    while closes - at < LONG and (further := hours.closes_after(closes)) is not None:
        closes = further
    if closes - at >= LONG:
        return Opening("open", sentences(language).gettext("Open around the clock"))
    return Opening("open", sentences(language).gettext("Open until %(time)s") % {"time": _time(closes, language)})


def _opens(opens: datetime | None, at: datetime, language: Language) -> str:
    said = sentences(language)
    if opens is None:
        return said.gettext("Closed for now")
    days = (day_of(opens) - day_of(at)).days
    facts = {"time": _time(opens, language)}
    if days == 0:
        return said.gettext("Opens at %(time)s") % facts
    if days == 1:
        return said.gettext("Opens tomorrow at %(time)s") % facts
    if days < len(WEEKDAYS):
        day = said.gettext(WEEKDAYS[day_of(opens).weekday()])
        return said.gettext("Opens on %(day)s at %(time)s") % {"day": _within(day, language), **facts}
    return said.gettext("Opens on %(day)s") % {"day": shown_day(day_of(opens), language)}


def distance(metres: float, language: Language) -> str:
    """``350 m``, ``1,2 km``, ``13 km``: rounded as one walks."""
    near = max(50, round(metres / 50) * 50)
    if near < KILOMETRE:
        return f"{near}\u00a0m"
    away = metres / KILOMETRE
    shown = f"{away:.0f}" if away >= FAR else f"{away:.1f}".removesuffix(".0")
    return (shown.replace(".", ",") if language == "fr" else shown) + "\u00a0km"


def eased(name: str) -> str:
    """A name that the register has in capitals, as one writes it: ``CAFE DE L'OPERA`` is ``Cafe de l'Opera``.

    A name with a small letter in it stays as it is, and so does what may be an abbreviation.
    """
    if name.upper() != name:
        return name
    words = [_eased(word) for word in name.split(" ")]
    first = words[0]
    return " ".join([first[:1].upper() + first[1:], *words[1:]])


def _eased(word: str) -> str:
    before, mark, after = word.partition("'")
    if mark and len(before) <= 2:  # noqa: PLR2004 - l', d', qu'
        return before.lower() + mark + _eased(after)
    if "-" in word:
        return "-".join(_eased(part) for part in word.split("-"))
    if word.lower() in _SMALL:
        return word.lower()
    if _INITIALS.fullmatch(word) or (len(word) <= KEPT_UPPER and not _VOWELS & set(word)):
        return word
    return word[:1] + word[1:].lower()


def _time(moment: datetime, language: Language) -> str:
    local = moment.astimezone(PARIS)
    if local.hour == local.minute == 0:
        return sentences(language).gettext("midnight")
    return shown_time(local.hour * 60 + local.minute, language)


def _within(day: str, language: Language) -> str:
    """A day of the week within a sentence: small in French."""
    return day.lower() if language == "fr" else day
