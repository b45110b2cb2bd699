"""What of a funder's money may still be given: what it paid in, within its budget, less what is kept for others.

All of it is read and written under the lock of the funder's account, so that of two who want the last euro one has it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Date, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import day_of
from ledger.money import ZERO, Money, total
from vouchers.errors import FundsExhausted
from vouchers.funding.errors import BudgetExceeded, FundsReserved, NoBudget
from vouchers.funding.tables import Budget, Reserve


@dataclass(frozen=True, slots=True)
class Line:
    """A budget as it stands."""

    id: UUID
    label: str
    amount: Money
    granted: Money

    @property
    def left(self) -> Money:
        """What of it went to no voucher yet."""
        return self.amount - self.granted


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept for a purpose; ``counted`` if its budget has it already."""

    amount: Money
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Funds:
    """A funder's money on a day.

    :param held: what its account has
    :param reserved: what is kept, by purpose
    :param line: the budget of this day, on which is counted what is given; without one nothing may be, if ``budgeted``
    :param over: this day is past: only that is given for it which was promised on it, so that what was promised to
        others is within its budget too, or came later and is for that of another day
    """

    held: Money
    day: date
    reserved: Mapping[UUID, Kept] = field(default_factory=dict)
    line: Line | None = None
    budgeted: bool = False
    over: bool = False

    def kept(self, out_of: UUID | None = None) -> Money:
        """What is kept for other purposes than this one."""
        return total([one.amount for purpose, one in self.reserved.items() if purpose != out_of])

    def free(self, out_of: UUID | None = None) -> Money:
        """What may be given, or kept, for a purpose of its own; never below zero. Pure."""
        unpromised = self.held - self.kept(out_of)
        return max(min(unpromised, self._granted(out_of)) if self.budgeted else unpromised, ZERO)

    def refuse_beyond(self, asked: Money, out_of: UUID | None = None) -> None:
        """Whether so much may be given.

        :raises FundsExhausted: if it was not paid in
        :raises FundsReserved: if it is promised to others
        :raises NoBudget, BudgetExceeded: if the agreement does not grant it
        """
        self.refuse_promised(asked, out_of)
        if self.budgeted and self.line is None:
            raise NoBudget(day=self.day)
        if self.budgeted and self.line is not None and asked > self._granted(out_of):
            raise BudgetExceeded(budget=self.line.label, left=max(self._granted(out_of), ZERO), asked=asked)

    def refuse_promised(self, asked: Money, out_of: UUID | None = None) -> None:
        """Whether so much may leave the account, whatever the budget.

        :raises FundsExhausted, FundsReserved:
        """
        kept = self.kept(out_of)
        if asked > self.held:
            raise FundsExhausted(left=self.held, asked=asked)
        if asked > self.held - kept:
            raise FundsReserved(free=max(self.held - kept, ZERO), reserved=kept, asked=asked)

    def _granted(self, out_of: UUID | None) -> Money:
        """What the budget of this day still grants, less what is promised and not counted on it."""
        promised = [
            one.amount
            for purpose, one in self.reserved.items()
            if purpose != out_of and not one.counted and not self.over
        ]
        return self.line.left - total(promised) if self.line else ZERO


async def funds_of(
    session: AsyncSession, funder_id: UUID, held: Money, *, at: datetime, on: date | None = None
) -> Funds:
    """What of a funder's money may be given now; its account is locked, and holds ``held``.

    :param on: the day for which it is given, if that is not today; if no budget has that day, today's is asked
    """
    lines = (await session.execute(_LINES, {"funder": funder_id})).scalars().all()
    today = day_of(at)
    days = (today if on is None else on, today)
    found = [(day, one) for day in days for one in lines if one.first_day <= day <= one.last_day]
    day, row = found[0] if found else (today, None)
    line = None if row is None else Line(row.id, row.label, Money(row.amount), Money(row.granted))
    return Funds(held, day, await reserves_of(session, funder_id, at=at), line, bool(lines), day < today)


async def reserves_of(session: AsyncSession, funder_id: UUID, *, at: datetime) -> dict[UUID, Kept]:
    """What is kept of a funder's money, by purpose."""
    rows = await session.execute(_RESERVES, {"funder": funder_id, "today": day_of(at)})
    return {purpose: Kept(Money(cents), counted) for purpose, cents, counted in rows}


async def reserve(
    session: AsyncSession, purpose: UUID, *, funder_id: UUID, amount: Money, until: date | None, counted: bool = False
) -> None:
    """Keep so much for a purpose, instead of what was kept for it before. Whether it may be was asked before."""
    values = {"amount": amount.cents, "until": until, "counted": counted}
    statement = insert(Reserve).values(id=purpose, funder_id=funder_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=[Reserve.id], set_=values))


async def keep_until(session: AsyncSession, purpose: UUID, until: date | None) -> None:
    """Keep what is kept for a purpose until another day."""
    statement = update(Reserve).where(Reserve.id == purpose).values(until=until)
    await session.execute(statement.execution_options(synchronize_session=False))


async def kept_for(session: AsyncSession, purposes: Collection[UUID]) -> dict[UUID, Money]:
    """What is kept for each of these purposes, whatever the day."""
    if not purposes:
        return {}
    rows = await session.execute(select(Reserve.id, Reserve.amount).where(Reserve.id.in_(list(purposes))))
    return {purpose: Money(cents) for purpose, cents in rows}


async def use(session: AsyncSession, purpose: UUID, amount: Money) -> None:
    """Take some of what is kept for a purpose."""
    statement = update(Reserve).where(Reserve.id == purpose).values(amount=Reserve.amount - amount.cents)
    await session.execute(statement.execution_options(synchronize_session=False))


async def release(session: AsyncSession, purpose: UUID) -> None:
    """Keep nothing for a purpose any more."""
    statement = update(Reserve).where(Reserve.id == purpose).values(amount=0)
    await session.execute(statement.execution_options(synchronize_session=False))


async def count(session: AsyncSession, funder_id: UUID, amount: Money, *, on: date) -> None:
    """Count what is given, or taken back before it was, on the budget of its day, if the funder has one."""
    statement = (
        update(Budget)
        .where(Budget.funder_id == funder_id, Budget.first_day <= on, Budget.last_day >= on)
        .values(granted=Budget.granted + amount.cents)
    )
    await session.execute(statement.execution_options(synchronize_session=False))


_LINES: Final = select(Budget).where(Budget.funder_id == bindparam("funder"))
_RESERVES: Final = select(Reserve.id, Reserve.amount, Reserve.counted).where(
    Reserve.funder_id == bindparam("funder"),
    Reserve.amount > 0,
    or_(Reserve.until.is_(None), Reserve.until >= bindparam("today", type_=Date())),
)
