"""Spending in two steps, for online shops: hold, then capture in part or whole, or void, or let it time out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import holds, posting
from ledger.days import day_of
from ledger.errors import HoldUnknown
from ledger.holds import Held
from ledger.ids import new_id
from ledger.money import ZERO, Money
from merchants.movements import REDEMPTION, document_of
from merchants.shops.errors import TillUnknown
from merchants.shops.tills import counters
from vouchers import releasing
from vouchers.errors import AmountNotPositive, CodeNotRecognised, HoldTooLong, NotEnoughLeft
from vouchers.facts import find_by_hash, voucher
from vouchers.notices.writing import Event, hold_facts, tell
from vouchers.redeeming import Receipt, write_redemptions
from vouchers.tables import HoldAsked

LEAST: Final = timedelta(minutes=1)
MOST: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class HoldView:
    """A hold on a voucher."""

    id: UUID
    voucher: UUID
    shop: UUID
    till: UUID
    held: Held


async def place(
    session: AsyncSession, *, till: UUID, code: UUID, amount: Money, lasts: timedelta, at: datetime
) -> HoldView:
    """Keep part of a voucher aside for a shop.

    :param code: the lookup hash of the code (``vouchers.codes.read``)
    :raises AmountNotPositive, HoldTooLong, CodeNotRecognised, TillUnknown, TillRevoked, ShopNotAccepted:
    :raises VoucherBlocked, VoucherReplaced, VoucherNotYetValid, VoucherExpired, NotTakenHere, NotEnoughLeft:
    """
    if amount <= ZERO:
        raise AmountNotPositive(amount=amount)
    if not LEAST <= lasts <= MOST:
        raise HoldTooLong(minutes=int(lasts.total_seconds() // 60))
    counter = (await counters(session, [till])).get(till)
    if counter is None:
        raise TillUnknown(till=till)
    voucher_id = (await find_by_hash(session, [code])).get(code)
    if voucher_id is None:
        raise CodeNotRecognised
    await posting.lock(session, {voucher_id, counter.shop})
    await releasing.time_out(session, [voucher_id], at=at)
    books = await posting.lock(session, {voucher_id, counter.shop})
    counter = (await counters(session, [till]))[till]
    counter.refuse_unless_open()
    found = await voucher(session, voucher_id)
    found.refuse_unless_usable(day_of(at))
    found.refuse_unless_taken(counter.spot, day_of(at))
    if amount > books[voucher_id].available:
        raise NotEnoughLeft(left=books[voucher_id].available, asked=amount)
    asked = holds.NewHold(REDEMPTION, voucher_id, counter.shop, amount, at + lasts)
    held = await holds.place(session, asked, at=at, books=books)
    await session.execute(
        insert(HoldAsked).values(id=held.id, voucher_id=voucher_id, shop_id=counter.shop, till_id=till)
    )
    return await _told(session, "hold.placed", HoldView(held.id, voucher_id, counter.shop, till, held), at=at)


async def capture(
    session: AsyncSession, hold_id: UUID, amount: Money | None, *, shop: UUID | None, final: bool, at: datetime
) -> tuple[HoldView, Receipt]:
    """Take what is held, or part of it: a redemption like any other from then on.

    Neither the voucher's last day, that of its rule nor a block since then stands in the way: the shop was promised
    the money.

    :param amount: all that is held if None
    :param shop: the shop that asks; None for the operator
    :param final: release the rest
    :raises AmountNotPositive, HoldUnknown, HoldClosed, HoldExceeded:
    """
    found = await hold(session, hold_id, shop=shop)
    await posting.lock(session, {found.voucher, found.shop})
    taken = amount if amount is not None else (await holds.read(session, hold_id)).left
    if amount is not None and amount <= ZERO:
        raise AmountNotPositive(amount=amount)
    redemption = new_id()
    held = await holds.capture(
        session, hold_id, taken, transfer=redemption, final=final, at=at, document=document_of(found.till)
    )
    books = await posting.lock(session, {found.voucher})
    last_day = (await voucher(session, found.voucher)).last_day
    receipt = Receipt(
        redemption, found.voucher, found.shop, found.till, taken, books[found.voucher].available, last_day, at
    )
    await write_redemptions(session, [receipt], at=at)
    view = HoldView(hold_id, found.voucher, found.shop, found.till, held)
    return await _told(session, "hold.captured", view, at=at, redemption=redemption, taken=taken.cents), receipt


async def void(session: AsyncSession, hold_id: UUID, *, shop: UUID | None, at: datetime) -> HoldView:
    """Give back what is still held.

    :raises HoldUnknown, HoldClosed:
    """
    found = await hold(session, hold_id, shop=shop)
    held = await holds.void(session, hold_id, at=at)
    view = HoldView(hold_id, found.voucher, found.shop, found.till, held)
    return await _told(session, "hold.voided", view, at=at)


async def hold(session: AsyncSession, hold_id: UUID, *, shop: UUID | None = None) -> HoldView:
    """One hold.

    :raises HoldUnknown: also if it is another shop's
    """
    row = (await session.execute(select(HoldAsked).where(HoldAsked.id == hold_id))).scalar_one_or_none()
    if row is None or (shop is not None and row.shop_id != shop):
        raise HoldUnknown(hold=hold_id)
    return HoldView(row.id, row.voucher_id, row.shop_id, row.till_id, await holds.read(session, hold_id))


async def holds_page(
    session: AsyncSession, *, shop: UUID | None = None, after: UUID | None = None, limit: int
) -> list[HoldView]:
    """Holds, newest first."""
    statement = select(HoldAsked).order_by(HoldAsked.id.desc()).limit(limit)
    if shop is not None:
        statement = statement.where(HoldAsked.shop_id == shop)
    if after is not None:
        statement = statement.where(HoldAsked.id < after)
    rows = list((await session.execute(statement)).scalars())
    held = {one.id: one for one in await holds.by_id(session, [row.id for row in rows])}
    return [HoldView(row.id, row.voucher_id, row.shop_id, row.till_id, held[row.id]) for row in rows]


async def _told(session: AsyncSession, event: Event, view: HoldView, *, at: datetime, **more: object) -> HoldView:
    facts = hold_facts(view.held, voucher=view.voucher, shop=view.shop, till=view.till) | more
    await tell(session, view.shop, event, facts, at=at)
    return view
