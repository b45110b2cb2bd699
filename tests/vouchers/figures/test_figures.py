"""Figures against a small town whose numbers are known by hand: week by week, by trade, commune and campaign."""

from __future__ import annotations

from datetime import date, timedelta

from ledger.days import Period
from ledger.money import ZERO, Money, total
from tests.given import Town, paris
from tests.vouchers.campaigns.given import running, top_up
from tests.vouchers.figures.given import NOW, euros, look, open_bakery
from vouchers.figures.delays import Waited
from vouchers.figures.weeks import weeks_of

NOVEMBER = Period(date(2026, 11, 2), date(2026, 11, 22))


async def test_weeks_tell_what_was_sold_added_spent_and_ended_and_what_is_left_in_circulation(town: Town) -> None:
    town.at = paris("2026-10-30T12:00")
    old = await town.voucher(worth="100,00 €", last_day=date(2026, 11, 20))
    await town.till.redeem(old, "10,00")  # before the period
    town.at = paris("2026-11-08T23:59")  # the last minute of the first week, in Paris
    receipt = await town.till.redeem(old, "30,00")
    town.at = paris("2026-11-09T00:00")
    (new, other) = await town.vouchers(2, worth="20,00 €")
    await town.pay_in("5,00", owner=town.funder)
    await town.top_up(new, "5,00")
    await town.tills[1].redeem(new, "25,00")
    town.at = paris("2026-11-17T09:00")
    await town.give_back(receipt, "8,00")
    town.at = paris("2026-11-21T06:00")
    await town.expire()
    town.at = paris("2026-11-24T10:00")  # after the period
    await town.till.redeem(other, "1,00")
    await town.voucher(worth="50,00 €")
    found = await look(town, NOVEMBER)
    assert found.whole
    flow = found.whole.flows
    assert [one.first_day.day for one in flow.weeks] == [2, 9, 16]
    assert list(flow.sold) == euros("0", "40,00", "0")
    assert list(flow.added) == euros("0", "5,00", "0")
    assert list(flow.spent) == euros("30,00", "25,00", "-8,00")
    assert flow.before == Money.of("90,00")
    returned = await town.view(old)
    assert returned.facts.last_day == date(2026, 12, 17)  # what came back gave it time: nothing expired
    assert list(flow.ended) == euros("0", "0", "0")
    assert list(flow.held) == euros("60,00", "80,00", "88,00")


async def test_what_expires_ends_unspent_and_is_in_circulation_no_more(town: Town) -> None:
    town.at = paris("2026-11-02T10:00")
    voucher = await town.voucher(worth="20,00 €", last_day=date(2026, 11, 10))
    await town.till.redeem(voucher, "12,00")
    town.at = paris("2026-11-11T06:00")
    assert await town.expire() == 1
    found = await look(town, NOVEMBER)
    assert found.whole
    assert list(found.whole.flows.ended) == euros("0", "8,00", "0")
    assert list(found.whole.flows.held) == euros("8,00", "0", "0")


async def test_by_trade_and_commune_and_of_one_of_them_alone(town: Town) -> None:
    bakery = await open_bakery(town)
    voucher = await town.voucher(worth="100,00 €")
    await town.tills[0].redeem(voucher, "20,00")
    wrong = await town.tills[1].redeem(voucher, "7,00")
    await town.undo(wrong)
    await bakery.redeem(voucher, "30,00")
    await bakery.redeem(voucher, "5,00")
    found = await look(town)
    assert [(slug, one.amount, one.purchases) for slug, one in found.trades] == [
        ("bread", Money.of("35,00"), 2), ("cafes", Money.of("20,00"), 1)
    ]  # fmt: skip
    assert [name for name, _ in found.communes] == ["Aix-en-Provence", "Marseille"]
    assert (found.purchases, found.used, found.shops) == (3, 2, 3)
    bread = await look(town, trade="bread")
    assert (bread.whole, bread.shops, total(list(bread.spent))) == (None, 1, Money.of("35,00"))
    assert [slug for slug, _ in bread.trades] == ["bread"]
    here = await look(town, commune="Marseille")
    assert (here.shops, total(list(here.spent))) == (2, Money.of("20,00"))
    assert total(list((await look(town, trade="bread", commune="Marseille")).spent)) == ZERO


