"""Budgets and promises: nobody gives a funder's money twice, nor beyond what its agreement grants."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID

import pytest

from ledger.chart import Kind
from ledger.days import Period
from ledger.errors import Refusal
from ledger.ids import new_id
from ledger.money import ZERO, Money
from tests.given import Town, paris
from tests.vouchers.campaigns.given import a_lottery, proved, running, top_up
from vouchers.errors import AmountNotPositive, FunderUnknown, FundsExhausted
from vouchers.funding import budgets, giving_back
from vouchers.funding.errors import (
    BudgetDaysWrong,
    BudgetExceeded,
    BudgetTooSmall,
    BudgetUnknown,
    FundsReserved,
    NoBudget,
)

THIS_YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
NEXT_YEAR = Period(date(2027, 1, 1), date(2027, 12, 31))


async def a_budget(town: Town, typed: str, days: Period = THIS_YEAR) -> UUID:
    return await town.do(
        lambda session: budgets.open_budget(
            session, town.funder, label="Exercice", days=days, amount=Money.of(typed), actor="op", at=town.at
        )
    )


async def change(town: Town, budget: UUID, typed: str) -> None:
    await town.do(lambda session: budgets.change_budget(session, town.funder, budget, Money.of(typed), at=town.at))


async def give_back(town: Town, typed: str, *, funder: UUID | None = None) -> UUID:
    return await town.do(
        lambda session: giving_back.give_back(
            session, funder or town.funder, Money.of(typed), reference="VIR", at=town.at
        )
    )


async def test_a_grant_beyond_the_budget_is_refused_though_it_was_paid_in(town: Town) -> None:
    await town.pay_in("100,00", owner=town.funder)
    await a_budget(town, "15,00")
    voucher = await town.voucher()
    await town.top_up(voucher, "10,00")
    with pytest.raises(BudgetExceeded) as refused:
        await town.top_up(voucher, "5,01")
    assert (refused.value.left, refused.value.asked) == (Money.of("5"), Money.of("5,01"))
    await town.top_up(voucher, "5,00")
    (line,) = await town.do(lambda session: budgets.budgets_of(session, town.funder))
    assert (line.granted, line.left) == (Money.of("15"), ZERO)
    town.at = paris("2027-01-01T00:00")
    with pytest.raises(NoBudget):
        await town.top_up(voucher, "0,01")
    await a_budget(town, "1,00", NEXT_YEAR)
    await town.top_up(voucher, "1,00")
    assert (await town.audit()).agrees


async def test_two_at_once_cannot_both_have_the_last_euro_of_a_budget(town: Town) -> None:
    await town.pay_in("100,00", owner=town.funder)
    await a_budget(town, "1,00")
    vouchers = await town.vouchers(4)

    async def attempt(number: int) -> bool:
        try:
            await town.top_up(vouchers[number], "1,00")
        except BudgetExceeded:
            return False
        return True

    assert sorted(await asyncio.gather(*map(attempt, range(4)))) == [False, False, False, True]
    assert await town.balance(town.funder) == Money.of("99,00")


async def test_what_was_given_before_counts_and_budgets_share_no_day(town: Town) -> None:
    await town.pay_in("100,00", owner=town.funder)
    await town.top_up(await town.voucher(), "10,00")
    with pytest.raises(BudgetTooSmall):
        await a_budget(town, "9,99")
    budget = await a_budget(town, "50,00")
    for days in (THIS_YEAR, Period(date(2025, 6, 1), date(2026, 1, 1))):
        with pytest.raises(BudgetDaysWrong):
            await a_budget(town, "50,00", days)
    with pytest.raises(BudgetTooSmall):
        await change(town, budget, "9,99")
    await change(town, budget, "10,00")
    with pytest.raises(BudgetUnknown):
        await change(town, new_id(), "10,00")
    with pytest.raises(AmountNotPositive):
        await a_budget(town, "0", NEXT_YEAR)


async def test_what_is_promised_to_a_campaign_is_nobody_elses(town: Town) -> None:
    await town.pay_in("100,00", owner=town.funder)
    campaign = await running(town, top_up(town))
    voucher = await town.voucher()
    with pytest.raises(FundsReserved) as refused:
        await town.top_up(voucher, "50,01")
    assert (refused.value.free, refused.value.reserved) == (Money.of("50"), Money.of("50"))
    with pytest.raises(FundsReserved):
        await give_back(town, "50,01")
    await town.top_up(voucher, "20,00")
    await give_back(town, "30,00")
    await campaign.end()
    town.at = paris("2026-11-06T08:00")  # 31 days after its last, nothing of it is kept any more
    await give_back(town, "50,00")
    assert (await town.balance(town.funder), await town.balance(Kind.BANK)) == (ZERO, Money.of("40"))
    assert (await town.audit()).agrees


async def test_a_campaign_is_not_published_beyond_the_budget(town: Town) -> None:
    await town.pay_in("100,00", owner=town.funder)
    budget = await a_budget(town, "40,00")
    with pytest.raises(BudgetExceeded):
        await running(town, top_up(town))
    await change(town, budget, "60,00")
    await running(town, top_up(town))
    with pytest.raises(BudgetExceeded):
        await town.top_up(await town.voucher(), "10,01")
    with pytest.raises(BudgetTooSmall):
        await change(town, budget, "49,99")


async def test_what_goes_back_is_the_funders_own_and_there(town: Town) -> None:
    await town.pay_in("10,00", owner=town.funder)
    refusals: list[tuple[type[Refusal], str, UUID | None]] = [
        (FundsExhausted, "10,01", None), (AmountNotPositive, "0", None), (FunderUnknown, "1,00", town.buyer),
    ]  # fmt: skip
    for refusal, typed, funder in refusals:
        with pytest.raises(refusal):
            await give_back(town, typed, funder=funder)
    await give_back(town, "10,00")
    assert await town.balance(town.funder) == ZERO


@pytest.mark.parametrize("next_year", ["", "new", "promised"])
async def test_a_campaign_that_ends_with_its_budget_pays_its_last_day_from_it(town: Town, next_year: str) -> None:
    """The purchases of a day are rewarded the morning after, when an exercise may be over."""
    await town.pay_in("100,00", owner=town.funder)
    town.at = paris("2026-12-30T10:30")
    await a_budget(town, "50")
    campaign = await running(town, top_up(town, first_day=date(2026, 12, 30), last_day=date(2026, 12, 31)))
    for at in ("2026-12-30T11:00", "2026-12-31T18:00"):
        town.at = paris(at)
        await town.till.redeem(await town.voucher(), "10,00")
    town.at = paris("2027-01-01T06:00")
    if next_year:
        await a_budget(town, "100", NEXT_YEAR)
    if next_year == "promised":
        await running(town, top_up(town, first_day=date(2027, 1, 1), last_day=date(2027, 1, 31)))
    assert await campaign.rewards() == Money.of("2")
    *newer, line = await town.do(lambda session: budgets.budgets_of(session, town.funder))
    assert (line.granted, [one.granted for one in newer]) == (Money.of("2"), [ZERO] * len(newer))
    await proved(town)


async def test_a_draw_that_ends_with_its_budget_gives_its_prizes_from_it(town: Town) -> None:
    await town.pay_in("100,00", owner=town.funder)
    town.at = paris("2026-12-31T10:30")
    await a_budget(town, "20")
    campaign = await running(town, a_lottery(town, first_day=date(2026, 12, 31), last_day=date(2026, 12, 31)))
    await town.till.redeem(await town.voucher(), "10,00")
    town.at = paris("2027-01-04T10:00")
    await a_budget(town, "20", NEXT_YEAR)
    assert (await campaign.draw()).given == Money.of("10")
    lines = await town.do(lambda session: budgets.budgets_of(session, town.funder))
    assert [one.granted for one in lines] == [ZERO, Money.of("10")]
    await proved(town)


async def test_where_no_budget_has_the_day_of_a_purchase_todays_is_asked(town: Town) -> None:
    await town.pay_in("100,00", owner=town.funder)
    town.at = paris("2026-12-31T10:30")
    campaign = await running(town, top_up(town, first_day=date(2026, 12, 31), last_day=date(2026, 12, 31)))
    await town.till.redeem(await town.voucher(), "10,00")
    town.at = paris("2027-01-01T06:00")
    await a_budget(town, "50", NEXT_YEAR)
    assert await campaign.rewards() == Money.of("1")
    (line,) = await town.do(lambda session: budgets.budgets_of(session, town.funder))
    assert line.granted == Money.of("1")
    await proved(town)
