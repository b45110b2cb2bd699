"""Shops are paid each week, each month, or when they ask; and whoever left is paid out with whatever comes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import Period
from ledger.errors import PeriodMalformed
from ledger.ids import new_id
from ledger.money import Money
from merchants.programme import Terms, TermsMalformed, TermsTooLate
from merchants.settlements import demanding, foreseeing, opening
from merchants.settlements import queries as settlements
from merchants.settlements.errors import AskedToday, NothingOwed, PaidInRhythm, PeriodNotOver
from merchants.settlements.queries import ClosingView
from merchants.settlements.rounds import Round
from merchants.shops import queries, rhythms
from merchants.shops.errors import ShopUnknown
from merchants.shops.rhythms import Rhythm
from tests.given import TERMS, Paper, Town, paris

OCTOBER, NOVEMBER = Period.month("2026-10"), Period.month("2026-11")
FIRST, SECOND = Period.week("2026-W41"), Period.week("2026-W42")
DAYS: Final = st.dates(date(1901, 1, 1), date(2998, 12, 31))


@given(DAYS)
def test_every_day_is_in_one_week_of_seven_days_that_begins_on_monday(day: date) -> None:
    week = Period.week_of(day)
    assert week.first_day <= day <= week.last_day == week.first_day + timedelta(days=6)
    assert week.first_day.isoweekday() == 1
    assert Period.week(f"{day:%G-W%V}") == week
    assert Period.week_of(week.last_day + timedelta(days=1)).first_day == week.last_day + timedelta(days=1)


@given(DAYS)
def test_the_month_of_a_day_is_the_one_that_is_written(day: date) -> None:
    assert Period.month_of(day) == Period.month(f"{day:%Y-%m}")


@pytest.mark.parametrize(
    "typed",
    [
        "2026-W54",
        "2025-W53",
        "2026-W1",
        "2026-W00",
        "2026W41",
        "W41",
        "2026-W4a",
        "²026-W41",
        "٢٠٢٦-W41",
        "02026-W41",
        "2026-W41\n",
        "",
    ],
)
def test_what_is_no_week_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(PeriodMalformed):
        Period.week(typed)


def test_the_week_of_two_years_and_those_of_summer_and_winter_time() -> None:
    assert Period.week("2026-W53") == Period(date(2026, 12, 28), date(2027, 1, 3))
    hours = [(week.ends - week.starts) / timedelta(hours=1) for week in map(Period.week, ("2026-W43", "2026-W13"))]
    assert hours == [169, 167]


async def choose(town: Town, at: int, rhythm: Rhythm | None) -> UUID:
    """Let one of the three shops be paid so."""
    shop = town.tills[at].shop
    await town.do(lambda session: rhythms.choose(session, shop, rhythm, actor="op", at=town.at))
    return shop


async def week(town: Town, period: Period) -> ClosingView:
    return await town.do(lambda session: opening.close(session, period, rhythm="weekly", at=town.at))


async def pay_now(town: Town, at: int = 0) -> ClosingView:
    return await town.do(lambda session: demanding.pay_now(session, town.tills[at].shop, at=town.at))


async def due(town: Town) -> list[Round]:
    return await town.do(lambda session: foreseeing.to_close(session, at=town.at))


async def paid_in(town: Town, closed: ClosingView) -> dict[UUID, Money]:
    return {one.shop: one.figures.turnover for one in await town.settlements(closed)}


@pytest.fixture
async def spent(town: Town, voucher: Paper) -> Town:
    """Each of three shops takes 10,00 € on Tuesday 6 October and on the Tuesdays after until the 27th."""
    for day in ("06", "13", "20", "27"):
        town.at = paris(f"2026-10-{day}T10:00")
        for till in town.tills:
            await till.redeem(voucher, "10,00")
    return town


async def test_a_week_settles_those_paid_weekly_and_the_month_everybody_with_what_is_left(spent: Town) -> None:
    weekly = await choose(spent, 0, "weekly")
    spent.at = paris("2026-10-19T09:00")
    assert await paid_in(spent, await week(spent, FIRST)) == {weekly: Money.of("10,00")}
    assert await paid_in(spent, await week(spent, SECOND)) == {weekly: Money.of("10,00")}
    assert await week(spent, FIRST) == await week(spent, FIRST)
    spent.at = paris("2026-11-02T09:00")
    month = await paid_in(spent, await spent.close(OCTOBER))
    assert month == {till.shop: Money.of("20,00" if till.shop == weekly else "40,00") for till in spent.tills}
    assert (await spent.audit()).agrees


async def test_a_week_and_another_period_of_the_same_days_are_two_closings(spent: Town) -> None:
    weekly = await choose(spent, 0, "weekly")
    spent.at = paris("2026-10-12T09:00")
    assert set(await paid_in(spent, await week(spent, FIRST))) == {weekly}
    assert set(await paid_in(spent, await spent.close(FIRST))) == {till.shop for till in spent.tills} - {weekly}


async def test_a_week_is_closed_once_its_sunday_is_over(spent: Town) -> None:
    spent.at = paris("2026-10-11T23:59:59")
    with pytest.raises(PeriodNotOver):
        await week(spent, FIRST)
    spent.at += timedelta(seconds=1)
    assert (await week(spent, FIRST)).last_day == date(2026, 10, 11)


async def test_shops_that_chose_nothing_follow_the_programme(spent: Town) -> None:
    monthly = await choose(spent, 0, "monthly")
    await spent.set_terms(replace(TERMS, rhythm="weekly"), since=date(2026, 10, 10))
    spent.at = paris("2026-10-12T09:00")
    assert set(await paid_in(spent, await week(spent, FIRST))) == {till.shop for till in spent.tills} - {monthly}


async def test_a_shop_that_left_is_in_whatever_closing_comes_next(spent: Town) -> None:
    left = spent.tills[1].shop
    await spent.set_status(left, "left")
    spent.at = paris("2026-11-02T09:00")
    assert Round(Period.week("2026-W44"), "weekly") in await due(spent)
    assert await paid_in(spent, await week(spent, Period.week("2026-W44"))) == {left: Money.of("40,00")}


async def test_what_is_to_be_closed_is_told_oldest_first(spent: Town) -> None:
    spent.at = paris("2026-11-02T09:00")
    assert await due(spent) == [Round(OCTOBER)]
    await choose(spent, 0, "weekly")
    weeks = [Round(Period.week(f"2026-W{number}"), "weekly") for number in (41, 42, 43)]
    assert await due(spent) == [*weeks, Round(OCTOBER), Round(Period.week("2026-W44"), "weekly")]
    await week(spent, SECOND)
    assert await due(spent) == [weeks[2], Round(OCTOBER), Round(Period.week("2026-W44"), "weekly")]
    await spent.close(OCTOBER)
    assert await due(spent) == []
    spent.at = paris("2027-01-01T09:00")
    assert await due(spent) == [Round(NOVEMBER), Round(Period.month("2026-12"))]


async def test_a_week_that_is_closed_does_not_hide_the_month_that_is_not(spent: Town) -> None:
    await choose(spent, 0, "weekly")
    spent.at = paris("2026-11-09T09:00")
    await week(spent, Period.week("2026-W45"))
    assert await due(spent) == [Round(OCTOBER)]


async def test_who_asks_is_paid_up_to_yesterday_once_a_day(spent: Town, voucher: Paper) -> None:
    asks = await choose(spent, 0, "on_demand")
    spent.at = paris("2026-10-27T18:00")
    first = await pay_now(spent)
    assert (first.first_day, first.last_day, first.shop) == (date(2026, 10, 6), date(2026, 10, 26), asks)
    assert await paid_in(spent, first) == {asks: Money.of("30,00")}
    with pytest.raises(AskedToday):
        await pay_now(spent)
    spent.at = paris("2026-10-28T00:00")
    again = await pay_now(spent)
    assert (again.first_day, again.last_day, again.turnover) == (
        date(2026, 10, 27),
        date(2026, 10, 27),
        Money.of("10,00"),
    )
    spent.at = paris("2026-10-29T00:00")
    with pytest.raises(NothingOwed):
        await pay_now(spent)
    assert len(await spent.settlements()) == 2
    assert (await spent.audit()).agrees


async def test_who_owes_more_than_it_took_is_paid_nothing_and_no_number_is_taken(spent: Town, voucher: Paper) -> None:
    await choose(spent, 0, "on_demand")
    receipt = await spent.till.redeem(voucher, "100,00")
    spent.at = paris("2026-10-28T10:00")
    await pay_now(spent)
    await spent.undo(receipt)
    await spent.till.redeem(voucher, "50,00")
    spent.at = paris("2026-10-29T10:00")
    with pytest.raises(NothingOwed):
        await pay_now(spent)
    assert len(await spent.settlements()) == 1
    assert (await spent.audit()).agrees


async def test_that_nothing_is_owed_is_judged_before_anything_is_opened(spent: Town) -> None:
    await choose(spent, 0, "on_demand")
    spent.at = paris("2026-10-06T18:00")  # the first was taken today

    async def work(session: AsyncSession) -> None:
        with pytest.raises(NothingOwed):
            await demanding.pay_now(session, spent.till.shop, at=spent.at)
        assert await settlements.closings_page(session, limit=9) == []

    await spent.do(work)


@pytest.mark.parametrize("rhythm", ["monthly", "weekly", None])
async def test_who_is_paid_in_a_rhythm_does_not_ask(spent: Town, rhythm: Rhythm | None) -> None:
    await choose(spent, 0, rhythm)
    with pytest.raises(PaidInRhythm) as refused:
        await pay_now(spent)
    assert refused.value.rhythm == (rhythm or "monthly")


async def test_who_left_may_ask_whatever_its_rhythm(spent: Town) -> None:
    await spent.set_status(spent.till.shop, "left")
    assert (await pay_now(spent)).turnover == Money.of("30,00")


async def test_a_settlement_on_demand_keeps_the_rules_of_its_days(spent: Town) -> None:
    await choose(spent, 0, "on_demand")
    spent.at = paris("2026-10-20T18:00")
    await pay_now(spent)
    with pytest.raises(TermsTooLate):
        await spent.set_terms(replace(TERMS, commission_bp=0), since=date(2026, 10, 19))
    await spent.set_terms(replace(TERMS, commission_bp=0), since=date(2026, 10, 20))


async def test_the_choice_is_written_into_the_history_of_the_shop_once(town: Town) -> None:
    shop = await choose(town, 0, "weekly")
    await choose(town, 0, "weekly")
    await choose(town, 0, None)
    events = await town.do(lambda session: queries.events(session, shop))
    assert [one.note for one in events if one.what == "rhythm"] == ["weekly", "programme"]
    with pytest.raises(ShopUnknown):
        await town.do(lambda session: rhythms.choose(session, new_id(), "weekly", actor="op", at=town.at))


async def test_a_rhythm_that_is_none_is_no_rule(town: Town) -> None:
    wrong = Terms(**{**{name: getattr(TERMS, name) for name in Terms.__dataclass_fields__}, "rhythm": "hourly"})
    with pytest.raises(TermsMalformed) as refused:
        await town.set_terms(wrong, since=date(2027, 1, 1))
    assert refused.value.field == "rhythm"


@pytest.mark.parametrize(
    ("rhythm", "today", "closes_on"),
    [
        ("monthly", "2026-10-07", date(2026, 11, 1)),
        ("weekly", "2026-10-07", date(2026, 10, 12)),
        ("weekly", "2026-10-28", date(2026, 11, 1)),  # the month ends before its week does
        ("on_demand", "2026-10-07", date(2026, 11, 1)),
    ],
)
async def test_the_forecast_is_of_the_closing_that_comes_next(
    town: Town, rhythm: Rhythm, today: str, closes_on: date
) -> None:
    shop = await choose(town, 0, rhythm)
    foreseen = await town.do(lambda session: foreseeing.forecast(session, shop, at=paris(f"{today}T09:00")))
    assert foreseen.closes_on == closes_on
