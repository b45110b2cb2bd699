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
from tests.stripe_double.given import bought, opened
from vouchers.orders.cards.card_errors import (
    CardKeysWrong,
    CardObjectUnknown,
    CardPaymentRefused,
    CardPaymentUnavailable,
)
from vouchers.orders.cards.card_words import CheckoutLine
from vouchers.orders.cards.stripe_gateway import StripeGateway

_DAY = 86_400
_FIFTY = Money(5_000)


@pytest.fixture
async def hasty(stripe_account: Account) -> AsyncIterator[StripeGateway]:
    """Tries once, and not for long."""
    gateway = StripeGateway(secret_key=stripe_account.key, base=stripe_account.address, timeout=0.5, retries=0)
    yield gateway
    await gateway.close()


async def _sessions(account: Account) -> list[dict[str, Any]]:
    return [one for one in await account.requests() if one["path"] == "/v1/checkout/sessions" and one["status"] == 200]


async def test_a_page_is_opened_paid_and_read_back(stripe_gateway: StripeGateway, stripe_account: Account) -> None:
    attempt, order = uuid4(), uuid4()
    lines = [CheckoutLine("Bons d'achat de 20 €", 2, Money(2_000)), CheckoutLine("Frais", 1, Money(1_000), "TTC")]
    page = await opened(stripe_gateway, attempt=attempt, order=order, lines=lines)
    assert page.url.startswith(stripe_account.address)
    before = await stripe_gateway.checkout(page.session_id)
    assert (before.status, before.payment_status, before.payment_intent) == ("open", "unpaid", None)
    assert await stripe_account.pay(page.session_id) == f"https://town.example/ok?session={page.session_id}"
    after = await stripe_gateway.checkout(page.session_id)
    assert (after.status, after.payment_status, after.amount, after.url) == ("complete", "paid", _FIFTY, None)
    assert (after.order, after.programme, after.attempt) == (order, "treiz", attempt)
    assert after.payment_intent is not None
    payment = await stripe_gateway.payment(after.payment_intent)
    assert payment.succeeded
    assert not payment.failed
    assert (payment.amount, payment.received, payment.refunded) == (_FIFTY, _FIFTY, ZERO)
    assert (payment.order, payment.programme, payment.attempt) == (order, "treiz", attempt)
    assert (payment.dispute, payment.failure) == (None, None)
    asked = (await _sessions(stripe_account))[0]
    assert asked["key"] == f"checkout-{attempt}"
    assert list(asked["params"]["allowed_payment_method_types"].values()) == ["card", "sepa_debit"]
    assert asked["params"]["client_reference_id"] == "C-2026-0007"


async def test_one_attempt_opens_one_page(stripe_gateway: StripeGateway, stripe_account: Account) -> None:
    attempt, ends = uuid4(), datetime.now(UTC) + timedelta(hours=1)
    first = await opened(stripe_gateway, attempt=attempt, expires_at=ends)
    assert await opened(stripe_gateway, attempt=attempt, expires_at=ends) == first
    assert (await opened(stripe_gateway, expires_at=ends)).session_id != first.session_id
    with pytest.raises(CardPaymentRefused) as refused:
        await opened(stripe_gateway, attempt=attempt, expires_at=ends + timedelta(minutes=1))
    assert refused.value.code == "idempotency_error"


async def test_a_lost_answer_is_asked_again_under_the_same_key_and_opens_one_page(
    stripe_gateway: StripeGateway, hasty: StripeGateway, stripe_account: Account
) -> None:
    await stripe_account.fail_next("lost", path="POST /v1/checkout")
    page = await opened(stripe_gateway)  # the library asks again by itself
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


async def test_a_short_fault_is_not_even_noticed(stripe_gateway: StripeGateway, stripe_account: Account) -> None:
    await stripe_account.fail_next("500", path="POST")
    assert (await opened(stripe_gateway)).session_id
    await stripe_account.fail_next({"status": 409, "code": "idempotency_key_in_use"}, path="GET")
    assert (await stripe_gateway.balance()).pending == ZERO


async def test_a_server_that_is_not_there_and_one_that_speaks_nonsense(stripe_account: Account) -> None:
    for base in ("http://127.0.0.1:9", f"{stripe_account.address}/c/pay"):
        lost = StripeGateway(secret_key="sk_test_x", base=base, retries=0)  # noqa: S106
        with pytest.raises(CardPaymentUnavailable) as gone:
            await lost.balance()
        assert gone.value.cause in {"network", "unreadable"}
        await lost.close()


async def test_what_stripe_will_not_do_is_told_by_its_code(
    stripe_gateway: StripeGateway, stripe_account: Account
) -> None:
    with pytest.raises(CardPaymentRefused) as refused:
        await opened(stripe_gateway, 10)
    assert refused.value.code == "amount_too_small"
    assert refused.value.request is not None
    with pytest.raises(CardPaymentRefused) as refused:
        await opened(stripe_gateway, expires_at=datetime.now(UTC) + timedelta(days=2))
    assert (refused.value.code, refused.value.param) == ("invalid_request_error", "expires_at")
    with pytest.raises(ValueError, match="add up"):
        await opened(stripe_gateway, amount=Money(1))
    await stripe_account.fail_next({"status": 402, "type": "card_error", "code": "card_declined"})
    with pytest.raises(CardPaymentRefused) as refused:
        await stripe_gateway.balance()
    assert refused.value.code == "card_declined"


async def test_a_wrong_key_and_an_unknown_object(stripe_gateway: StripeGateway, stripe_account: Account) -> None:
    stranger = StripeGateway(secret_key="sk_test_stranger", base=stripe_account.address)  # noqa: S106
    with pytest.raises(CardKeysWrong):
        await stranger.balance()
    await stranger.close()
    await stripe_account.fail_next({"status": 403, "message": "not permitted"})
    with pytest.raises(CardKeysWrong):
        await stripe_gateway.balance()
    one = stripe_gateway
    for asking in (
        one.checkout("cs_x"), one.expire_checkout("cs_x"), one.payment("pi_x"), one.refund_state("re_x"),
        one.dispute("du_x"), one.payout("po_x"), one.refund(refund=uuid4(), payment_intent="pi_x", amount=_FIFTY),
    ):  # fmt: skip
        with pytest.raises(CardObjectUnknown):
            await asking


async def test_a_page_is_shut_once_and_a_paid_one_stays_paid(
    stripe_gateway: StripeGateway, stripe_account: Account
) -> None:
    page = await opened(stripe_gateway)
    assert (await stripe_gateway.expire_checkout(page.session_id)).status == "expired"
    assert (await stripe_gateway.expire_checkout(page.session_id)).status == "expired"
    paid = await bought(stripe_gateway, stripe_account)
    assert (await stripe_gateway.expire_checkout(paid.id)).payment_status == "paid"


async def test_the_key_is_in_no_log_and_no_words(
    stripe_gateway: StripeGateway, stripe_account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await bought(stripe_gateway, stripe_account)
    stranger = StripeGateway(secret_key="sk_live_0123456789abcdefgh", base=stripe_account.address)  # noqa: S106
    with pytest.raises(CardKeysWrong) as refused:
        await stranger.balance()
    await stranger.close()
    assert "achats@example.fr" not in caplog.text
    told = caplog.text + repr(refused.value) + repr(stripe_gateway) + repr(vars(refused.value))
    assert stripe_account.key not in told
    assert "0123456789" not in told
