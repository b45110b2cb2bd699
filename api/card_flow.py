"""Paying by card and giving back: Stripe is asked with no transaction open, then the books follow in one.

Every function may be stopped anywhere and called again: what was done is found done.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.installation import Installation, Town, in_transaction
from vouchers.orders import card, converging, giving_back, refunds
from vouchers.orders.card import Begun, Page
from vouchers.orders.cards.card_errors import CardObjectUnknown, CardPaymentRefused, CardPaymentUnavailable
from vouchers.orders.cards.card_words import Event, OpenedCheckout, RefundState
from vouchers.orders.cards.stripe_gateway import StripeGateway
from vouchers.orders.converging import Fetched, Knowledge, Outcome
from vouchers.orders.errors import OrderChanged
from vouchers.orders.queries import order
from vouchers.orders.refunds import RefundView

ROUNDS: Final = 6
"""How often what was overtaken is tried again before it is left to the next time."""

FORGOTTEN: Final = timedelta(hours=12)
"""Stripe knows a key for 24 hours: what was asked before this is looked for before it is asked again."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a payer comes back to; the same each time for an order. ``success`` holds ``{CHECKOUT_SESSION_ID}``."""

    success: str
    cancel: str


def ways_back(here: Installation, town: Town, order_id: UUID) -> Ways:
    """To the landing page of an order, or to the page that says that nothing was charged."""
    page = f"{here.settings.base_url}/{town.registered.slug}/orders/{order_id}"
    return Ways(f"{page}/paid?session={{CHECKOUT_SESSION_ID}}", f"{page}/pay?cancelled=1")


async def pay_by_card(
    here: Installation,
    town: Town,
    order_id: UUID,
    *,
    actor: str,
    success_url: str | None = None,
    cancel_url: str | None = None,
) -> str:
    """Open the payment page of an order, or give the address of the one that is open.

    :param success_url: holds ``{CHECKOUT_SESSION_ID}``; like ``cancel_url`` by `ways_back` if it is not given
    :returns: where to send the payer
    :raises CardsNotOffered, OrderUnknown, WrongOrderStatus, PaymentUnderWay, TooLittleForCard, OrderChanged:
    :raises CardPaymentUnavailable, CardPaymentRefused, CardKeysWrong:
    """
    gateway = here.cards.gateway(town.registered.slug)
    usual = ways_back(here, town, order_id)
    ways = Ways(success_url or usual.success, cancel_url or usual.cancel)

    async def begin(session: AsyncSession) -> Begun:
        return await card.begin_attempt(session, order_id, actor=actor, at=await clock.now(session))

    for _ in range(ROUNDS):
        begun = await in_transaction(town.sessions, begin)
        for page in begun.stale:
            await _shut(here, town, page, ways)
        if begun.page is None:
            continue
        if begun.page.attempt.session_id is not None and begun.page.attempt.url is not None:
            # Another tab may have paid it meanwhile: then it is no page to send anybody to.
            state = await gateway.checkout(begun.page.attempt.session_id)
            if state.status == "open":
                return begun.page.attempt.url
            await converge_checkout(here, town, state.id)
            continue
        opened = await _open(gateway, town, begun.page, ways)
        if opened is not None:
            if await _keep(town, begun.page, opened):
                return opened.url
            await _shut(here, town, begun.page, ways)
    async with town.sessions.begin() as session:
        raise OrderChanged(version=(await order(session, order_id)).version)


async def shut_stale(here: Installation, town: Town, attempt_id: UUID) -> None:
    """Shut the page of an attempt whose order does not wait for it any more.

    :raises CardsNotOffered, CardPaymentUnavailable, CardPaymentRefused, CardKeysWrong:
    """
    async with town.sessions.begin() as session:
        one = await card.attempt(session, attempt_id)
        page = await card.page_of(session, await order(session, one.order), one)
    await _shut(here, town, page, ways_back(here, town, one.order))


