"""Placing an order agrees its price; cancelling, lapsing and reopening take that back while nothing is issued."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.database import sum_of
from ledger.days import day_of
from ledger.money import Money
from ledger.wishes import wish
from merchants import numbering, programme
from vouchers.orders import adding
from vouchers.orders.drafting import price, refuse_rule, unmended
from vouchers.orders.errors import AddressesMissing, DeliveryDayPast, LinesUnmended, OrderChanged, OrderEmpty
from vouchers.orders.handing import ask_letter
from vouchers.orders.history import tell
from vouchers.orders.locking import change_row, cover, locked, uncover
from vouchers.orders.paperwork import reference
from vouchers.orders.queries import (
    DEBIT_UNDER_WAY,
    Method,
    OrderView,
    beneficiaries_of,
    lines_of,
    order,
    under_way,
)
from vouchers.orders.tables import Order, Payment

SERIES: Final = "orders"
AT_ONCE: Final = 200
SYSTEM: Final = "obole"
"""Who acts when nobody asked."""

AFTER_A_FAILURE: Final = timedelta(days=7)
"""How long a buyer has at least to pay otherwise, once told that a direct debit failed: that takes days by itself."""


async def place(
    session: AsyncSession, order_id: UUID, *, version: int, method: Method | None = None, actor: str, at: datetime
) -> OrderView:
    """Place a draft: its price holds from now on, and it waits for its payment until it lapses.

    What was paid for it before, if it was reopened, covers it again.

    One whose rule ends sooner lapses with it, since its vouchers could then be spent nowhere.

    :raises OrderUnknown, WrongOrderStatus, OrderChanged, OrderEmpty, DeliveryDayPast, RuleNotOffered:
    :raises RuleOutsideValidity:
    :raises AddressesMissing: if it goes out by e-mail and somebody has no address, or a voucher has no name
    """
    found = await locked(session, order_id, "draft")
    if found.version != version:
        raise OrderChanged(version=found.version)
    lines = await lines_of(session, order_id)
    if not lines:
        raise OrderEmpty
    if waiting := await unmended(session, order_id):
        raise LinesUnmended(lines=len(waiting))
    await _refuse_missing_addresses(session, found, unnamed=sum(one.quantity for one in lines if not one.named))
    today = day_of(at)
    if found.deliver_on is not None and found.deliver_on < today:
        raise DeliveryDayPast(day=found.deliver_on, earliest=today, latest=found.deliver_on)
    rule = await refuse_rule(session, found.rule, found.deliver_on, at=at)
    terms = await programme.terms_on(session, today)
    lapses_on = today + timedelta(terms.order_days)
    if rule is not None and rule.asks.last_day is not None:
        lapses_on = min(lapses_on, rule.asks.last_day)
    agreed = price(lines, terms)
    number = found.number or await _number(session, terms.number_prefix, today.year)
    await change_row(
        session, order_id, status="awaiting_payment", method=method, number=number,
        reference=reference.creditor_reference(number), face_total=agreed.face_total.cents, fee=agreed.fee.cents,
        fee_vat=agreed.fee_vat.cents, placed_at=found.placed_at or at, lapses_on=lapses_on,
        version=version + 1,
    )  # fmt: skip
    await tell(session, order_id, "placed", actor=actor, at=at, number=number, total=agreed.total)
    await ask_letter(session, order_id, "placed", at=at)
    await _cover_again(session, order_id, at=at)
    return await order(session, order_id)


async def choose_method(
    session: AsyncSession, order_id: UUID, method: Method, *, actor: str, at: datetime
) -> OrderView:
    """Say how an order will be paid; it may be paid otherwise all the same.

    :raises OrderUnknown, WrongOrderStatus:
    """
    found = await locked(session, order_id, "awaiting_payment")
    if found.method != method:
        await change_row(session, order_id, method=method)
        await tell(session, order_id, "method_chosen", actor=actor, at=at, method=method)
    return await order(session, order_id)


async def reopen(session: AsyncSession, order_id: UUID, *, actor: str, at: datetime) -> OrderView:
    """Make an order that is not paid a draft again, so that it can be changed. What was paid waits as credit.

    :raises OrderUnknown, WrongOrderStatus:
    """
    found = await locked(session, order_id, "awaiting_payment", "cancelled")
    await uncover(session, found)
    await adding.let_go(session, order_id)
    await change_row(session, order_id, status="draft", lapses_on=None, version=found.version + 1)
    await tell(session, order_id, "reopened", actor=actor, at=at)
    return await order(session, order_id)


async def cancel(session: AsyncSession, order_id: UUID, *, actor: str, reason: str = "", at: datetime) -> OrderView:
    """Cancel an order of which nothing is issued. What was paid for it is the buyer's free credit.

    :raises OrderUnknown, WrongOrderStatus:
    """
    found = await locked(session, order_id, "draft", "awaiting_payment", "paid")
    await uncover(session, found)
    await adding.let_go(session, order_id)
    await change_row(session, order_id, status="cancelled", version=found.version + 1)
    await tell(session, order_id, "cancelled", actor=actor, at=at, reason=reason or None)
    if found.number is not None:
        await ask_letter(session, order_id, "cancelled", at=at)
    return await order(session, order_id)


async def lapse_due(session: AsyncSession, *, at: datetime) -> int:
    """Cancel what nobody paid in time, some hundred in one go. What a direct debit is on its way for waits for it.

    :returns: how many; call again until it is none
    """
    today = day_of(at)
    unpaid = and_(Order.status == "awaiting_payment", Order.lapses_on < today)
    due = select(Order.id).where(unpaid, ~DEBIT_UNDER_WAY)
    ids = (await session.execute(due.order_by(Order.id).limit(AT_ONCE))).scalars().all()
    lapsed = 0
    for order_id in ids:
        found = await locked(session, order_id)
        if found.status != "awaiting_payment" or found.lapses_on is None or found.lapses_on >= today:
            continue
        if await under_way(session, order_id):
            continue
        await uncover(session, found)
        await adding.let_go(session, order_id)
        await change_row(session, order_id, status="cancelled", version=found.version + 1)
        await tell(session, order_id, "lapsed", actor=SYSTEM, at=at)
        await ask_letter(session, order_id, "lapsed", at=at)
        lapsed += 1
    return lapsed


async def await_otherwise(session: AsyncSession, found: OrderView, *, at: datetime) -> None:
    """A direct debit failed: tell the buyer, who has some days at least to pay the order otherwise.

    The order is locked. If it waits for no money any more, there is nothing to tell.
    """
    if found.status != "awaiting_payment":
        return
    last = day_of(at) + AFTER_A_FAILURE
    if found.lapses_on is not None and found.lapses_on < last:
        await change_row(session, found.id, lapses_on=last)
    await ask_letter(session, found.id, "debit_failed", at=at)


async def _cover_again(session: AsyncSession, order_id: UUID, *, at: datetime) -> None:
    statement = select(sum_of(Payment.amount)).where(Payment.order_id == order_id)
    paid = Money((await session.execute(statement)).scalar_one())
    if paid:
        found = await order(session, order_id)
        if await cover(session, found, paid) == found.total:
            await mark_paid(session, found, actor=SYSTEM, at=at)


async def mark_paid(session: AsyncSession, found: OrderView, *, actor: str, at: datetime) -> None:
    """Every cent is there: the rest happens by itself. For `vouchers.orders.paying`."""
    await change_row(session, found.id, status="paid")
    await tell(session, found.id, "paid", actor=actor, at=at, total=found.total)
    await adding.promise(session, found, actor=actor, at=at)
    wish(session, "advance_order", order=str(found.id))


async def _refuse_missing_addresses(session: AsyncSession, found: OrderView, *, unnamed: int) -> None:
    if found.handing == "email":
        missing = unnamed + sum(1 for one in await beneficiaries_of(session, found.id) if not one.email)
        if missing:
            raise AddressesMissing(missing=missing)


async def _number(session: AsyncSession, prefix: str, year: int) -> str:
    (number,) = await numbering.take_numbers(session, series=SERIES, prefix=prefix, letters="C", year=year, count=1)
    return number
