"""Where and when vouchers are taken, in sentences: at the till that refuses one, for its holder, on paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final, Protocol
from uuid import UUID

from ledger.formats import Language, shown_day, shown_days
from merchants.shops.trade_names import many_of, one_of
from vouchers.rules.rule_errors import NotTakenHere

TOLD: Final = 4
"""How many of a long list are named; the others are counted."""

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "fr": {
        "taken": "Ce bon se dépense {taken}.",
        "here": "Ici\u00a0: {here}.",
        "today": "Aujourd'hui\u00a0: {day}.",
        "line": "À dépenser {taken}.",
    },
    "en": {
        "taken": "This voucher is taken {taken}.",
        "here": "Here: {here}.",
        "today": "Today: {day}.",
        "line": "To be spent {taken}.",
    },
}


class Asks(Protocol):
    """What a rule asks, and what a refusal says that it asks."""

    @property
    def communes(self) -> tuple[tuple[str, str], ...]:
        """INSEE code and name."""

    @property
    def trades(self) -> tuple[str, ...]:
        """NAF codes."""

    @property
    def shops(self) -> tuple[tuple[UUID | str, str], ...]:
        """Id and name."""

    @property
    def first_day(self) -> date | None:
        """The first day on which it is taken."""

    @property
    def last_day(self) -> date | None:
        """The last one."""


def taken(asks: Asks, language: Language) -> str:
    """``dans les librairies de La Ciotat et de Cassis, du 25 au 31 mai 2027``: the middle of a sentence."""
    parts = [part for part in (where(asks, language), when(asks, language)) if part]
    return ", ".join(parts)


def line(asks: Asks, language: Language) -> str:
    """One line for paper, letters and pages: ``À dépenser dans les librairies de Cassis.``"""
    return _WORDS[language]["line"].format(taken=taken(asks, language))


def refused(refusal: NotTakenHere, language: Language) -> str:
    """Where and when a voucher is taken, and what is against it here and today."""
    words = _WORDS[language]
    told = [words["taken"].format(taken=taken(refusal, language))]
    if here := _here(refusal, language):
        told.append(words["here"].format(here=here))
    if {"before", "after"} & set(refusal.reasons):
        told.append(words["today"].format(day=shown_day(refusal.day, language)))
    return " ".join(told)


def where(asks: Asks, language: Language) -> str:
    """``dans les librairies de Cassis``, ``chez Libraire Dupont``; empty if every shop takes it."""
    french = language == "fr"
    towns = _listed([name for _, name in asks.communes], language, _of_town, ("communes", "communes"))
    towns = (f" {towns}" if french else f" in {towns}") if towns else ""
    trades = _listed([many_of(naf, language) for naf in asks.trades], language, _the, ("métiers", "trades"))
    if asks.shops:
        names = _listed([name for _, name in asks.shops], language, _plain, ("commerces", "shops"))
        shops = f"chez {names}" if french else f"at {names}"
        among = trades or (("les commerces" if french else "shops") if towns else "")
        return f"{shops} ({'parmi ' if french else 'among the '}{among}{towns})" if among else shops
    if trades:
        return f"dans {trades}{towns}" if french else f"at {trades}{towns}"
    if towns:
        return f"dans les commerces{towns}" if french else f"at shops{towns}"
    return ""


def when(asks: Asks, language: Language) -> str:
    """``du 25 au 31 mai 2027``; empty if the rule names no day."""
    first, last, french = asks.first_day, asks.last_day, language == "fr"
    if first is not None and last is not None:
        return shown_days(first, last, language)
    if first is not None:
        return f"à partir du {shown_day(first, language)}" if french else f"from {shown_day(first, language)}"
    if last is not None:
        return f"jusqu'au {shown_day(last, language)} inclus" if french else f"through {shown_day(last, language)}"
    return ""


def _here(refusal: NotTakenHere, language: Language) -> str:
    """Of the shop what the rule asks about, if that is what is against it."""
    if not {"commune", "trade", "shop"} & set(refusal.reasons):
        return ""
    told = [
        (refusal.shops, refusal.shop_here), (refusal.trades, one_of(refusal.trade_here, language)),
        (refusal.communes, refusal.commune_here),
    ]  # fmt: skip
    return ", ".join(words for asked, words in told if asked)


def _listed(
    names: Sequence[str], language: Language, said: Callable[[str, Language], str], others: tuple[str, str]
) -> str:
    """``a, b et c``; of many the first, and how many others: ``a, b, c, d et 12 autres communes``."""
    named = [said(name, language) for name in names]
    if len(named) > TOLD + 1:
        rest = len(named) - TOLD
        french = f"{'de ' if said is _of_town else ''}{rest} autres {others[0]}"
        named = [*named[:TOLD], french if language == "fr" else f"{rest} other {others[1]}"]
    if len(named) < 2:  # noqa: PLR2004
        return "".join(named)
    return f"{', '.join(named[:-1])} {'et' if language == 'fr' else 'and'} {named[-1]}"


def _plain(name: str, _language: Language) -> str:
    return name


def _the(name: str, language: Language) -> str:
    return f"les {name}" if language == "fr" else name


def _of_town(name: str, language: Language) -> str:
    """``de Cassis``, ``d'Aubagne``, ``du Rove``, ``des Baux-de-Provence``."""
    if language != "fr":
        return name
    if name.startswith("Le "):
        return f"du {name[3:]}"
    if name.startswith("Les "):
        return f"des {name[4:]}"
    return f"d'{name}" if name[:1].upper() in _MUTE else f"de {name}"


_MUTE: Final = frozenset("AEIOUYÂÀÉÈÊËÎÏÔÛH")
