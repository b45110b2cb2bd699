"""The gateway, with the real ``stripe`` library, against Stripe's double in a process of its own."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ledger.money import ZERO, Money
from tests.stripe_double.driving import Account
from tests.stripe_double.given import bought, intent, opened
from vouchers.orders.card_errors import (
    CardKeysWrong,
    CardObjectUnknown,
    CardPaymentRefused,
    CardPaymentUnavailable,
)
from vouchers.orders.card_words import CheckoutLine
from vouchers.orders.stripe_gateway import StripeGateway

_DAY = 86_400
_FIFTY = Money(5_000)


@pytest.fixture
async def gateway(stripe_account: Account) -> AsyncIterator[StripeGateway]:
    gateway = StripeGateway(secret_key=stripe_account.key, base=stripe_account.address)
    yield gateway
    await gateway.close()


@pytest.fixture
async def hasty(stripe_account: Account) -> AsyncIterator[StripeGateway]:
    """Tries once, and not for long."""
    gateway = StripeGateway(secret_key=stripe_account.key, base=stripe_account.address, timeout=0.5, retries=0)
    yield gateway
    await gateway.close()


async def _sessions(account: Account) -> list[dict[str, Any]]:
    return [one for one in await account.requests() if one["path"] == "/v1/checkout/sessions" and one["status"] == 200]


async def test_a_page_is_opened_paid_and_read_back(gateway: StripeGateway, stripe_account: Account) -> None:
    attempt, order = uuid4(), uuid4()
    lines = [CheckoutLine("Bons d'achat de 20 €", 2, Money(2_000)), CheckoutLine("Frais", 1, Money(1_000), "TTC")]
    page = await opened(gateway, attempt=attempt, order=order, lines=lines)
    assert page.url.startswith(stripe_account.address)
    before = await gateway.checkout(page.session_id)
    assert (before.status, before.payment_status, before.payment_intent) == ("open", "unpaid", None)
    assert await stripe_account.pay(page.session_id) == f"https://town.example/ok?session={page.session_id}"
    after = await gateway.checkout(page.session_id)
    assert (after.status, after.payment_status, after.amount, after.url) == ("complete", "paid", _FIFTY, None)
    assert (after.order, after.programme, after.attempt) == (order, "treiz", attempt)
    assert after.payment_intent is not None
    payment = await gateway.payment(after.payment_intent)
    assert payment.succeeded
    assert not payment.failed
    assert (payment.amount, payment.received, payment.refunded) == (_FIFTY, _FIFTY, ZERO)
    assert (payment.order, payment.programme, payment.attempt) == (order, "treiz", attempt)
    assert (payment.dispute, payment.failure) == (None, None)
    asked = (await _sessions(stripe_account))[0]
    assert asked["key"] == f"checkout-{attempt}"
    assert list(asked["params"]["allowed_payment_method_types"].values()) == ["card", "sepa_debit"]
    assert asked["params"]["client_reference_id"] == "C-2026-0007"


async def test_one_attempt_opens_one_page(gateway: StripeGateway, stripe_account: Account) -> None:
    attempt, ends = uuid4(), datetime.now(UTC) + timedelta(hours=1)
    first = await opened(gateway, attempt=attempt, expires_at=ends)
    assert await opened(gateway, attempt=attempt, expires_at=ends) == first
    assert (await opened(gateway, expires_at=ends)).session_id != first.session_id
    with pytest.raises(CardPaymentRefused) as refused:
        await opened(gateway, attempt=attempt, expires_at=ends + timedelta(minutes=1))
    assert refused.value.code == "idempotency_error"


async def test_a_lost_answer_is_asked_again_under_the_same_key_and_opens_one_page(
    gateway: StripeGateway, hasty: StripeGateway, stripe_account: Account
) -> None:
    await stripe_account.fail_next("lost", path="POST /v1/checkout")
    page = await opened(gateway)  # the library asks again by itself
    assert page.session_id
    attempt, ends = uuid4(), datetime.now(UTC) + timedelta(hours=1)
    await stripe_account.fail_next("lost", path="POST /v1/checkout")
    with pytest.raises(CardPaymentUnavailable) as gone:
        await opened(hasty, attempt=attempt, expires_at=ends)
    assert gone.value.cause == "network"
    await opened(hasty, attempt=attempt, expires_at=ends)
    pages = await _made(stripe_account)
    assert len(pages) == 2


async def _made(account: Account) -> set[str]:
    """The pages there are, told by what becomes of them when their time is over."""
    await account.advance(2 * _DAY)
    return {event["data"]["object"]["id"] for event in await account.events("checkout.session.expired")}


@pytest.mark.parametrize(
    ("how", "cause"), [("closed", "network"), ("hang", "network"), ("500", "server"), ("429", "busy")]
)
async def test_no_answer_is_a_refusal_with_its_cause(
    hasty: StripeGateway, stripe_account: Account, how: str, cause: str
) -> None:
    await stripe_account.fail_next(how)
    with pytest.raises(CardPaymentUnavailable) as gone:
        await hasty.balance()
    assert gone.value.cause == cause
    assert (await hasty.balance()).available == ZERO


async def test_a_short_fault_is_not_even_noticed(gateway: StripeGateway, stripe_account: Account) -> None:
    await stripe_account.fail_next("500", path="POST")
    assert (await opened(gateway)).session_id
    await stripe_account.fail_next({"status": 409, "code": "idempotency_key_in_use"}, path="GET")
    assert (await gateway.balance()).pending == ZERO


async def test_a_server_that_is_not_there_and_one_that_speaks_nonsense(stripe_account: Account) -> None:
    for base in ("http://127.0.0.1:9", f"{stripe_account.address}/c/pay"):
        lost = StripeGateway(secret_key="sk_test_x", base=base, retries=0)  # noqa: S106
        with pytest.raises(CardPaymentUnavailable) as gone:
            await lost.balance()
        assert gone.value.cause in {"network", "unreadable"}
        await lost.close()


async def test_what_stripe_will_not_do_is_told_by_its_code(gateway: StripeGateway, stripe_account: Account) -> None:
    with pytest.raises(CardPaymentRefused) as refused:
        await opened(gateway, 10)
    assert refused.value.code == "amount_too_small"
    assert refused.value.request is not None
    with pytest.raises(CardPaymentRefused) as refused:
        await opened(gateway, expires_at=datetime.now(UTC) + timedelta(days=2))
    assert (refused.value.code, refused.value.param) == ("invalid_request_error", "expires_at")
    with pytest.raises(ValueError, match="add up"):
        await opened(gateway, amount=Money(1))
    await stripe_account.fail_next({"status": 402, "type": "card_error", "code": "card_declined"})
    with pytest.raises(CardPaymentRefused) as refused:
        await gateway.balance()
    assert refused.value.code == "card_declined"


async def test_a_wrong_key_and_an_unknown_object(gateway: StripeGateway, stripe_account: Account) -> None:
    stranger = StripeGateway(secret_key="sk_test_stranger", base=stripe_account.address)  # noqa: S106
    with pytest.raises(CardKeysWrong):
        await stranger.balance()
    await stranger.close()
    await stripe_account.fail_next({"status": 403, "message": "not permitted"})
    with pytest.raises(CardKeysWrong):
        await gateway.balance()
    for asking in (gateway.checkout("cs_x"), gateway.expire_checkout("cs_x"), gateway.payment("pi_x"),
                   gateway.refund_state("re_x"), gateway.dispute("du_x"), gateway.payout("po_x"),
                   gateway.refund(refund=uuid4(), payment_intent="pi_x", amount=_FIFTY)):  # fmt: skip
        with pytest.raises(CardObjectUnknown):
            await asking


async def test_a_page_is_shut_once_and_a_paid_one_stays_paid(gateway: StripeGateway, stripe_account: Account) -> None:
    page = await opened(gateway)
    assert (await gateway.expire_checkout(page.session_id)).status == "expired"
    assert (await gateway.expire_checkout(page.session_id)).status == "expired"
    paid = await bought(gateway, stripe_account)
    assert (await gateway.expire_checkout(paid.id)).payment_status == "paid"


async def test_a_direct_debit_is_complete_long_before_it_is_paid(
    gateway: StripeGateway, stripe_account: Account
) -> None:
    for succeeds in (True, False):
        state = await bought(gateway, stripe_account, "sepa")
        assert (state.status, state.payment_status) == ("complete", "unpaid")
        assert state.payment_intent is not None
        payment = await gateway.payment(state.payment_intent)
        assert payment.processing
        assert payment.received == ZERO
        await stripe_account.settle_sepa(payment.id, succeeds=succeeds)
        payment = await gateway.payment(payment.id)
        assert (payment.succeeded, payment.failed) == (succeeds, not succeeds)
        assert (await gateway.checkout(state.id)).payment_status == ("paid" if succeeds else "unpaid")
    types = [movement.type async for movement in gateway.movements()]
    assert types == ["payment_failure_refund", "payment", "payment"]


async def test_a_declined_card_leaves_the_page_open(gateway: StripeGateway, stripe_account: Account) -> None:
    state = await bought(gateway, stripe_account, "declined")
    assert state.status == "open"
    payment = await gateway.payment(state.payment_intent or "")
    assert payment.failed
    assert payment.failure == "card_declined"


async def test_a_refund_goes_back_once_for_its_id(gateway: StripeGateway, stripe_account: Account) -> None:
    paid, ours = await intent(gateway, stripe_account), uuid4()
    first = await gateway.refund(refund=ours, payment_intent=paid, amount=Money(2_000))
    assert await gateway.refund(refund=ours, payment_intent=paid, amount=Money(2_000)) == first
    assert (first.status, first.amount, first.payment_intent, first.refund) == ("succeeded", Money(2_000), paid, ours)
    assert await gateway.refund_state(first.id) == first
    by_hand = await stripe_account.refund(paid, amount=500)
    assert [(one.id, one.refund) for one in await gateway.refunds(paid)] == [(by_hand, None), (first.id, ours)]
    assert (await gateway.payment(paid)).refunded == Money(2_500)
    with pytest.raises(CardPaymentRefused) as refused:
        await gateway.refund(refund=uuid4(), payment_intent=paid, amount=_FIFTY)
    assert refused.value.param == "amount"
    await gateway.refund(refund=uuid4(), payment_intent=paid, amount=Money(2_500))
    with pytest.raises(CardPaymentRefused) as refused:
        await gateway.refund(refund=uuid4(), payment_intent=paid, amount=Money(1))
    assert refused.value.code == "charge_already_refunded"


async def test_a_refund_may_be_on_its_way_and_may_come_back(gateway: StripeGateway, stripe_account: Account) -> None:
    await stripe_account.refunds_start("pending")
    paid = await intent(gateway, stripe_account)
    arrives, fails = [
        await gateway.refund(refund=uuid4(), payment_intent=paid, amount=Money(cents)) for cents in (1_000, 2_000)
    ]
    assert arrives.status == fails.status == "pending"
    await stripe_account.settle_refund(arrives.id)
    await stripe_account.fail_refund(fails.id)
    assert (await gateway.refund_state(arrives.id)).status == "succeeded"
    failed = await gateway.refund_state(fails.id)
    assert failed.failed
    assert failed.failure == "expired_or_canceled_card"
    types = [movement.type async for movement in gateway.movements()]
    assert types == ["refund_failure", "refund", "refund", "charge"]


async def test_a_dispute_takes_the_money_and_may_bring_it_back(gateway: StripeGateway, stripe_account: Account) -> None:
    paid = await intent(gateway, stripe_account)
    name = await stripe_account.dispute(paid, amount=4_000, reason="product_not_received")
    dispute = await gateway.dispute(name)
    assert (dispute.payment_intent, dispute.amount, dispute.reason) == (paid, Money(4_000), "product_not_received")
    assert dispute.withdrawn
    assert not dispute.closed
    assert (await gateway.payment(paid)).dispute == name
    with pytest.raises(CardPaymentRefused) as refused:
        await gateway.refund(refund=uuid4(), payment_intent=paid, amount=Money(100))
    assert refused.value.code == "charge_disputed"
    await stripe_account.win(name)
    dispute = await gateway.dispute(name)
    assert dispute.won
    assert dispute.closed
    assert not dispute.withdrawn
    told = [(one.category, one.amount, one.fee) async for one in gateway.movements()]
    assert told == [
        ("dispute_reversal", Money(4_000), ZERO),
        ("dispute", Money(-4_000), Money(2_000)),
        ("charge", _FIFTY, Money(100)),
    ]


async def test_a_lost_dispute_and_a_mere_inquiry(gateway: StripeGateway, stripe_account: Account) -> None:
    lost = await stripe_account.dispute(await intent(gateway, stripe_account))
    await stripe_account.lose(lost)
    state = await gateway.dispute(lost)
    assert state.lost
    assert state.withdrawn
    inquiry = await stripe_account.dispute(await intent(gateway, stripe_account), inquiry=True)
    state = await gateway.dispute(inquiry)
    assert state.inquiry
    assert not state.withdrawn
    await stripe_account.win(inquiry)
    assert (await gateway.dispute(inquiry)).closed


async def test_every_movement_is_read_page_after_page(gateway: StripeGateway, stripe_account: Account) -> None:
    await stripe_account.many_movements(205)
    await stripe_account.advance(_DAY)
    paid = await intent(gateway, stripe_account)
    every = [movement async for movement in gateway.movements()]
    assert len(every) == len({movement.id for movement in every}) == 206
    assert (every[0].type, every[0].source) == ("charge", (await gateway.payment(paid)).charge)
    assert all(movement.net == movement.amount - movement.fee for movement in every)
    assert [one.id async for one in gateway.movements(older_than=every[104].id)] == [one.id for one in every[105:]]
    recent = [movement async for movement in gateway.movements(since=every[0].created)]
    assert recent == every[:1]


async def test_a_payout_carries_what_was_available(gateway: StripeGateway, stripe_account: Account) -> None:
    await intent(gateway, stripe_account)
    assert (await gateway.balance()).pending == Money(4_900)
    await stripe_account.advance(8 * _DAY)
    assert (await gateway.balance()).available == Money(4_900)
    name = await stripe_account.payout()
    payout = await gateway.payout(name)
    assert (payout.status, payout.amount, payout.failure) == ("in_transit", Money(4_900), None)
    assert [(one.type, one.net) async for one in gateway.movements(payout=name)] == [
        ("payout", Money(-4_900)),
        ("charge", Money(4_900)),
    ]
    assert (await gateway.balance()).available == ZERO
    await stripe_account.payout_failed(name)
    payout = await gateway.payout(name)
    assert (payout.status, payout.failure) == ("failed", "account_closed")
    again = await stripe_account.payout()
    await stripe_account.payout_paid(again)
    assert (await gateway.payout(again)).status == "paid"


async def test_the_key_is_in_no_log_and_no_words(
    gateway: StripeGateway, stripe_account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await bought(gateway, stripe_account)
    stranger = StripeGateway(secret_key="sk_live_0123456789abcdefgh", base=stripe_account.address)  # noqa: S106
    with pytest.raises(CardKeysWrong) as refused:
        await stranger.balance()
    await stranger.close()
    told = caplog.text + repr(refused.value) + repr(gateway) + repr(vars(refused.value))
    assert stripe_account.key not in told
    assert "0123456789" not in told
