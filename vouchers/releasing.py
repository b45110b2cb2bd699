"""Holds whose time is over: released, and their shops told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import holds
from ledger.holds import Held
from vouchers.notices.writing import Told, hold_facts, tell_many
from vouchers.tables import HoldAsked


async def time_out(session: AsyncSession, vouchers: Sequence[UUID], *, at: datetime) -> list[Held]:
    """Release what is held on these vouchers past its time. They may be locked already."""
    return await _told(session, await holds.time_out(session, vouchers, at=at), at)


async def time_out_due(session: AsyncSession, *, at: datetime) -> list[Held]:
    """Release what is held past its time in the whole programme, at most a thousand holds in one go."""
    return await _told(session, await holds.time_out_due(session, at=at), at)


async def _told(session: AsyncSession, released: list[Held], at: datetime) -> list[Held]:
    if released:
        rows = await session.execute(select(HoldAsked).where(HoldAsked.id.in_([one.id for one in released])))
        asked = {row.id: row for row in rows.scalars()}
        told = [
            Told(of.shop_id, "hold.timed_out", hold_facts(one, voucher=of.voucher_id, shop=of.shop_id, till=of.till_id))
            for one in released
            if (of := asked.get(one.id)) is not None
        ]
        await tell_many(session, told, at=at)
    return released
