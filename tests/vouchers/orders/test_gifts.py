"""What a buyer gave, to whom and when: the day counts on which the voucher could first be spent."""

from __future__ import annotations

from datetime import date, timedelta

from ledger.days import day_of
from tests.vouchers.orders.given import OrderTown, named
from vouchers.orders import gifts


async def test_a_voucher_is_given_on_the_day_it_is_issued_not_on_the_day_it_was_ordered(orders: OrderTown) -> None:
    placed = await orders.placed(people=named(1), occasion="christmas")
    ordered_on = day_of(orders.at)
    assert await given_on(orders, ordered_on.year) == [ordered_on]
    orders.at += timedelta(days=20)
    await orders.pay(placed.id)
    await orders.issue_order(placed.id)
    assert await given_on(orders, ordered_on.year) == [day_of(orders.at)]


async def test_a_day_that_was_chosen_counts_unless_the_money_came_later(orders: OrderTown) -> None:
    chosen = day_of(orders.at) + timedelta(days=5)
    in_time = await orders.placed(people=named(1), deliver_on=chosen)
    late = await orders.placed(people=named(1), deliver_on=chosen)
    await orders.pay(in_time.id)
    await orders.issue_order(in_time.id)
    orders.at += timedelta(days=9)
    await orders.pay(late.id)
    await orders.issue_order(late.id)
    assert await given_on(orders, chosen.year) == [chosen, day_of(orders.at)]


async def given_on(orders: OrderTown, year: int) -> list[date]:
    """The days of the buyer's gifts of a year."""
    found = await orders.do(lambda session: gifts.gifts_of(session, orders.buyer, {year}))
    return [one.gift.day for one in found]
