"""Taking a redemption back: the same day by its shop, later by the operator, once, to wherever the voucher went."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ledger.chart import Kind
from ledger.ids import new_id
from ledger.money import ZERO, Money
from tests.given import Town, paris
from vouchers import queries
from vouchers.errors import AlreadyUndone, RedemptionUnknown, UndoTooLate, VoucherBlocked


async def test_an_undo_gives_the_money_back_to_the_voucher(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €")
    receipt = await town.till.redeem(voucher, "12,50")
    await town.till.redeem(voucher, "2,00")
    undone = await town.till.undo(receipt)
    assert (undone.voucher, undone.amount, undone.left) == (voucher.id, Money.of("12,50"), Money.of("18,00"))
    assert await town.left_on(voucher) == Money.of("18,00")
    assert await town.balance(town.till.shop) == Money.of("2,00")


async def test_the_redemption_says_that_it_was_undone_when_and_why(town: Town) -> None:
    receipt = await town.till.redeem(await town.voucher(), "12,50")
    undone = await town.till.undo(receipt)
    view = await town.do(lambda session: queries.redemption(session, receipt.redemption))
    assert (view.undo, view.undone_at, view.undo_reason) == (undone.undo, town.at, "mistake")
    assert (view.amount, view.left_after) == (Money.of("12,50"), Money.of("7,50"))


@pytest.mark.parametrize("day", ["2026-10-05", "2026-10-25", "2027-03-28"])
async def test_the_shop_undoes_through_the_whole_day_and_not_after_midnight(town: Town, day: str) -> None:
    one, two = await town.vouchers(2)
    town.at = paris(f"{day}T00:00")
    first, second = await town.till.redeem(one, "1,00"), await town.till.redeem(two, "1,00")
    town.at = paris(f"{day}T23:59:59.999999")
    await town.till.undo(first)
    town.at += timedelta(microseconds=1)
    with pytest.raises(UndoTooLate) as refused:
        await town.till.undo(second)
    assert refused.value.day == date.fromisoformat(day)
    await town.undo(second)
    assert await town.left_on(two) == Money.of("20,00")


async def test_another_shop_does_not_learn_that_the_redemption_is_there(town: Town) -> None:
    receipt = await town.till.redeem(await town.voucher(), "1,00")
    for unknown in (receipt, replace(receipt, redemption=new_id())):
        with pytest.raises(RedemptionUnknown):
            await town.tills[1].undo(unknown)


async def test_another_till_of_the_shop_may_undo(town: Town) -> None:
    receipt = await town.till.redeem(await town.voucher(), "1,00")
    await (await town.open_till(town.till.shop)).undo(receipt)


async def test_a_redemption_is_undone_once(town: Town) -> None:
    receipt = await town.till.redeem(await town.voucher(), "1,00")
    await town.till.undo(receipt)
    for shop in (town.till.shop, None):
        with pytest.raises(AlreadyUndone):
            await town.undo(receipt, shop=shop)
    assert (await town.audit()).agrees


async def test_a_shop_that_was_suspended_since_may_still_undo(town: Town) -> None:
    receipt = await town.till.redeem(await town.voucher(), "1,00")
    await town.set_status(town.till.shop, "suspended")
    await town.till.undo(receipt)


async def test_what_was_spent_before_a_reissue_comes_back_to_the_last_heir(town: Town) -> None:
    lost = await town.voucher(worth="20,00 €")
    receipt = await town.till.redeem(lost, "12,00")
    heir = await town.reissue(await town.reissue(lost))
    await town.till.redeem(heir, "3,00")
    undone = await town.till.undo(receipt)
    assert (undone.voucher, undone.left) == (heir.id, Money.of("17,00"))
    assert (await town.left_on(lost), await town.left_on(heir)) == (ZERO, Money.of("17,00"))
    assert (await town.audit()).agrees


async def test_what_comes_back_to_an_expired_voucher_expires_in_its_turn(town: Town) -> None:
    voucher = await town.voucher(worth="20,00 €", last_day=date(2026, 10, 31))
    town.at = paris("2026-10-31T12:00")
    receipt = await town.till.redeem(voucher, "12,00")
    town.at = paris("2026-11-02T09:00")
    assert await town.expire() == 1
    await town.undo(receipt)
    assert await town.left_on(voucher) == Money.of("12,00")
    assert await town.expire() == 1
    assert await town.balance(Kind.BREAKAGE) == Money.of("20,00")
    await town.extend(voucher, date(2026, 12, 31))
    assert await town.left_on(voucher) == Money.of("20,00")
    assert (await town.audit()).agrees


async def test_a_blocked_voucher_takes_its_money_back_and_stays_blocked(town: Town) -> None:
    voucher = await town.voucher()
    receipt = await town.till.redeem(voucher, "12,00")
    await town.block(voucher)
    await town.till.undo(receipt)
    assert await town.left_on(voucher) == Money.of("20,00")
    with pytest.raises(VoucherBlocked):
        await town.till.redeem(voucher, "1,00")


async def test_a_captured_hold_is_undone_like_any_redemption(town: Town) -> None:
    voucher = await town.voucher()
    captured = await town.till.capture(await town.till.hold(voucher, "12,00"))
    await town.till.undo(captured)
    assert (await town.view(voucher)).available == Money.of("20,00")
    assert (await town.audit()).agrees
