"""Events travel as they do in life: signed, twice, swapped, late or not at all."""

from __future__ import annotations

import json

import stripe

from tests.stripe_double.driving import Account
from tests.stripe_double.given import Webhook, bought
from vouchers.orders.cards.stripe_gateway import StripeGateway

_PAID = [
    "payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "charge.updated",
    "checkout.session.completed",
]  # fmt: skip


async def test_events_are_delivered_in_order_and_signed_with_every_secret(
    stripe_gateway: StripeGateway, stripe_account: Account, webhook: Webhook
) -> None:
    await stripe_account.hear(webhook.url, "whsec_new", "whsec_old")
    await bought(stripe_gateway, stripe_account)
    await stripe_account.quiet()
    assert webhook.types == _PAID
    for body, signature in webhook.came:
        for secret in ("whsec_new", "whsec_old"):
            assert stripe.Webhook.construct_event(body, signature, secret).id.startswith("evt_")
    assert {one["status"] for one in await stripe_account.deliveries()} == {200}
    last = json.loads(webhook.came[-1][0])
    assert last["pending_webhooks"] == 1
    assert last["data"]["object"]["payment_status"] == "paid"
    assert json.loads(webhook.came[3][0])["data"]["previous_attributes"] == {"balance_transaction": None}


async def test_twice_swapped_and_lost(stripe_gateway: StripeGateway, stripe_account: Account, webhook: Webhook) -> None:
    await stripe_account.hear(webhook.url, "whsec_1")
    await stripe_account.delivery("now", twice=True)
    await bought(stripe_gateway, stripe_account)
    await stripe_account.quiet()
    assert webhook.types == [one for what in _PAID for one in (what, what)]
    webhook.came.clear()
    await stripe_account.delivery("swapped")
    await bought(stripe_gateway, stripe_account)
    await stripe_account.quiet()
    assert webhook.types == [_PAID[1], _PAID[0], _PAID[3], _PAID[2], _PAID[4]]
    webhook.came.clear()
    await stripe_account.delivery("lost")
    await bought(stripe_gateway, stripe_account)
    await stripe_account.quiet()
    assert webhook.types == []
    assert len(await stripe_account.events("checkout.session.completed")) == 3


async def test_held_events_are_released_in_any_order_any_number_of_times(
    stripe_gateway: StripeGateway, stripe_account: Account, webhook: Webhook
) -> None:
    await stripe_account.hear(webhook.url, "whsec_1", events=["charge.succeeded", "checkout.session.completed"])
    await stripe_account.delivery("hold")
    await bought(stripe_gateway, stripe_account)
    held = await stripe_account.held()
    assert len(held) == len(_PAID)
    await stripe_account.release(held[4], held[1], held[4])
    await stripe_account.quiet()
    assert webhook.types == ["checkout.session.completed", "charge.succeeded", "checkout.session.completed"]
    await stripe_account.release()
    await stripe_account.quiet()
    assert await stripe_account.held() == []
    assert len(webhook.came) == 3  # the others are of types it does not hear


async def test_an_event_can_be_delivered_again_late_or_signed_long_ago(
    stripe_gateway: StripeGateway, stripe_account: Account, webhook: Webhook
) -> None:
    await bought(stripe_gateway, stripe_account)
    event = (await stripe_account.events("checkout.session.completed"))[0]
    await stripe_account.hear(webhook.url, "whsec_1")
    webhook.status = 503
    assert await stripe_account.redeliver(event["id"]) == 503
    webhook.status = 200
    assert await stripe_account.redeliver(event["id"], at=1_700_000_000) == 200
    assert webhook.came[1][1].startswith("t=1700000000,")
    assert webhook.came[0][0] == webhook.came[1][0]
    body, header = await stripe_account.signed(event["id"], "whsec_2")
    assert stripe.Webhook.construct_event(body, header, "whsec_2").type == "checkout.session.completed"
    await stripe_account.hear("http://127.0.0.1:9/nobody", "whsec_1")
    assert await stripe_account.redeliver(event["id"]) == 0


async def test_an_event_says_which_request_made_it(stripe_gateway: StripeGateway, stripe_account: Account) -> None:
    state = await bought(stripe_gateway, stripe_account)
    await stripe_gateway.expire_checkout(state.id)
    assert (await stripe_account.events())[0]["request"] == {"id": None, "idempotency_key": None}
