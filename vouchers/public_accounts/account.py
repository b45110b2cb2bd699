"""A funder's account of a period: what it holds here, what became of what it granted, each with its proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.days import Period
from ledger.money import Money, total
from merchants.settlements.statement import StatementProgramme
from vouchers.funders import FunderView


@dataclass(frozen=True, slots=True)
class Held:
    """A funder's account in the books between two moments, from its transfers.

    closing = opening + paid in + came back from expired vouchers and refunds + other − granted − sent back.
    """

    opening: Money
    paid_in: Money
    granted: Money
    expired: Money
    refunded: Money
    sent_back: Money
    other: Money
    closing: Money

    @property
    def missing(self) -> Money:
        """Zero, or it does not add up."""
        came = total([self.opening, self.paid_in, self.expired, self.refunded, self.other])
        return came - self.granted - self.sent_back - self.closing


@dataclass(frozen=True, slots=True)
class Grant:
    """What a campaign or a rule gave, to how many vouchers; without a title, one by one."""

    title: str
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Spending:
    """What of the funder's money was spent in the shops of one trade in one commune."""

    commune: str
    trade: str
    shops: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that came from the funder (above zero), or was sent back to it."""

    day: date
    reference: str
    amount: Money
    transfer: UUID


@dataclass(frozen=True, slots=True)
class Account:
    """All that the account says, from ``days.first_day`` through ``days.last_day``, as it stands on ``drawn_on``.

    :param outstanding: what of its money was on vouchers when the period began
    :param left: what is when it ends
    :param lapsed: what expired on vouchers and is the operator's by the programme's rules
    """

    programme: StatementProgramme
    funder: FunderView
    days: Period
    drawn_on: date
    held: Held
    outstanding: Money
    left: Money
    lapsed: Money
    grants: tuple[Grant, ...]
    spendings: tuple[Spending, ...]
    payments: tuple[Paid, ...]

    @property
    def spent(self) -> Money:
        """What of its money was spent in shops."""
        return total([one.amount for one in self.spendings])

    @property
    def provisional(self) -> bool:
        """Whether the period is not over yet."""
        return self.drawn_on <= self.days.last_day

    @property
    def missing(self) -> Money:
        """Zero, or what was granted is not all accounted for."""
        went = total([self.spent, self.lapsed, self.held.expired, self.held.refunded, self.left])
        return self.outstanding + self.held.granted - went

    @property
    def agrees(self) -> bool:
        """Whether every sum adds up to the transfers."""
        named = total([one.amount for one in self.grants])
        moved = total([one.amount for one in self.payments])
        listed = named == self.held.granted and moved == self.held.paid_in - self.held.sent_back
        return listed and not self.missing and not self.held.missing
