"""The address that Stripe calls: what is forged, stale, of another programme, too large, or comes all at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest

from api import clock
from api.engines import Database
from api.webhooks import MOST_BYTES
from ledger.chart import Kind
from ledger.ids import new_id
from tests.apps import an_app
from tests.vouchers.orders.cards import SECRET, CardTown, Told, signed

PATH = "/webhooks/stripe/treiz"
OLD_SECRET = "whsec_of_last_year"  # noqa: S105 - nobody else listens


@pytest.fixture
async def stripe(cards: CardTown, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever calls the server."""
    with an_app(cards.here.settings, database) as app:
        app.state.installation = cards.here
        cards.here.towns["treiz"] = (cards.served, time.monotonic() + 3_600)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://obole.test") as client:
            yield client


async def now(cards: CardTown) -> datetime:
    async with cards.town.sessions() as session:
        return await clock.now(session)


async def send(
    cards: CardTown, stripe: httpx.AsyncClient, event: Told, *, ago: timedelta = timedelta(0), secret: str = SECRET
) -> httpx.Response:
    body, header = signed(event, at=await now(cards) - ago, secret=secret)
    return await stripe.post(PATH, content=body, headers={"Stripe-Signature": header})


async def paid_at_stripe(cards: CardTown) -> tuple[str, list[Told]]:
    order = await cards.town.placed()
    await cards.pay(order.id)
    return str(order.id), await cards.stripe.events()


async def test_a_message_is_acted_upon_before_it_is_acknowledged(cards: CardTown, stripe: httpx.AsyncClient) -> None:
    order = await cards.town.placed()
    await cards.pay(order.id)
    (event,) = await cards.stripe.events("payment_intent.succeeded")
    answer = await send(cards, stripe, event)
    assert (answer.status_code, answer.json()) == (200, {"received": True})
    assert await cards.town.status(order.id) == "paid"


async def test_messages_that_come_all_at_once_and_again_are_acted_upon_once(
    cards: CardTown, stripe: httpx.AsyncClient
) -> None:
    order = await cards.town.placed()
    await cards.pay(order.id)
    events = await cards.stripe.events()
    answers = await asyncio.gather(*[send(cards, stripe, event) for event in [*events, *events]])
    # One that was overtaken too often is answered so that it is sent again.
    assert {answer.status_code for answer in answers} <= {200, 503}
    for event in events:
        assert (await send(cards, stripe, event)).status_code == 200
    assert (await cards.town.told(order.id)).count("payment") == 1
    assert await cards.town.balance(Kind.STRIPE) == order.total
    await cards.assert_sound()


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("", "signature-invalid"),
        ("t=1,v1=00", "signature-invalid"),
        ("t=x", "signature-invalid"),
        ("v1=é", "signature-invalid"),
        ("t=1," + "v1=00," * 2_000, "signature-invalid"),
    ],
)
async def test_a_forged_signature_changes_nothing(
    cards: CardTown, stripe: httpx.AsyncClient, header: str, name: str
) -> None:
    order, (event, *_) = await paid_at_stripe(cards)
    body, _ = signed(event, at=cards.town.at)
    answer = await stripe.post(PATH, content=body, headers={"Stripe-Signature": header.encode()})
    assert answer.status_code == 400
    assert answer.json()["type"].endswith(name)
    assert order not in answer.text


async def test_another_programmes_secret_or_a_changed_body_is_a_forgery(
    cards: CardTown, stripe: httpx.AsyncClient
) -> None:
    _, (event, *_) = await paid_at_stripe(cards)
    assert (await send(cards, stripe, event, secret=OLD_SECRET)).status_code == 400
    body, header = signed(event, at=await now(cards))
    changed = await stripe.post(PATH, content=body + b" ", headers={"Stripe-Signature": header})
    assert changed.status_code == 400


async def test_a_recording_that_is_played_later_is_refused(cards: CardTown, stripe: httpx.AsyncClient) -> None:
    _, (event, *_) = await paid_at_stripe(cards)
    answer = await send(cards, stripe, event, ago=timedelta(minutes=6))
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("event-stale")


