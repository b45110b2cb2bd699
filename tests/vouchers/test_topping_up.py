"""Public money on top: out of what the funder has paid in, one sub-ledger each."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.errors import AccountUnknown
from ledger.ids import new_id
from ledger.money import ZERO, Money
from tests.given import Town, paris
from vouchers import buyers, funders
from vouchers.errors import (
    AmountNotPositive,
    FunderUnknown,
    FundsExhausted,
    VoucherBlocked,
    VoucherExpired,
    VoucherReplaced,
)


async def test_a_funder_adds_to_a_voucher_what_it_has_paid_in(town: Town) -> None:
    await town.pay_in("25,00", owner=town.funder)
    voucher = await town.voucher(worth="50,00 €")
    await town.top_up(voucher, "10,00")
    assert await town.left_on(voucher) == Money.of("60,00")
    assert await town.balance(town.funder) == Money.of("15,00")
    await town.till.redeem(voucher, "60,00")
    audit = await town.audit()
    assert audit.agrees
    assert audit.ring_fence.covered


async def test_a_funder_gives_no_more_than_it_has_nor_what_is_anothers(town: Town) -> None:
    await town.pay_in("9,99", owner=town.funder)
    await town.new_funder("Région", "1 000,00")
    with pytest.raises(FundsExhausted) as refused:
        await town.top_up(await town.voucher(), "10,00")
    assert (refused.value.left, refused.value.asked) == (Money.of("9,99"), Money.of("10,00"))


async def test_a_voucher_that_is_still_to_begin_is_topped_up(town: Town) -> None:
    await town.pay_in("10,00", owner=town.funder)
    voucher = await town.voucher(valid_from=date(2026, 12, 1))
    await town.top_up(voucher, "10,00")
    assert await town.left_on(voucher) == Money.of("30,00")


async def test_a_voucher_that_cannot_be_spent_is_not_topped_up(town: Town) -> None:
    await town.pay_in("10,00", owner=town.funder)
    blocked, lost, over = await town.vouchers(3, last_day=date(2026, 10, 31))
    await town.block(blocked)
    with pytest.raises(VoucherBlocked):
        await town.top_up(blocked, "1,00")
    await town.reissue(lost)
    with pytest.raises(VoucherReplaced):
        await town.top_up(lost, "1,00")
    town.at = paris("2026-11-01T00:00")
    with pytest.raises(VoucherExpired):
        await town.top_up(over, "1,00")
    assert await town.balance(town.funder) == Money.of("10,00")


async def test_only_a_funder_funds_and_only_with_something(town: Town) -> None:
    voucher = await town.voucher()
    for stranger in (new_id(), town.buyer, town.till.shop):
        with pytest.raises(FunderUnknown):
            await town.top_up(voucher, "1,00", funder=stranger)
    for cents in (0, -1):
        with pytest.raises(AmountNotPositive):
            await town.top_up(voucher, Money(cents))


async def test_what_is_paid_in_is_the_payers_own_to_use(town: Town) -> None:
    await town.pay_in("30,00")
    await town.pay_in("5,00", owner=town.funder)
    buyer = await town.do(lambda session: buyers.buyer(session, town.buyer))
    funder = await town.do(lambda session: funders.funder(session, town.funder))
    assert (buyer.credit, funder.left) == (Money.of("30,00"), Money.of("5,00"))
    (listed,) = await town.do(lambda session: buyers.buyers_page(session, limit=5))
    assert listed == buyer
    assert await town.do(lambda session: funders.funders_page(session, after=funder.id, limit=5)) == []


async def test_a_payment_of_nothing_or_from_nobody_is_refused(town: Town) -> None:
    with pytest.raises(AmountNotPositive):
        await town.pay_in(ZERO)
    with pytest.raises(AccountUnknown):
        await town.pay_in("1,00", owner=new_id())
