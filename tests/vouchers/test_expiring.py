"""Expiry: at midnight in Paris, to breakage or to who funded it, and not a cent lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ledger.chart import Kind
from ledger.money import ZERO, Money
from tests.given import TERMS, Town, paris
from vouchers import expiring

LAST_DAY = date(2026, 10, 31)
AFTER = paris("2026-11-02T09:00")


@pytest.mark.parametrize("last_day", ["2026-10-31", "2026-10-25", "2027-03-28", "2028-02-29"])
async def test_a_voucher_expires_at_midnight_and_not_a_moment_earlier(town: Town, last_day: str) -> None:
    voucher = await town.voucher(last_day=date.fromisoformat(last_day))
    town.at = paris(f"{last_day}T23:59:59.999999")
    assert await town.expire() == 0
    town.at += timedelta(microseconds=1)
    assert await town.expire() == 1
    assert await town.left_on(voucher) == ZERO
    assert await town.balance(Kind.BREAKAGE) == Money.of("20,00")


async def test_what_is_left_expires_once_and_what_is_spent_never(town: Town) -> None:
    some, empty, later = *await town.vouchers(2, last_day=LAST_DAY), await town.voucher(last_day=date(2026, 12, 31))
    await town.till.redeem(some, "12,34")
    await town.till.redeem(empty, "20,00")
    town.at = AFTER
    assert await town.expire() == 1
    assert await town.expire() == 0
    assert await town.balance(Kind.BREAKAGE) == Money.of("7,66")
    assert await town.left_on(later) == Money.of("20,00")
    assert (await town.audit()).agrees


async def test_a_blocked_voucher_expires_like_any_other(town: Town) -> None:
    voucher = await town.voucher(last_day=LAST_DAY)
    await town.block(voucher)
    town.at = AFTER
    assert await town.expire() == 1


async def test_a_voucher_of_which_a_part_is_held_waits_for_the_shop(town: Town) -> None:
    captured, timed_out = await town.vouchers(2, last_day=LAST_DAY)
    town.at = paris("2026-10-31T20:00")
    hold = await town.till.hold(captured, "12,00", lasts=timedelta(days=2))
    await town.till.hold(timed_out, "12,00", lasts=timedelta(days=1))
    town.at = paris("2026-11-02T09:00")
    assert await town.expire() == 0
    await town.till.capture(hold, "10,00", final=True)
    assert await town.expire() == 1
    await town.time_out()
    assert await town.expire() == 1
    assert await town.balance(Kind.BREAKAGE) == Money.of("30,00")
    assert (await town.audit()).agrees


async def test_funded_money_goes_back_in_proportion_when_the_programme_says_so(town: Town) -> None:
    await town.set_terms(replace(TERMS, breakage_to="funder"), since=date(2026, 1, 1))
    await town.pay_in("10,00", owner=town.funder)
    voucher = await town.voucher(worth="50,00 €", last_day=LAST_DAY)
    await town.top_up(voucher, "10,00")
    await town.till.redeem(voucher, "30,00")
    town.at = AFTER
    await town.expire()
    assert await town.balance(Kind.BREAKAGE) == Money.of("25,00")
    assert await town.balance(town.funder) == Money.of("5,00")


@pytest.mark.parametrize("spent", ["0,01", "0,02", "0,03", "19,99", "20,01", "36,65"])
async def test_no_cent_is_lost_between_three_that_paid(town: Town, spent: str) -> None:
    await town.set_terms(replace(TERMS, breakage_to="funder"), since=date(2026, 1, 1))
    region = await town.new_funder("Région", "3,33")
    await town.pay_in("13,33", owner=town.funder)
    voucher = await town.voucher(worth="20,00 €", last_day=LAST_DAY)
    await town.top_up(voucher, "13,33")
    await town.top_up(voucher, "3,33", funder=region)
    await town.till.redeem(voucher, spent)
    town.at = AFTER
    await town.expire()
    left = Money.of("36,66") - Money.of(spent)
    parts = [await town.balance(one) for one in (Kind.BREAKAGE, town.funder, region)]
    assert sum((part.cents for part in parts), 0) == left.cents
    exact = [left.cents * weight / 3666 for weight in (2000, 1333, 333)]
    assert all(abs(part.cents - wanted) < 1 for part, wanted in zip(parts, exact, strict=True))


async def test_a_top_up_counts_for_the_voucher_that_replaced_the_one_it_was_put_on(town: Town) -> None:
    await town.set_terms(replace(TERMS, breakage_to="funder"), since=date(2026, 1, 1))
    await town.pay_in("20,00", owner=town.funder)
    voucher = await town.voucher(worth="20,00 €", last_day=LAST_DAY)
    await town.top_up(voucher, "10,00")
    await town.top_up(await town.reissue(await town.reissue(voucher)), "10,00")
    town.at = AFTER
    assert await town.expire() == 1
    assert await town.balance(Kind.BREAKAGE) == await town.balance(town.funder) == Money.of("20,00")


async def test_the_rules_of_the_day_of_expiry_say_where_it_goes(town: Town) -> None:
    await town.set_terms(replace(TERMS, breakage_to="funder"), since=date(2026, 11, 3))
    await town.pay_in("20,00", owner=town.funder)
    one, two = await town.vouchers(2, worth="20,00 €", last_day=LAST_DAY)
    await town.top_up(one, "10,00")
    await town.top_up(two, "10,00")
    await town.till.hold(two, "1,00", lasts=timedelta(days=7))
    town.at = AFTER
    await town.expire()
    assert await town.balance(Kind.BREAKAGE) == Money.of("30,00")


async def test_many_expire_a_thousand_at_a_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiring, "AT_ONCE", 4)
    await town.vouchers(9, last_day=LAST_DAY)
    town.at = AFTER
    counts = [await town.do(lambda session: expiring.expire_due(session, at=town.at)) for _ in range(4)]
    assert counts == [4, 4, 1, 0]
    assert await town.balance(Kind.BREAKAGE) == Money.of("180,00")
    assert (await town.audit()).agrees
