"""Which payouts, and which runs, a line of a statement may be, for a person who decides: the likeliest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.database import sum_of
from ledger.money import Money
from merchants.bank.lines import Line
from merchants.payouts.queries import PayoutView, payouts_that
from merchants.payouts.tables import Payout, PayoutRun
from merchants.tables import Settlement, Shop

LONGEST: Final = 80
"""Characters by which somebody looks for a payout: its reference, the number of its settlement, a name."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """A payout that a line may be; ``fee`` is what the bank would have taken of it, or beside it."""

    payout: PayoutView
    fee: Money


@dataclass(frozen=True, slots=True)
class FittingRun:
    """A run of which a debit may be all that is not told yet, but for payouts that make ``missing``."""

    run: UUID
    number: str
    count: int
    total: Money
    missing: Money


async def fitting(session: AsyncSession, line: Line, typed: str = "", *, limit: int) -> list[Fitting]:
    """The payouts that a line may be: those that left for a credit, those that wait to leave for a debit.

    They fit by reference, amount, account or name; or are what a person looks for, whatever their amount, as long as
    it leaves room for a fee of the bank.
    """
    if line.amount is None or line.credit is None:
        return []
    cents = line.amount.cents
    room = Payout.amount >= cents if line.credit else Payout.amount <= cents
    named = func.strpos(literal(line.said.upper()), Payout.end_to_end_id) > 0
    holder = or_(
        Payout.iban == (line.counterparty_iban or None), func.upper(Payout.creditor) == line.counterparty.upper()
    )
    wanted = _wanted(typed) if typed.strip() else or_(named, Payout.amount == cents, holder)
    surest = case((named, 0), (Payout.amount == cents, case((holder, 1), else_=2)), (holder, 3), else_=4)
    state = "confirmed" if line.credit else "approved"
    found = await payouts_that(
        session, Payout.state == state, room, wanted, order=(surest, Payout.id.desc()), limit=limit
    )
    return [Fitting(one, _distance(one.amount, line.amount)) for one in found]


async def fitting_runs(session: AsyncSession, line: Line, *, limit: int) -> list[FittingRun]:
    """The approved runs that a debit may be: named first, then whole, then the newest."""
    if line.amount is None or line.credit is not False:
        return []
    waits = sum_of(Payout.amount)
    found: Select[UUID, str, int, int] = (
        select(PayoutRun.id, PayoutRun.number, func.count(), waits)
        .join(Payout, Payout.run_id == PayoutRun.id)
        .where(Payout.state == "approved")
        .group_by(PayoutRun.id)
        .having(waits >= line.amount.cents)
    )
    named = func.strpos(literal(line.said.upper()), PayoutRun.number) > 0
    surest = case((named, 0), (waits == line.amount.cents, 1), else_=2)
    rows = await session.execute(found.order_by(surest, PayoutRun.id.desc()).limit(limit))
    return [
        FittingRun(run, number, count, Money(cents), Money(cents) - line.amount) for run, number, count, cents in rows
    ]


async def may_miss(session: AsyncSession, run: FittingRun) -> list[PayoutView]:
    """The payouts of a run that may be what is missing: those that are not told yet, and no larger."""
    which = Payout.run_id == run.run, Payout.state == "approved", Payout.amount <= run.missing.cents
    return await payouts_that(session, *which, order=(Payout.id,))


def _wanted(typed: str) -> ColumnElement[bool]:
    words = typed.strip()[:LONGEST]
    return or_(
        Payout.end_to_end_id.contains(words.upper(), autoescape=True),
        Settlement.number.contains(words.upper(), autoescape=True),
        Payout.creditor.icontains(words, autoescape=True),
        Shop.name.icontains(words, autoescape=True),
    )


def _distance(amount: Money, told: Money) -> Money:
    return max(amount - told, told - amount)
