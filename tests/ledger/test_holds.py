"""Two-phase transfers: what is held is there but not available, until it is captured, voided or timed out."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from ledger import holds, posting
from ledger.chart import Kind
from ledger.errors import AccountUnknown, HoldClosed, HoldExceeded, HoldUnknown, Overdrawn
from ledger.ids import new_id
from ledger.money import ZERO, Money
from ledger.posting import NewAccount, NewTransfer
from tests.ledger.given import AT, SOON, Town

ALMOST = SOON - timedelta(microseconds=1)


async def read(town: Town, hold: UUID) -> holds.Held:
    async with town.sessions() as session:
        return await holds.read(session, hold)


async def time_out(town: Town, *, at: datetime) -> list[holds.Held]:
    async with town.sessions.begin() as session:
        return await holds.time_out(session, [town.voucher], at=at)


async def test_what_is_held_is_left_on_the_voucher_but_not_available(town: Town) -> None:
    held = await town.hold("12,00 €")
    assert (held.amount, held.left, held.state) == (Money.of("12,00"), Money.of("12,00"), "pending")
    assert (held.placed_at, held.expires_at) == (AT, SOON)
    assert await town.left() == Money.of("20,00")
    assert await town.available() == Money.of("8,00")
    assert (await town.balance(town.shop)).balance == ZERO


async def test_what_is_held_can_neither_be_spent_nor_held_again(town: Town) -> None:
    await town.hold("12,00")
    with pytest.raises(Overdrawn):
        await town.spend("8,01")
    with pytest.raises(Overdrawn) as refused:
        await town.hold("8,01")
    assert refused.value.account == town.voucher
    await town.spend("4,00")
    await town.hold("4,00")
    assert await town.available() == ZERO


async def test_a_hold_is_captured_in_parts_until_nothing_is_left_of_it(town: Town) -> None:
    hold = (await town.hold("12,00")).id
    part = await town.capture(hold, "5,00")
    assert (part.captured, part.left, part.state) == (Money.of("5,00"), Money.of("7,00"), "pending")
    assert (await town.left(), await town.available()) == (Money.of("15,00"), Money.of("8,00"))
    whole = await town.capture(hold, "7,00")
    assert (whole.captured, whole.left, whole.released, whole.state) == (Money.of("12,00"), ZERO, ZERO, "captured")
    assert await town.left() == await town.available() == Money.of("8,00")
    assert (await town.balance(town.shop)).balance == Money.of("12,00")
    assert (await town.audit()).agrees


async def test_a_final_capture_gives_the_rest_back(town: Town) -> None:
    hold = (await town.hold("12,00")).id
    await town.capture(hold, "5,00")
    final = await town.capture(hold, "3,00", final=True)
    assert (final.captured, final.released, final.left) == (Money.of("8,00"), Money.of("4,00"), ZERO)
    assert final.state == "captured"
    assert await town.left() == await town.available() == Money.of("12,00")
    assert (await town.audit()).agrees


async def test_a_final_capture_of_the_whole_gives_nothing_back(town: Town) -> None:
    final = await town.capture((await town.hold("12,00")).id, "12,00", final=True)
    assert (final.released, final.state) == (ZERO, "captured")
    assert (await town.audit()).agrees


async def test_a_capture_is_a_transfer_that_names_its_hold(town: Town) -> None:
    hold = (await town.hold("12,00")).id
    await town.capture(hold, "5,00")
    (posted,) = await town.history(town.shop)
    assert (posted.hold, posted.kind, posted.amount) == (hold, "redemption", Money.of("5,00"))
    assert (posted.debit, posted.credit) == (town.voucher, town.shop)


async def test_no_more_is_captured_than_is_held_though_the_voucher_holds_it(town: Town) -> None:
    hold = (await town.hold("12,00")).id
    await town.capture(hold, "5,00")
    with pytest.raises(HoldExceeded) as refused:
        await town.capture(hold, "7,01")
    assert (refused.value.hold, refused.value.left) == (hold, Money.of("7,00"))
    assert refused.value.asked == Money.of("7,01")
    assert (await read(town, hold)).captured == Money.of("5,00")


async def test_voiding_gives_back_all_that_is_still_held(town: Town) -> None:
    hold = (await town.hold("12,00")).id
    await town.capture(hold, "5,00")
    void = await town.void(hold)
    assert (void.captured, void.released, void.left) == (Money.of("5,00"), Money.of("7,00"), ZERO)
    assert void.state == "voided"
    assert await town.left() == await town.available() == Money.of("15,00")
    assert (await town.audit()).agrees


async def test_a_closed_hold_stays_closed(town: Town) -> None:
    captured, voided, late = [(await town.hold("2,00")).id for _ in range(3)]
    await town.capture(captured, "2,00")
    await town.void(voided)
    await time_out(town, at=SOON)
    for hold, state in ((captured, "captured"), (voided, "voided"), (late, "timed_out")):
        for closing in (town.capture(hold, "0,01"), town.void(hold)):
            with pytest.raises(HoldClosed) as refused:
                await closing
            assert (refused.value.hold, refused.value.state) == (hold, state)
    assert await town.left() == await town.available() == Money.of("18,00")


async def test_a_hold_can_be_captured_until_its_time_is_over_and_not_then(town: Town) -> None:
    hold = (await town.hold("12,00")).id
    await town.capture(hold, "1,00", at=ALMOST)
    with pytest.raises(HoldClosed) as refused:
        await town.capture(hold, "1,00", at=SOON)
    assert refused.value.state == "timed_out"


async def test_a_hold_whose_time_is_over_gives_back_its_rest_once(town: Town) -> None:
    hold = (await town.hold("12,00")).id
    await town.capture(hold, "5,00")
    assert await time_out(town, at=ALMOST) == []
    (over,) = await time_out(town, at=SOON)
    assert (over.id, over.state, over.released) == (hold, "timed_out", Money.of("7,00"))
    assert await time_out(town, at=SOON) == []
    assert await town.left() == await town.available() == Money.of("15,00")
    assert (await town.audit()).agrees


async def test_all_holds_of_a_programme_that_are_due_time_out_and_no_other(town: Town) -> None:
    due = [(await town.hold("1,00")).id for _ in range(3)]
    later = (await town.hold("1,00", until=SOON + timedelta(hours=1))).id
    async with town.sessions.begin() as session:
        assert {held.id for held in await holds.time_out_due(session, at=SOON)} == set(due)
    assert (await read(town, later)).state == "pending"
    assert await town.available() == Money.of("19,00")


async def test_a_hold_that_is_not_there_is_named(town: Town) -> None:
    hold = new_id()
    for asked in (town.capture(hold, "1,00"), town.void(hold), read(town, hold)):
        with pytest.raises(HoldUnknown) as refused:
            await asked
        assert refused.value.hold == hold


async def test_a_hold_on_an_account_that_is_not_there_is_refused(town: Town) -> None:
    new = holds.NewHold("redemption", town.voucher, new_id(), Money(1), SOON)
    with pytest.raises(AccountUnknown):
        async with town.sessions.begin() as session:
            await holds.place(session, new, at=AT)


async def test_nothing_or_less_cannot_be_held_or_captured(town: Town) -> None:
    hold = (await town.hold("5,00")).id
    for typed in ("0", "-1,00"):
        for asked in (town.hold(typed), town.capture(hold, typed), town.capture(hold, typed, final=True)):
            with pytest.raises(IntegrityError, match="ck_"):
                await asked
    assert await town.available() == Money.of("15,00")
    assert (await town.audit()).agrees


async def test_an_account_without_a_guard_may_hold_more_than_it_has(town: Town) -> None:
    account = new_id()
    async with town.sessions.begin() as session:
        await posting.open_accounts(session, [NewAccount(account, Kind.SHOP, "")])
        await holds.place(session, holds.NewHold("undo", account, town.voucher, Money(500), SOON), at=AT)
    assert (await town.balance(account)).available == Money(-500)
    assert (await town.audit()).agrees


async def test_of_two_captures_at_once_of_the_same_hold_one_is_made(town: Town) -> None:
    hold = (await town.hold("12,00")).id
    answers = await asyncio.gather(*(town.capture(hold, "7,00") for _ in range(2)), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Held", "HoldExceeded"]
    assert (await town.balance(town.shop)).balance == Money.of("7,00")
    assert (await town.audit()).agrees


async def test_of_capture_void_and_time_out_at_once_each_cent_goes_one_way(town: Town) -> None:
    held = [(await town.hold("2,00")).id for _ in range(6)]
    closing = [town.capture(hold, "2,00", at=ALMOST) for hold in held] + [town.void(hold) for hold in held]
    answers = await asyncio.gather(*closing, time_out(town, at=SOON), return_exceptions=True)
    assert all(isinstance(answer, holds.Held | HoldClosed | list) for answer in answers)
    assert {(await read(town, hold)).left for hold in held} == {ZERO}
    assert (await town.balance(town.shop)).balance + await town.left() == Money.of("20,00")
    assert await town.left() == await town.available()
    assert (await town.audit()).agrees


async def test_holds_and_spending_at_once_never_promise_more_than_there_is(town: Town) -> None:
    asked = [town.hold("3,00") for _ in range(8)] + [town.spend("3,00") for _ in range(8)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, Overdrawn) for answer in answers) == 10
    assert await town.available() == Money.of("2,00")
    assert (await town.audit()).agrees


async def test_holds_are_found_by_their_ids_oldest_first(town: Town) -> None:
    first, second = await town.hold("1,00"), await town.hold("2,00")
    async with town.sessions() as session:
        assert await holds.by_id(session, [second.id, first.id, new_id()]) == [first, second]


async def test_money_that_comes_in_while_some_is_held_can_be_spent(town: Town) -> None:
    await town.hold("20,00")
    await town.post(NewTransfer("issue", town.buyer, town.voucher, Money(500)))
    await town.spend("5,00")
    assert await town.available() == ZERO
