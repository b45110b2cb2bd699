"""A month is closed for accounts once no closing that belongs to it is left half-way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger import months
from ledger.days import Period
from merchants.settlements.errors import ClosingNotFinished
from merchants.settlements.queries import unfinished


async def close_month(session: AsyncSession, month: Period, *, by: str, at: datetime) -> months.Closed:
    """As `ledger.months.close_month`; but the entries of a closing that was opened by then must all be there.

    :raises ClosingNotFinished:
    :raises MonthNotOver, MonthOutOfTurn:
    """
    left = await unfinished(session)
    if left is not None and left.closed_at < month.ends:
        raise ClosingNotFinished(first_day=left.first_day, last_day=left.last_day)
    return await months.close_month(session, month, by=by, at=at)
