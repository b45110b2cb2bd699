"""A campaign is written as a draft, published once its money is there, and keeps what it promised."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest

from ledger.ids import new_id
from ledger.money import ZERO, Money
from merchants.shops.errors import ShopNotAccepted, ShopUnknown
from tests.given import Town, paris
from tests.vouchers.campaigns.given import FIRST, LAST, a_lottery, planned, running, top_up
from vouchers.campaigns import planning, queries, taking_part
from vouchers.campaigns.errors import (
    BudgetBelowGiven,
    CampaignDaysWrong,
    CampaignIncomplete,
    CampaignNotFunded,
    CampaignOver,
    CampaignStanding,
    CampaignUnknown,
)
from vouchers.campaigns.promises import Promise
from vouchers.errors import FunderUnknown

SOUND: Final = Promise(
    "Tu es l'amour de ma Ville", "top_up", FIRST, LAST, funder=new_id(), budget=Money.of("50"), rate_bp=1_000,
    most_per_voucher=Money.of("5"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 81}, "title"),
        ({"motif": "skull"}, "motif"),
        ({"rate_bp": 0}, "rate_bp"),
        ({"each": Money(100)}, "rate_bp"),
        ({"rate_bp": 10_001}, "rate_bp"),
        ({"most_per_voucher": ZERO}, "most_per_voucher"),
        ({"budget": ZERO}, "budget"),
        ({"budget": Money(-1)}, "budget"),
        ({"funder": None}, "funder"),
        ({"prizes": 3}, "prizes"),
        ({"kind": "story"}, "funder"),
        ({"kind": "draw"}, "each"),
        ({"kind": "draw", "rate_bp": 0, "each": Money(100), "prizes": 2, "most_per_voucher": Money(100)}, "prizes"),
    ],
)
def test_what_does_not_hold_together_is_not_written(other: dict[str, Any], field: str) -> None:
    with pytest.raises(CampaignIncomplete) as refused:
        replace(SOUND, **other).refuse_unless_sound()
    assert field in refused.value.fields


@pytest.mark.parametrize(("first", "last"), [(LAST, FIRST), (FIRST, FIRST + timedelta(days=367))])
def test_it_ends_after_it_begins_and_within_a_year(first: date, last: date) -> None:
    SOUND.refuse_unless_sound()
    with pytest.raises(CampaignDaysWrong):
        replace(SOUND, first_day=first, last_day=last).refuse_unless_sound()


async def test_nothing_unsound_is_written(town: Town) -> None:
    with pytest.raises(CampaignIncomplete):
        await planned(town, top_up(town, rate_bp=0))
    campaign = await planned(town, top_up(town))
    with pytest.raises(CampaignIncomplete):
        await campaign.change(title="")


async def test_only_a_funder_funds(town: Town) -> None:
    with pytest.raises(FunderUnknown):
        await planned(town, top_up(town, funder=town.buyer))


async def test_its_address_follows_from_its_title(town: Town) -> None:
    addresses = [(await (await planned(town, top_up(town, title=title))).view()).slug for title in (
        "Tu es l'amour de ma Ville", "Tu es l’amour de ma ville !", "Été à Aix", "★",
    )]  # fmt: skip
    assert addresses == ["tu-es-l-amour-de-ma-ville", "tu-es-l-amour-de-ma-ville-2", "ete-a-aix", "top-up"]


async def test_a_draft_is_nobodys_business_and_a_published_one_everybodys(town: Town) -> None:
    campaign = await planned(town, top_up(town))
    with pytest.raises(CampaignUnknown):
        await town.do(lambda session: queries.published_by_slug(session, "tu-es-l-amour-de-ma-ville"))
    assert await town.do(lambda session: queries.running(session, at=town.at)) == []
    await town.do(lambda session: planning.publish(session, campaign.id, actor="manager", at=town.at))
    assert [one.id for one in await town.do(lambda session: queries.running(session, at=town.at))] == [campaign.id]
    with pytest.raises(CampaignStanding):
        await town.do(lambda session: planning.publish(session, campaign.id, actor="manager", at=town.at))
    assert await campaign.told() == ["planned", "published"]


async def test_the_same_euro_is_not_promised_twice(town: Town) -> None:
    await running(town, top_up(town, budget=Money.of("60")))
    with pytest.raises(CampaignNotFunded) as refused:
        await running(town, top_up(town, budget=Money.of("40,01")))
    assert (refused.value.left, refused.value.needed) == (Money.of("100"), Money.of("100,01"))
    await running(town, a_lottery(town, prizes=4))


async def test_two_who_publish_at_once_do_not_promise_the_same_euro(town: Town) -> None:
    both = [await planned(town, top_up(town, budget=Money.of("60"))) for _ in range(2)]

    async def attempt(id_: Any) -> bool:
        try:
            await town.do(lambda session: planning.publish(session, id_, actor="manager", at=town.at))
        except CampaignNotFunded:
            return False
        return True

    assert sorted(await asyncio.gather(*(attempt(one.id) for one in both))) == [False, True]


async def test_what_was_promised_stays_and_words_and_bounds_may_move(town: Town) -> None:
    campaign = await running(town)
    for broken in ({"rate_bp": 500}, {"first_day": date(2026, 10, 4)}, {"most_per_voucher": Money.of("4")}):
        with pytest.raises(CampaignIncomplete):
            await campaign.change(**broken)
    changed = await campaign.change(
        title="Autre titre", story="Une histoire.", last_day=date(2026, 11, 15), budget=Money.of("80")
    )
    assert (changed.promise.title, changed.slug) == ("Autre titre", "tu-es-l-amour-de-ma-ville")
    assert changed.promise.budget == Money.of("80")
    with pytest.raises(CampaignNotFunded):
        await campaign.change(budget=Money.of("100,01"))
    town.at = paris("2026-10-20T12:00")
    with pytest.raises(CampaignDaysWrong):
        await campaign.change(last_day=date(2026, 10, 19))


async def test_a_budget_is_not_cut_below_what_was_given(town: Town) -> None:
    campaign = await running(town)
    await town.till.redeem(await town.voucher(), "10,00")
    town.at = paris("2026-10-06T09:00")
    await campaign.rewards()
    with pytest.raises(BudgetBelowGiven):
        await campaign.change(budget=Money.of("0,99"))
    assert (await campaign.change(budget=Money.of("1,00"))).exhausted


async def test_it_ends_tonight_when_it_is_ended_and_not_at_once(town: Town) -> None:
    campaign = await running(town)
    ended = await campaign.end()
    assert (ended.status, ended.promise.last_day) == ("published", date(2026, 10, 5))
    with pytest.raises(CampaignStanding):
        await campaign.end()
    coming = await running(town, top_up(town, first_day=date(2026, 10, 20)))
    assert (await coming.end()).status == "withdrawn"
    with pytest.raises(CampaignStanding):
        await coming.join(town.till)


async def test_a_shop_takes_part_from_the_moment_it_joins_until_it_leaves(town: Town) -> None:
    campaign = await running(town, shops=())
    first, second, _ = town.tills
    assert await campaign.join(first, second) == {first.shop, second.shop}
    assert await campaign.join(first) == set()
    assert await campaign.leave(first) == {first.shop}
    assert await campaign.leave(first) == set()
    assert await town.do(lambda session: queries.shops_in(session, campaign.id)) == {second.shop}
    offered = await town.do(lambda session: taking_part.open_to(session, second.shop, at=town.at))
    assert [(one.id, takes_part) for one, takes_part in offered] == [(campaign.id, True)]
    assert await town.do(
        lambda session: queries.campaigns_of(session, [one.shop for one in town.tills], at=town.at)
    ) == {second.shop: [campaign.id]}


async def test_only_shops_that_accept_vouchers_take_part_and_only_until_it_is_over(town: Town) -> None:
    campaign = await running(town)
    third = town.tills[2]
    await town.set_status(third.shop, "suspended")
    with pytest.raises(ShopNotAccepted):
        await campaign.join(third)
    with pytest.raises(ShopUnknown):
        await town.do(lambda session: taking_part.join(session, campaign.id, [new_id()], actor="x", at=town.at))
    town.at = paris("2026-11-01T00:00")
    for act in (campaign.join, campaign.leave):
        with pytest.raises(CampaignOver):
            await act(town.till)
    assert await town.do(lambda session: taking_part.open_to(session, town.till.shop, at=town.at)) == []


def test_a_share_is_rounded_half_up_to_the_cent_and_never_above_what_was_spent() -> None:
    promise = Promise("x", "top_up", FIRST, LAST, rate_bp=1_500, most_per_voucher=Money(500))
    assert [promise.brings(Money(cents)).cents for cents in (0, 1, 3, 4, 10, 1_000)] == [0, 0, 0, 1, 2, 150]
