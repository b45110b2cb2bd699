"""Giving back what is unspent: never more than is left, never twice, never to the wrong card."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.chart import Kind
from ledger.money import ZERO, Money
from tests.vouchers.orders.cards import CardTown
from tests.vouchers.orders.given import OrderTown
from vouchers import proofs
from vouchers.errors import AmountNotPositive, NotEnoughLeft, VoucherBlocked, VoucherUnknown
from vouchers.orders import following, fulfilling, giving_back, refunding, refunds
from vouchers.orders.cards.card_errors import CardPaymentUnavailable
from vouchers.orders.cards.card_refusals import BuyerOwes, CardRefundTooLarge, RefundSettled, RefundTooLarge
from vouchers.orders.errors import NotEnoughCredit, WrongOrderStatus
from vouchers.orders.paperwork import documents
from vouchers.orders.queries import OrderView
from vouchers.orders.refunding import Refundable

BY_TRANSFER = {"method": "transfer"}
AS_CREDIT = {"method": "credit"}


async def refundable(cards: CardTown, order: OrderView) -> Refundable:
    return await cards.town.do(lambda session: refunding.refundable(session, order.id))


async def test_all_that_is_unspent_goes_back_to_the_card_with_the_fee(cards: CardTown) -> None:
    order, intent = await cards.paid()
    could = await refundable(cards, order)
    assert (could.unspent, could.fee, could.fee_vat, could.by_card) == (
        Money.of("160,00"), Money.of("4,00"), Money.of("0,80"), order.total,
    )  # fmt: skip
    back = await cards.send(await cards.refund(order.id, with_fee=True))
    assert (back.state, back.amount, back.fee, back.fee_vat) == ("sent", order.total, Money(400), Money(80))
    assert await cards.town.status(order.id) == "refunded"
    assert (await cards.gateway.payment(intent)).refunded == order.total
    assert [await cards.town.balance(kind) for kind in (Kind.STRIPE, Kind.FEES, Kind.VAT)] == [ZERO, ZERO, ZERO]
    for paper in await cards.town.vouchers_of(order.id):
        with pytest.raises(VoucherBlocked):
            await cards.town.till.redeem(paper, "0,01")
    kinds = [one.kind for one in await cards.town.do(lambda session: documents.papers_of(session, order.id))]
    assert kinds == ["invoice", "receipt", "credit_note", "receipt_cancellation"]
    await cards.assert_sound()


async def test_in_part_the_last_vouchers_give_first_and_the_fee_goes_in_proportion(cards: CardTown) -> None:
    order, _ = await cards.paid()
    (first, *_) = await cards.town.vouchers_of(order.id)
    await cards.town.till.redeem(first, "12,50")
    asked = await cards.refund(order.id, "70,00", with_fee=True)
    assert (asked.face, asked.fee, asked.fee_vat) == (Money.of("70,00"), Money.of("1,75"), Money.of("0,35"))
    left = sorted([(await cards.town.left_on(one)).cents for one in await cards.town.vouchers_of(order.id)])
    assert left == [0, 750, 2_000, 2_000, 3_000]
    assert await cards.town.status(order.id) == "issued"
    batches = await cards.town.do(proofs.conservation)
    assert sum(one.refunded.cents for one in batches) == 7_000
    rest = await cards.refund(order.id, with_fee=True)
    assert rest.face == Money.of("77,50")
    assert asked.fee + rest.fee == Money(369)  # 147,50 € of 160,00 €
    assert await cards.town.status(order.id) == "refunded"
    await cards.send(asked)
    await cards.send(rest)
    await cards.assert_sound()


async def test_more_than_is_left_is_refused_and_says_what_is_left(cards: CardTown) -> None:
    order, _ = await cards.paid()
    (first, *others) = await cards.town.vouchers_of(order.id)
    await cards.town.till.redeem(first, "20,00")
    await cards.town.till.hold(others[0], "5,00")
    with pytest.raises(RefundTooLarge) as refused:
        await cards.refund(order.id, "135,01")
    assert (refused.value.left, refused.value.asked) == (Money.of("135,00"), Money.of("135,01"))
    (someone_elses,) = await cards.town.vouchers_of((await cards.town.issued((1, "20,00"))).id)
    for nothing in ("0", "-1"):
        with pytest.raises(AmountNotPositive):
            await cards.refund(order.id, nothing)
    with pytest.raises(RefundTooLarge):
        await cards.refund(order.id, "50,01", vouchers=[others[-1].id])
    with pytest.raises(VoucherUnknown):
        await cards.refund(order.id, vouchers=[someone_elses.id])
    await cards.assert_sound()


async def test_what_is_held_stays_on_its_voucher(cards: CardTown) -> None:
    order, _ = await cards.paid((1, "20,00"))
    (paper,) = await cards.town.vouchers_of(order.id)
    hold = await cards.town.till.hold(paper, "5,00")
    back = await cards.refund(order.id)
    assert back.amount == Money.of("15,00")
    assert await cards.town.status(order.id) == "issued"
    await cards.town.till.capture(hold)
    assert await cards.town.left_on(paper) == ZERO
    await cards.assert_sound()


async def test_what_a_funder_added_goes_back_to_the_funder(cards: CardTown) -> None:
    """40,00 € of the buyer and 10,00 € of the town, of which 25,00 € are spent: 20,00 € and 5,00 € are left."""
    town = cards.town
    await town.pay_in("10,00", owner=town.funder)
    order, _ = await cards.paid((1, "40,00"))
    (paper,) = await town.vouchers_of(order.id)
    await town.top_up(paper, "10,00")
    await town.till.redeem(paper, "25,00")
    assert (await refundable(cards, order)).unspent == Money.of("20,00")
    await cards.refund(order.id, "5,00")
    assert await town.balance(town.funder) == Money.of("1,25")
    await cards.refund(order.id)
    assert await town.balance(town.funder) == Money.of("5,00")
    assert await town.left_on(paper) == ZERO
    await cards.assert_sound()


async def test_a_refund_that_races_a_redemption_never_spends_the_same_money_twice(cards: CardTown) -> None:
    order, _ = await cards.paid((1, "20,00"))
    (paper,) = await cards.town.vouchers_of(order.id)
    for _ in range(2):
        redeemed, refunded = await asyncio.gather(
            cards.town.till.redeem(paper, "4,00"), cards.refund(order.id, "3,00"), return_exceptions=True
        )
        assert not isinstance(redeemed, BaseException)
        assert not isinstance(refunded, BaseException)
    with pytest.raises(NotEnoughLeft):
        await cards.town.till.redeem(paper, "6,01")
    at_once = await asyncio.gather(*[cards.refund(order.id) for _ in range(3)], return_exceptions=True)
    assert sum(isinstance(one, RefundTooLarge | AmountNotPositive) for one in at_once) == 2
    assert await cards.town.left_on(paper) == ZERO
    await cards.assert_sound()


async def test_killed_between_any_two_steps_the_money_goes_back_once(cards: CardTown) -> None:
    order, intent = await cards.paid()
    asked = await cards.refund(order.id, "30,00")
    assert (asked.state, await cards.town.credit()) == ("asked", Money.of("30,00"))
    await cards.stripe.fail_next("lost", times=1, path="POST /v1/refunds")
    await cards.send(asked)
    await cards.tend()
    await cards.hear_all()
    again = await cards.send(asked)
    assert again.state == "sent"
    assert (await cards.gateway.payment(intent)).refunded == Money.of("30,00")
    assert await cards.town.credit() == ZERO
    assert (await cards.reconcile()).agrees
    await cards.assert_sound()


async def test_when_stripe_is_away_the_refund_waits_and_no_other_order_can_use_its_money(cards: CardTown) -> None:
    order, _ = await cards.paid()
    await cards.stripe.fail_next("500", times=3, path="POST /v1/refunds")
    asked = await cards.refund(order.id)
    with pytest.raises(CardPaymentUnavailable):
        await cards.send(asked)
    other = await cards.town.placed((1, "20,00"))
    with pytest.raises(NotEnoughCredit):
        await cards.use_credit(other.id)
    await cards.tend()
    assert (await cards.refund_now(asked)).state == "sent"
    await cards.assert_sound()


async def test_a_refund_that_stripe_refuses_stays_the_buyers_credit_and_can_go_by_transfer(cards: CardTown) -> None:
    order, _ = await cards.paid()
    refusal = {
        "status": 400,
        "type": "invalid_request_error",
        "code": "charge_disputed",
        "message": "No.",
        "param": None,
    }
    await cards.stripe.fail_next(refusal, path="POST /v1/refunds")
    failed = await cards.send(await cards.refund(order.id, "20,00"))
    assert (failed.state, await cards.town.credit()) == ("failed", Money.of("20,00"))
    assert "refund_failed" in await cards.town.told(order.id)
    instead = await cards.confirm(await cards.refund_credit(order.id, **BY_TRANSFER))
    assert (instead.state, instead.source) == ("sent", "credit")
    assert await cards.town.balance(Kind.BANK) == -Money.of("20,00")
    with pytest.raises(RefundSettled):
        await cards.confirm(instead)
    await cards.assert_sound()


async def test_a_refund_of_long_ago_is_looked_for_before_it_is_sent_again(cards: CardTown) -> None:
    """Stripe forgets its keys after a day."""
    order, intent = await cards.paid()
    now, cards.town.at = cards.town.at, cards.town.at - timedelta(days=3)
    asked = await cards.refund(order.id, "20,00")
    cards.town.at = now
    await cards.gateway.refund(refund=asked.id, payment_intent=intent, amount=asked.amount)
    await cards.stripe.advance(3 * 86_400)
    await cards.send(asked)
    assert (await cards.gateway.payment(intent)).refunded == Money.of("20,00")


async def test_by_transfer_the_operator_says_when_it_was_sent_or_gives_it_up(cards: CardTown) -> None:
    order = await cards.town.issued()
    sent = await cards.confirm(await cards.refund(order.id, "20,00", **BY_TRANSFER))
    assert sent.state == "sent"
    assert await cards.town.balance(Kind.BANK) == order.total - Money.of("20,00")
    dropped = await cards.refund(order.id, "10,00", **BY_TRANSFER)
    kept = await cards.town.do(
        lambda session: giving_back.keep_as_credit(session, dropped.id, actor="op", at=cards.town.at)
    )
    assert (kept.state, await cards.town.credit()) == ("failed", Money.of("10,00"))
    with pytest.raises(RefundSettled):
        await cards.confirm(kept)
    await cards.assert_sound()


async def test_a_card_gets_back_no_more_than_it_paid(cards: CardTown) -> None:
    by_transfer = await cards.town.issued((1, "20,00"))
    with pytest.raises(CardRefundTooLarge) as refused:
        await cards.refund(by_transfer.id)
    assert refused.value.left == ZERO
    order = await cards.town.placed((2, "50,00"))
    await cards.town.pay(order.id, "60,00")
    await cards.converge(await cards.pay(order.id))
    await cards.advance(order.id)
    with pytest.raises(CardRefundTooLarge) as refused:
        await cards.refund(order.id)
    assert refused.value.left == order.total - Money.of("60,00")
    await cards.send(await cards.refund(order.id, "43,00"))
    await cards.confirm(await cards.refund(order.id, **BY_TRANSFER))
    assert await cards.town.status(order.id) == "refunded"
    await cards.assert_sound()


async def test_a_second_payment_for_the_same_order_goes_back_to_its_card(cards: CardTown) -> None:
    """The transfer came first, the card was charged on the open page all the same."""
    order = await cards.town.placed()
    session = await cards.open(order.id)
    await cards.town.pay(order.id)
    await cards.stripe.pay(session)
    await cards.hear_all()
    assert await cards.town.credit() == order.total + order.total
    with pytest.raises(NotEnoughCredit):
        await cards.refund_credit(order.id, order.total + Money(1), **BY_TRANSFER)
    back = await cards.send(await cards.refund_credit(order.id))
    assert (back.source, back.amount, back.state) == ("credit", order.total, "sent")
    await cards.advance(order.id)
    assert (await cards.town.status(order.id), await cards.town.credit()) == ("issued", ZERO)
    await cards.assert_sound()


async def test_what_was_given_on_credit_pays_the_debt_before_anything_is_sent(orders: OrderTown) -> None:
    placed = await orders.placed()

    async def give(session: AsyncSession) -> OrderView:
        return await fulfilling.issue_on_credit(
            session, placed.id, reason="known", keys=orders.keys, actor="op", at=orders.at
        )

    await orders.do(give)

    async def ask(method: refunds.Method) -> refunds.RefundView:
        return await orders.do(
            lambda session: refunding.ask_refund(
                session, placed.id, with_fee=True, method=method, reason="", actor="op", at=orders.at
            )
        )

    with pytest.raises(BuyerOwes):
        await ask("transfer")
    assert (await ask("credit")).state == "sent"
    found = await orders.order(placed.id)
    assert (found.status, found.missing, await orders.credit()) == ("refunded", ZERO, ZERO)
    audit = await orders.audit()
    assert audit.agrees, audit.findings


async def test_an_order_that_is_not_issued_has_nothing_to_take_from(cards: CardTown) -> None:
    order, _ = await cards.paid(issue=False)
    with pytest.raises(WrongOrderStatus):
        await cards.refund(order.id)


async def test_a_redemption_that_is_undone_after_the_refund_can_go_back_too(cards: CardTown) -> None:
    order, _ = await cards.paid((1, "20,00"))
    (paper,) = await cards.town.vouchers_of(order.id)
    receipt = await cards.town.till.redeem(paper, "5,00")
    await cards.refund(order.id)
    assert await cards.town.status(order.id) == "refunded"
    await cards.town.undo(receipt)
    assert (await cards.refund(order.id)).amount == Money.of("5,00")
    await cards.assert_sound()


async def test_what_came_back_for_returned_goods_is_unspent_again_and_can_be_refunded(cards: CardTown) -> None:
    order, _ = await cards.paid((1, "20,00"))
    (paper,) = await cards.town.vouchers_of(order.id)
    receipt = await cards.town.till.redeem(paper, "5,00")
    await cards.refund(order.id)
    await cards.town.give_back(receipt, "3,00")
    assert (await cards.town.do(lambda session: following.spent_of(session, order.id))).spent == Money.of("2,00")
    assert (await cards.refund(order.id)).amount == Money.of("3,00")
    await cards.assert_sound()


async def test_a_reissued_voucher_gives_back_what_its_heir_holds(cards: CardTown) -> None:
    order, _ = await cards.paid((2, "20,00"))
    (paper, _) = await cards.town.vouchers_of(order.id)
    heir = await cards.town.reissue(paper)
    assert (await cards.refund(order.id, vouchers=[heir.id])).amount == Money.of("20,00")
    with pytest.raises(VoucherUnknown):
        await cards.refund(order.id, vouchers=[paper.id])
    await cards.assert_sound()


async def test_given_back_by_hand_before_it_was_issued_the_order_waits_for_its_payment_again(cards: CardTown) -> None:
    order, intent = await cards.paid(issue=False)
    await cards.stripe.refund(intent, amount=1_000)
    await cards.hear_all()
    found = await cards.town.order(order.id)
    assert (found.status, found.missing) == ("awaiting_payment", Money.of("10,00"))
    await cards.advance(order.id)
    assert await cards.town.status(order.id) == "awaiting_payment"
    await cards.assert_sound()
