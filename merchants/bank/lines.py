"""What a statement says, line by line, as it is read: nothing here is in the books yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ledger.money import Money

Fate = Literal["read", "skipped", "refused"]
"""A line is ``read``; or ``skipped``, since it moved no money; or ``refused``, since it cannot be understood."""

Why = Literal[
    "",
    # skipped
    "pending", "information", "zero", "repeated",
    # refused
    "status", "direction", "currency", "amount",
    # read, but a person has to look at it
    "debit", "reversal", "returned", "parts", "batch", "amounts", "charges", "alike",
    "unreferenced", "several", "idle", "card", "before",
]  # fmt: skip
"""Why a line was skipped or refused, or what is doubtful about it.

As the bank writes it: ``debit``, a ``reversal``, a ``returned`` payment, ``parts`` that do not add up to their entry, a
``batch`` without its parts, ``amounts`` of entry and transaction that differ, ``charges`` taken off, ``alike`` another
line of another statement. About orders: ``unreferenced``, ``several`` orders named, one that is ``idle`` (waits for no
money), one whose direct debit by ``card`` provider is on its way, one for which the same amount came ``before``.
"""


@dataclass(frozen=True, slots=True)
class Begun:
    """A statement as it begins. ``version`` is that of the format, such as ``08``."""

    version: str
    account: str
    number: str
    sequence: str
    page: str
    first_day: date | None
    last_day: date | None
    closing_on: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """One movement: an entry, or one transaction of an entry that holds several.

    :param entry: its place in the statement, from 1
    :param part: its place in the entry, from 1; 0 for an entry as a whole
    :param written: the amount and the currency as the bank writes them
    :param amount: in euro; none if it is in another currency or cannot be read
    :param credit: whether money came; none if that cannot be read
    :param end_to_end: the payer's own reference; of a batch as a whole, that of its block of the payer's file
    :param reference: the structured creditor reference, as written
    :param remittance: what the payer wrote, or else what the bank says of it
    :param returned: why a payment came back, in the bank's code
    :param charges: what the bank says it took for this line
    """

    entry: int
    part: int
    fate: Fate
    why: Why
    written: str
    amount: Money | None = None
    credit: bool | None = None
    booked_on: date | None = None
    valued_on: date | None = None
    reversal: bool = False
    code: str = ""
    servicer_ref: str = ""
    end_to_end: str = ""
    reference: str = ""
    remittance: str = ""
    counterparty: str = ""
    counterparty_iban: str = ""
    returned: str = ""
    charges: str = ""

    @property
    def said(self) -> str:
        """All words by which an order may be found."""
        words = (self.reference, self.remittance, self.end_to_end, self.counterparty)
        return " ".join(one for one in words if one)


@dataclass(frozen=True, slots=True)
class Ended:
    """A statement as it ends. ``moved`` is what its booked entries in euro come to, credits less debits."""

    opening: Money | None
    closing: Money | None
    closing_on: date | None
    moved: Money

    @property
    def adds_up(self) -> bool | None:
        """Whether opening and movements make the closing balance; none if a balance is missing."""
        if self.opening is None or self.closing is None:
            return None
        return self.opening + self.moved == self.closing


Part = Begun | Line | Ended
