"""Spending in two steps: hold, then capture in part or whole, void, or let it time out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledger.errors import HoldClosed, HoldExceeded, HoldUnknown
from ledger.ids import new_id
from ledger.money import ZERO, Money
from merchants.shops.errors import ShopNotAccepted, TillUnknown
from tests.given import Paper, Till, Town, paris
from vouchers import holding
from vouchers.errors import (
    AmountNotPositive,
    CodeNotRecognised,
    HoldTooLong,
    NotEnoughLeft,
    VoucherBlocked,
    VoucherExpired,
)
from vouchers.holding import HoldView


async def read(town: Town, hold: HoldView) -> HoldView:
    return await town.do(lambda session: holding.hold(session, hold.id))


async def test_what_is_held_is_still_there_but_cannot_be_spent(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    hold = await town.till.hold(voucher, "15,00")
    assert (hold.voucher, hold.shop, hold.till, hold.held.left) == (
        voucher.id, town.till.shop, town.till.id, Money.of("15,00"),
    )  # fmt: skip
    view = await town.view(voucher)
    assert (view.left, view.available) == (Money.of("20,00"), Money.of("5,00"))
    with pytest.raises(NotEnoughLeft):
        await town.tills[1].hold(voucher, "5,01")
    assert await town.balance(town.till.shop) == ZERO


async def test_capturing_all_is_a_redemption_like_any_other(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    hold = await town.till.hold(voucher, "15,00")
    receipt = await town.till.capture(hold)
    assert (receipt.amount, receipt.left, receipt.till) == (Money.of("15,00"), Money.of("5,00"), town.till.id)
    assert (await read(town, hold)).held.state == "captured"
    assert await town.balance(town.till.shop) == Money.of("15,00")


async def test_a_hold_is_captured_parcel_by_parcel_until_nothing_is_left_of_it(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    hold = await town.till.hold(voucher, "15,00")
    assert (await town.till.capture(hold, "5,00")).left == Money.of("5,00")
    with pytest.raises(HoldExceeded) as refused:
        await town.till.capture(hold, "10,01")
    assert (refused.value.left, refused.value.asked) == (Money.of("10,00"), Money.of("10,01"))
    await town.till.capture(hold, "10,00")
    with pytest.raises(HoldClosed):
        await town.till.capture(hold, "0,01")
    assert (await town.audit()).agrees


async def test_a_final_capture_gives_the_rest_back(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    hold = await town.till.hold(voucher, "15,00")
    assert (await town.till.capture(hold, "12,00", final=True)).left == Money.of("8,00")
    held = (await read(town, hold)).held
    assert (held.state, held.captured, held.released) == ("captured", Money.of("12,00"), Money.of("3,00"))


async def test_a_void_gives_back_what_was_not_captured(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    hold = await town.till.hold(voucher, "15,00")
    await town.till.capture(hold, "5,00")
    assert (await town.till.void(hold)).held.state == "voided"
    assert (await town.view(voucher)).available == Money.of("15,00")
    with pytest.raises(HoldClosed):
        await town.till.void(hold)


async def test_a_hold_times_out_at_its_moment(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    hold = await town.till.hold(voucher, "15,00", lasts=timedelta(minutes=15))
    town.at += timedelta(minutes=15) - timedelta(microseconds=1)
    assert await town.time_out() == []
    town.at += timedelta(microseconds=1)
    with pytest.raises(HoldClosed):
        await town.till.capture(hold)
    assert [held.id for held in await town.time_out()] == [hold.id]
    assert (await town.view(voucher)).available == Money.of("20,00")


async def test_what_is_promised_is_captured_even_after_the_last_day_and_under_a_block(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €", last_day=date(2026, 10, 5))
    hold = await town.till.hold(voucher, "15,00", lasts=timedelta(days=7))
    await town.block(voucher)
    town.at = paris("2026-10-06T09:00")
    assert (await town.till.capture(hold)).amount == Money.of("15,00")


async def test_the_hold_of_one_shop_is_unknown_to_another(town: Town) -> None:
    hold = await town.till.hold(await town.voucher(), "15,00")
    for deed in (town.tills[1].capture(hold), town.tills[1].void(hold), town.till.capture(new_id())):
        with pytest.raises(HoldUnknown):
            await deed


@pytest.mark.parametrize("lasts", [timedelta(seconds=59), timedelta(days=7, microseconds=1), timedelta(0)])
async def test_a_hold_lasts_a_minute_to_a_week(town: Town, lasts: timedelta) -> None:
    voucher = await town.voucher()
    with pytest.raises(HoldTooLong):
        await town.till.hold(voucher, "1,00", lasts=lasts)
    for allowed in (timedelta(minutes=1), timedelta(days=7)):
        await town.till.hold(voucher, "1,00", lasts=allowed)


async def test_a_hold_is_refused_where_a_redemption_would_be(town: Town) -> None:
    voucher, blocked = await town.vouchers(2, last_day=date(2026, 10, 5))
    await town.block(blocked)
    with pytest.raises(VoucherBlocked):
        await town.till.hold(blocked, "1,00")
    with pytest.raises(CodeNotRecognised):
        await town.till.hold(Paper(voucher.id, new_id(), voucher.batch), "1,00")
    with pytest.raises(TillUnknown):
        await Till(town, new_id(), town.till.shop).hold(voucher, "1,00")
    for cents in (0, -1):
        with pytest.raises(AmountNotPositive):
            await town.till.hold(voucher, Money(cents))
    await town.set_status(town.tills[1].shop, "suspended")
    with pytest.raises(ShopNotAccepted):
        await town.tills[1].hold(voucher, "1,00")
    town.at = paris("2026-10-06T00:00")
    with pytest.raises(VoucherExpired):
        await town.till.hold(voucher, "1,00")


async def test_a_capture_of_nothing_is_refused(town: Town) -> None:
    hold = await town.till.hold(await town.voucher(), "15,00")
    for cents in (0, -1):
        with pytest.raises(AmountNotPositive):
            await town.till.capture(hold, Money(cents))


async def test_holds_are_read_newest_first_by_shop(town: Town) -> None:
    voucher = await town.voucher()
    made = [(await till.hold(voucher, "1,00")).id for till in (*town.tills, *town.tills)]
    every = await town.do(lambda session: holding.holds_page(session, limit=10))
    assert [hold.id for hold in every] == made[::-1]
    one = await town.do(lambda session: holding.holds_page(session, shop=town.till.shop, after=made[2], limit=10))
    assert [hold.id for hold in one] == [made[0]]
