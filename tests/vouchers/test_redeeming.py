"""Redeeming: cent by cent, through the whole last day, at accepted shops, by codes of this programme."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from api.settings import Settings
from ledger.database import Sessions
from ledger.ids import new_id
from ledger.money import ZERO, Money
from merchants.shops import tills
from merchants.shops.errors import ShopNotAccepted, TillRevoked, TillUnknown
from merchants.shops.queries import Status
from tests.given import Paper, Till, Town, a_town, paris
from vouchers import codes, queries
from vouchers.errors import (
    AmountNotPositive,
    CodeNotRecognised,
    NotEnoughLeft,
    VoucherBlocked,
    VoucherExpired,
    VoucherNotYetValid,
    VoucherReplaced,
)


async def test_a_voucher_is_spent_cent_by_cent_at_any_shop(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    first = await town.till.redeem(voucher, "12,50 €")
    assert (first.amount, first.left) == (Money.of("12,50"), Money.of("7,50"))
    assert (first.voucher, first.shop, first.till, first.at) == (voucher.id, town.till.shop, town.till.id, town.at)
    assert first.last_day == date(2027, 10, 5)
    rest = await town.tills[1].redeem(voucher, "7,50 €")
    assert rest.left == ZERO
    assert await town.balance(town.tills[0].shop) == Money.of("12,50")
    assert await town.balance(town.tills[1].shop) == Money.of("7,50")


async def test_what_is_above_what_is_left_is_refused_and_says_what_is_left(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    await town.till.redeem(voucher, "19,99 €")
    with pytest.raises(NotEnoughLeft) as refused:
        await town.till.redeem(voucher, "0,02 €")
    assert (refused.value.left, refused.value.asked) == (Money(1), Money(2))
    await town.till.redeem(voucher, "0,01 €")
    with pytest.raises(NotEnoughLeft):
        await town.till.redeem(voucher, "0,01 €")


@pytest.mark.parametrize("cents", [0, -1, -(2**63) + 1])
async def test_nothing_and_less_than_nothing_are_refused(town: Town, cents: int) -> None:
    with pytest.raises(AmountNotPositive):
        await town.till.redeem(await town.voucher(), Money(cents))


async def test_an_amount_beyond_all_counting_is_more_than_is_left(town: Town) -> None:
    with pytest.raises(NotEnoughLeft):
        await town.till.redeem(await town.voucher(), Money(2**63 - 1))


async def test_the_qr_and_the_typed_code_are_the_same_voucher(town: Town) -> None:
    voucher = await town.voucher()
    code = codes.derive(town.keys.current, voucher.id)
    link = codes.link("https://treiz.example", code)
    for presented in (link, code.token, codes.spell(code.typed).lower()):
        read = UUID(bytes=codes.read(presented, town.keys.keys))
        await town.till.redeem(Paper(voucher.id, read, voucher.batch), "1,00")
    assert await town.left_on(voucher) == Money.of("17,00")


LAST_DAYS = ["2026-10-31", "2026-10-25", "2027-03-28", "2028-02-29", "2026-12-31"]
"""Among them the days on which clocks change, of 25 and of 23 hours."""


@pytest.mark.parametrize("last_day", LAST_DAYS)
async def test_the_last_day_counts_whole_and_midnight_in_paris_ends_it(town: Town, last_day: str) -> None:
    voucher = await town.voucher(last_day=date.fromisoformat(last_day))
    town.at = paris(f"{last_day}T23:59:59.999999")
    await town.till.redeem(voucher, "1,00")
    town.at += timedelta(microseconds=1)
    with pytest.raises(VoucherExpired) as refused:
        await town.till.redeem(voucher, "1,00")
    assert refused.value.last_day == date.fromisoformat(last_day)


@pytest.mark.parametrize("first_day", LAST_DAYS)
async def test_the_first_day_begins_at_midnight_in_paris(town: Town, first_day: str) -> None:
    voucher = await town.voucher(valid_from=date.fromisoformat(first_day))
    town.at = paris(f"{first_day}T00:00") - timedelta(microseconds=1)
    with pytest.raises(VoucherNotYetValid) as refused:
        await town.till.redeem(voucher, "1,00")
    assert refused.value.first_day == date.fromisoformat(first_day)
    town.at += timedelta(microseconds=1)
    await town.till.redeem(voucher, "1,00")


async def test_the_hour_that_comes_twice_is_told_apart(town: Town) -> None:
    voucher = await town.voucher(last_day=date(2026, 10, 25))
    town.at = paris("2026-10-25T02:30")
    first = await town.till.redeem(voucher, "1,00")
    town.at = paris("2026-10-25T02:30", fold=1)
    second = await town.till.redeem(voucher, "1,00")
    assert second.at - first.at == timedelta(hours=1)


@pytest.mark.parametrize("ways", [["suspended"], ["left"], ["left", "invited"]])
async def test_a_shop_that_is_not_accepted_does_not_redeem(town: Town, ways: list[Status]) -> None:
    voucher = await town.voucher()
    for status in ways:
        await town.set_status(town.till.shop, status)
    with pytest.raises(ShopNotAccepted) as refused:
        await town.till.redeem(voucher, "1,00")
    assert refused.value.status == ways[-1]
    await town.tills[1].redeem(voucher, "1,00")


async def test_a_shop_that_is_taken_back_redeems_again(town: Town) -> None:
    for status in ("suspended", "accepted"):
        await town.set_status(town.till.shop, status)
    await town.till.redeem(await town.voucher(), "1,00")


async def test_a_revoked_till_does_not_redeem_and_the_one_beside_it_does(town: Town) -> None:
    voucher, other = await town.voucher(), await town.open_till(town.till.shop, label="Caisse 2")
    await town.do(lambda session: tills.revoke_till(session, town.till.id, at=town.at))
    with pytest.raises(TillRevoked):
        await town.till.redeem(voucher, "1,00")
    await other.redeem(voucher, "1,00")


async def test_a_till_that_is_not_there_does_not_redeem(town: Town) -> None:
    with pytest.raises(TillUnknown):
        await Till(town, new_id(), town.till.shop).redeem(await town.voucher(), "1,00")


async def test_a_code_of_another_programme_is_not_recognised(town: Town, alpes: Sessions, settings: Settings) -> None:
    neighbour = await a_town(alpes, settings)
    voucher = await neighbour.voucher()
    with pytest.raises(CodeNotRecognised):
        await town.till.redeem(voucher, "1,00")
    with pytest.raises(CodeNotRecognised):
        codes.read(codes.derive(neighbour.keys.current, voucher.id).token, town.keys.keys)
    await neighbour.till.redeem(voucher, "1,00")


async def test_a_till_of_another_programme_is_not_there(town: Town, alpes: Sessions, settings: Settings) -> None:
    neighbour = await a_town(alpes, settings)
    with pytest.raises(TillUnknown):
        await Till(town, neighbour.till.id, neighbour.till.shop).redeem(await town.voucher(), "1,00")


async def test_blocked_and_replaced_vouchers_are_refused_each_by_its_name(town: Town) -> None:
    blocked, lost = await town.vouchers(2)
    await town.block(blocked)
    heir = await town.reissue(lost)
    with pytest.raises(VoucherBlocked):
        await town.till.redeem(blocked, "1,00")
    with pytest.raises(VoucherReplaced):
        await town.till.redeem(lost, "1,00")
    await town.till.redeem(heir, "1,00")


async def test_what_is_held_cannot_be_redeemed(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    await town.till.hold(voucher, "15,00")
    with pytest.raises(NotEnoughLeft) as refused:
        await town.till.redeem(voucher, "5,01")
    assert refused.value.left == Money.of("5,00")
    assert (await town.till.redeem(voucher, "5,00")).left == ZERO


async def test_a_hold_whose_time_is_over_does_not_stand_in_the_way_even_before_the_sweep(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    await town.till.hold(voucher, "15,00", lasts=timedelta(minutes=15))
    town.at += timedelta(minutes=15)
    assert (await town.till.redeem(voucher, "20,00")).left == ZERO
    assert (await town.audit()).agrees


async def test_redeeming_nothing_is_nothing(town: Town) -> None:
    assert await town.redeem_many([]) == []


async def test_redemptions_are_read_newest_first_by_shop_till_and_voucher(town: Town) -> None:
    one, two = await town.vouchers(2)
    made = [await till.redeem(voucher, "1,00") for till in town.tills for voucher in (one, two)]
    ids = [receipt.redemption for receipt in made]

    async def page(**wanted: UUID) -> list[UUID]:
        found = await town.do(lambda session: queries.redemptions_page(session, limit=3, **wanted))
        return [redemption.id for redemption in found]

    assert await page() == ids[:0:-1]
    assert await page(after=ids[1]) == ids[:1]
    assert await page(shop=town.tills[1].shop) == await page(till=town.tills[1].id) == ids[:1:-1]
    assert await page(voucher=one.id) == [ids[2], ids[0]]
