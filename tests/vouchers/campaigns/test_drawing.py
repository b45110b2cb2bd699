"""A draw: once, after its last day, by a seed whose hash was published before, so that anybody can draw it again."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date

import pytest

from ledger.errors import Refusal
from ledger.money import ZERO, Money
from tests.given import Town, paris
from tests.vouchers.campaigns.given import AFTER, a_lottery, proved, running, spend_what_is_promised, top_up
from vouchers.campaigns import drawing, figures
from vouchers.campaigns.errors import AlreadyDrawn, CampaignStanding, DrawTooEarly
from vouchers.errors import FundsExhausted


async def test_a_prize_goes_to_as_many_vouchers_as_there_are_prizes(town: Town) -> None:
    campaign = await running(town, a_lottery(town))
    vouchers = await town.vouchers(5)
    for voucher in vouchers:
        await town.till.redeem(voucher, "4,00")
    town.at = AFTER
    view = await campaign.draw()
    assert view.drawn_at == AFTER
    assert view.given == Money.of("20,00")
    left = sorted([(await town.left_on(one)).cents for one in vouchers])
    assert left == [16_00, 16_00, 16_00, 26_00, 26_00]
    assert await town.balance(town.funder) == Money.of("80,00")
    won = [one for one in vouchers if await town.left_on(one) == Money.of("26,00")]
    (told,) = await town.do(lambda session: figures.rewards_of(session, won[0].id))
    assert (told.why, told.amount, told.spent) == ("prize", Money.of("10,00"), Money.of("4,00"))
    await proved(town)


async def test_anybody_draws_it_again_from_what_is_published(town: Town) -> None:
    campaign = await running(town, a_lottery(town, prizes=3))
    sealed = drawing.seal_of((await campaign.view()).seed or b"")
    for voucher in await town.vouchers(8):
        await town.till.redeem(voucher, "4,00")
    town.at = AFTER
    seed = ((await campaign.draw()).seed or b"").hex()
    chances = await town.do(lambda session: drawing.chances_of(session, campaign.id))
    assert hashlib.sha256(seed.encode()).hexdigest() == sealed
    again = sorted(
        (hashlib.sha256(f"{seed}:{one.day}:{one.reference}".encode()).hexdigest(), one.reference) for one in chances
    )
    assert [(one.score, one.reference) for one in chances] == again
    assert [one.outcome for one in chances] == ["won"] * 3 + ["none"] * 5


async def test_each_day_is_a_chance_and_a_voucher_wins_once(town: Town) -> None:
    campaign = await running(town, a_lottery(town, prizes=5, each="5"))
    often, once = await town.vouchers(2, worth="50,00 €")
    for day in (5, 5, 6, 7):
        town.at = paris(f"2026-10-0{day}T12:00")
        await town.till.redeem(often, "5,00")
    await town.till.redeem(once, "5,00")
    town.at = AFTER
    await campaign.draw()
    chances = await town.do(lambda session: drawing.chances_of(session, campaign.id))
    assert sorted(one.day.day for one in chances) == [5, 6, 7, 7]
    assert sorted(one.outcome for one in chances) == ["none", "none", "won", "won"]
    assert [await town.left_on(one) for one in (often, once)] == [Money.of("35,00"), Money.of("50,00")]
    assert (await campaign.view()).given == Money.of("10,00")


async def test_a_voucher_that_can_take_nothing_is_passed_over(town: Town) -> None:
    campaign = await running(town, a_lottery(town, prizes=1))
    blocked, over, good = await town.voucher(), await town.voucher(last_day=date(2026, 10, 31)), await town.voucher()
    for voucher in (blocked, over, good):
        await town.till.redeem(voucher, "4,00")
    await town.block(blocked)
    town.at = AFTER
    await campaign.draw()
    assert await town.left_on(good) == Money.of("26,00")
    outcomes = [one.outcome for one in await town.do(lambda session: drawing.chances_of(session, campaign.id))]
    assert outcomes.index("won") == outcomes.count("passed_over")
    await proved(town)


async def test_a_prize_finds_the_voucher_that_replaced_the_one_that_won(town: Town) -> None:
    campaign = await running(town, a_lottery(town, prizes=1))
    lost = await town.voucher()
    await town.till.redeem(lost, "4,00")
    heir = await town.reissue(lost)
    town.at = AFTER
    await campaign.draw()
    assert await town.left_on(heir) == Money.of("26,00")
    await proved(town)


async def test_what_was_taken_back_is_no_chance_and_nobody_wins_what_nobody_can(town: Town) -> None:
    campaign = await running(town, a_lottery(town))
    await town.till.undo(await town.till.redeem(await town.voucher(), "4,00"))
    town.at = AFTER
    view = await campaign.draw()
    assert (view.drawn_at, view.given) == (AFTER, ZERO)
    assert await town.do(lambda session: drawing.chances_of(session, campaign.id)) == []


async def test_it_waits_for_the_morning_after_its_last_day(town: Town) -> None:
    campaign = await running(town, a_lottery(town))
    for at in ("2026-10-31T23:00", "2026-11-01T05:59"):
        town.at = paris(at)
        with pytest.raises(DrawTooEarly) as refused:
            await campaign.draw()
        assert refused.value.first_possible == date(2026, 11, 1)


async def test_it_is_drawn_once_even_by_two_at_once(town: Town) -> None:
    campaign = await running(town, a_lottery(town))
    for voucher in await town.vouchers(5):
        await town.till.redeem(voucher, "4,00")
    town.at = AFTER

    async def attempt() -> bool:
        try:
            await campaign.draw()
        except AlreadyDrawn:
            return False
        return True

    assert sorted(await asyncio.gather(*(attempt() for _ in range(3)))) == [False, False, True]
    assert await town.balance(town.funder) == Money.of("80,00")


async def test_without_the_funders_money_nothing_is_drawn(town: Town) -> None:
    campaign = await running(town, a_lottery(town))
    first, second = await town.vouchers(2)
    for voucher in (first, second):
        await town.till.redeem(voucher, "4,00")
    await spend_what_is_promised(town, "80,01")
    town.at = AFTER
    with pytest.raises(FundsExhausted):
        await campaign.draw()
    assert (await campaign.view()).drawn_at is None
    await town.pay_in("0,01", owner=town.funder)
    assert (await campaign.draw()).given == Money.of("20,00")


async def test_only_a_published_draw_is_drawn(town: Town) -> None:
    campaign = await running(town, top_up(town))
    town.at = AFTER
    with pytest.raises(Refusal) as refused:
        await campaign.draw()
    assert isinstance(refused.value, CampaignStanding)
