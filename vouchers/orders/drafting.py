"""Drafts: what a buyer asks for, changed as often as it likes until the order is placed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import day_of, months_later
from ledger.formats import Language
from ledger.ids import new_id, new_ids
from ledger.money import Money, total
from merchants import programme
from merchants.pictures import Redrawn
from merchants.programme import Terms, share_of
from vouchers.buyers import buyer
from vouchers.issuing import MOST
from vouchers.orders.errors import (
    DeliveryDayPast,
    FaceValueOutOfBounds,
    OrderChanged,
    OrderTooLarge,
    PictureUnknown,
    QuantityNotPositive,
    TextTooLong,
)
from vouchers.orders.giving import urssaf
from vouchers.orders.history import tell
from vouchers.orders.locking import change_row, locked
from vouchers.orders.queries import Handing, LineView, beneficiaries_of, lines_of, order
from vouchers.orders.tables import Beneficiary, Order, OrderLine, Picture
from vouchers.rules.keeping import refuse_outside, refuse_unless_offered
from vouchers.rules.queries import version
from vouchers.rules.rule import Rule

LONGEST_LABEL: Final = 80
LONGEST_MESSAGE: Final = 300
LONGEST_NAME: Final = 120
FURTHEST: Final = timedelta(days=366)
"""How far off a day of delivery may lie."""


@dataclass(frozen=True, slots=True)
class Line:
    """Vouchers for nobody in particular."""

    quantity: int
    face_value: Money


@dataclass(frozen=True, slots=True)
class Named:
    """A voucher for somebody. ``staff_number`` is the buyer's own."""

    name: str
    face_value: Money
    email: str | None = None
    staff_number: str | None = None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What a buyer asks for.

    :param label: what the buyer calls it; on the papers
    :param occasion: the event for which staff receives it (`vouchers.orders.giving.urssaf`), or none
    :param message: printed on each voucher
    :param picture: a logo of the buyer's, printed on each voucher
    :param rule: the version of a rule of use that limits where and when they are taken, or none
    :param deliver_on: the first day of validity and of e-mails; as soon as it is paid if None
    """

    buyer: UUID
    lines: tuple[Line, ...] = ()
    named: tuple[Named, ...] = ()
    label: str = ""
    occasion: str | None = None
    message: str = ""
    picture: UUID | None = None
    handing: Handing = "sheets"
    deliver_on: date | None = None
    language: Language = "fr"
    rule: UUID | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What an order costs: face values outside VAT, the service fee before VAT, the VAT on it."""

    quantity: int
    face_total: Money
    fee: Money
    fee_vat: Money

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return self.face_total + self.fee + self.fee_vat


def price(lines: Sequence[Line | LineView], terms: Terms) -> Price:
    """The price of lines by the rules of a day; the fee and its VAT are each rounded once for the order."""
    face = total([one.face_value * one.quantity for one in lines])
    fee = share_of(face, terms.service_fee_bp)
    return Price(sum(one.quantity for one in lines), face, fee, terms.vat_on(fee))


async def price_of(session: AsyncSession, order_id: UUID, *, at: datetime) -> Price:
    """The price of an order: as it was agreed, or by today's rules while it is a draft.

    :raises OrderUnknown:
    """
    found, lines = await order(session, order_id), await lines_of(session, order_id)
    if found.status == "draft":
        return price(lines, await programme.terms_on(session, day_of(at)))
    return Price(sum(one.quantity for one in lines), found.face_total, found.fee, found.fee_vat)


async def start(session: AsyncSession, new: NewOrder, *, actor: str, at: datetime) -> UUID:
    """Start a draft; it may still be empty.

    :raises BuyerUnknown, FaceValueOutOfBounds, QuantityNotPositive, OrderTooLarge, DeliveryDayPast, TextTooLong:
    :raises OccasionUnknown, PictureUnknown, RuleUnknown, RuleNotOffered, RuleOutsideValidity:
    """
    await buyer(session, new.buyer)
    await _refuse(session, new, at=at)
    await refuse_rule(session, new.rule, new.deliver_on, at=at)
    order_id = new_id()
    row = _row(new) | {"id": order_id, "buyer_id": new.buyer, "made_by": actor, "made_at": at}
    await session.execute(insert(Order).values(**row))
    await _write_lines(session, order_id, new)
    await tell(session, order_id, "started", actor=actor, at=at)
    return order_id


async def change(
    session: AsyncSession, order_id: UUID, new: NewOrder, *, version: int, actor: str, at: datetime
) -> int:
    """Put what is asked now in the place of what was asked; its buyer stays.

    :param version: the version that was read
    :returns: the new version
    :raises OrderChanged: if somebody else changed it since
    :raises OrderUnknown, WrongOrderStatus: and what `start` raises
    """
    found = await locked(session, order_id, "draft")
    if found.version != version:
        raise OrderChanged(version=found.version)
    await _refuse(session, new, at=at)
    if (new.rule, new.deliver_on) != (found.rule, found.deliver_on):
        await refuse_rule(session, new.rule, new.deliver_on, at=at)
    await change_row(session, order_id, **_row(new), version=version + 1)
    for table in (Beneficiary, OrderLine):
        await session.execute(delete(table).where(table.order_id == order_id))
    await _write_lines(session, order_id, new)
    await tell(session, order_id, "changed", actor=actor, at=at)
    return version + 1


