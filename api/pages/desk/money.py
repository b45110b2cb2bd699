"""Money that came: what the bank says leads to the order, what it would do is shown, then it is recorded once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading, Visitor
from api.pages import forms
from api.pages.desk.access import RecordsMoney, order_and_buyer
from api.pages.desk.words import WHY_FOUND
from api.pages.doing_once import do_once, numbered
from api.pages.forms import Form, Sent
from api.pages.orders.words import status_shown
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from api.pages.speaking import language_for
from ledger.days import day_of
from ledger.errors import Refusal
from ledger.money import Money, total
from vouchers.buyers import buyer
from vouchers.orders import awaiting, finding, history, paying, queries
from vouchers.orders.errors import MoneyMoved
from vouchers.orders.finding import Found
from vouchers.orders.foreseeing import Effect, foresee, takes
from vouchers.orders.locking import locked
from vouchers.orders.queries import OrderView, PaymentView

router = APIRouter(include_in_schema=False)

FOUND_AT_MOST: Final = 20
LAST: Final = 10
LONGEST_REFERENCE: Final = 140
"""Characters: what a SEPA transfer may say."""

SMALLEST: Final = Money(1)
LARGEST: Final = Money(100_000_000)
"""A million euros: more in one transfer is a typing mistake."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a payment did, from what was told of the order at that moment."""

    kind: str
    missing: Money
    over: Money


@router.get("/{slug:slug}/desk/money")
async def money(
    request: Request,
    place: CurrentPlace,
    _visitor: RecordsMoney,
    session: PageReading,
    *,
    q: Annotated[str, Query(max_length=finding.LONGEST)] = "",
    amount: Annotated[str, Query(max_length=30)] = "",
) -> Response:
    """What to look for, what was found, who is still to pay, and what came last."""
    asked = bool(q.strip() or amount.strip())
    form = Form(language_for(request), typed={"q": [q], "amount": [amount]}, sent=asked)
    sought = form.money("amount", required=False, least=SMALLEST, most=LARGEST)
    found: list[Found] = []
    if asked and form.valid:
        found = await finding.find(session, q, sought, limit=FOUND_AT_MOST)
        if len(found) == 1 and found[0].why == "reference" and sought:
            return see_other(_preview(place, found[0].awaiting.order, amount, q))
    waiting = await awaiting.awaiting(session)
    return page(
        request, "desk/money.html", status=200 if form.valid else 422, form=form, asked=asked and form.valid,
        found=found, why=WHY_FOUND, waiting=waiting, waiting_sum=total([one.order.missing for one in waiting]),
        last=await awaiting.last_payments(session, limit=LAST), today=day_of(await clock.now(session)),
        shown=status_shown, to_record=lambda one: _preview(place, one, amount or _plain(one.missing), q),
    )  # fmt: skip


@router.get("/{slug:slug}/desk/money/{order_id}")
async def look(
    request: Request,
    _visitor: RecordsMoney,
    session: PageReading,
    order_id: UUID,
    *,
    amount: Annotated[str, Query(max_length=30)] = "",
    reference: Annotated[str, Query(max_length=finding.LONGEST)] = "",
) -> Response:
    """What an amount would do to an order, before it is recorded."""
    order = await queries.order(session, order_id)
    said = " ".join(reference.split())[:LONGEST_REFERENCE] or order.reference or ""
    form = numbered(request, amount=amount or _plain(order.missing), reference=said)
    if amount and not form.sent:
        form.typed["amount"] = [amount]
        form.money("amount", least=SMALLEST, most=LARGEST)
    return await _look(request, session, form, order_id)


