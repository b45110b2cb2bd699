"""To which address the code of a voucher was sent: whose mailbox holds it.

A voucher that was replaced since was not sent to anybody, unless its heir was: the letter must be younger than the
voucher. Of several letters to one person the last counts; one that came back reached nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Text, and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.formats import Language
from vouchers.orders.handing import VOUCHER
from vouchers.orders.tables import Beneficiary, Mailing, Order
from vouchers.tables import Voucher, VoucherEvent


@dataclass(frozen=True, slots=True)
class Delivery:
    """A voucher, alive, whose code was sent to an address, in the language of its order."""

    voucher: UUID
    address: str
    language: Language


async def delivered_to(session: AsyncSession, address: str) -> list[Delivery]:
    """The vouchers whose codes lie in a mailbox, oldest first.

    :param address: canonical, in whatever case
    """
    return [_delivery(row) for row in await session.execute(_to_address(), {"known": address.lower()})]


async def delivery_of(session: AsyncSession, voucher_id: UUID) -> Delivery | None:
    """Where the code of a voucher was sent; None if it was handed out otherwise, or is not alive."""
    row = (await session.execute(_of_voucher(), {"voucher": voucher_id})).first()
    return _delivery(row) if row else None


def _delivery(row: Row[UUID, str, str]) -> Delivery:
    voucher, address, language = row
    return Delivery(voucher, address, cast("Language", language))


@cache
def _to_address() -> Select[UUID, str, str]:
    """What lies in the mailbox of ``known``; made once, since to make it takes longer than to ask it."""
    # Spelt so that the primary key and the index of reissued vouchers find them.
    chain = or_(
        Voucher.id == Beneficiary.voucher_id,
        and_(Voucher.origin_id == Beneficiary.voucher_id, Voucher.origin_id != Voucher.id),
    )
    known = bindparam("known", type_=Text())
    theirs = _sent(chain).where(func.lower(Beneficiary.email) == known, func.lower(Mailing.address) == known)
    return theirs.order_by(Voucher.id)


@cache
def _of_voucher() -> Select[UUID, str, str]:
    """Where the code of ``voucher`` was sent."""
    return _sent(Beneficiary.voucher_id == Voucher.origin_id).where(Voucher.id == bindparam("voucher"))


def _sent(whose: ColumnElement[bool]) -> Select[UUID, str, str]:
    later, before = aliased(Mailing), aliased(Voucher)
    chain = or_(
        before.id == Voucher.origin_id, and_(before.origin_id == Voucher.origin_id, before.origin_id != before.id)
    )
    overtaken = select(later.id).where(
        later.order_id == Mailing.order_id, later.beneficiary_id == Mailing.beneficiary_id, later.kind == VOUCHER,
        later.attempt > Mailing.attempt,
    )  # fmt: skip
    born = (
        select(func.max(VoucherEvent.at))
        .join(before, before.id == VoucherEvent.voucher_id)
        .where(before.replaced_by == Voucher.id, VoucherEvent.what == "replaced", chain)
        .scalar_subquery()
    )
    return (
        select(Voucher.id, Mailing.address, Order.language)
        .join(Beneficiary, whose)
        .join(
            Mailing,
            and_(
                Mailing.order_id == Beneficiary.order_id, Mailing.beneficiary_id == Beneficiary.id,
                Mailing.kind == VOUCHER, Mailing.state == "sent",
            ),
        )
        .join(Order, Order.id == Beneficiary.order_id)
        .where(Voucher.status != "replaced", ~overtaken.exists())
        .where(or_(Voucher.id == Voucher.origin_id, Mailing.asked_at >= born))
    )  # fmt: skip
