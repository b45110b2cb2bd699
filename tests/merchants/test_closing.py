"""Closing a period: one settlement a shop, numbered without a gap, once; ledger, figures and paper agree."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ledger.chart import Kind
from ledger.days import Period
from ledger.money import ZERO, Money, total
from merchants.commission.prices import CommissionPart, Price
from merchants.numbering import SETTLEMENTS, one_at_a_time
from merchants.programme import TermsMalformed, TermsTooLate
from merchants.settlements import queries
from merchants.settlements.errors import ClosingUnknown, PeriodNotOver, SettlementUnknown
from merchants.settlements.queries import SettlementView
from tests.given import TERMS, Paper, Town, paris

OCTOBER, NOVEMBER, DECEMBER = (Period.month(f"2026-{month}") for month in (10, 11, 12))
OCTOBER_SO_FAR = Period(date(2026, 10, 1), date(2026, 10, 5))


async def the_settlement(town: Town, period: Period) -> SettlementView:
    """The only one of a period, which is closed if it is not."""
    (settlement,) = await town.settlements(await town.close(period))
    return settlement


async def test_a_shop_is_paid_what_it_took_less_commission_and_vat(town: Town, voucher: Paper) -> None:
    await town.till.redeem(voucher, "100,00")
    town.at = paris("2026-11-03T09:00")
    settlement = await the_settlement(town, OCTOBER)
    made = settlement.figures
    assert (made.redeemed, made.turnover) == (Money.of("100,00"),) * 2
    assert (made.commission, made.vat, made.paid) == (Money.of("3,00"), Money.of("0,60"), Money.of("96,40"))
    assert (settlement.issued_on, settlement.payable_on) == (date(2026, 11, 3), date(2026, 11, 8))
    assert settlement.number == "TREIZ-2026-000001"
    assert await town.balance(town.till.shop) == ZERO
    assert await town.balance(Kind.COMMISSION) == Money.of("3,00")
    assert await town.balance(Kind.VAT) == Money.of("0,60")
    assert await town.balance(Kind.TRANSIT) == Money.of("96,40")
    audit = await town.audit()
    assert audit.agrees
    assert audit.ring_fence.covered


async def test_each_shop_that_took_something_has_its_settlement_and_no_other(town: Town, voucher: Paper) -> None:
    await town.tills[0].redeem(voucher, "100,00")
    await town.tills[2].redeem(voucher, "50,00")
    await town.set_status(town.tills[2].shop, "left")
    town.at = paris("2026-11-03T09:00")
    closed = await town.close(OCTOBER)
    settlements = await town.settlements(closed)
    assert [one.shop for one in settlements] == [town.tills[0].shop, town.tills[2].shop]
    assert (closed.settlements, closed.turnover, closed.commission) == (2, Money.of("150,00"), Money.of("4,50"))
    assert (closed.vat, closed.paid) == (Money.of("0,90"), Money.of("144,60"))


async def test_closing_again_changes_nothing(town: Town, voucher: Paper) -> None:
    await town.till.redeem(voucher, "100,00")
    town.at = paris("2026-11-03T09:00")
    first = await town.close(OCTOBER)
    before = await town.audit(), await town.settlements()
    town.at = paris("2026-11-20T09:00")
    await town.undo(await town.till.redeem(voucher, "7,00"))
    posted = (await town.audit()).transfers
    assert await town.close(OCTOBER) == first
    assert await town.settlements() == before[1]
    assert (await town.audit()).transfers == posted == before[0].transfers + 2


async def test_a_period_is_closed_once_it_is_over_in_paris(town: Town, voucher: Paper) -> None:
    await town.till.redeem(voucher, "100,00")
    town.at = paris("2026-10-31T23:59:59.999999")
    with pytest.raises(PeriodNotOver) as refused:
        await town.close(OCTOBER)
    assert refused.value.last_day == date(2026, 10, 31)
    town.at += timedelta(microseconds=1)
    assert (await town.close(OCTOBER)).settlements == 1


async def test_an_empty_period_is_closed_without_a_settlement_and_takes_no_number(town: Town, voucher: Paper) -> None:
    town.at = paris("2026-11-03T09:00")
    assert (await town.close(OCTOBER)).settlements == 0
    await town.till.redeem(voucher, "1,00")
    town.at = paris("2026-12-01T09:00")
    assert (await the_settlement(town, NOVEMBER)).number == "TREIZ-2026-000001"


async def test_numbers_have_no_gap_and_begin_anew_each_year(town: Town, voucher: Paper) -> None:
    for typed in ("2026-10-31", "2026-11-30", "2026-12-31", "2027-01-31"):
        day = date.fromisoformat(typed)
        town.at = paris(f"{typed}T10:00")
        for till in town.tills:
            await till.redeem(voucher, "10,00")
        with pytest.raises(PeriodNotOver):
            await town.close(Period(day.replace(day=1), day))
        town.at += timedelta(days=1)
        await town.close(Period(day.replace(day=1), day))
    assert [one.number for one in await town.settlements()] == [
        *(f"TREIZ-2026-{number:06d}" for number in range(1, 7)),
        *(f"TREIZ-2027-{number:06d}" for number in range(1, 7)),
    ]
    assert (await town.audit()).agrees


async def test_what_is_undone_after_its_settlement_is_taken_off_the_next_with_its_commission(
    town: Town, voucher: Paper
) -> None:
    receipt = await town.till.redeem(voucher, "100,00")
    town.at = paris("2026-11-03T09:00")
    await town.close(OCTOBER)
    await town.set_terms(replace(TERMS, commission_bp=1_000), since=date(2026, 11, 1))
    await town.undo(receipt)
    await town.till.redeem(voucher, "200,00")
    town.at = paris("2026-12-01T09:00")
    made = (await the_settlement(town, NOVEMBER)).figures
    assert (made.redeemed, made.undone, made.turnover) == (
        Money.of("200,00"), Money.of("100,00"), Money.of("100,00"),
    )  # fmt: skip
    assert [(part.price.rate_bp, part.base) for part in made.commission_parts] == [
        (300, -Money.of("100,00")), (1_000, Money.of("200,00")),
    ]  # fmt: skip
    assert (made.commission, made.vat, made.paid) == (Money.of("17,00"), Money.of("3,40"), Money.of("79,60"))
    assert await town.balance(town.till.shop) == ZERO
    assert (await town.audit()).agrees


async def test_what_the_shop_owes_is_carried_until_it_is_made_good(town: Town, voucher: Paper) -> None:
    receipt = await town.till.redeem(voucher, "100,00")
    town.at = paris("2026-11-03T09:00")
    await town.close(OCTOBER)
    await town.undo(receipt)
    town.at = paris("2026-12-01T09:00")
    owing = (await the_settlement(town, NOVEMBER)).figures
    assert (owing.paid, owing.carried_forward) == (ZERO, -Money.of("96,40"))
    assert await town.balance(town.till.shop) == -Money.of("96,40")
    town.at = paris("2027-01-02T09:00")
    assert (await town.close(DECEMBER)).settlements == 0
    await town.till.redeem(voucher, "50,00")
    town.at = paris("2027-02-01T09:00")
    still = (await the_settlement(town, Period.month("2027-01"))).figures
    assert (still.brought_forward, still.paid) == (-Money.of("96,40"), ZERO)
    assert still.carried_forward == -Money.of("48,20")
    await town.till.redeem(voucher, "100,00")
    town.at = paris("2027-03-01T09:00")
    good = (await the_settlement(town, Period.month("2027-02"))).figures
    assert (good.brought_forward, good.paid, good.carried_forward) == (
        -Money.of("48,20"), Money.of("48,20"), ZERO,
    )  # fmt: skip
    assert await town.balance(town.till.shop) == ZERO
    audit = await town.audit()
    assert audit.agrees, audit.findings


async def test_a_rate_changed_in_the_middle_of_a_month_holds_from_its_day(town: Town, voucher: Paper) -> None:
    await town.set_terms(replace(TERMS, commission_bp=500), since=date(2026, 10, 16))
    for moment, typed in (("2026-10-15T23:59:59", "100,00"), ("2026-10-16T00:00", "40,00")):
        town.at = paris(moment)
        await town.till.redeem(voucher, typed)
    town.at = paris("2026-11-03T09:00")
    settlement = await the_settlement(town, OCTOBER)
    parts = (
        CommissionPart(Price(300), Money.of("100,00"), 300_0000),
        CommissionPart(Price(500), Money.of("40,00"), 200_0000),
    )
    assert settlement.figures.commission_parts == parts
    assert settlement.figures.commission == Money.of("5,00")
    assert (await town.statement(settlement)).commission_parts == parts


async def test_the_rules_of_settled_days_do_not_change(town: Town) -> None:
    town.at = paris("2026-11-03T09:00")
    await town.close(OCTOBER)
    with pytest.raises(TermsTooLate):
        await town.set_terms(replace(TERMS, commission_bp=0), since=date(2026, 10, 31))
    await town.set_terms(replace(TERMS, commission_bp=0), since=date(2026, 11, 1))


@pytest.mark.parametrize("prefix", ["TREIZF", "TREIZFC", "TREIZAR", "TREI", "TREIZ2"])
async def test_a_prefix_by_which_two_kinds_could_bear_one_number_is_refused(town: Town, prefix: str) -> None:
    """TREIZ with the F of an invoice is TREIZF with nothing, as a settlement has."""
    await town.set_terms(replace(TERMS, number_prefix="TREIF"), since=date(2027, 1, 1))
    if prefix == "TREIZ2":
        await town.set_terms(replace(TERMS, number_prefix=prefix), since=date(2027, 1, 1))
        return
    with pytest.raises(TermsMalformed) as refused:
        await town.set_terms(replace(TERMS, number_prefix=prefix), since=date(2027, 1, 1))
    assert refused.value.field == "number_prefix"


async def test_rules_that_change_wait_for_what_is_being_closed(town: Town) -> None:
    async with town.sessions.begin() as closing:
        await one_at_a_time(closing, series=SETTLEMENTS)
        changing = asyncio.create_task(town.set_terms(replace(TERMS, commission_bp=0), since=date(2027, 1, 1)))
        assert not (await asyncio.wait([changing], timeout=0.2))[0]
    await changing


async def test_commission_and_vat_are_rounded_once_a_document(town: Town, voucher: Paper) -> None:
    for _ in range(3):
        await town.till.redeem(voucher, "0,50")
    town.at = paris("2026-11-03T09:00")
    made = (await the_settlement(town, OCTOBER)).figures
    assert (made.turnover, made.commission, made.vat) == (Money(150), Money(5), Money(1))


async def test_october_has_745_hours_and_each_of_them_is_in_the_right_month(town: Town, voucher: Paper) -> None:
    assert OCTOBER.ends - OCTOBER.starts == timedelta(hours=745)
    moments = [
        (datetime(2026, 9, 30, 21, 59, 59, tzinfo=UTC), "2026-09"),
        (datetime(2026, 9, 30, 22, 0, tzinfo=UTC), "2026-10"),
        (paris("2026-10-25T02:30"), "2026-10"),
        (paris("2026-10-25T02:30", fold=1), "2026-10"),
        (datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC), "2026-10"),
        (datetime(2026, 10, 31, 23, 0, tzinfo=UTC), "2026-11"),
        (datetime(2026, 10, 31, 23, 30, tzinfo=UTC), "2026-11"),
    ]
    begins = date(2026, 9, 1)
    town.at = paris("2026-09-01T09:00")
    early = await town.voucher(worth="100,00 €", valid_from=begins)
    for moment, _ in moments:
        town.at = moment
        await town.till.redeem(early, "1,00")
    town.at = paris("2026-12-01T09:00")
    for month in ("2026-09", "2026-10", "2026-11"):
        settlement = await the_settlement(town, Period.month(month))
        lines = (await town.statement(settlement)).lines
        assert [line.at for line in lines] == [moment for moment, its in moments if its == month]


async def test_a_redemption_recorded_late_is_in_the_next_settlement_at_the_rate_of_its_day(
    town: Town, voucher: Paper
) -> None:
    await town.set_terms(replace(TERMS, commission_bp=1_000), since=date(2026, 11, 1))
    await town.till.redeem(voucher, "10,00")
    town.at = paris("2026-11-03T09:00")
    await town.close(OCTOBER)
    town.at = paris("2026-10-31T22:00")
    late = await town.till.redeem(voucher, "100,00")
    town.at = paris("2026-12-01T09:00")
    settlement = await the_settlement(town, NOVEMBER)
    assert settlement.figures.commission == Money.of("3,00")
    assert await town.do(lambda session: queries.settlement_of(session, late.redemption)) == settlement.id


async def test_any_period_is_closed_and_takes_what_no_other_took(town: Town, voucher: Paper) -> None:
    days = [date(2026, 10, 12), date(2026, 10, 13), date(2026, 10, 14)]
    for day in days:
        town.at = paris(f"{day}T12:00")
        await town.till.redeem(voucher, "10,00")
    town.at = paris("2026-11-03T09:00")
    middle = await town.close(Period(days[1], days[1]))
    month = await town.close(OCTOBER)
    assert (middle.turnover, month.turnover) == (Money.of("20,00"), Money.of("10,00"))


async def test_closings_at_once_are_one(town: Town, voucher: Paper) -> None:
    for till in town.tills:
        await till.redeem(voucher, "10,00")
    town.at = paris("2026-11-03T09:00")
    made = await asyncio.gather(*(town.close(OCTOBER) for _ in range(6)))
    assert all(one == made[0] for one in made)
    assert [one.number[-1] for one in await town.settlements()] == ["1", "2", "3"]
    assert (await town.audit()).agrees


async def test_overlapping_periods_closed_at_once_pay_nothing_twice(town: Town, voucher: Paper) -> None:
    days = [date(2026, 10, 12) + timedelta(days=number) for number in range(5)]
    for day in days:
        town.at = paris(f"{day}T12:00")
        for till in town.tills:
            await till.redeem(voucher, "10,00")
    town.at = paris("2026-11-03T09:00")
    periods = [OCTOBER, *(Period(day, day) for day in days)]
    closed = await asyncio.gather(*(town.close(period) for period in periods))
    assert total([one.turnover for one in closed]) == Money.of("150,00")
    numbers = sorted(one.number for one in await town.settlements())
    assert numbers == [f"TREIZ-2026-{number:06d}" for number in range(1, len(numbers) + 1)]
    assert (await town.audit()).agrees


async def test_what_is_redeemed_while_a_day_is_closed_is_paid_once(town: Town, voucher: Paper) -> None:
    today = Period(date(2026, 10, 5), date(2026, 10, 5))
    later = replace(town, at=town.at + timedelta(days=1))
    receipts, closed = await asyncio.gather(
        asyncio.gather(*(town.tills[number % 3].redeem(voucher, "1,00") for number in range(24))), later.close(today)
    )
    rest = await later.close(OCTOBER_SO_FAR)
    assert closed.turnover + rest.turnover == Money.of("24,00")
    settled = {
        await town.do(lambda session, one=one: queries.settlement_of(session, one.redemption)) for one in receipts
    }
    assert None not in settled
    assert (await town.audit()).agrees


async def test_closings_are_read_newest_first_and_settlements_by_shop(town: Town, voucher: Paper) -> None:
    for period in (OCTOBER, NOVEMBER):
        town.at = period.ends - timedelta(hours=3)
        await town.till.redeem(voucher, "1,00")
        await town.tills[1].redeem(voucher, "1,00")
        town.at = period.ends
        await town.close(period)
    november, october = await town.do(lambda session: queries.closings_page(session, limit=5))
    assert (november.first_day, october.first_day) == (date(2026, 11, 1), date(2026, 10, 1))
    assert await town.do(lambda session: queries.closings_page(session, after=november.id, limit=5)) == [october]
    of_shop = await town.do(lambda session: queries.settlements_page(session, shop=town.till.shop, limit=5))
    assert [one.closing for one in of_shop] == [october.id, november.id]
    rest = await town.do(lambda session: queries.settlements_page(session, after=of_shop[0].id, limit=2))
    assert [one.number[-1] for one in rest] == ["2", "3"]


async def test_what_is_not_there_is_said_to_be_unknown(town: Town) -> None:
    for read, refusal in ((queries.settlement, SettlementUnknown), (queries.closing, ClosingUnknown)):
        with pytest.raises(refusal):
            await town.do(lambda session, read=read: read(session, town.buyer))