async def converge_checkout(here: Installation, town: Town, session_id: str, *, event: Event | None = None) -> Outcome:
    """Let the books follow a payment page and its payment: what the landing page, webhooks and jobs do.

    :raises CardsNotOffered, CardObjectUnknown, CardPaymentUnavailable, CardPaymentRefused, CardKeysWrong:
    """
    gateway = here.cards.gateway(town.registered.slug)
    for _ in range(ROUNDS):
        # The first look only tells which payment it is; what is acted upon is fetched after the books are read.
        intent = (await gateway.checkout(session_id)).payment_intent
        known = await _knowledge(town, session_id, intent)
        told = Fetched(checkout=await gateway.checkout(session_id))
        if intent is not None:
            told = replace(await _fetch(gateway, known, intent, None), checkout=told.checkout)
        outcome = await _act(town, told, known, event)
        if outcome != "outrun":
            return outcome
    raise CardPaymentUnavailable(cause="busy")


async def converge_payment(
    here: Installation, town: Town, payment_intent: str, *, dispute: str | None = None, event: Event | None = None
) -> Outcome:
    """Let the books follow a payment, its refunds and its disputes.

    :param dispute: one that is told of, since a payment names its newest only
    :raises CardsNotOffered, CardObjectUnknown, CardPaymentUnavailable, CardPaymentRefused, CardKeysWrong:
    """
    gateway = here.cards.gateway(town.registered.slug)
    for _ in range(ROUNDS):
        known = await _knowledge(town, None, payment_intent)
        outcome = await _act(town, await _fetch(gateway, known, payment_intent, dispute), known, event)
        if outcome != "outrun":
            return outcome
    raise CardPaymentUnavailable(cause="busy")


async def send_refund(here: Installation, town: Town, refund_id: UUID) -> None:
    """Send a refund that was asked by card, once; one that is sent or failed already is left.

    :raises CardsNotOffered, CardPaymentUnavailable, CardKeysWrong: it is still asked, and tried again
    """
    async with town.sessions.begin() as session:
        asked, at = await refunds.refund(session, refund_id), await clock.now(session)
    if asked.state != "asked" or asked.method != "card" or asked.payment_intent is None:
        return
    try:
        await _give_back(here.cards.gateway(town.registered.slug), asked, asked.payment_intent, at)
    except (CardPaymentRefused, CardObjectUnknown) as refused:
        why = refused.code if isinstance(refused, CardPaymentRefused) else refused.name
        await in_transaction(town.sessions, lambda session: _refuse(session, refund_id, why))
        return
    await converge_payment(here, town, asked.payment_intent)


async def act_on_event(here: Installation, town: Town, event: Event) -> Outcome:
    """Act upon a message of Stripe, once: what it is about is fetched anew.

    :raises CardsNotOffered, CardPaymentUnavailable, CardPaymentRefused, CardKeysWrong: let Stripe send it again
    """
    async with town.sessions.begin() as session:
        if await converging.seen(session, event.id):
            return "acted"
    try:
        if event.type.startswith("checkout.session."):
            return await converge_checkout(here, town, event.object_id, event=event)
        if event.payment_intent is not None:
            dispute = event.object_id if event.type.startswith("charge.dispute.") else None
            return await converge_payment(here, town, event.payment_intent, dispute=dispute, event=event)
    except CardObjectUnknown:
        _log.warning("event %s is about something that this account does not have", event.id)
    return await _note(town, event)


async def _open(gateway: StripeGateway, town: Town, page: Page, ways: Ways) -> OpenedCheckout | None:
    """Open the page of an attempt under its key; none if Stripe will not, and the attempt is given up."""
    one = page.attempt
    try:
        return await gateway.open_checkout(
            attempt=one.id, order=one.order, programme=town.registered.slug, number=page.number, lines=page.lines,
            amount=one.amount, email=page.email, language=page.language, success_url=ways.success,
            cancel_url=ways.cancel, expires_at=one.expires_at,
        )  # fmt: skip
    except CardPaymentRefused as refused:
        why = refused.code
        _log.warning("attempt %s: Stripe refuses its page (%s)", one.id, refused)
        await in_transaction(town.sessions, lambda session: _give_up(session, one.id, why))
        if why != "idempotency_error" and not _too_late(refused):
            raise
        return None


