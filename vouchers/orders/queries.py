"""Reading orders, their lines and their beneficiaries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.formats import Language
from ledger.money import Money
from vouchers.orders.errors import BeneficiaryUnknown, OrderUnknown
from vouchers.orders.tables import Beneficiary, CheckoutAttempt, Order, OrderLine, Payment

Status = Literal["draft", "awaiting_payment", "paid", "issued", "delivered", "cancelled", "refunded", "disputed"]
Handing = Literal["sheets", "email", "links"]
Method = Literal["card", "transfer"]

STATUSES: Final[tuple[Status, ...]] = (
    "draft", "awaiting_payment", "paid", "issued", "delivered", "cancelled", "refunded", "disputed",
)  # fmt: skip

DEBIT_UNDER_WAY: Final = (
    select(CheckoutAttempt.id).where(CheckoutAttempt.order_id == Order.id, CheckoutAttempt.state == "complete").exists()
)
"""Whether a direct debit for an order is on its way: its page is done with, its money neither there nor refused.

For the modules of orders.
"""


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order. Of a draft the price is not agreed: ask `drafting.price_of`.

    ``covered`` is what of its buyer's money is set aside for it, or was when it was issued.
    """

    id: UUID
    buyer: UUID
    status: Status
    resting: Status | None
    number: str | None
    reference: str | None
    label: str
    occasion: str | None
    message: str
    picture: UUID | None
    handing: Handing
    deliver_on: date | None
    language: Language
    face_total: Money
    fee: Money
    fee_vat: Money
    covered: Money
    method: Method | None
    on_credit: bool
    version: int
    made_by: str
    made_at: datetime
    placed_at: datetime | None
    lapses_on: date | None
    rule: UUID | None = None
    """The version of the rule that is to limit its vouchers."""

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return self.face_total + self.fee + self.fee_vat

    @property
    def missing(self) -> Money:
        """What of it is not covered yet."""
        return self.total - self.covered


@dataclass(frozen=True, slots=True)
class LineView:
    """A quantity of vouchers of one face value. ``named``: those of the beneficiaries."""

    id: UUID
    position: int
    quantity: int
    face_value: Money
    named: bool
    batch: UUID | None


@dataclass(frozen=True, slots=True)
class BeneficiaryView:
    """Who receives a voucher; ``voucher`` is the one first issued, of which a reissue is an heir."""

    id: UUID
    order: UUID
    position: int
    name: str
    email: str | None
    staff_number: str | None
    face_value: Money
    voucher: UUID | None


@dataclass(frozen=True, slots=True)
class PaymentView:
    """Money that came for an order."""

    id: UUID
    buyer: UUID
    order: UUID | None
    method: Method
    amount: Money
    reference: str
    payment_intent: str | None
    recorded_by: str
    at: datetime


async def order(session: AsyncSession, order_id: UUID) -> OrderView:
    """One order.

    :raises OrderUnknown:
    """
    row = (await session.execute(_ORDER, {"order": order_id})).scalar_one_or_none()
    if row is None:
        raise OrderUnknown(order=order_id)
    return view_of(row)


async def orders_page(
    session: AsyncSession,
    *,
    buyers: Collection[UUID] | None = None,
    status: Status | None = None,
    search: str | None = None,
    after: UUID | None = None,
    limit: int,
) -> list[OrderView]:
    """Orders, newest first; ``search`` is looked for in numbers, references and labels."""
    statement = select(Order).order_by(Order.id.desc()).limit(limit)
    if buyers is not None:
        statement = statement.where(Order.buyer_id.in_(list(buyers)))
    if status is not None:
        statement = statement.where(Order.status == status)
    if search:
        like = f"%{_escaped(search)}%"
        squeezed = f"%{_escaped(''.join(search.split()).upper())}%"
        statement = statement.where(
            or_(Order.number.ilike(like), Order.reference.like(squeezed), Order.label.ilike(like))
        )
    if after is not None:
        statement = statement.where(Order.id < after)
    return [view_of(row) for row in (await session.execute(statement)).scalars()]


async def counted_by_status(session: AsyncSession, *, buyers: Collection[UUID] | None = None) -> dict[Status, int]:
    """How many orders there are in each status."""
    statement = select(Order.status, func.count()).group_by(Order.status)
    if buyers is not None:
        statement = statement.where(Order.buyer_id.in_(list(buyers)))
    return {cast("Status", status): count for status, count in await session.execute(statement)}


