"""What is watched from day to day: orders that wait for money, the money that came last, letters that came back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.days import day_of
from vouchers.buyers import BuyerKind
from vouchers.orders.errors import PaymentUnknown
from vouchers.orders.paperwork.issuing_papers import CREDIT_DAYS
from vouchers.orders.queries import DEBIT_UNDER_WAY, OrderView, PaymentView, payment_of, view_of
from vouchers.orders.tables import Mailing, Order, OrderEvent, Payment
from vouchers.tables import Buyer

LOST: Final = ("refused", "bounced", "doubtful")
"""States of a message that somebody has to look at."""

MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Awaiting:
    """An order with its buyer. ``due_on`` is when it lapses, or when what was issued on credit is to be paid.

    ``debit``: a direct debit for it is on its way, and until that is decided it does not lapse.
    """

    order: OrderView
    buyer: str
    kind: BuyerKind
    due_on: date | None
    debit: bool

    @property
    def waits(self) -> bool:
        """Whether money is still to come for it."""
        owed = self.order.on_credit and self.order.status in {"issued", "delivered", "disputed"}
        return bool(self.order.missing) and (owed or self.order.status == "awaiting_payment")

    @property
    def owed(self) -> bool:
        """Whether its vouchers went out before they were paid."""
        return self.order.on_credit and self.waits


@dataclass(frozen=True, slots=True)
class Undelivered:
    """An order of which the last message to somebody was refused, came back, or may not have left."""

    order: OrderView
    buyer: str
    messages: int


async def awaiting(
    session: AsyncSession, *, buyers: Collection[UUID] | None = None, limit: int = MOST
) -> list[Awaiting]:
    """The orders for which money is to come, the oldest first."""
    return await orders_with_buyers(session, WAITS, buyers=buyers, limit=limit)


async def orders_with_buyers(
    session: AsyncSession, *which: ColumnElement[bool], buyers: Collection[UUID] | None = None, limit: int
) -> list[Awaiting]:
    """Orders with their buyers, the oldest first. For the modules of orders."""
    given = (
        select(OrderEvent.order_id, func.min(OrderEvent.at).label("at"))
        .where(OrderEvent.what == "credit_given")
        .group_by(OrderEvent.order_id)
        .subquery()
    )
    statement: Select[Any] = (
        select(Order, Buyer.name, Buyer.kind, given.c.at, DEBIT_UNDER_WAY)
        .join(Buyer, Buyer.id == Order.buyer_id)
        .outerjoin(given, given.c.order_id == Order.id)
        .where(*which)
        .order_by(Order.placed_at, Order.id)
        .limit(limit)
    )
    if buyers is not None:
        statement = statement.where(Order.buyer_id.in_(list(buyers)))
    return [
        Awaiting(view_of(row), name, cast("BuyerKind", kind), _due_on(row, at, debit=debit), debit)
        for row, name, kind, at, debit in await session.execute(statement)
    ]


async def with_buyer(session: AsyncSession, order_id: UUID) -> Awaiting | None:
    """One order with its buyer; none if there is no such order."""
    return next(iter(await orders_with_buyers(session, Order.id == order_id, limit=1)), None)


async def orders_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Awaiting]:
    """These orders with their buyers."""
    found = await orders_with_buyers(session, Order.id.in_(list(ids)), limit=max(len(ids), 1))
    return {one.order.id: one for one in found}


async def orders_by_reference(session: AsyncSession, references: Collection[str]) -> list[Awaiting]:
    """The orders with these references, whatever their status, with their buyers."""
    if not references:
        return []
    return await orders_with_buyers(session, Order.reference.in_(list(references)), limit=len(references))


async def last_payments(session: AsyncSession, *, limit: int) -> list[tuple[PaymentView, Awaiting]]:
    """The money that came last for orders, the newest first."""
    statement = select(Payment).where(Payment.order_id.is_not(None)).order_by(Payment.at.desc(), Payment.id.desc())
    payments = [payment_of(row) for row in (await session.execute(statement.limit(limit))).scalars()]
    orders = await orders_by_id(session, {one.order for one in payments if one.order is not None})
    return [(one, orders[one.order]) for one in payments if one.order is not None]


async def payment(session: AsyncSession, payment_id: UUID) -> PaymentView:
    """One payment.

    :raises PaymentUnknown:
    """
    row = (await session.execute(select(Payment).where(Payment.id == payment_id))).scalar_one_or_none()
    if row is None:
        raise PaymentUnknown(payment=payment_id)
    return payment_of(row)


async def undelivered(session: AsyncSession, *, limit: int) -> list[Undelivered]:
    """Orders with messages that did not arrive and were not sent again, the newest first."""
    later = aliased(Mailing)
    again = (
        select(later.id)
        .where(
            later.order_id == Mailing.order_id, later.kind == Mailing.kind, later.attempt > Mailing.attempt,
            later.beneficiary_id.is_not_distinct_from(Mailing.beneficiary_id),
        )
        .exists()
    )  # fmt: skip
    lost = (
        select(Mailing.order_id, func.count().label("messages"))
        .where(Mailing.state.in_(LOST), ~again)
        .group_by(Mailing.order_id)
        .subquery()
    )
    statement = (
        select(Order, Buyer.name, lost.c.messages)
        .join(lost, lost.c.order_id == Order.id)
        .join(Buyer, Buyer.id == Order.buyer_id)
        .order_by(Order.id.desc())
        .limit(limit)
    )
    return [Undelivered(view_of(row), name, messages) for row, name, messages in await session.execute(statement)]


def _due_on(row: Order, credit_given_at: datetime | None, *, debit: bool) -> date | None:
    if credit_given_at is not None:
        return day_of(credit_given_at) + timedelta(CREDIT_DAYS)
    return None if debit else row.lapses_on


_OWED: Final = and_(
    Order.on_credit,
    Order.status.in_(("issued", "delivered", "disputed")),
    Order.covered < Order.face_total + Order.fee + Order.fee_vat,
)
WAITS: Final = or_(Order.status == "awaiting_payment", _OWED)
"""Which orders money is to come for."""
