"""Blocking, lifting the block, and moving the last day, by which what had expired comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.chart import Kind
from ledger.errors import Overdrawn
from ledger.ids import new_id
from ledger.money import ZERO, Money
from tests.given import TERMS, Town, paris
from vouchers import events
from vouchers.errors import (
    LastDayTooEarly,
    VoucherBlocked,
    VoucherNotBlocked,
    VoucherReplaced,
    VoucherUnknown,
)

LAST_DAY = date(2026, 10, 31)
AFTER = paris("2026-11-02T09:00")


async def test_a_block_is_lifted_and_both_are_told(town: Town) -> None:
    voucher = await town.voucher()
    for _ in range(2):
        assert (await town.block(voucher)).status == "blocked"
    with pytest.raises(VoucherBlocked):
        await town.till.redeem(voucher, "1,00")
    assert (await town.unblock(voucher)).status == "active"
    await town.till.redeem(voucher, "1,00")
    told = await town.do(lambda session: events.events_of(session, voucher.id))
    assert [(one.what, one.reason) for one in told] == [("blocked", "stolen"), ("unblocked", "found")]


async def test_only_a_blocked_voucher_is_unblocked(town: Town) -> None:
    with pytest.raises(VoucherNotBlocked):
        await town.unblock(await town.voucher())


async def test_a_replaced_voucher_is_neither_blocked_nor_unblocked_nor_extended(town: Town) -> None:
    voucher = await town.voucher()
    await town.reissue(voucher)
    for deed in (town.block(voucher), town.unblock(voucher), town.extend(voucher, date(2030, 1, 1))):
        with pytest.raises(VoucherReplaced):
            await deed


async def test_a_voucher_that_is_not_there_is_unknown(town: Town) -> None:
    stranger = replace(await town.voucher(), id=new_id())
    for deed in (town.block(stranger), town.extend(stranger, date(2030, 1, 1)), town.reissue(stranger)):
        with pytest.raises(VoucherUnknown):
            await deed


async def test_an_extended_voucher_is_spent_through_its_new_last_day(town: Town) -> None:
    voucher = await town.voucher(last_day=LAST_DAY)
    assert (await town.extend(voucher, date(2028, 2, 29))).last_day == date(2028, 2, 29)
    town.at = paris("2028-02-29T23:59:59")
    assert (await town.till.redeem(voucher, "1,00")).last_day == date(2028, 2, 29)


async def test_extending_brings_back_what_had_expired(town: Town) -> None:
    voucher, other = await town.vouchers(2, last_day=LAST_DAY)
    await town.till.redeem(voucher, "5,00")
    town.at = AFTER
    assert await town.expire() == 2
    await town.extend(voucher, date(2026, 12, 31))
    assert await town.left_on(voucher) == Money.of("15,00")
    assert await town.left_on(other) == ZERO
    assert await town.balance(Kind.BREAKAGE) == Money.of("20,00")
    await town.extend(voucher, date(2027, 12, 31))
    assert await town.left_on(voucher) == Money.of("15,00")
    assert (await town.audit()).agrees


async def test_a_voucher_expires_and_comes_back_as_often_as_it_is_extended(town: Town) -> None:
    voucher = await town.voucher(last_day=LAST_DAY)
    for year in (2027, 2028, 2029):
        town.at = paris(f"{year}-06-01T09:00")
        assert await town.expire() == 1
        await town.extend(voucher, date(year, 6, 1))
        await town.till.redeem(voucher, "1,00")
    assert await town.left_on(voucher) == Money.of("17,00")
    assert (await town.audit()).agrees


async def test_what_went_to_the_funders_comes_back_from_them(town: Town) -> None:
    await town.set_terms(replace(TERMS, breakage_to="funder"), since=date(2026, 1, 1))
    await town.pay_in("10,00", owner=town.funder)
    voucher = await town.voucher(worth="50,00 €", last_day=LAST_DAY)
    await town.top_up(voucher, "10,00")
    town.at = AFTER
    await town.expire()
    assert await town.balance(town.funder) == Money.of("10,00")
    await town.extend(voucher, date(2026, 12, 31))
    assert await town.left_on(voucher) == Money.of("60,00")
    assert await town.balance(town.funder) == ZERO


async def test_what_the_funder_has_given_to_another_since_cannot_come_back_and_nothing_moves(town: Town) -> None:
    await town.set_terms(replace(TERMS, breakage_to="funder"), since=date(2026, 1, 1))
    await town.pay_in("10,00", owner=town.funder)
    voucher = await town.voucher(worth="50,00 €", last_day=LAST_DAY)
    await town.top_up(voucher, "10,00")
    town.at = AFTER
    await town.expire()
    await town.top_up(await town.voucher(), "0,01")
    with pytest.raises(Overdrawn) as refused:
        await town.extend(voucher, date(2026, 12, 31))
    assert refused.value.account == town.funder
    view = await town.view(voucher)
    assert (view.left, view.facts.last_day) == (ZERO, LAST_DAY)
    assert await town.balance(Kind.BREAKAGE) == Money.of("50,00")


async def test_the_last_day_only_moves_away_and_never_into_the_past(town: Town) -> None:
    voucher = await town.voucher(last_day=LAST_DAY)
    with pytest.raises(LastDayTooEarly) as refused:
        await town.extend(voucher, date(2026, 10, 30))
    assert refused.value.earliest == LAST_DAY
    town.at = AFTER
    with pytest.raises(LastDayTooEarly) as refused:
        await town.extend(voucher, date(2026, 11, 1))
    assert refused.value.earliest == date(2026, 11, 2)
    assert (await town.extend(voucher, date(2026, 11, 2))).last_day == date(2026, 11, 2)


async def test_an_extension_tells_from_when_to_when_and_why(town: Town) -> None:
    voucher = await town.voucher(last_day=LAST_DAY)
    await town.extend(voucher, date(2026, 12, 31))
    (told,) = await town.do(lambda session: events.events_of(session, voucher.id))
    assert (told.what, told.actor, told.reason, told.at) == (
        "extended", "op", "2026-10-31 to 2026-12-31: asked", town.at,
    )  # fmt: skip


async def test_a_blocked_voucher_may_be_extended_and_stays_blocked(town: Town) -> None:
    voucher = await town.voucher(last_day=LAST_DAY)
    await town.block(voucher)
    assert (await town.extend(voucher, date(2026, 12, 31))).status == "blocked"
