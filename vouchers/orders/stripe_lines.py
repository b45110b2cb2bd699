"""Lines of Stripe's account as they are shown: what it paid out, what it kept as fees."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.database import sum_of
from ledger.money import Money
from vouchers.orders.stripe_books import FEES
from vouchers.orders.tables import StripeMovement


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of Stripe's account, with its sign; ``entry`` is what it alone posted."""

    id: str
    type: str
    amount: Money
    fee: Money
    net: Money
    source: str | None
    entry: UUID | None
    made_at: datetime


async def last_lines(session: AsyncSession, *, types: Collection[str] | None = None, limit: int) -> list[LineView]:
    """The newest lines, of some types or of all."""
    statement = select(StripeMovement).order_by(StripeMovement.made_at.desc(), StripeMovement.id).limit(limit)
    if types is not None:
        statement = statement.where(StripeMovement.type.in_(list(types)))
    return [
        LineView(
            row.id, row.type, Money(row.amount), Money(row.fee), Money(row.net), row.source, row.entry_id, row.made_at
        )
        for row in (await session.execute(statement)).scalars()
    ]


async def fees_between(session: AsyncSession, since: datetime, until: datetime) -> Money:
    """What Stripe kept, from a moment until before another."""
    alone = case((StripeMovement.type.in_(FEES), -StripeMovement.amount), else_=0)
    statement = select(sum_of(StripeMovement.fee) + sum_of(alone)).where(
        StripeMovement.made_at >= since, StripeMovement.made_at < until
    )
    return Money((await session.execute(statement)).scalar_one())