async def test_while_the_secret_is_replaced_both_sign(cards: CardTown, stripe: httpx.AsyncClient) -> None:
    keys = cards.here.cards.settings.stripe_keys
    keys["treiz"] = type(keys["treiz"])(keys["treiz"].secret_key, (SECRET, OLD_SECRET))
    _, (first, second, *_) = await paid_at_stripe(cards)
    assert (await send(cards, stripe, first, secret=OLD_SECRET)).status_code == 200
    assert (await send(cards, stripe, second)).status_code == 200


async def test_the_order_of_another_programme_is_acknowledged_and_left_alone(
    cards: CardTown, stripe: httpx.AsyncClient
) -> None:
    """Two programmes share an account: what bears another name, or an order that is not here, is none of ours."""
    cards.town.slug = "alpes"
    keys = cards.here.cards.settings.stripe_keys
    keys["alpes"] = keys["treiz"]
    await cards.pay((await cards.town.placed()).id)
    cards.town.slug = "treiz"
    for event in await cards.stripe.events():
        assert (await send(cards, stripe, event)).json() == {"received": True}
    assert (await cards.town.balance(Kind.STRIPE)).cents == 0
    found = await cards.match()
    assert found.unexplained.cents == 0
    assert len(found.at_stripe_only) == 1


async def test_what_we_do_not_know_or_need_is_acknowledged(cards: CardTown, stripe: httpx.AsyncClient) -> None:
    """A type that came with a later version, a payment that somebody made by hand, an object that is not there."""
    _, (event, *_) = await paid_at_stripe(cards)
    strange = event | {"id": "evt_1", "type": "climate.order.created", "data": {"object": {"id": "x", "object": "y"}}}
    gone = event | {"id": "evt_2", "data": {"object": {"id": "pi_of_nobody", "object": "payment_intent"}}}
    for one in (strange, gone):
        assert (await send(cards, stripe, one)).status_code == 200
        assert (await send(cards, stripe, one)).status_code == 200


async def test_what_is_no_event_is_refused(cards: CardTown, stripe: httpx.AsyncClient) -> None:
    for one in ({}, {"object": "event"}, {"object": "event", "id": 1, "type": None, "data": []}):
        answer = await send(cards, stripe, one)
        assert answer.status_code == 400
        assert answer.json()["type"].endswith("event-unreadable")


async def test_when_stripe_is_away_the_message_is_not_acknowledged(cards: CardTown, stripe: httpx.AsyncClient) -> None:
    order, events = await paid_at_stripe(cards)
    await cards.stripe.fail_next("500", times=3, path="GET /v1/payment_intents")
    (event,) = [one for one in events if one["type"] == "payment_intent.succeeded"]
    assert (await send(cards, stripe, event)).status_code == 503
    assert (await cards.town.balance(Kind.STRIPE)).cents == 0
    assert (await send(cards, stripe, event)).status_code == 200
    assert (await cards.town.balance(Kind.STRIPE)).cents == 16_480
    assert order


async def test_a_programme_that_is_not_there_or_takes_no_cards_is_not_found(
    cards: CardTown, stripe: httpx.AsyncClient
) -> None:
    _, (event, *_) = await paid_at_stripe(cards)
    body, header = signed(event, at=await now(cards))
    cards.here.towns["alpes"] = cards.here.towns["treiz"]
    for slug in ("nowhere", "alpes", "x" * 300):
        answer = await stripe.post(f"/webhooks/stripe/{slug}", content=body, headers={"Stripe-Signature": header})
        assert answer.status_code == 404, slug


async def test_a_message_that_is_too_large_is_not_read(cards: CardTown, stripe: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MOST_BYTES // 1_000 + 100):
            yield b" " * 1_000

    answer = await stripe.post(PATH, content=endless(), headers={"Stripe-Signature": f"t=1,v1={new_id().hex}"})
    assert answer.status_code == 413
