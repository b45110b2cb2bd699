"""Reading an amount of euros as people and spreadsheets write it."""

from __future__ import annotations

import re
from typing import Final

from ledger.errors import AmountMalformed
from ledger.money import Money

_UNIT: Final = re.compile(r"\s*(?:EUR|EUROS?|€)\.?\s*$", re.IGNORECASE)
_UNIT_FIRST: Final = re.compile(r"^\s*(?:EUR|€)\s*", re.IGNORECASE)
_LONGEST: Final = 60
# Both marks stand in one number: the last parts the cents, the other the thousands.
_BOTH_MARKS: Final = re.compile(
    r"(?P<sign>[-−]?)(?P<whole>\d{1,3}(?:(?P<mark>[.,])\d{3})+)(?!(?P=mark))[.,](?P<cents>\d{1,2})", re.ASCII
)


def amount_typed(typed: str) -> Money:
    """``50``, ``50,00 €``, ``50.00``, ``1 250,50``, ``1.250,50``, ``1,250.50``, ``50 EUR``.

    ``1,250`` and ``1.250`` mean a thousand to some and a euro to others: neither is taken.

    :raises AmountMalformed: anything else
    """
    text = _UNIT_FIRST.sub("", _UNIT.sub("", typed[:_LONGEST], count=1), count=1).strip()
    if len(typed) > _LONGEST:
        raise AmountMalformed(typed=typed[:40])
    if found := _BOTH_MARKS.fullmatch(text):
        text = f"{found['sign']}{re.sub('[.,]', '', found['whole'])}.{found['cents']}"
    try:
        return Money.of(text)
    except AmountMalformed:
        raise AmountMalformed(typed=typed[:40]) from None


def as_typed(number: float) -> str:
    """A spreadsheet's number as it shows it: fifteen digits, so that 0.1 + 0.2 is 0.3."""
    return f"{number:.15g}"
