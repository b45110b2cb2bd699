"""Refusal, the root of every domain error, and the ledger's own refusals."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

if TYPE_CHECKING:
    from ledger.money import Money


class Refusal(Exception):
    """Something the domain will not do, with a stable name and the facts of the case as attributes.

    ``name`` is the kebab-case form of the class (``NotEnoughLeft`` is ``not-enough-left``); it never changes
    once published, since API clients act upon it.
    """

    name: ClassVar[str] = "refusal"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()


class AmountMalformed(Refusal):
    """Not an amount of money in whole cents."""

    def __init__(self, *, typed: str) -> None:
        self.typed = typed
        super().__init__(f"{typed!r} is not an amount in euros and cents.")


class Overdrawn(Refusal):
    """A guarded account holds less than the posting would take."""

    def __init__(self, *, account: UUID | None = None) -> None:
        self.account = account
        super().__init__("A guarded account holds less than this posting takes.")


class AccountUnknown(Refusal):
    """No such account in this programme's books."""

    def __init__(self, *, account: UUID) -> None:
        self.account = account
        super().__init__(f"There is no account {account}.")


class EntryUnknown(Refusal):
    """No such entry in these books."""

    def __init__(self, *, entry: UUID) -> None:
        self.entry = entry
        super().__init__(f"There is no entry {entry}.")


class TransferUnknown(Refusal):
    """No such transfer in this programme's books."""

    def __init__(self, *, transfer: UUID) -> None:
        self.transfer = transfer
        super().__init__(f"There is no transfer {transfer}.")


class AlreadyReversed(Refusal):
    """A transfer is reversed at most once."""

    def __init__(self, *, transfer: UUID) -> None:
        self.transfer = transfer
        super().__init__(f"Transfer {transfer} is reversed already.")


class HoldUnknown(Refusal):
    """No such hold in this programme's books."""

    def __init__(self, *, hold: UUID) -> None:
        self.hold = hold
        super().__init__(f"There is no hold {hold}.")


class HoldClosed(Refusal):
    """The hold is captured in whole, voided or timed out; nothing is left to take."""

    def __init__(self, *, hold: UUID, state: str) -> None:
        self.hold, self.state = hold, state
        super().__init__(f"Hold {hold} is {state}.")


class HoldExceeded(Refusal):
    """The capture asks for more than the hold still keeps."""

    def __init__(self, *, hold: UUID, left: Money, asked: Money) -> None:
        self.hold, self.left, self.asked = hold, left, asked
        super().__init__(f"Hold {hold} keeps {left}; {asked} was asked.")


class KeyReused(Refusal):
    """The idempotency key was used before, with another request."""

    def __init__(self, *, key: str) -> None:
        self.key = key
        super().__init__("This Idempotency-Key was used with another request.")


class PeriodMalformed(Refusal):
    """Not a month such as 2026-10, or a period that ends before it begins."""

    def __init__(self, *, typed: str) -> None:
        self.typed = typed
        super().__init__(f"{typed!r} is not a period.")


class MonthNotOver(Refusal):
    """The month is not over in Paris: more of it may still come."""

    def __init__(self, *, month: date) -> None:
        self.month = month
        super().__init__(f"{month:%Y-%m} is not over.")


class MonthOutOfTurn(Refusal):
    """Months are closed for accounts one after the other; ``due`` is the first day of the next one."""

    def __init__(self, *, due: date) -> None:
        self.due = due
        super().__init__(f"The next month to close is {due:%Y-%m}.")


class MonthNotClosed(Refusal):
    """What is not closed for accounts has no numbers yet."""

    def __init__(self, *, month: date) -> None:
        self.month = month
        super().__init__(f"{month:%Y-%m} is not closed for accounts.")


class AccountNumberUnfit(Refusal):
    """A number that is none of the French chart of accounts: three digits first, then digits or letters."""

    def __init__(self, *, kind: str, number: str) -> None:
        self.kind, self.number = kind, number
        super().__init__(f"{number!r} is no number for the account of kind {kind}.")
