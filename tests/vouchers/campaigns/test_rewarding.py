"""A top-up campaign: the morning after, once for each purchase that stands, within every bound."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.money import ZERO, Money
from tests.given import Town, paris
from tests.vouchers.campaigns.given import AFTER, NEXT_MORNING, proved, running, spend_what_is_promised, top_up
from vouchers import returning
from vouchers.campaigns import figures, rewarding
from vouchers.campaigns.purchases import Spent


async def test_the_morning_after_a_purchase_brings_its_share(town: Town) -> None:
    campaign = await running(town)
    voucher = await town.voucher(worth="50,00 €")
    receipt = await town.till.redeem(voucher, "12,50")
    for at in ("2026-10-05T23:59", "2026-10-06T05:59"):
        town.at = paris(at)
        assert await campaign.rewards() == ZERO
    town.at = NEXT_MORNING
    assert await campaign.rewards() == Money.of("1,25")
    assert await town.left_on(voucher) == Money.of("38,75")
    assert await town.balance(town.funder) == Money.of("98,75")
    (told,) = await town.do(lambda session: figures.rewards_of(session, voucher.id))
    assert (told.redemption, told.amount, told.spent, told.title, told.why) == (
        receipt.redemption, Money.of("1,25"), Money.of("12,50"), "Tu es l'amour de ma Ville", "given",
    )  # fmt: skip
    await proved(town)


async def test_however_often_the_job_runs_a_purchase_brings_once(town: Town) -> None:
    campaign = await running(town)
    voucher = await town.voucher()
    await town.till.redeem(voucher, "10,00")
    town.at = NEXT_MORNING
    assert await campaign.rewards() == Money.of("1,00")
    assert await campaign.rewards() == ZERO
    town.at += timedelta(days=1)
    assert await campaign.rewards() == ZERO
    assert (await campaign.view()).given == Money.of("1,00")


async def test_two_jobs_at_once_give_once(town: Town) -> None:
    campaign = await running(town)
    for voucher in await town.vouchers(12):
        await town.till.redeem(voucher, "10,00")
    town.at = NEXT_MORNING
    given = await asyncio.gather(*(campaign.rewards(limit=3) for _ in range(4)))
    assert sum(one.cents for one in given) == 12_00
    assert (await campaign.report()).rewards == 12
    await proved(town)


async def test_a_job_that_is_killed_before_its_commit_has_given_nothing(town: Town) -> None:
    campaign = await running(town)
    voucher = await town.voucher()
    await town.till.redeem(voucher, "10,00")
    town.at = NEXT_MORNING

    async def killed(session: AsyncSession) -> None:
        await rewarding.reward_due(session, campaign.id, at=town.at)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await town.do(killed)
    assert await town.left_on(voucher) == Money.of("10,00")
    assert await campaign.rewards() == Money.of("1,00")
    assert await town.left_on(voucher) == Money.of("11,00")


async def test_what_was_taken_back_brings_nothing(town: Town) -> None:
    campaign = await running(town)
    by_shop, by_operator = await town.vouchers(2)
    await town.till.undo(await town.till.redeem(by_shop, "10,00"))
    late = await town.till.redeem(by_operator, "10,00")
    town.at = NEXT_MORNING
    await town.undo(late)
    assert await campaign.rewards() == ZERO
    assert await town.balance(town.funder) == Money.of("100,00")
    assert (await campaign.report()).spent == Spent()


async def test_what_came_back_in_part_brings_its_share_of_what_the_shop_kept(town: Town) -> None:
    campaign = await running(town, top_up(town, least_spent=Money.of("5")))
    part, most, whole = await town.vouchers(3)
    for voucher, back in ((part, "4,00"), (most, "5,01"), (whole, "10,00")):
        receipt = await town.till.redeem(voucher, "10,00")
        await town.do(
            lambda session, of=receipt, sum_=back: returning.give_back(  # type: ignore[misc]
                session, of.redemption, Money.of(sum_), shop=town.till.shop, actor="till", reason="taille", at=town.at
            )
        )
    town.at = NEXT_MORNING
    assert await campaign.rewards() == Money.of("0,60")
    assert await town.left_on(part) == Money.of("14,60")
    assert (await campaign.report()).spent == Spent(Money.of("6,00"), 1, 1, 1)
    await proved(town)


async def test_only_what_is_spent_in_its_shops_on_its_days_counts(town: Town) -> None:
    campaign = await running(town, top_up(town, first_day=date(2026, 10, 6), last_day=date(2026, 10, 7)))
    early, late, elsewhere, before, after = await town.vouchers(5)
    inside, joining, outside = town.tills
    await inside.redeem(early, "10,00")
    town.at = paris("2026-10-06T12:00")
    await outside.redeem(elsewhere, "10,00")
    await campaign.leave(joining)
    town.at = paris("2026-10-06T13:00")
    await joining.redeem(before, "10,00")
    town.at = paris("2026-10-06T14:00")
    await campaign.join(joining)
    await joining.redeem(after, "10,00")
    town.at = paris("2026-10-08T00:00")
    await inside.redeem(late, "10,00")
    town.at = paris("2026-10-09T08:00")
    assert await campaign.rewards() == Money.of("1,00")
    assert await town.left_on(after) == Money.of("11,00")


async def test_a_voucher_has_no_more_than_was_promised_to_one(town: Town) -> None:
    campaign = await running(town)
    voucher = await town.voucher(worth="100,00 €")
    for spent in ("30,00", "30,00", "10,00"):
        await town.till.redeem(voucher, spent)
    town.at = NEXT_MORNING
    assert await campaign.rewards() == Money.of("5,00")
    assert [one.amount for one in await town.do(lambda session: figures.rewards_of(session, voucher.id))] == [
        Money.of("2,00"), Money.of("3,00"),
    ]  # fmt: skip
    town.at += timedelta(days=1)
    assert await campaign.rewards() == ZERO


async def test_the_bound_goes_with_a_voucher_that_is_replaced(town: Town) -> None:
    campaign = await running(town)
    voucher = await town.voucher(worth="100,00 €")
    await town.till.redeem(voucher, "40,00")
    heir = await town.reissue(voucher)
    await town.till.redeem(heir, "40,00")
    town.at = NEXT_MORNING
    assert await campaign.rewards() == Money.of("5,00")
    assert await town.left_on(heir) == Money.of("25,00")
    assert len(await town.do(lambda session: figures.rewards_of(session, heir.id))) == 2
    await proved(town)


async def test_the_budget_is_shared_in_the_order_of_the_purchases_and_then_stops(town: Town) -> None:
    campaign = await running(town, top_up(town, budget=Money.of("2,50")))
    vouchers = await town.vouchers(4)
    for voucher in vouchers:
        town.at += timedelta(minutes=1)
        await town.till.redeem(voucher, "10,00")
    town.at = NEXT_MORNING
    assert await campaign.rewards() == Money.of("2,50")
    left = [await town.left_on(one) for one in vouchers]
    assert left == [Money.of(one) for one in ("11,00", "11,00", "10,50", "10,00")]
    view, report = await campaign.view(), await campaign.report()
    assert view.exhausted
    assert (report.rewards, report.rewarded, report.unrewarded) == (3, 3, 1)
    await campaign.change(budget=Money.of("20"))
    assert await campaign.rewards() == ZERO
    await proved(town)


async def test_the_funder_never_gives_what_it_does_not_hold_and_nobody_is_passed_over(town: Town) -> None:
    campaign = await running(town)
    first, second, third = await town.vouchers(3, worth="50,00 €")
    await town.till.redeem(first, "20,00")
    await town.till.redeem(second, "40,00")
    await town.till.redeem(third, "5,00")
    await spend_what_is_promised(town, "97,00")
    town.at = NEXT_MORNING
    assert await campaign.rewards() == Money.of("2,00")
    assert await town.balance(town.funder) == Money.of("1,00")
    assert await town.left_on(third) == Money.of("45,00")
    await town.pay_in("10,00", owner=town.funder)
    assert await campaign.rewards() == Money.of("4,50")
    await proved(town)


async def test_a_blocked_voucher_waits_and_does_not_keep_the_others_waiting(town: Town) -> None:
    campaign = await running(town)
    blocked, other = await town.vouchers(2)
    await town.till.redeem(blocked, "10,00")
    await town.till.redeem(other, "10,00")
    await town.block(blocked)
    town.at = NEXT_MORNING
    assert await campaign.rewards(limit=1) == Money.of("1,00")
    await town.unblock(blocked)
    town.at += timedelta(days=3)
    assert await campaign.rewards() == Money.of("1,00")
    assert await town.left_on(blocked) == Money.of("11,00")


async def test_a_voucher_whose_last_day_is_over_has_nothing_more(town: Town) -> None:
    campaign = await running(town)
    voucher = await town.voucher(last_day=date(2026, 10, 5))
    await town.till.redeem(voucher, "10,00")
    town.at = NEXT_MORNING
    assert await campaign.rewards() == ZERO
    await town.expire()
    await proved(town)


async def test_a_fixed_sum_is_added_to_each_purchase_that_is_large_enough(town: Town) -> None:
    promise = top_up(town, rate_bp=0, each=Money.of("2"), least_spent=Money.of("1,50"))
    campaign = await running(town, promise)
    large, just, small = await town.vouchers(3)
    await town.till.redeem(large, "15,00")
    await town.till.redeem(just, "1,50")
    await town.till.redeem(small, "1,49")
    town.at = NEXT_MORNING
    assert await campaign.rewards() == Money.of("3,50")
    assert [await town.left_on(one) for one in (large, just, small)] == [
        Money.of("7,00"), Money.of("20,00"), Money.of("18,51"),
    ]  # fmt: skip
    assert (await campaign.report()).spent.purchases == 2


async def test_after_its_last_day_a_campaign_gives_what_was_earned_and_then_rests(town: Town) -> None:
    campaign = await running(town)
    voucher, blocked = await town.vouchers(2)
    town.at = paris("2026-10-31T18:00")
    await town.till.redeem(voucher, "10,00")
    await town.till.redeem(blocked, "10,00")
    await town.block(blocked)
    town.at = AFTER
    assert await town.do(lambda session: rewarding.campaigns_due(session, at=AFTER)) == [campaign.id]
    assert await campaign.rewards() == Money.of("1,00")
    await town.unblock(blocked)
    town.at = AFTER + timedelta(days=32)
    assert await town.do(lambda session: rewarding.campaigns_due(session, at=town.at)) == []
    assert await campaign.rewards() == ZERO


async def test_a_captured_hold_is_a_purchase_like_any_other(town: Town) -> None:
    campaign = await running(town)
    voucher = await town.voucher()
    hold = await town.till.hold(voucher, "15,00")
    await town.till.capture(hold, "10,00", final=True)
    town.at = NEXT_MORNING
    assert await campaign.rewards() == Money.of("1,00")


async def test_a_story_gives_nothing(town: Town) -> None:
    story = top_up(town, kind="story", funder=None, budget=ZERO, rate_bp=0, most_per_voucher=ZERO)
    campaign = await running(town, story)
    await town.till.redeem(await town.voucher(), "10,00")
    town.at = NEXT_MORNING
    assert await campaign.rewards() == ZERO
    assert (await campaign.report()).spent.amount == Money.of("10,00")
