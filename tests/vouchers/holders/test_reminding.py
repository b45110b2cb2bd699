"""Reminders that a holder asked for: at the distances chosen, once each, in the daytime, until they are withdrawn."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import pytest

from tests.given import Town, paris
from tests.till import Paper
from tests.vouchers.holders.given import ANNE, BORIS, be_reminded, deliver, keep, post, reminders, replace, waiting
from tests.vouchers.orders.given import OrderTown, named
from vouchers.holders import letters, reminding
from vouchers.holders.errors import TooLateToRemind

LAST: Final = date(2027, 3, 31)


def before(days: int, *, hour: int = 10) -> object:
    return paris(f"{LAST - timedelta(days)}T{hour:02d}:00")


async def a_voucher(town: Town) -> Paper:
    return await town.voucher(last_day=LAST)


async def test_each_distance_chosen_is_reminded_of_once(town: Town) -> None:
    await be_reminded(town, await a_voucher(town), ANNE)
    seen = []
    for days in range(70, -2, -1):
        town.at = before(days)
        seen += await reminders(town)
        seen += await reminders(town)
    assert seen == [(ANNE, 60), (ANNE, 15), (ANNE, 3)]


async def test_only_what_was_chosen_and_only_in_the_daytime(town: Town) -> None:
    await be_reminded(town, await a_voucher(town), ANNE, days=(15,))
    for hour in (0, 7, 20, 23):
        town.at = before(15, hour=hour)
        assert await reminders(town) == []
    town.at = before(15, hour=8)
    assert await reminders(town) == [(ANNE, 15)]


async def test_an_address_that_was_only_typed_is_reminded_of_nothing(town: Town) -> None:
    voucher = await a_voucher(town)
    await town.do(
        lambda session: reminding.ask_reminder(session, voucher.id, email=ANNE, days=(15,), language="fr", at=town.at)
    )
    await post(town)
    town.at = before(15)
    assert await reminders(town) == []


async def test_whoever_was_asleep_for_weeks_sends_the_nearest_alone(town: Town) -> None:
    await be_reminded(town, await a_voucher(town), ANNE)
    town.at = before(2)
    assert await reminders(town) == [(ANNE, 3)]


async def test_nothing_goes_about_an_empty_or_a_blocked_voucher_and_it_goes_on_when_money_is_back(town: Town) -> None:
    voucher = await a_voucher(town)
    await be_reminded(town, voucher, ANNE)
    receipt = await town.till.redeem(voucher, "20,00")
    town.at = before(60)
    assert await reminders(town) == []
    await town.undo(receipt)
    await town.block(voucher)
    town.at = before(15)
    assert await reminders(town) == []
    await town.unblock(voucher)
    town.at = before(3)
    assert await reminders(town) == [(ANNE, 3)]


async def test_asked_again_the_distances_chosen_last_count_and_withdrawn_none_does(town: Town) -> None:
    voucher = await a_voucher(town)
    await be_reminded(town, voucher, ANNE, days=(60, 15))
    await be_reminded(town, voucher, ANNE.upper(), days=(15, 3))
    await be_reminded(town, voucher, BORIS, days=(60,))
    town.at = before(60)
    assert await reminders(town) == [(BORIS, 60)]
    town.at = before(15)
    assert [one.lower() for one, _ in await reminders(town)] == [ANNE]
    await town.do(lambda session: reminding.withdraw(session, voucher.id, email=ANNE))
    town.at = before(3)
    assert await reminders(town) == []


async def test_withdrawn_and_asked_for_again_on_the_same_day_nobody_is_reminded_twice(town: Town) -> None:
    voucher = await a_voucher(town)
    await be_reminded(town, voucher, ANNE)
    town.at = before(15)
    assert await reminders(town) == [(ANNE, 15)]
    await town.do(lambda session: reminding.withdraw(session, voucher.id, email=ANNE))
    await be_reminded(town, voucher, ANNE, days=(3,))
    assert await reminders(town) == []
    town.at = before(3)
    assert await reminders(town) == [(ANNE, 3)]


async def test_a_distance_that_is_passed_cannot_be_chosen(town: Town) -> None:
    voucher = await a_voucher(town)
    town.at = before(10)
    with pytest.raises(TooLateToRemind):
        await be_reminded(town, voucher, ANNE, days=(60, 15))
    await be_reminded(town, voucher, ANNE, days=(60, 15, 3))
    assert await reminders(town) == []
    town.at = before(3)
    assert await reminders(town) == [(ANNE, 3)]


async def test_whoever_is_reminded_of_a_code_that_died_learns_nothing_of_the_new_one(town: Town) -> None:
    voucher = await a_voucher(town)
    await be_reminded(town, voucher, BORIS)
    await town.reissue(voucher)
    town.at = before(15)
    assert await reminders(town) == []


async def test_reminders_follow_the_owner_who_had_the_code_changed_and_nobody_else(town: Town) -> None:
    voucher = await a_voucher(town)
    await keep(town, voucher, ANNE)
    for one in (ANNE, BORIS):
        await be_reminded(town, voucher, one)
    await replace(town, voucher, ANNE)
    town.at = before(15)
    assert await reminders(town) == [(ANNE, 15)]


async def test_the_order_and_its_beneficiary_do_not_remind_of_the_same_day_twice(orders: OrderTown) -> None:
    order = (await orders.issued(people=named(1), handing="email")).id
    (voucher,) = await orders.vouchers_of(order)
    await deliver(orders, order)
    last = (await orders.view(voucher)).facts.last_day
    for one in ("P1@savonnerie.example", ANNE):
        await be_reminded(orders, voucher, one)
    for days, expected in ((15, [(ANNE, 15)]), (3, [("P1@savonnerie.example", 3), (ANNE, 3)])):
        orders.at = paris(f"{last - timedelta(days)}T10:00")
        assert await reminders(orders) == expected


async def test_a_letter_that_a_worker_lost_is_doubtful_and_is_not_sent_again(town: Town) -> None:
    await be_reminded(town, await a_voucher(town), ANNE)
    town.at = before(15)
    await town.do(lambda session: reminding.remind_due(session, at=town.at))
    (letter,) = await waiting(town)
    assert await town.do(lambda session: letters.claim(session, letter.id, composed=None, at=town.at))
    assert not await town.do(lambda session: letters.claim(session, letter.id, composed=None, at=town.at))
    town.at += letters.PATIENCE + timedelta(seconds=1)
    assert await town.do(lambda session: letters.doubt_stale(session, at=town.at)) == 1
    found = await town.do(lambda session: letters.letter(session, letter.id))
    assert found is not None
    assert found.state == "doubtful"
    assert await reminders(town) == []
