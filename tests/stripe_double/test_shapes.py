"""Whatever the double answers has the fields, types and nulls of the API version that is pinned."""

from __future__ import annotations

from typing import Any

import httpx
import stripe

from tests.stripe_double.asking import form
from tests.stripe_double.driving import Account
from tests.stripe_double.given import intent, opened
from tests.stripe_double.refusing import API_VERSION
from tests.stripe_double.shapes import faults
from vouchers.orders.cards.stripe_gateway import API_VERSION as OURS
from vouchers.orders.cards.stripe_gateway import StripeGateway

_DAY = 86_400


async def _everything(stripe_gateway: StripeGateway, account: Account) -> None:
    await intent(stripe_gateway, account, cents=20_000)
    paid = await intent(stripe_gateway, account)
    await account.refund(paid, amount=1_000)
    await account.refunds_start("pending")
    await account.fail_refund(await account.refund(paid, amount=500))
    await account.settle_refund(await account.refund(paid, amount=500))
    await account.win(await account.dispute(paid))
    await account.lose(await account.dispute(await intent(stripe_gateway, account), days=None))
    await account.lose(await account.dispute(await intent(stripe_gateway, account)))
    asked = await account.dispute(await intent(stripe_gateway, account), inquiry=True)
    await account.answer(asked)
    await account.lose(asked)
    await account.win(await account.dispute(await intent(stripe_gateway, account), inquiry=True))
    debited = await intent(stripe_gateway, account, "sepa", 4_000)
    await account.settle_sepa(debited)
    await account.refund(debited)
    await account.settle_sepa(await intent(stripe_gateway, account, "sepa"), succeeds=False)
    declined = await opened(stripe_gateway)
    await account.pay(declined.session_id, "declined")
    await account.expire(declined.session_id)
    await opened(stripe_gateway, email=None)
    await account.charge_fee(250)
    await account.advance(8 * _DAY)
    await account.payout_paid(await account.payout(1_000))
    await account.payout_failed(await account.payout())
    await account.payout_paid(await account.payout())


async def test_every_object_and_event_has_stripes_shape(
    stripe_gateway: StripeGateway, stripe_account: Account, raw: httpx.AsyncClient
) -> None:
    await _everything(stripe_gateway, stripe_account)
    wrong: list[str] = []
    events = await stripe_account.events()
    for event in events:
        wrong += faults(event) + faults(event["data"]["object"], event["type"])
    for place in (
        "balance", "balance_transactions?limit=100&expand[]=data.source", "payouts?expand[]=data.balance_transaction",
        "charges?limit=100&expand[]=data.refunds&expand[]=data.balance_transaction", "refunds?expand[]=data.charge",
        "disputes?expand[]=data.charge.payment_intent", "events?limit=100",
        "checkout/sessions?expand[]=data.line_items",
        "payment_intents?limit=100&expand[]=data.latest_charge.balance_transaction",
    ):  # fmt: skip
        answer = await raw.get(f"/v1/{place}")
        assert answer.status_code == httpx.codes.OK, answer.text
        wrong += faults(answer.json(), place)
    assert wrong == []
    assert {event["type"] for event in events} == {
        "balance.available", "charge.dispute.closed", "charge.dispute.created", "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn", "charge.dispute.updated", "charge.failed", "charge.pending",
        "charge.refund.updated", "charge.refunded",
        "charge.succeeded", "charge.updated", "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded", "checkout.session.completed", "checkout.session.expired",
        "payment_intent.canceled", "payment_intent.created", "payment_intent.payment_failed",
        "payment_intent.processing", "payment_intent.succeeded", "payout.created", "payout.failed", "payout.paid",
        "payout.updated", "payout.reconciliation_completed", "refund.created", "refund.failed", "refund.updated",
    }  # fmt: skip


async def test_the_balance_is_the_sum_of_its_lines(
    stripe_gateway: StripeGateway, stripe_account: Account, raw: httpx.AsyncClient
) -> None:
    await _everything(stripe_gateway, stripe_account)
    balance = (await raw.get("/v1/balance")).json()
    lines = (await raw.get("/v1/balance_transactions?limit=100")).json()["data"]
    held = balance["available"][0]["amount"] + balance["pending"][0]["amount"]
    assert held == sum(line["net"] for line in lines)
    assert all(line["net"] == line["amount"] - line["fee"] for line in lines)
    assert all(line["fee"] == sum(part["amount"] for part in line["fee_details"]) for line in lines)


async def test_the_measure_itself_sees_what_is_wrong(stripe_gateway: StripeGateway, raw: httpx.AsyncClient) -> None:
    page = await opened(stripe_gateway)
    good: dict[str, Any] = (await raw.get(f"/v1/checkout/sessions/{page.session_id}")).json()
    assert faults(good) == []
    assert faults(good | {"expires_at": "soon"}) == ["checkout.session.expires_at: 'soon' is no int"]
    assert faults(good | {"mode": None})
    assert faults(good | {"livemode": 0})
    assert faults(good | {"status": "ajar"})
    assert faults(good | {"return_url": None}) == ["checkout.session.return_url: null"]
    assert faults(good | {"shipping_details": None}) == ["checkout.session.shipping_details: unknown"]
    assert faults(good | {"automatic_tax": {}}) == ["checkout.session.automatic_tax.enabled: missing"]
    del good["payment_status"]
    assert faults(good) == ["checkout.session.payment_status: missing"]


def test_the_pinned_version_is_the_one_the_library_was_made_for() -> None:
    assert OURS == API_VERSION == stripe.api_version


def test_the_parameters_are_those_of_the_library() -> None:
    fields = form("checkout/_session_create_params", "SessionCreateParams").hashes["SessionCreateParams"]
    assert "allowed_payment_method_types" in fields
    assert "payment_method_types" not in fields
