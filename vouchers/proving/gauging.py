"""Reading the gauges, and the limits at which those of a programme warn and alarm."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import flows
from ledger.chart import Kind
from ledger.days import day_of
from ledger.ids import new_id
from ledger.money import Money
from merchants.movements import REDEMPTION
from vouchers.proving.gauges import (
    DEFAULT,
    MONTHS_OF_PACE,
    Gauge,
    Limits,
    Name,
    circulation_of,
    months_up_to,
    payments_of,
)
from vouchers.proving.tables import GaugeLimit


async def gauges(session: AsyncSession, *, in_circulation: Money, at: datetime) -> tuple[Gauge, Gauge]:
    """What is in circulation, and what was paid in twelve months; a payment that was undone was none."""
    today = day_of(at)
    quarter, year = months_up_to(today, MONTHS_OF_PACE), months_up_to(today, 12)
    moved = await flows.moved_by_day(session, kind=Kind.VOUCHER, since=quarter.starts, before=quarter.ends)
    paid = await flows.unreversed_by_day(session, transfer_kind=REDEMPTION, since=year.starts, before=year.ends)
    return (
        circulation_of(in_circulation, moved, limits=await limits_on(session, "circulation", today), today=today),
        payments_of(paid, limits=await limits_on(session, "payments", today), today=today),
    )


async def limits_on(session: AsyncSession, gauge: Name, day: date) -> Limits:
    """The limits that hold on a day."""
    statement = (
        select(GaugeLimit.warn_bp, GaugeLimit.alarm_bp)
        .where(GaugeLimit.gauge == gauge, GaugeLimit.effective_from <= day)
        .order_by(GaugeLimit.effective_from.desc(), GaugeLimit.id.desc())
        .limit(1)
    )
    row = (await session.execute(statement)).one_or_none()
    return DEFAULT if row is None else Limits(*row)


async def set_limits(session: AsyncSession, gauge: Name, limits: Limits, *, actor: str, at: datetime) -> None:
    """Let other limits hold from today on; what held before stays written down."""
    await session.execute(
        insert(GaugeLimit).values(
            id=new_id(), gauge=gauge, effective_from=day_of(at), warn_bp=limits.warn_bp, alarm_bp=limits.alarm_bp,
            set_by=actor, set_at=at,
        )
    )  # fmt: skip
