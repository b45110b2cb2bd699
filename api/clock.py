"""The only reader of the time: the database's clock, which dates what happened (decision 11)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import DateTime, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession


async def now(session: AsyncSession) -> datetime:
    """The present moment, by the database."""
    return (await session.execute(_NOW)).scalar_one()


_NOW: Final = select(type_coerce(func.clock_timestamp(), DateTime(timezone=True)))
