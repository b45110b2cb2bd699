"""Direct debits take days: an order waits while one is on its way, and its buyer is told once if it fails."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from ledger.days import day_of
from ledger.money import ZERO, Money
from tests.vouchers.orders.cards import CardTown
from vouchers.orders import handing, placing, queries
from vouchers.orders.awaiting import Awaiting, with_buyer
from vouchers.orders.paperwork import requesting
from vouchers.orders.queries import OrderView


async def debited(cards: CardTown, *, email: str | None = "camille@people.example") -> tuple[OrderView, str]:
    """An order of somebody for which a direct debit has set out; with its payment intent."""
    payer = await cards.town.new_buyer("Camille Martin", email=email)
    order = await cards.town.placed(buyer=payer, method="card")
    intent = await cards.pay(order.id, "sepa")
    await cards.hear_all()
    return await cards.town.order(order.id), intent


async def fails(cards: CardTown, intent: str) -> None:
    await cards.stripe.settle_sepa(intent, succeeds=False)
    await cards.hear_all()


async def letters(cards: CardTown, order: UUID) -> list[str]:
    """What its buyer was to be told, oldest first."""
    return [one.kind for one in await cards.town.do(lambda session: handing.mailings_of(session, order))]


async def lapsed(cards: CardTown, at: datetime) -> int:
    """How many orders lapse at a moment."""
    return await cards.town.do(lambda session: placing.lapse_due(session, at=at))


async def waiting(cards: CardTown, order: UUID) -> Awaiting:
    found = await cards.town.do(lambda session: with_buyer(session, order))
    assert found is not None
    return found


async def test_an_order_does_not_lapse_while_its_debit_is_on_its_way_and_does_once_it_failed(cards: CardTown) -> None:
    order, intent = await debited(cards)
    other = await cards.town.placed()
    late = cards.town.at + timedelta(60)
    assert await lapsed(cards, late) == 1, "the other one, which nobody pays"
    assert await cards.town.status(other.id) == "cancelled"
    assert await cards.town.status(order.id) == "awaiting_payment"
    await fails(cards, intent)
    assert await lapsed(cards, late) == 1
    assert await cards.town.status(order.id) == "cancelled"


async def test_a_debit_that_arrives_after_the_last_day_pays_the_order(cards: CardTown) -> None:
    order, intent = await debited(cards)
    assert await lapsed(cards, cards.town.at + timedelta(60)) == 0
    await cards.stripe.settle_sepa(intent)
    await cards.hear_all()
    assert await cards.town.status(order.id) == "paid"
    assert await letters(cards, order.id) == ["placed"]


async def test_each_debit_that_fails_is_told_once_however_often_it_is_heard(cards: CardTown) -> None:
    order, intent = await debited(cards)
    session = await cards.page(order.id)
    await fails(cards, intent)
    await cards.hear_all()
    await cards.land(session)
    await cards.converge(intent)
    await cards.reconcile()
    assert await letters(cards, order.id) == ["placed", "debit_failed"]
    again = await cards.pay(order.id, "sepa")
    await cards.hear_all()
    await fails(cards, again)
    await cards.reconcile()
    assert await letters(cards, order.id) == ["placed", "debit_failed", "debit_failed"]
    assert (await cards.town.told(order.id)).count("card_failed") == 2


async def test_a_failure_that_is_heard_of_before_its_debit_is_told_too(cards: CardTown) -> None:
    """Not one message arrived until it had failed."""
    payer = await cards.town.new_buyer("Camille Martin", email="camille@people.example")
    order = await cards.town.placed(buyer=payer, method="card")
    await cards.stripe.settle_sepa(await cards.pay(order.id, "sepa"), succeeds=False)
    await cards.tend_later()
    assert await letters(cards, order.id) == ["placed", "debit_failed"]


@pytest.mark.parametrize("how", ["paid", "cancelled"])
async def test_who_needs_not_pay_any_more_is_not_told_of_a_failure(cards: CardTown, how: str) -> None:
    order, intent = await debited(cards)
    await (cards.town.pay(order.id) if how == "paid" else cards.town.cancel(order.id))
    await fails(cards, intent)
    assert "debit_failed" not in await letters(cards, order.id)
    assert await cards.town.status(order.id) == how


async def test_who_is_told_of_a_failure_has_some_days_left_to_pay_otherwise(cards: CardTown) -> None:
    order, _ = await debited(cards)
    assert order.lapses_on is not None
    soon, late = cards.town.at + timedelta(2), cards.town.at + timedelta(40)

    async def told(at: datetime) -> OrderView:
        await cards.town.do(lambda session: placing.await_otherwise(session, order, at=at))
        return await cards.town.order(order.id)

    assert (await told(soon)).lapses_on == order.lapses_on, "it has longer anyway"
    assert (await told(late)).lapses_on == day_of(late) + placing.AFTER_A_FAILURE


async def test_part_of_the_money_is_not_asked_for_again_while_the_debit_is_on_its_way(cards: CardTown) -> None:
    order, intent = await debited(cards)
    await cards.town.pay(order.id, "100,00")
    assert await letters(cards, order.id) == ["placed"]
    await cards.stripe.settle_sepa(intent)
    await cards.hear_all()
    assert await cards.town.status(order.id) == "paid"
    assert await cards.town.credit(order.buyer) == order.total + Money.of("100,00")


async def test_while_a_debit_is_on_its_way_no_paper_asks_for_a_transfer_and_no_day_is_the_last(
    cards: CardTown,
) -> None:
    order, intent = await debited(cards)

    async def request() -> tuple[bool, bool]:
        made = await cards.town.do(lambda session: requesting.payment_request(session, order.id, at=cards.town.at))
        return made.debit, made.account is not None

    assert await cards.town.do(lambda session: queries.under_way(session, order.id))
    assert ((await waiting(cards, order.id)).debit, (await waiting(cards, order.id)).due_on) == (True, None)
    assert await request() == (True, False)
    await fails(cards, intent)
    assert not await cards.town.do(lambda session: queries.under_way(session, order.id))
    assert ((await waiting(cards, order.id)).debit, (await waiting(cards, order.id)).due_on) == (False, order.lapses_on)
    assert await request() == (False, True)
    assert (await cards.town.order(order.id)).covered == ZERO
