"""Paying an order: by which means, and by card through the provider's own page."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from itertools import takewhile
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.origins import origin_of
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, VisitorOf
from api.card_flow import converge_checkout, pay_by_card
from api.dependencies import Here
from api.pages.forms import Form, Sent, blank
from api.pages.orders.access import order_for
from api.pages.orders.next_steps import state_of
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from ledger.errors import Refusal
from ledger.money import ZERO, total
from vouchers.orders import adding, card, drafting
from vouchers.orders.cards.card_errors import (
    CardKeysWrong,
    CardObjectUnknown,
    CardPaymentRefused,
    CardPaymentUnavailable,
)
from vouchers.orders.queries import Method, OrderView, PaymentView, order, payments_of, under_way

router = APIRouter(include_in_schema=False)

CHECKOUT: Final = "https://checkout.stripe.com"
"""Where Stripe's payment pages are (https://docs.stripe.com/security/guide#content-security-policy)."""

PAID: Final = frozenset({"paid", "issued", "delivered"})


def methods_of(here: Here, place: Place) -> list[Method]:
    """How a buyer can pay here: by card where there are keys, by transfer where there is an account."""
    by_card = here.cards.offered(place.slug)
    by_transfer = place.terms is not None and place.terms.iban is not None
    offered: list[tuple[Method, bool]] = [("card", by_card), ("transfer", by_transfer)]
    return [method for method, possible in offered if possible]


def checkout_origin(here: Here, place: Place) -> str | None:
    """The origin to which a form that pays by card leads, where cards are taken."""
    if not here.cards.offered(place.slug):
        return None
    return origin_of(here.settings.stripe_api) if here.settings.stripe_api else CHECKOUT


@router.get("/{slug:slug}/orders/{order_id}/pay")
async def pay(
    request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageReading, here: Here, order_id: UUID,
    *, cancelled: Annotated[str, Query()] = "",
) -> Response:  # fmt: skip
    """What is to be paid, and the one button that does it; or that the payer came back and nothing was charged."""
    found = await order_for(session, visitor, order_id, P.ORDERS_WRITE)
    return await _page(request, place, session, here, found, blank(request), cancelled=bool(cancelled))


@router.get("/{slug:slug}/orders/{order_id}/pay-by-card")
async def to_pay(place: CurrentPlace, visitor: VisitorOf, session: PageReading, order_id: UUID) -> Response:
    """Whoever loads the page of the payment again, or changes its language."""
    await order_for(session, visitor, order_id, P.ORDERS_WRITE)
    return see_other(f"/{place.slug}/orders/{order_id}/pay")


@router.post("/{slug:slug}/orders/{order_id}/pay-by-card")
async def begin(
    request: Request, place: CurrentPlace, visitor: VisitorOf, here: Here, form: Sent, order_id: UUID
) -> Response:
    """To the provider's page, which is opened with no transaction open."""
    async with place.town.sessions.begin() as session:
        await order_for(session, visitor, order_id, P.ORDERS_WRITE)
    try:
        address = await pay_by_card(here, place.town, order_id, actor=visitor.actor)
    except Refusal as refusal:
        form.refuse(refusal)
    else:
        return see_other(address)
    async with place.town.sessions.begin() as session:
        return await _page(request, place, session, here, await order(session, order_id), form)


@router.get("/{slug:slug}/orders/{order_id}/paid")
async def paid(
    request: Request, place: CurrentPlace, visitor: VisitorOf, here: Here, order_id: UUID,
    *, asked: Annotated[str, Query(alias="session", max_length=300)] = "",
) -> Response:  # fmt: skip
    """Where the provider's page leads back to. What became of the payment is asked, as a webhook would do."""
    async with place.town.sessions.begin() as session:
        await order_for(session, visitor, order_id)
        known = {one.session_id for one in await card.attempts_of(session, order_id)}
    if asked not in known or not here.cards.offered(place.slug):
        return see_other(f"/{place.slug}/orders/{order_id}")
    answered = True
    try:
        await converge_checkout(here, place.town, asked)
    except (CardPaymentUnavailable, CardKeysWrong, CardPaymentRefused, CardObjectUnknown):
        answered = False  # the webhook, or the job that looks every few minutes, will bring it
    async with place.town.sessions.begin() as session:
        found = await order(session, order_id)
        attempts = await card.attempts_of(session, order_id)
        payments = await payments_of(session, order_id)
        price = await drafting.price_of(session, order_id, at=await clock.now(session))
        debit = await under_way(session, order_id)
    mine = next(one for one in attempts if one.session_id == asked)
    return page(
        request, "orders/paid.html", order=found, attempt=mine, answered=answered, price=price,
        quantity=price.quantity,
        outcome=_outcome(found, mine, payments), state=state_of(found, under_way=debit),
    )  # fmt: skip


def _outcome(found: OrderView, mine: card.AttemptView, payments: Sequence[PaymentView]) -> str:
    """``paid``, ``kept`` (it came, and the order did not need it), ``processing``, ``failed``, or ``waiting``."""
    if mine.state == "paid":
        before = takewhile(lambda one: one.payment_intent != mine.payment_intent, payments)
        needed = total([one.amount for one in before]) < found.total
        return "paid" if needed and found.status in PAID else "kept"
    if found.status in PAID:
        return "paid"
    return {"complete": "processing", "failed": "failed"}.get(mine.state, "waiting")


async def _page(
    request: Request, place: Place, session: AsyncSession, here: Here, found: OrderView, form: Form, *,
    cancelled: bool = False,
) -> Response:  # fmt: skip
    if found.status != "awaiting_payment" or found.missing == ZERO or not here.cards.offered(place.slug):
        return see_other(f"/{place.slug}/orders/{found.id}")
    at = await clock.now(session)
    return page(
        request, "orders/pay.html", status=HTTPStatus.OK if form.valid else HTTPStatus.CONFLICT, form=form, order=found,
        cancelled=cancelled, under_way=await under_way(session, found.id),
        by_transfer="transfer" in methods_of(here, place),
        price=await drafting.price_of(session, found.id, at=at), offers=await adding.offers(session, found, at=at),
        form_action=checkout_origin(here, place),
    )  # fmt: skip