def _too_late(refused: CardPaymentRefused) -> bool:
    """An attempt that was begun long ago and never opened closes too soon for Stripe: another one may be begun."""
    return refused.param == "expires_at"


async def _shut(here: Installation, town: Town, page: Page, ways: Ways) -> None:
    """Shut a page, whose address may never have been kept; what was paid on it meanwhile is taken."""
    gateway = here.cards.gateway(town.registered.slug)
    session_id = page.attempt.session_id
    if session_id is None:
        try:
            opened = await _open(gateway, town, page, ways)
        except CardPaymentRefused:
            return
        if opened is None:
            return
        await _keep(town, page, opened)
        session_id = opened.session_id
    await gateway.expire_checkout(session_id)
    await converge_checkout(here, town, session_id)


async def _fetch(gateway: StripeGateway, known: Knowledge, payment_intent: str, dispute: str | None) -> Fetched:
    """A payment with all that the books must know of it: its refunds, and its disputes, also those known here alone."""
    payment = await gateway.payment(payment_intent)
    back = payment.refunds
    if back is None or (known.refunds and not payment.succeeded):  # else its last charge bears them all
        back = await gateway.refunds(payment_intent)
    disputes = [payment.dispute] if payment.dispute else []
    others = {one for one in (dispute, *known.disputes) if one is not None} - {one.id for one in disputes}
    disputes += [await gateway.dispute(one) for one in sorted(others)]
    mine = tuple(one for one in disputes if one.payment_intent == payment_intent)
    return Fetched(payment=payment, refunds=back, disputes=mine)


async def _give_back(gateway: StripeGateway, asked: RefundView, payment_intent: str, at: datetime) -> RefundState:
    if at - asked.asked_at > FORGOTTEN:
        for one in await gateway.refunds(payment_intent):
            if one.refund == asked.id:
                return one
    return await gateway.refund(refund=asked.id, payment_intent=payment_intent, amount=asked.amount)


async def _knowledge(town: Town, session_id: str | None, payment_intent: str | None) -> Knowledge:
    async with town.sessions.begin() as session:
        return await converging.knowledge(session, session_id=session_id, payment_intent=payment_intent)


async def _act(town: Town, told: Fetched, known: Knowledge, event: Event | None) -> Outcome:
    async def work(session: AsyncSession) -> Outcome:
        at = await clock.now(session)
        outcome = await converging.act(session, told, known=known, programme=town.registered.slug, at=at)
        if event is not None and outcome != "outrun":
            await converging.first_time(session, event, at=at)
        return outcome

    return await in_transaction(town.sessions, work)


async def _note(town: Town, event: Event) -> Outcome:
    async def work(session: AsyncSession) -> Outcome:
        await converging.first_time(session, event, at=await clock.now(session))
        return "foreign"

    return await in_transaction(town.sessions, work)


async def _keep(town: Town, page: Page, opened: OpenedCheckout) -> bool:
    return await in_transaction(
        town.sessions,
        lambda session: card.keep_session(session, page.attempt.id, session_id=opened.session_id, url=opened.url),
    )


async def _give_up(session: AsyncSession, attempt_id: UUID, why: str) -> None:
    await card.give_up(session, attempt_id, why=why, actor=converging.STRIPE, at=await clock.now(session))


async def _refuse(session: AsyncSession, refund_id: UUID, why: str) -> None:
    await giving_back.refuse_refund(session, refund_id, why=why, actor=converging.STRIPE, at=await clock.now(session))
