"""An amount as a cashier types it with a queue behind: read, or asked about in words; never guessed.

``12.5`` and ``12,5`` are 12,50 €. ``1 2,50`` slipped: was 12,50 € meant? ``1250`` may be twelve euros fifty typed as
on a card terminal: that is asked too, whatever is left on the voucher, and so is any sum beyond what is left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from api.pages.catalogues import marked
from ledger.errors import AmountMalformed
from ledger.money import ZERO, Money

LONGEST: Final = 30
CENTS_ALONE: Final = 3
"""So many digits without a comma may be a sum typed in cents."""

MISSING: Final = marked("Type the amount to take, such as 12,50.")
NO_AMOUNT: Final = marked("“%(typed)s” is not an amount. Type euros and cents, such as 12,50.")
NOT_ABOVE_ZERO: Final = marked("The amount must be above zero.")
DID_YOU_MEAN: Final = marked("You typed “%(typed)s”. Did you mean this amount?")
WHICH: Final = marked("You typed “%(typed)s”. Which amount is it?")
ONLY_LEFT: Final = marked("Only %(left)s is left on this voucher. Take all of it? The rest is paid otherwise.")

_BARE: Final = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Read:
    """An amount as it was read: ``amount``, or a sentence why not, with the amounts that may be meant."""

    amount: Money | None = None
    sentence: str = ""
    meant: tuple[Money, ...] = ()


def read_amount(typed: str, left: Money) -> Read:
    """What a cashier typed, for a voucher of which ``left`` can be spent."""
    text = " ".join(typed.replace("\u00a0", " ").replace("\u202f", " ").split())[:LONGEST]
    if not text:
        return Read(sentence=MISSING)
    squeezed = re.sub(r"[\s€]", "", text)
    if _BARE.fullmatch(squeezed) and len(squeezed) >= CENTS_ALONE:
        return _bare(squeezed, left)
    try:
        amount = Money.of(text)
    except AmountMalformed:
        return _slipped(squeezed, left)
    return _bounded(amount, left)


def _bare(digits: str, left: Money) -> Read:
    """Digits alone: euros or cents?"""
    meant = {Money(int(digits[:17])), Money(int(digits[:15]) * 100)}
    possible = tuple(sorted(one for one in meant if ZERO < one <= left))
    if not possible:
        return _bounded(Money(int(digits[:15]) * 100), left)
    return Read(sentence=WHICH if len(possible) > 1 else DID_YOU_MEAN, meant=possible)


def _slipped(squeezed: str, left: Money) -> Read:
    """A space where none belongs."""
    try:
        amount = Money.of(squeezed)
    except AmountMalformed:
        return Read(sentence=NO_AMOUNT)
    found = _bounded(amount, left)
    return Read(sentence=DID_YOU_MEAN, meant=(amount,)) if found.amount is not None else found


def _bounded(amount: Money, left: Money) -> Read:
    if amount <= ZERO:
        return Read(sentence=NOT_ABOVE_ZERO)
    if amount > left:
        return Read(sentence=ONLY_LEFT, meant=(left,) if left > ZERO else ())
    return Read(amount)