async def asked(session: AsyncSession, order_id: UUID) -> NewOrder:
    """What an order asks for, to be changed in part.

    :raises OrderUnknown:
    """
    found = await order(session, order_id)
    lines = [Line(one.quantity, one.face_value) for one in await lines_of(session, order_id) if not one.named]
    people = [
        Named(one.name, one.face_value, one.email, one.staff_number)
        for one in await beneficiaries_of(session, order_id)
    ]
    return NewOrder(
        found.buyer, tuple(lines), tuple(people), found.label, found.occasion, found.message, found.picture,
        found.handing, found.deliver_on, found.language, found.rule,
    )  # fmt: skip


async def keep_unmended(session: AsyncSession, order_id: UUID, lines: Sequence[Mapping[str, object]]) -> None:
    """Keep the lines of a list that wait to be mended, as typed; they take the place of those before.

    :raises OrderUnknown, WrongOrderStatus:
    """
    await locked(session, order_id, "draft")
    await change_row(session, order_id, unmended=list(lines))


async def unmended(session: AsyncSession, order_id: UUID) -> list[dict[str, Any]]:
    """The lines that wait to be mended."""
    statement = select(Order.unmended).where(Order.id == order_id)
    return list((await session.execute(statement)).scalar_one())


async def keep_picture(session: AsyncSession, buyer_id: UUID, drawn: Redrawn, *, at: datetime) -> UUID:
    """Keep a logo of a buyer's that `pictures.redraw` drew anew, which is work for a thread.

    :raises BuyerUnknown:
    """
    await buyer(session, buyer_id)
    picture_id = new_id()
    row = {"id": picture_id, "buyer_id": buyer_id, "png": drawn.png, "width": drawn.width, "height": drawn.height}
    await session.execute(insert(Picture).values(**row, made_at=at))
    return picture_id


async def picture(session: AsyncSession, picture_id: UUID, *, buyer_id: UUID) -> Redrawn:
    """A logo of a buyer's, as PNG.

    :raises PictureUnknown:
    """
    statement = select(Picture).where(Picture.id == picture_id, Picture.buyer_id == buyer_id)
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise PictureUnknown(picture=picture_id)
    return Redrawn(found.png, found.width, found.height)


async def refuse_rule(
    session: AsyncSession, rule: UUID | None, deliver_on: date | None, *, at: datetime
) -> Rule | None:
    """Whether an order may carry this version of a rule. For this module and `placing`.

    :returns: the rule
    :raises RuleUnknown, RuleNotOffered, RuleOutsideValidity:
    """
    if rule is None:
        return None
    found = await version(session, rule)
    await refuse_unless_offered(session, found, at=at)
    valid_from = max(deliver_on or day_of(at), day_of(at))
    months = (await programme.terms_on(session, day_of(at))).validity_months
    refuse_outside(found, valid_from=valid_from, last_day=months_later(valid_from, months))
    return found


async def _refuse(session: AsyncSession, new: NewOrder, *, at: datetime) -> None:
    today = day_of(at)
    _refuse_lines(new, await programme.terms_on(session, today))
    _refuse_texts(new)
    if new.deliver_on is not None and not today <= new.deliver_on <= today + FURTHEST:
        raise DeliveryDayPast(day=new.deliver_on, earliest=today, latest=today + FURTHEST)
    if new.occasion is not None:
        urssaf.occasion(new.occasion)
    if new.picture is not None:
        await picture(session, new.picture, buyer_id=new.buyer)


def _refuse_lines(new: NewOrder, terms: Terms) -> None:
    least, most = Money(terms.least_face), Money(terms.most_face)
    for face in (*(one.face_value for one in new.lines), *(one.face_value for one in new.named)):
        if not least <= face <= most:
            raise FaceValueOutOfBounds(face_value=face, least=least, most=most)
    for line in new.lines:
        if line.quantity < 1:
            raise QuantityNotPositive(quantity=line.quantity)
    quantity = sum(line.quantity for line in new.lines) + len(new.named)
    if quantity > MOST:
        raise OrderTooLarge(quantity=quantity, most=MOST)


def _refuse_texts(new: NewOrder) -> None:
    texts = [("label", new.label, LONGEST_LABEL), ("message", new.message, LONGEST_MESSAGE)]
    for field, text, longest in [*texts, *(("name", one.name, LONGEST_NAME) for one in new.named)]:
        if len(text) > longest:
            raise TextTooLong(field=field, length=len(text), most=longest)


def _row(new: NewOrder) -> dict[str, object]:
    return {
        "label": new.label, "occasion": new.occasion, "message": new.message, "picture_id": new.picture,
        "handing": new.handing, "deliver_on": new.deliver_on, "language": new.language,
        "rule_id": new.rule,
    }  # fmt: skip


async def _write_lines(session: AsyncSession, order_id: UUID, new: NewOrder) -> None:
    """The lines that were asked, then one for each face value of the beneficiaries."""
    counted = Counter(one.face_value for one in new.named)
    lines = [(False, one.quantity, one.face_value) for one in new.lines]
    lines += [(True, quantity, face) for face, quantity in counted.items()]
    if lines:
        rows = [
            {"id": new_id(), "order_id": order_id, "position": position, "named": named, "quantity": quantity,
             "face_value": face.cents}
            for position, (named, quantity, face) in enumerate(lines, start=1)
        ]  # fmt: skip
        await session.execute(insert(OrderLine), rows)
    if new.named:
        people = [
            {"id": id_, "order_id": order_id, "position": position, "name": one.name, "email": one.email,
             "staff_number": one.staff_number, "face_value": one.face_value.cents}
            for id_, (position, one) in zip(new_ids(len(new.named)), enumerate(new.named, start=1), strict=True)
        ]  # fmt: skip
        await session.execute(insert(Beneficiary), people)
