"""Refunds as they stand, and what can still go back to the cards that paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.database import sum_of
from ledger.money import Money
from vouchers.orders.cards.card_refusals import RefundUnknown
from vouchers.orders.tables import Dispute, Payment, Refund

Method = Literal["card", "transfer", "credit"]
Source = Literal["vouchers", "credit", "stripe"]
State = Literal["asked", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class RefundView:
    """Money given back: ``amount`` is all of it, ``fee`` and ``fee_vat`` what of the service fee is in it.

    ``source``: taken from ``vouchers``, from the buyer's ``credit``, or given back by hand at ``stripe``. By ``credit``
    it stays the buyer's. One that ``failed`` stays the buyer's too.
    """

    id: UUID
    order: UUID
    method: Method
    source: Source
    amount: Money
    fee: Money
    fee_vat: Money
    state: State
    payment_intent: str | None
    stripe_refund: str | None
    transfer: UUID | None
    reason: str
    asked_by: str
    asked_at: datetime

    @property
    def face(self) -> Money:
        """What of it is not the fee."""
        return self.amount - self.fee - self.fee_vat


@dataclass(frozen=True, slots=True)
class CardLeft:
    """What of a card payment can still go back to its card."""

    payment_intent: str
    left: Money


async def refund(session: AsyncSession, refund_id: UUID) -> RefundView:
    """One refund.

    :raises RefundUnknown:
    """
    row = (await session.execute(select(Refund).where(Refund.id == refund_id))).scalar_one_or_none()
    if row is None:
        raise RefundUnknown(refund=refund_id)
    return view_of(row)


async def refunds_of(session: AsyncSession, order_id: UUID) -> list[RefundView]:
    """The refunds of an order, oldest first."""
    statement = select(Refund).where(Refund.order_id == order_id).order_by(Refund.id)
    return [view_of(row) for row in (await session.execute(statement)).scalars()]


async def refunds_by_intent(session: AsyncSession, payment_intent: str) -> list[RefundView]:
    """The refunds that go back to the card of one payment, oldest first."""
    statement = select(Refund).where(Refund.payment_intent == payment_intent).order_by(Refund.id)
    return [view_of(row) for row in (await session.execute(statement)).scalars()]


async def refunds_asked(session: AsyncSession, method: Method, *, limit: int) -> list[RefundView]:
    """Refunds that were asked for and of which nobody knows yet whether they were sent, oldest first."""
    statement = select(Refund).where(Refund.state == "asked", Refund.method == method).order_by(Refund.id).limit(limit)
    return [view_of(row) for row in (await session.execute(statement)).scalars()]


async def recent_refunds(session: AsyncSession, *, limit: int) -> list[RefundView]:
    """The refunds that were asked last, the newest first."""
    statement = select(Refund).order_by(Refund.id.desc()).limit(limit)
    return [view_of(row) for row in (await session.execute(statement)).scalars()]


async def cards_left(session: AsyncSession, order_id: UUID) -> list[CardLeft]:
    """What of each card payment for an order can still go back to its card; the largest first.

    A disputed payment cannot be refunded: what the bank took back is not ours to send.
    """
    payments = select(Payment.payment_intent, Payment.amount).where(
        Payment.order_id == order_id, Payment.method == "card"
    )
    back = (
        select(Refund.payment_intent, sum_of(Refund.amount))
        .where(Refund.order_id == order_id, Refund.method == "card", Refund.state != "failed")
        .group_by(Refund.payment_intent)
    )
    given = {row[0]: row[1] for row in await session.execute(back)}
    disputed = select(Dispute.payment_intent, sum_of(Dispute.amount)).where(
        Dispute.order_id == order_id, Dispute.withdrawn
    )
    taken = {row[0]: row[1] for row in await session.execute(disputed.group_by(Dispute.payment_intent))}
    left = [
        CardLeft(intent, Money(cents - given.get(intent, 0) - taken.get(intent, 0)))
        for intent, cents in await session.execute(payments)
        if intent is not None
    ]
    return sorted(left, key=lambda one: (-one.left.cents, one.payment_intent))


async def change_refund(session: AsyncSession, refund_id: UUID, **values: object) -> None:
    """Change what is kept of a refund whose order this transaction has locked."""
    await session.execute(
        update(Refund).where(Refund.id == refund_id).values(**values).execution_options(synchronize_session=False)
    )


def view_of(row: Refund) -> RefundView:
    """A refund as it is shown. For the modules of orders."""
    return RefundView(
        row.id, row.order_id, cast("Method", row.method), cast("Source", row.source), Money(row.amount),
        Money(row.fee), Money(row.fee_vat), cast("State", row.state), row.payment_intent, row.stripe_refund,
        row.transfer_id, row.reason, row.asked_by, row.asked_at,
    )  # fmt: skip
