"""What comes of a payment, read through the gateway: debits, refunds, disputes, movements, payouts."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from ledger.money import ZERO, Money
from tests.stripe_double.driving import Account
from tests.stripe_double.given import bought, intent
from vouchers.orders.cards.card_errors import CardPaymentRefused
from vouchers.orders.cards.stripe_gateway import StripeGateway

_DAY = 86_400
_FIFTY = Money(5_000)


async def test_a_direct_debit_is_complete_long_before_it_is_paid(
    stripe_gateway: StripeGateway, stripe_account: Account
) -> None:
    for succeeds in (True, False):
        state = await bought(stripe_gateway, stripe_account, "sepa")
        assert (state.status, state.payment_status) == ("complete", "unpaid")
        assert state.payment_intent is not None
        payment = await stripe_gateway.payment(state.payment_intent)
        assert payment.processing
        assert payment.received == ZERO
        await stripe_account.settle_sepa(payment.id, succeeds=succeeds)
        payment = await stripe_gateway.payment(payment.id)
        assert (payment.succeeded, payment.failed) == (succeeds, not succeeds)
        assert (await stripe_gateway.checkout(state.id)).payment_status == ("paid" if succeeds else "unpaid")
    types = [movement.type async for movement in stripe_gateway.movements()]
    assert types == ["payment_failure_refund", "payment", "payment"]


async def test_a_declined_card_leaves_the_page_open(stripe_gateway: StripeGateway, stripe_account: Account) -> None:
    state = await bought(stripe_gateway, stripe_account, "declined")
    assert state.status == "open"
    payment = await stripe_gateway.payment(state.payment_intent or "")
    assert payment.failed
    assert payment.failure == "card_declined"


async def test_a_refund_goes_back_once_for_its_id(stripe_gateway: StripeGateway, stripe_account: Account) -> None:
    paid, ours = await intent(stripe_gateway, stripe_account), uuid4()
    first = await stripe_gateway.refund(refund=ours, payment_intent=paid, amount=Money(2_000))
    assert await stripe_gateway.refund(refund=ours, payment_intent=paid, amount=Money(2_000)) == first
    assert (first.status, first.amount, first.payment_intent, first.refund) == ("succeeded", Money(2_000), paid, ours)
    assert await stripe_gateway.refund_state(first.id) == first
    by_hand = await stripe_account.refund(paid, amount=500)
    assert [(one.id, one.refund) for one in await stripe_gateway.refunds(paid)] == [(by_hand, None), (first.id, ours)]
    payment = await stripe_gateway.payment(paid)
    assert payment.refunded == Money(2_500)
    assert payment.refunds == await stripe_gateway.refunds(paid)
    with pytest.raises(CardPaymentRefused) as refused:
        await stripe_gateway.refund(refund=uuid4(), payment_intent=paid, amount=_FIFTY)
    assert refused.value.param == "amount"
    await stripe_gateway.refund(refund=uuid4(), payment_intent=paid, amount=Money(2_500))
    with pytest.raises(CardPaymentRefused) as refused:
        await stripe_gateway.refund(refund=uuid4(), payment_intent=paid, amount=Money(1))
    assert refused.value.code == "charge_already_refunded"


async def test_of_more_refunds_than_come_with_a_payment_it_names_none(
    stripe_gateway: StripeGateway, stripe_account: Account
) -> None:
    paid = await intent(stripe_gateway, stripe_account)
    for _ in range(11):
        await stripe_account.refund(paid, amount=100)
    assert (await stripe_gateway.payment(paid)).refunds is None
    assert len(await stripe_gateway.refunds(paid)) == 11


async def test_a_refund_may_be_on_its_way_and_may_come_back(
    stripe_gateway: StripeGateway, stripe_account: Account
) -> None:
    await stripe_account.refunds_start("pending")
    paid = await intent(stripe_gateway, stripe_account)
    arrives, fails = [
        await stripe_gateway.refund(refund=uuid4(), payment_intent=paid, amount=Money(cents))
        for cents in (1_000, 2_000)
    ]
    assert arrives.status == fails.status == "pending"
    await stripe_account.settle_refund(arrives.id)
    await stripe_account.fail_refund(fails.id)
    assert (await stripe_gateway.refund_state(arrives.id)).status == "succeeded"
    failed = await stripe_gateway.refund_state(fails.id)
    assert failed.failed
    assert failed.failure == "expired_or_canceled_card"
    types = [movement.type async for movement in stripe_gateway.movements()]
    assert types == ["refund_failure", "refund", "refund", "charge"]


async def test_a_dispute_takes_the_money_and_may_bring_it_back(
    stripe_gateway: StripeGateway, stripe_account: Account
) -> None:
    paid = await intent(stripe_gateway, stripe_account)
    name = await stripe_account.dispute(paid, amount=4_000, reason="product_not_received")
    dispute = await stripe_gateway.dispute(name)
    assert (dispute.payment_intent, dispute.amount, dispute.reason) == (paid, Money(4_000), "product_not_received")
    assert dispute.withdrawn
    assert not dispute.closed
    assert (await stripe_gateway.payment(paid)).dispute == await stripe_gateway.dispute(name)
    with pytest.raises(CardPaymentRefused) as refused:
        await stripe_gateway.refund(refund=uuid4(), payment_intent=paid, amount=Money(100))
    assert refused.value.code == "charge_disputed"
    await stripe_account.win(name)
    dispute = await stripe_gateway.dispute(name)
    assert dispute.won
    assert dispute.closed
    assert not dispute.withdrawn
    told = [(one.category, one.amount, one.fee) async for one in stripe_gateway.movements()]
    assert told == [
        ("dispute_reversal", Money(4_000), ZERO),
        ("dispute", Money(-4_000), Money(2_000)),
        ("charge", _FIFTY, Money(100)),
    ]


async def test_a_dispute_names_the_last_moment_for_an_answer_unless_the_bank_takes_none(
    stripe_gateway: StripeGateway, stripe_account: Account
) -> None:
    contested = await stripe_account.dispute(await intent(stripe_gateway, stripe_account), days=9)
    state = await stripe_gateway.dispute(contested)
    assert state.due_by is not None
    assert (state.due_by.utcoffset(), state.due_by.hour, state.due_by.minute) == (timedelta(0), 23, 59)
    assert timedelta(9) <= state.due_by - state.opened_at < timedelta(10)
    await stripe_account.answer(contested)
    assert (await stripe_gateway.dispute(contested)).status == "under_review"
    final = await stripe_account.dispute(await intent(stripe_gateway, stripe_account), days=None)
    assert (await stripe_gateway.dispute(final)).due_by is None


async def test_a_lost_dispute_and_a_mere_inquiry(stripe_gateway: StripeGateway, stripe_account: Account) -> None:
    lost = await stripe_account.dispute(await intent(stripe_gateway, stripe_account))
    await stripe_account.lose(lost)
    state = await stripe_gateway.dispute(lost)
    assert state.lost
    assert state.withdrawn
    inquiry = await stripe_account.dispute(await intent(stripe_gateway, stripe_account), inquiry=True)
    state = await stripe_gateway.dispute(inquiry)
    assert state.inquiry
    assert not state.withdrawn
    await stripe_account.win(inquiry)
    assert (await stripe_gateway.dispute(inquiry)).closed


async def test_every_movement_is_read_page_after_page(stripe_gateway: StripeGateway, stripe_account: Account) -> None:
    paid = await intent(stripe_gateway, stripe_account)
    await stripe_account.advance(_DAY)
    await stripe_account.many_movements(205)
    every = [movement async for movement in stripe_gateway.movements()]
    assert len(every) == len({movement.id for movement in every}) == 206
    assert (every[-1].type, every[-1].source) == ("charge", (await stripe_gateway.payment(paid)).charge)
    assert all(movement.net == movement.amount - movement.fee for movement in every)
    assert [one.id async for one in stripe_gateway.movements(older_than=every[104].id)] == [
        one.id for one in every[105:]
    ]
    later = every[-1].created + timedelta(seconds=1)
    assert [movement async for movement in stripe_gateway.movements(since=later)] == every[:-1]


async def test_a_payout_carries_what_was_available(stripe_gateway: StripeGateway, stripe_account: Account) -> None:
    await intent(stripe_gateway, stripe_account)
    assert (await stripe_gateway.balance()).pending == Money(4_900)
    await stripe_account.advance(8 * _DAY)
    assert (await stripe_gateway.balance()).available == Money(4_900)
    name = await stripe_account.payout()
    payout = await stripe_gateway.payout(name)
    assert (payout.status, payout.amount, payout.failure) == ("in_transit", Money(4_900), None)
    assert [(one.type, one.net) async for one in stripe_gateway.movements(payout=name)] == [
        ("payout", Money(-4_900)),
        ("charge", Money(4_900)),
    ]
    assert (await stripe_gateway.balance()).available == ZERO
    await stripe_account.payout_failed(name)
    payout = await stripe_gateway.payout(name)
    assert (payout.status, payout.failure) == ("failed", "account_closed")
    again = await stripe_account.payout()
    await stripe_account.payout_paid(again)
    assert (await stripe_gateway.payout(again)).status == "paid"