@router.post("/{slug:slug}/desk/money/{order_id}")
async def record(request: Request, place: CurrentPlace, visitor: RecordsMoney, form: Sent, order_id: UUID) -> Response:
    """Record it, once; or show again what another amount would do."""
    amount = form.money("amount", least=SMALLEST, most=LARGEST)
    form.text("reference", most=LONGEST_REFERENCE)
    recording = form.shown("do") == "record"
    if form.valid and amount is not None and recording and form.shown("looked_at") != str(amount.cents):
        form.say("amount", "This is another amount than the one that was shown. See what it does, then confirm.")
    if form.valid and amount is not None and recording:
        try:
            done = await do_once(
                request, place, visitor, form, lambda session: _record(session, visitor, form, order_id, amount)
            )
            if done is not None:
                return see_other(f"/{place.slug}/desk/money/recorded/{done}")
        except _SecondTime:
            form.say("again", "The same amount was recorded for this order before. Confirm that it came a second time.")
        except Refusal as refusal:
            form.refuse(refusal, {MoneyMoved: forms.GENERAL})
    async with place.town.sessions.begin() as session:
        return await _look(request, session, form, order_id)


@router.get("/{slug:slug}/desk/money/recorded/{payment_id}")
async def recorded(request: Request, _visitor: RecordsMoney, session: PageReading, payment_id: UUID) -> Response:
    """What a payment did, and what comes next."""
    payment = await awaiting.payment(session, payment_id)
    if payment.order is None:
        return Response(status_code=404)
    one = await order_and_buyer(session, payment.order)
    return page(
        request, "desk/recorded.html", payment=payment, one=one, did=await _what_it_did(session, payment),
        giver=await buyer(session, payment.buyer),
    )  # fmt: skip


class _SecondTime(Exception):
    """The same amount came before, and nobody said that it came twice: said beside the field."""


async def _record(session: AsyncSession, visitor: Visitor, form: Form, order_id: UUID, amount: Money) -> UUID:
    order = await locked(session, order_id)
    if form.shown("seen") != _seen(order):
        raise MoneyMoved
    if _alike(await queries.payments_of(session, order_id), amount) and not form.ticked("again"):
        raise _SecondTime
    at = await clock.now(session)
    reference = form.text("reference", most=LONGEST_REFERENCE)
    payment = await paying.record_transfer(session, order_id, amount, reference=reference, actor=visitor.actor, at=at)
    return payment.id


async def _look(request: Request, session: AsyncSession, form: Form, order_id: UUID) -> Response:
    one = await order_and_buyer(session, order_id)
    giver = await buyer(session, one.order.buyer)
    payments = await queries.payments_of(session, order_id)
    effect: Effect | None = None
    amount = _amount(form)
    if amount is not None:
        effect = foresee(one.order, giver, amount)
    return page(
        request, "desk/record.html", status=200 if form.valid else 422, form=form, one=one, order=one.order,
        giver=giver, payments=payments, amount=amount, effect=effect, seen=_seen(one.order), shown=status_shown,
        alike=_alike(payments, amount) if amount else [],
    )  # fmt: skip


def _amount(form: Form) -> Money | None:
    """The amount that was typed, if it is one, or with which the form begins."""
    typed = Form(form.language, typed={"amount": [form.shown("amount")]})
    return typed.money("amount", least=SMALLEST, most=LARGEST)


def _alike(payments: list[PaymentView], amount: Money) -> list[PaymentView]:
    return [one for one in payments if one.amount == amount and one.method == "transfer"]


def _seen(order: OrderView) -> str:
    """What a person decided on: if it is so no more, it is shown anew. A job that issues meanwhile changes nothing."""
    return f"{takes(order).cents}:{'cancelled' if order.status == 'cancelled' else 'stands'}"


async def _what_it_did(session: AsyncSession, payment: PaymentView) -> Recorded:
    told = {
        one.what: one.facts for one in await history.history_of(session, payment.order or payment.id)
        if one.at == payment.at
    }  # fmt: skip
    if "paid_in_excess" in told:
        return Recorded("late", Money(0), payment.amount)
    if "short" in told:
        return Recorded("short", Money(told["short"]["amount"]), Money(0))
    if "over" in told:
        return Recorded("over", Money(0), Money(told["over"]["amount"]))
    return Recorded("exact" if "paid" in told else "part", Money(0), Money(0))


def _preview(place: Place, order: OrderView, amount: str, said: str) -> str:
    return f"/{place.slug}/desk/money/{order.id}?amount={quote(amount)}&reference={quote(said)}"


def _plain(amount: Money) -> str:
    """As a person types it."""
    return f"{amount.cents // 100},{amount.cents % 100:02d}" if amount else ""
