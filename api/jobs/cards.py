"""What happens to card payments by itself: a webhook that is lost costs a minute, never an order.

Every minute: pages nobody should pay on any more are shut, open ones are looked at, refunds that were asked are sent.
Every ten: direct debits and disputes are looked at, and the lines of Stripe's account are taken into the books.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Iterable
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import card_flow, clock
from api.installation import Installation, Town, in_transaction
from api.jobs.everywhere import in_every_programme
from vouchers.orders import card, disputing, refunds, stripe_books
from vouchers.orders.cards.card_errors import CardObjectUnknown, CardPaymentUnavailable
from vouchers.orders.cards.card_words import Movement

AT_ONCE: Final = 100
LINES_AT_ONCE: Final = 200
A_MINUTE: Final = timedelta(minutes=1)
RECENT: Final = timedelta(days=3)
"""How long something that does not agree is looked at again; later it is for the operator to look."""

_log = logging.getLogger(__name__)


async def tend_cards(here: Installation, town: Town) -> None:
    """Every minute."""
    if not here.cards.offered(town.registered.slug):
        return
    async with town.sessions.begin() as session:
        at = await clock.now(session)
        stale = await card.stale_attempts(session, at=at, limit=AT_ONCE)
        waiting = await card.waiting_attempts(session, "open", before=at - A_MINUTE, limit=AT_ONCE)
        asked = await refunds.refunds_asked(session, "card", limit=AT_ONCE)
    await _each(town, (card_flow.shut_stale(here, town, one) for one in stale))
    await _each(
        town,
        (
            card_flow.converge_checkout(here, town, one.session_id)
            for one in waiting
            if one.session_id is not None and one.id not in set(stale)
        ),
    )
    await _each(town, (card_flow.send_refund(here, town, one.id) for one in asked))


async def send_refund(here: Installation, town: Town, refund_id: UUID) -> None:
    """A refund that was asked for; if Stripe does not answer, the next minute tries again."""
    await _each(town, (card_flow.send_refund(here, town, one) for one in (refund_id,)))


async def reconcile_cards(here: Installation, town: Town) -> None:
    """Every ten minutes."""
    if not here.cards.offered(town.registered.slug):
        return
    async with town.sessions.begin() as session:
        at = await clock.now(session)
        waiting = await card.waiting_attempts(session, "complete", before=at, limit=AT_ONCE)
        disputes = await disputing.open_disputes(session)
    await _each(
        town,
        (card_flow.converge_checkout(here, town, one.session_id) for one in waiting if one.session_id is not None),
    )
    await _each(town, (card_flow.converge_payment(here, town, one.payment_intent, dispute=one.id) for one in disputes))
    await take_movements(here, town)


async def reconcile_all(here: Installation) -> None:
    """Every ten minutes, in every programme; one that fails does not keep the others waiting."""
    await in_every_programme(here, partial(reconcile_cards, here), doing="reconciling with Stripe")


async def take_movements(here: Installation, town: Town) -> int:
    """Take the new lines of Stripe's account, oldest first, and look at the payments that they do not agree with.

    :returns: how many were new
    :raises CardsNotOffered, CardPaymentUnavailable, CardPaymentRefused, CardKeysWrong:
    """
    gateway = here.cards.gateway(town.registered.slug)
    async with town.sessions.begin() as session:
        since = await stripe_books.read_since(session)
    lines = [one async for one in gateway.movements(since=since)]
    lines.reverse()
    new = 0
    for start in range(0, len(lines), LINES_AT_ONCE):
        new += await _take(town, lines[start : start + LINES_AT_ONCE])
    await _look_again(here, town)
    return new


async def _take(town: Town, lines: list[Movement]) -> int:
    async def work(session: AsyncSession) -> int:
        return len(await stripe_books.take_movements(session, lines, at=await clock.now(session)))

    return await in_transaction(town.sessions, work)


async def _look_again(here: Installation, town: Town) -> None:
    """What is at Stripe and not in the books is a webhook that was lost, or a payment that is none of ours."""
    async with town.sessions.begin() as session:
        at = await clock.now(session)
        intents = await stripe_books.to_look_at(session, since=at - RECENT, limit=AT_ONCE)
    await _each(town, (card_flow.converge_payment(here, town, one) for one in intents))


async def _each(town: Town, works: Iterable[Awaitable[object]]) -> None:
    """One after the other; what fails does not keep the others waiting, but if Stripe is away the rest waits too."""
    away: CardPaymentUnavailable | None = None
    for work in works:
        try:
            await work
        except CardPaymentUnavailable as error:
            away = error
            break
        except CardObjectUnknown as error:
            # Another account's, or one that Stripe has forgotten: no fault of ours, and no round will mend it.
            _log.warning("%s: %s; what is open about it is for the operator to look at", town.registered.slug, error)
        except Exception:  # noqa: BLE001 - whatever it is, one payment must not keep the others
            _log.exception("a card payment of %s cannot be followed", town.registered.slug)
    if away is not None:
        _log.warning("%s: %s; the next round tries again", town.registered.slug, away)