async def moving(session: AsyncSession) -> list[UUID]:
    """The orders in which something is left to do without anybody asking: to issue, or to send."""
    to_send = and_(Order.status == "issued", Order.handing == "email")
    statement = select(Order.id).where(or_(Order.status == "paid", to_send)).order_by(Order.id)
    return list((await session.execute(statement)).scalars())


async def order_by_reference(session: AsyncSession, reference: str) -> OrderView:
    """The order that a transfer names by its reference or number.

    :raises OrderUnknown: with the id zero, since none was named
    """
    typed = "".join(reference.split()).upper()
    statement = select(Order).where(or_(Order.reference == typed, Order.number == typed))
    row = (await session.execute(statement)).scalar_one_or_none()
    if row is None:
        raise OrderUnknown(order=UUID(int=0))
    return view_of(row)


async def lines_of(session: AsyncSession, order_id: UUID) -> list[LineView]:
    """The lines of an order."""
    return [
        LineView(row.id, row.position, row.quantity, Money(row.face_value), row.named, row.batch_id)
        for row in (await session.execute(_LINES, {"order": order_id})).scalars()
    ]


async def beneficiaries_of(
    session: AsyncSession,
    order_id: UUID,
    *,
    search: str | None = None,
    after: int | None = None,
    limit: int | None = None,
) -> list[BeneficiaryView]:
    """The beneficiaries of an order in its order, those whose name, address or staff number holds what is searched."""
    statement = select(Beneficiary).where(Beneficiary.order_id == order_id).order_by(Beneficiary.position)
    if search:
        like = f"%{_escaped(search)}%"
        statement = statement.where(
            or_(Beneficiary.name.ilike(like), Beneficiary.email.ilike(like), Beneficiary.staff_number.ilike(like))
        )
    if after is not None:
        statement = statement.where(Beneficiary.position > after)
    if limit is not None:
        statement = statement.limit(limit)
    return [beneficiary_view(row) for row in (await session.execute(statement)).scalars()]


async def beneficiary(session: AsyncSession, order_id: UUID, beneficiary_id: UUID) -> BeneficiaryView:
    """One beneficiary of an order.

    :raises BeneficiaryUnknown:
    """
    statement = select(Beneficiary).where(Beneficiary.order_id == order_id, Beneficiary.id == beneficiary_id)
    row = (await session.execute(statement)).scalar_one_or_none()
    if row is None:
        raise BeneficiaryUnknown(beneficiary=beneficiary_id)
    return beneficiary_view(row)


async def under_way(session: AsyncSession, order_id: UUID) -> bool:
    """Whether a direct debit for this order is on its way."""
    statement = select(Order.id).where(Order.id == order_id, DEBIT_UNDER_WAY)
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def payments_of(session: AsyncSession, order_id: UUID) -> list[PaymentView]:
    """What was paid for an order, oldest first."""
    statement = select(Payment).where(Payment.order_id == order_id).order_by(Payment.at, Payment.id)
    return [payment_of(row) for row in (await session.execute(statement)).scalars()]


def view_of(row: Order) -> OrderView:
    """An order as it is shown. For the modules of orders."""
    return OrderView(
        row.id, row.buyer_id, cast("Status", row.status), cast("Status | None", row.resting), row.number,
        row.reference, row.label, row.occasion, row.message, row.picture_id, cast("Handing", row.handing),
        row.deliver_on, cast("Language", row.language), Money(row.face_total), Money(row.fee), Money(row.fee_vat),
        Money(row.covered), cast("Method | None", row.method), row.on_credit, row.version, row.made_by, row.made_at,
        row.placed_at, row.lapses_on, row.rule_id,
    )  # fmt: skip


def payment_of(row: Payment) -> PaymentView:
    """A payment as it is shown. For the modules of orders."""
    return PaymentView(
        row.id, row.buyer_id, row.order_id, cast("Method", row.method), Money(row.amount), row.reference,
        row.payment_intent, row.recorded_by, row.at,
    )  # fmt: skip


def beneficiary_view(row: Beneficiary) -> BeneficiaryView:
    """A beneficiary as it is shown. For the modules of orders."""
    return BeneficiaryView(
        row.id, row.order_id, row.position, row.name, row.email, row.staff_number, Money(row.face_value), row.voucher_id
    )


def _escaped(typed: str) -> str:
    return typed.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


_ORDER: Final = select(Order).where(Order.id == bindparam("order"))
_LINES: Final = select(OrderLine).where(OrderLine.order_id == bindparam("order")).order_by(OrderLine.position)
