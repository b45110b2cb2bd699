"""The oldest money that nothing is matched with: how much, since when, and whether it is too long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances, flows
from ledger.chart import Kind, Side, single
from ledger.days import day_of
from ledger.money import ZERO, Money, total
from merchants.bank import queries as bank
from merchants.payouts import queries as payouts
from merchants.payouts.waiting import waiting
from vouchers.buyers import with_credit
from vouchers.proving.states import State

Where = Literal["bank-lines", "buyers-credit", "settlements", "payouts", "stripe"]

PATIENCE: Final[dict[Where, int]] = {
    "bank-lines": 7,
    "buyers-credit": 90,
    "settlements": 14,
    "payouts": 5,
    "stripe": 14,
}
"""Days: a line of a statement is decided within a week; a buyer is asked about its credit within a quarter; a
settlement leaves within two weeks of the day on which it may; a transfer within SEPA takes one banking day (regulation
260/2012), weekends and the statement come on top; Stripe pays out within a week or two."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Money of one sort. ``oldest`` is what it is about: a line, a buyer or a run; ``amount`` is what came in less
    what went out."""

    where: Where
    count: int
    amount: Money
    since: date | None
    oldest: UUID | None
    days: int

    @property
    def patience(self) -> int:
        """Days that it may take."""
        return PATIENCE[self.where]

    @property
    def state(self) -> State:
        """Broken if it took longer."""
        return "broken" if self.count and self.days > self.patience else "holds"


async def unmatched(session: AsyncSession, *, at: datetime) -> list[Unmatched]:
    """All sorts of it, whether there is some or not."""
    today = day_of(at)
    return [
        await _bank_lines(session, today),
        await _credit(session, today),
        await _settlements(session, today),
        await _payouts(session, today),
        await _stripe(session, today),
    ]


def _since(
    where: Where, count: int, amount: Money, since: date | None, today: date, oldest: UUID | None = None
) -> Unmatched:
    """One that lies since a day; a day to come is no age."""
    return Unmatched(where, count, amount, since, oldest, max((today - since).days, 0) if since else 0)


async def _bank_lines(session: AsyncSession, today: date) -> Unmatched:
    found = await bank.queue(session)
    return _since("bank-lines", found.count, found.came - found.went, found.since, today, found.oldest)


async def _credit(session: AsyncSession, today: date) -> Unmatched:
    free = {one.id: one.free for one in await with_credit(session) if one.free}
    since = await flows.since_when(session, free, Side.CREDIT)
    oldest = min(since, key=lambda one: (since[one], one), default=None)
    day = day_of(since[oldest]) if oldest else None
    return _since("buyers-credit", len(free), total(list(free.values())), day, today, oldest)


async def _settlements(session: AsyncSession, today: date) -> Unmatched:
    """What may be paid and is in no approved run, and what is held back."""
    found, proposed = await waiting(session), await payouts.proposed(session)
    due = [*(one.due for one in found.payable), *(one.due for one in found.held_back)]
    days = [*(one.payable_on for one in due), *([proposed.since] if proposed.since else [])]
    amount = total([*(one.amount for one in due), proposed.total])
    return _since("settlements", len(due) + proposed.count, amount, min(days, default=None), today)


async def _payouts(session: AsyncSession, today: date) -> Unmatched:
    """What went to the bank and did not come back on a statement."""
    found: Sequence[payouts.Unconfirmed] = await payouts.unconfirmed(session)
    first = found[0] if found else None
    amount, count = total([one.total for one in found]), sum(one.count for one in found)
    return _since("payouts", count, amount, first.execution_day if first else None, today, first.run if first else None)


async def _stripe(session: AsyncSession, today: date) -> Unmatched:
    held = (await balances.balance(session, single(Kind.STRIPE))).balance
    if held <= ZERO:
        return _since("stripe", 0, held, None, today)
    since = await flows.since_when(session, {single(Kind.STRIPE): held}, Side.DEBIT)
    return _since("stripe", 1, held, day_of(since[single(Kind.STRIPE)]), today)
