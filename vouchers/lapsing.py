"""What will expire, and what has: by month for an overview, by batch for whoever extends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Date, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import tallies
from ledger.chart import Kind, Side
from ledger.days import PARIS, Period, day_of, months_later
from ledger.money import ZERO, Money
from vouchers.blocking import REINSTATEMENT
from vouchers.expiring import EXPIRY
from vouchers.tables import Batch, Buyer, Voucher

SOON: Final = timedelta(days=90)
MONTHS: Final = 12
RECEIVERS: Final = (Kind.BREAKAGE, Kind.BUYER, Kind.FUNDER)


@dataclass(frozen=True, slots=True)
class Lapsing:
    """What vouchers hold whose last day is in a month."""

    month: date
    vouchers: int
    left: Money


@dataclass(frozen=True, slots=True)
class LapsingBatch:
    """A batch of which vouchers that hold money expire soon, or have expired lately. Its first such day is told."""

    id: UUID
    label: str
    buyer: UUID
    buyer_name: str
    last_day: date
    vouchers: int
    left: Money


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Where what expired in a month went, reinstatements taken off."""

    month: date
    kept: Money
    to_buyers: Money
    to_funders: Money

    @property
    def total(self) -> Money:
        """All of it."""
        return self.kept + self.to_buyers + self.to_funders


async def by_month(session: AsyncSession, *, at: datetime) -> list[Lapsing]:
    """What expires unless it is spent, by month from this one on, and for a year."""
    today = day_of(at)
    month = cast(func.date_trunc("month", Voucher.last_day), Date)
    members = select(Voucher.id, month).where(
        Voucher.last_day >= today, Voucher.last_day < months_later(today.replace(day=1), MONTHS)
    )
    found = await tallies.holding_by_group(session, members)
    return [Lapsing(one, *found[one]) for one in sorted(found)]


async def batches_soon(session: AsyncSession, *, at: datetime, month: Period | None = None) -> list[LapsingBatch]:
    """Batches that expire within `SOON`, or in a month to come, and hold money still, the first to expire first."""
    today = day_of(at)
    first = today if month is None else max(today, month.first_day)
    last = today + SOON if month is None else month.last_day
    within = Voucher.last_day.between(first, last)
    held = await tallies.holding_by_group(session, select(Voucher.id, Voucher.batch_id).where(within))
    rows = await session.execute(
        select(Batch.id, Batch.label, Buyer.id, Buyer.name, func.min(Voucher.last_day))
        .join(Buyer, Buyer.id == Batch.buyer_id)
        .join(Voucher, Voucher.batch_id == Batch.id)
        .where(Batch.id.in_(held), within)
        .group_by(Batch.id, Batch.label, Buyer.id, Buyer.name)
    )
    found = [LapsingBatch(*row, *held[row[0]]) for row in rows]
    return sorted(found, key=lambda one: (one.last_day, one.buyer_name, one.id))


async def lapsed(session: AsyncSession, *, at: datetime) -> list[Lapsed]:
    """What expired in the last twelve months and where it went, the newest month first."""
    since = datetime.combine(months_later(day_of(at).replace(day=1), -(MONTHS - 1)), datetime.min.time(), PARIS)
    sums: dict[date, dict[Kind, Money]] = {}
    for what, side, sign in ((EXPIRY, Side.CREDIT, 1), (REINSTATEMENT, Side.DEBIT, -1)):
        moved = await tallies.by_month(session, what, side=side, kinds=RECEIVERS, since=since)
        for (month, kind), amount in moved.items():
            of_month = sums.setdefault(month, dict.fromkeys(RECEIVERS, ZERO))
            of_month[kind] += amount * sign
    return [
        Lapsed(month, of[Kind.BREAKAGE], of[Kind.BUYER], of[Kind.FUNDER])
        for month, of in sorted(sums.items(), reverse=True)
    ]