async def test_a_campaign_has_what_was_spent_on_its_days_in_its_shops_and_what_went_back_of_it(town: Town) -> None:
    await town.pay_in("100,00", owner=town.funder)
    campaign = await running(town, top_up(town), shops=town.tills[:1])
    voucher = await town.voucher(worth="100,00 €")
    receipt = await town.tills[0].redeem(voucher, "40,00")
    await town.tills[1].redeem(voucher, "10,00")  # takes no part
    town.at = paris("2026-11-01T00:00")  # the campaign is over
    await town.give_back(receipt, "15,00")
    await town.tills[0].redeem(voucher, "3,00")
    found = await look(town)
    assert [(title, one.amount, one.purchases) for title, one in found.campaigns] == [
        ("Tu es l'amour de ma Ville", Money.of("25,00"), 1)
    ]
    alone = await look(town, campaign=campaign.id)
    assert alone.whole is None
    assert total(list(alone.spent)) == Money.of("25,00")
    assert alone.campaigns == found.campaigns


async def test_days_from_issue_to_first_spending_and_to_the_last_cent(town: Town) -> None:
    papers = await town.vouchers(4, worth="10,00 €")
    issued = town.at
    for days, paper in zip((0, 2, 8, 30), papers, strict=True):
        town.at = issued + timedelta(days=days)
        await town.till.redeem(paper, "4,00")
    town.at = issued + timedelta(days=33)
    heir = await town.reissue(papers[1])
    await town.till.redeem(heir, "6,00")  # not its first: the voucher that it replaced was spent before
    emptied = await town.till.redeem(papers[2], "6,00")
    await town.undo(emptied)
    town.at = issued + timedelta(days=40)
    found = await look(town)
    assert found.whole
    assert found.whole.first_spent == Waited(4, 0, 2, 8)
    assert found.whole.last_cent == Waited(1, 33, 33, 33)
    later = await look(town, Period(date(2026, 11, 2), date(2026, 11, 30)))
    assert later.whole
    assert later.whole.first_spent == Waited(1, 30, 30, 30)
    assert later.whole.last_cent == found.whole.last_cent


async def test_what_a_top_up_brought_counts_each_voucher_once_in_all(town: Town) -> None:
    other = await town.new_funder("Département", "50,00")
    await town.pay_in("50,00", owner=town.funder)
    first, second, third = await town.vouchers(3, worth="50,00 €")
    await town.top_up(first, "10,00")
    await town.top_up(first, "5,00", funder=other)
    await town.top_up(second, "10,00")
    await town.till.redeem(first, "60,00")
    spent = await town.till.redeem(second, "30,00")
    await town.till.redeem(third, "50,00")  # had nothing added
    await town.undo(await town.till.redeem(second, "5,00"))
    await town.give_back(spent, "10,00")
    found = await look(town)
    assert found.whole
    assert [(one.name, one.added, one.vouchers, one.spent, one.each) for one in found.whole.leverage] == [
        ("Ville de Marseille", Money.of("20,00"), 2, Money.of("80,00"), Money.of("4,00")),
        ("Département", Money.of("5,00"), 1, Money.of("60,00"), Money.of("12,00")),
        ("", Money.of("25,00"), 2, Money.of("80,00"), Money.of("3,20")),
    ]
    before = await look(town, Period(date(2026, 9, 1), date(2026, 9, 30)))
    assert before.whole
    assert before.whole.leverage == []


async def test_quiet_shops_are_those_that_never_took_any_and_those_that_took_none_for_thirty_days(town: Town) -> None:
    bakery = await open_bakery(town)
    voucher = await town.voucher(worth="100,00 €")
    town.at = NOW - timedelta(days=30, minutes=1)
    await town.tills[0].redeem(voucher, "1,00")
    town.at = NOW - timedelta(days=29)
    await bakery.redeem(voucher, "1,00")
    found = await look(town)
    assert [(one.shop.id, one.last) for one in found.quiet] == [
        (town.tills[1].shop, None), (town.tills[0].shop, NOW - timedelta(days=30, minutes=1))
    ]  # fmt: skip
    await town.set_status(town.tills[1].shop, "left")
    assert [one.shop.id for one in (await look(town)).quiet] == [town.tills[0].shop]
    assert (await look(town, commune="Aix-en-Provence")).quiet == []


async def test_a_programme_in_which_nothing_happened_has_figures_of_nothing(town: Town) -> None:
    found = await look(town)
    assert found.whole
    assert set(found.whole.flows.held) == {ZERO}
    assert (found.whole.first_spent, found.whole.last_cent, found.whole.leverage) == (None, None, [])
    assert (found.trades, found.communes, found.campaigns, found.purchases, found.used) == ([], [], [], 0, 0)


def test_weeks_begin_on_mondays_and_are_all_of_the_period() -> None:
    year = weeks_of(Period(date(2026, 1, 1), date(2026, 12, 31)))
    assert len(year) == 53
    assert (year[0].last_day, year[1].first_day, year[-1].first_day) == (
        date(2026, 1, 4), date(2026, 1, 5), date(2026, 12, 28)
    )  # fmt: skip
    assert weeks_of(Period(date(2026, 3, 29), date(2026, 3, 29)))[0].last_day == date(2026, 3, 29)
