"""What was done to a voucher besides moving money, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.ids import new_id
from vouchers.tables import VoucherEvent


@dataclass(frozen=True, slots=True)
class EventView:
    """Something done to a voucher."""

    what: str
    actor: str
    reason: str | None
    at: datetime


async def tell(
    session: AsyncSession, voucher_id: UUID, what: str, *, actor: str, reason: str | None, at: datetime
) -> None:
    """Write down what was done."""
    await session.execute(
        insert(VoucherEvent).values(
            id=new_id(), voucher_id=voucher_id, what=what, actor=actor, reason=reason or None, at=at
        )
    )


async def events_of(session: AsyncSession, voucher_id: UUID) -> list[EventView]:
    """What was done to a voucher, oldest first."""
    statement = select(VoucherEvent).where(VoucherEvent.voucher_id == voucher_id).order_by(VoucherEvent.id)
    rows = (await session.execute(statement)).scalars()
    return [EventView(row.what, row.actor, row.reason, row.at) for row in rows]
