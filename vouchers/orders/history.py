"""What was done to an order, when and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Table, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.ids import new_id
from ledger.money import Money
from vouchers.orders.tables import OrderEvent

Fact = str | int | bool | Money | UUID | date | None


@dataclass(frozen=True, slots=True)
class OrderEventView:
    """Something done to an order. Amounts among the facts are cents."""

    what: str
    actor: str
    facts: dict[str, Any]
    at: datetime


async def tell(session: AsyncSession, order_id: UUID, what: str, *, actor: str, at: datetime, **facts: Fact) -> None:
    """Write down what was done."""
    kept = {name: _plain(fact) for name, fact in facts.items() if fact is not None}
    row = {"id": new_id(), "order_id": order_id, "what": what, "actor": actor, "facts": kept, "at": at}
    await session.execute(_TELL, row)


async def history_of(session: AsyncSession, order_id: UUID) -> list[OrderEventView]:
    """What was done to an order, oldest first."""
    statement = select(OrderEvent).where(OrderEvent.order_id == order_id).order_by(OrderEvent.id)
    rows = (await session.execute(statement)).scalars()
    return [OrderEventView(row.what, row.actor, row.facts, row.at) for row in rows]


def _plain(fact: Fact) -> str | int | bool | None:
    match fact:
        case Money():
            return fact.cents
        case UUID() | date():
            return str(fact)
        case _:
            return fact


_TELL: Final = insert(cast("Table", OrderEvent.__table__))
