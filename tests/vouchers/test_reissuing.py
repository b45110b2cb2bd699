"""A lost voucher, reissued: the old code dies, the money moves, the rest stays as it was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledger.money import ZERO, Money
from tests.given import Town, paris
from vouchers import events
from vouchers.errors import VoucherExpired, VoucherHeld, VoucherReplaced


async def test_the_old_code_dies_and_what_was_left_is_on_the_new_one(town: Town) -> None:
    lost = await town.voucher(worth="20,00 €", valid_from=date(2026, 10, 1), last_day=date(2026, 12, 24))
    await town.till.redeem(lost, "12,50")
    heir = await town.reissue(lost)
    old, new = await town.view(lost), await town.view(heir)
    assert (old.left, new.left) == (ZERO, Money.of("7,50"))
    assert (old.facts.status, old.facts.replaced_by) == ("replaced", heir.id)
    assert (new.facts.status, new.facts.batch, new.facts.serial) == ("active", lost.batch, 1)
    assert (new.facts.valid_from, new.facts.last_day) == (date(2026, 10, 1), date(2026, 12, 24))
    assert new.facts.origin == lost.id
    with pytest.raises(VoucherReplaced):
        await town.till.redeem(lost, "0,01")
    await town.till.redeem(heir, "7,50")
    assert (await town.audit()).agrees


async def test_a_voucher_is_reissued_once_but_its_heir_may_be_too(town: Town) -> None:
    lost = await town.voucher()
    heir = await town.reissue(lost)
    with pytest.raises(VoucherReplaced):
        await town.reissue(lost)
    last = await town.reissue(heir)
    assert (await town.view(last)).facts.origin == lost.id
    assert await town.left_on(last) == Money.of("20,00")


async def test_a_stolen_voucher_that_was_blocked_is_reissued_unblocked(town: Town) -> None:
    stolen = await town.voucher()
    await town.block(stolen)
    await town.till.redeem(await town.reissue(stolen), "20,00")
    told = await town.do(lambda session: events.events_of(session, stolen.id))
    assert [one.what for one in told] == ["blocked", "replaced"]


async def test_an_empty_voucher_is_reissued_empty_to_take_an_undo(town: Town) -> None:
    lost = await town.voucher()
    receipt = await town.till.redeem(lost, "20,00")
    heir = await town.reissue(lost)
    assert await town.left_on(heir) == ZERO
    await town.till.undo(receipt)
    assert await town.left_on(heir) == Money.of("20,00")
    assert (await town.audit()).agrees


async def test_an_expired_voucher_is_extended_first(town: Town) -> None:
    lost = await town.voucher(last_day=date(2026, 10, 31))
    town.at = paris("2026-11-01T00:00")
    with pytest.raises(VoucherExpired):
        await town.reissue(lost)
    await town.extend(lost, date(2026, 11, 1))
    assert await town.left_on(await town.reissue(lost)) == Money.of("20,00")


async def test_a_voucher_that_is_held_waits_for_the_shop(town: Town) -> None:
    lost = await town.voucher()
    await town.till.hold(lost, "12,00", lasts=timedelta(hours=1))
    with pytest.raises(VoucherHeld) as refused:
        await town.reissue(lost)
    assert refused.value.held == Money.of("12,00")
    town.at += timedelta(hours=1)
    assert await town.left_on(await town.reissue(lost)) == Money.of("20,00")
    assert (await town.audit()).agrees
