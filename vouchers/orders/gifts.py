"""What a buyer gave to whom in a year: what the social-charge guard compares and the attestation lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import extract, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import day_of
from ledger.money import Money
from vouchers.orders.drafting import NewOrder
from vouchers.orders.giving.urssaf import Event, Gift, Person, Warned, warnings_of
from vouchers.orders.tables import Beneficiary, Order
from vouchers.tables import Batch, Voucher

COUNTED: Final = ("awaiting_payment", "paid", "issued", "delivered", "disputed")
"""Statuses in which an order gives, or is about to."""


@dataclass(frozen=True, slots=True)
class GiftInOrder:
    """A gift, and the order it came by."""

    gift: Gift
    order: UUID
    number: str
    voucher: UUID | None


async def gifts_of(
    session: AsyncSession, buyer_id: UUID, years: Collection[int], *, but: UUID | None = None, issued: bool = False
) -> list[GiftInOrder]:
    """The gifts of a buyer whose day lies in these calendar years: the first on which the voucher could be spent, or,
    as long as it is not issued, the day that was chosen or on which the order was placed.

    :param but: an order to leave out: the one that is being made
    :param issued: only what was really given, not what waits for its payment
    """
    placed_on = func.date(func.timezone("Europe/Paris", Order.placed_at))
    day = func.coalesce(Batch.valid_from, Order.deliver_on, placed_on)
    statuses = ("issued", "delivered", "disputed") if issued else COUNTED
    statement = (
        select(Beneficiary, Order.id, Order.number, Order.occasion, day)
        .join(Order, Order.id == Beneficiary.order_id)
        .outerjoin(Voucher, Voucher.id == Beneficiary.voucher_id)
        .outerjoin(Batch, Batch.id == Voucher.batch_id)
        .where(Order.buyer_id == buyer_id, Order.status.in_(statuses), extract("year", day).in_(list(years)))
        .order_by(day, Order.id, Beneficiary.position)
    )
    if but is not None:
        statement = statement.where(Order.id != but)
    return [
        GiftInOrder(
            Gift(Person(who.name, who.staff_number, who.email), Money(who.face_value), on, cast("Event | None", event)),
            order_id, number or "", who.voucher_id,
        )
        for who, order_id, number, event, on in await session.execute(statement)
    ]  # fmt: skip


async def warnings_for(
    session: AsyncSession, order_id: UUID | None, new: NewOrder, *, at: datetime
) -> tuple[Warned, ...]:
    """What the guard says of an order that is being made: its people beside what they had in the year."""
    given_on = new.deliver_on or day_of(at)
    earlier = await gifts_of(session, new.buyer, {given_on.year}, but=order_id)
    return warnings_of((one.gift for one in earlier), list(asked_gifts(new, given_on)))


def asked_gifts(new: NewOrder, day: date) -> Iterable[Gift]:
    """The gifts that an order would make."""
    for one in new.named:
        person = Person(one.name, one.staff_number, one.email)
        yield Gift(person, one.face_value, day, cast("Event | None", new.occasion))
