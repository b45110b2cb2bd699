"""Opening a payment page and coming back from it: one page at a time, whatever breaks off in between."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from api import card_flow
from api.card_desk import CardDesk
from ledger.chart import Kind
from ledger.money import ZERO, Money
from tests.vouchers.orders.cards import CardTown
from vouchers.orders import card
from vouchers.orders.cards.card_errors import CardObjectUnknown, CardPaymentRefused, CardPaymentUnavailable
from vouchers.orders.cards.card_refusals import CardsNotOffered, PaymentUnderWay, TooLittleForCard
from vouchers.orders.errors import WrongOrderStatus

SESSIONS = "/v1/checkout/sessions"


async def opened(cards: CardTown) -> list[str]:
    """The keys under which pages were asked of Stripe."""
    return [
        str(one["key"])
        for one in await cards.stripe.requests()
        if (one["method"], one["path"]) == ("POST", SESSIONS) and one["status"] == 200
    ]


async def states(cards: CardTown, order: UUID) -> list[str]:
    return [one.state for one in await cards.town.attempts(order)]


async def pay_page(cards: CardTown, order: UUID) -> str:
    return await card_flow.pay_by_card(cards.here, cards.served, order, actor="buyer")


async def test_the_landing_page_finds_the_order_paid_before_any_message_came(cards: CardTown) -> None:
    order = await cards.town.placed(method="card")
    session = await cards.open(order.id)
    came_back = await cards.stripe.pay(session)
    assert came_back == f"http://127.0.0.1:8000/treiz/orders/{order.id}/paid?session={session}"
    assert await cards.town.status(order.id) == "awaiting_payment"
    assert await cards.land(session) == "acted"
    await cards.advance(order.id)
    assert await cards.town.status(order.id) == "issued"
    await cards.hear_all()
    assert await cards.town.balance(Kind.STRIPE) == order.total
    assert (await cards.town.told(order.id)).count("payment") == 1
    await cards.assert_sound()


async def test_two_tabs_share_one_page(cards: CardTown) -> None:
    order = await cards.town.placed()
    first, second = await asyncio.gather(pay_page(cards, order.id), pay_page(cards, order.id))
    assert first == second == await pay_page(cards, order.id)
    assert len(set(await opened(cards))) == 1
    assert await states(cards, order.id) == ["open"]


async def test_two_tabs_that_both_pay_charge_once(cards: CardTown) -> None:
    """The second one is not sent to a page that is paid, though no message has come yet."""
    order = await cards.town.placed()
    await cards.pay(order.id)
    with pytest.raises(WrongOrderStatus) as refused:
        await pay_page(cards, order.id)
    assert refused.value.status == "paid"


async def test_a_page_whose_address_was_lost_on_its_way_is_asked_again_under_its_key(cards: CardTown) -> None:
    order = await cards.town.placed()
    await cards.stripe.fail_next("lost", path=f"POST {SESSIONS}")
    session = await cards.open(order.id)
    assert len(set(await opened(cards))) == 1
    await cards.stripe.pay(session)
    await cards.hear_all()
    assert await cards.town.status(order.id) == "paid"


@pytest.mark.parametrize("how", ["500", "closed"])
async def test_when_stripe_does_not_answer_the_same_page_is_opened_again(cards: CardTown, how: str) -> None:
    order = await cards.town.placed()
    await cards.stripe.fail_next(how, times=3, path=f"POST {SESSIONS}")
    with pytest.raises(CardPaymentUnavailable):
        await pay_page(cards, order.id)
    assert await states(cards, order.id) == ["opening"]
    await cards.pay(order.id)
    assert len(set(await opened(cards))) == 1
    await cards.hear_all()
    assert await cards.town.status(order.id) == "paid"


async def test_killed_before_the_page_is_kept_the_same_page_is_found(cards: CardTown) -> None:
    """Paid on a page whose address was never kept: its message tells which attempt it was."""
    order = await cards.town.placed()
    begun = await cards.town.do(lambda session: card.begin_attempt(session, order.id, actor="buyer", at=cards.town.at))
    assert begun.page is not None
    ways = card_flow.ways_back(cards.here, cards.served, order.id)
    page = begun.page
    told = await cards.gateway.open_checkout(
        attempt=page.attempt.id, order=order.id, programme="treiz", number=page.number, lines=page.lines,
        amount=page.attempt.amount, email=page.email, language=page.language, success_url=ways.success,
        cancel_url=ways.cancel, expires_at=page.attempt.expires_at,
    )  # fmt: skip
    assert await pay_page(cards, order.id) == told.url
    assert await cards.page(order.id) == told.session_id
    await cards.stripe.pay(told.session_id)
    await cards.hear_all()
    assert await cards.town.status(order.id) == "paid"
    assert await states(cards, order.id) == ["paid"]


async def test_an_order_that_is_changed_while_its_page_is_open_has_that_page_shut(cards: CardTown) -> None:
    order = await cards.town.placed()
    before = await cards.open(order.id)
    await cards.town.reopen(order.id)
    await cards.tend()
    assert (await cards.gateway.checkout(before)).status == "expired"
    assert await states(cards, order.id) == ["expired"]
    await cards.town.place(order.id)
    assert await cards.open(order.id) != before
    assert await states(cards, order.id) == ["expired", "open"]


async def test_what_is_paid_on_a_page_of_a_changed_order_is_the_buyers_and_can_go_back(cards: CardTown) -> None:
    order = await cards.town.placed()
    await cards.pay(order.id)
    await cards.town.cancel(order.id)
    await cards.tend()
    assert await cards.town.status(order.id) == "cancelled"
    assert "paid_in_excess" in await cards.town.told(order.id)
    back = await cards.send(await cards.refund_credit(order.id))
    assert (back.state, back.amount) == ("sent", order.total)
    assert await cards.town.credit() == ZERO
    await cards.assert_sound()


async def test_what_is_paid_before_the_order_is_placed_again_covers_it(cards: CardTown) -> None:
    order = await cards.town.placed()
    await cards.pay(order.id)
    await cards.town.reopen(order.id)
    await cards.tend()
    again = await cards.town.place(order.id)
    assert again.status == "paid"
    await cards.assert_sound()


async def test_a_part_that_came_otherwise_makes_the_open_page_stale(cards: CardTown) -> None:
    """The page for all of it is shut before another is opened for what is missing."""
    order = await cards.town.placed()
    before = await cards.open(order.id)
    await cards.town.pay(order.id, "100,00")
    after = await cards.open(order.id)
    assert (await cards.gateway.checkout(before)).status == "expired"
    assert (await cards.gateway.checkout(after)).amount == order.total - Money.of("100,00")


async def test_a_direct_debit_on_its_way_keeps_the_buyer_from_paying_twice(cards: CardTown) -> None:
    order = await cards.town.placed()
    intent = await cards.pay(order.id, "sepa")
    await cards.hear_all()
    assert "card_processing" in await cards.town.told(order.id)
    with pytest.raises(PaymentUnderWay):
        await pay_page(cards, order.id)
    await cards.stripe.settle_sepa(intent, succeeds=False)
    await cards.reconcile()
    assert "card_failed" in await cards.town.told(order.id)
    await cards.pay(order.id)
    await cards.hear_all()
    assert await states(cards, order.id) == ["failed", "paid"]


async def test_a_page_that_closed_by_itself_is_followed_by_another(cards: CardTown) -> None:
    order = await cards.town.placed()
    first = await cards.open(order.id)
    await cards.stripe.expire(first)
    assert await cards.open(order.id) != first
    assert await states(cards, order.id) == ["expired", "open"]


async def test_an_attempt_that_is_hours_old_is_not_shown_any_more(cards: CardTown) -> None:
    order = await cards.town.placed()
    await cards.open(order.id)
    at = cards.town.at + card.TOO_OLD + timedelta(minutes=1)
    begun = await cards.town.do(lambda session: card.begin_attempt(session, order.id, actor="buyer", at=at))
    assert begun.page is None
    assert [one.attempt.number for one in begun.stale] == [1]


async def test_what_stripe_refuses_is_told_and_can_be_tried_again(cards: CardTown) -> None:
    order = await cards.town.placed()
    refusal = {
        "status": 400,
        "type": "invalid_request_error",
        "code": "parameter_invalid",
        "message": "No.",
        "param": "x",
    }
    await cards.stripe.fail_next(refusal, path=f"POST {SESSIONS}")
    with pytest.raises(CardPaymentRefused):
        await pay_page(cards, order.id)
    assert "card_refused" in await cards.town.told(order.id)
    assert await pay_page(cards, order.id)
    assert await states(cards, order.id) == ["failed", "open"]


async def test_a_few_cents_are_not_for_a_card(cards: CardTown) -> None:
    order = await cards.town.placed()
    await cards.town.pay(order.id, order.total - Money(49))
    with pytest.raises(TooLittleForCard) as refused:
        await pay_page(cards, order.id)
    assert (refused.value.amount, refused.value.least) == (Money(49), Money(50))


async def test_a_session_that_is_not_ours_changes_nothing(cards: CardTown) -> None:
    with pytest.raises(CardObjectUnknown):
        await cards.land("cs_test_of_somebody_else")


async def test_without_keys_no_card_is_taken(cards: CardTown) -> None:
    order = await cards.town.placed()
    cards.here.desk = CardDesk(cards.town.settings)
    assert not cards.here.cards.offered("treiz")
    with pytest.raises(CardsNotOffered):
        await pay_page(cards, order.id)
    await cards.tend()
    await cards.reconcile()
