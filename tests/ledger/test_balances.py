"""What accounts hold: now, at a past moment, one by one and all together."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ledger import balances
from ledger.chart import CHART, Kind, single
from ledger.errors import AccountUnknown, TransferUnknown
from ledger.ids import new_id
from ledger.money import ZERO, Money, total
from ledger.posting import NewTransfer
from tests.ledger.given import AT, Town, spending

HOUR = timedelta(hours=1)


async def test_a_balance_is_positive_on_the_side_on_which_the_account_grows(town: Town) -> None:
    await town.spend("12,50 €")
    bank, voucher = await town.balance(single(Kind.BANK)), await town.balance(town.voucher)
    assert (bank.debits, bank.credits, bank.balance) == (Money.of("20,00"), ZERO, Money.of("20,00"))
    assert (voucher.debits, voucher.credits, voucher.balance) == (
        Money.of("12,50"), Money.of("20,00"), Money.of("7,50"),
    )  # fmt: skip
    assert (voucher.kind, voucher.name, voucher.transfers) == (Kind.VOUCHER, "Bon 1", 2)


async def test_what_is_held_is_pending_and_not_available(town: Town) -> None:
    await town.hold("5,00")
    voucher = await town.balance(town.voucher)
    assert (voucher.balance, voucher.pending, voucher.available) == (
        Money.of("20,00"), Money.of("5,00"), Money.of("15,00"),
    )  # fmt: skip


async def test_a_past_moment_counts_what_was_effective_by_then_whenever_it_was_posted(town: Town) -> None:
    await town.spend("1,00", at=AT + 2 * HOUR)
    await town.spend("2,00", at=AT + HOUR)  # posted later, counts earlier
    for moment, left in ((-1, "0,00"), (0, "20,00"), (1, "18,00"), (2, "17,00"), (99, "17,00")):
        assert (await town.balance(town.voucher, at=AT + moment * HOUR)).balance == Money.of(left)
    just_before = await town.balance(town.voucher, at=AT + HOUR - timedelta(microseconds=1))
    assert (just_before.balance, just_before.transfers) == (Money.of("20,00"), 1)


async def test_an_account_that_is_not_there_has_no_balance(town: Town) -> None:
    with pytest.raises(AccountUnknown):
        await town.balance(new_id())
    with pytest.raises(AccountUnknown):
        await town.balance(new_id(), at=AT)


async def test_many_balances_are_read_at_once_and_unknown_ids_are_absent(town: Town) -> None:
    async with town.sessions() as session:
        found = await balances.balances_of(session, [town.shop, new_id(), town.voucher])
    assert {id_: one.balance for id_, one in found.items()} == {town.shop: ZERO, town.voucher: Money.of("20,00")}


async def test_accounts_come_page_by_page_each_once_and_by_kind(town: Town) -> None:
    async with town.sessions() as session:
        everything = await balances.accounts_page(session, limit=1_000)
        paged, after = [], None
        while page := await balances.accounts_page(session, after=after, limit=3):
            assert len(page) <= 3
            paged, after = paged + page, page[-1].id
        shops = await balances.accounts_page(session, kind=Kind.SHOP, limit=10)
    assert paged == everything
    assert {shop.id for shop in shops} == {town.shop, town.bakery}


async def test_the_history_of_an_account_is_in_the_order_of_its_numbers_and_pages(town: Town) -> None:
    for n in range(1, 6):
        await town.spend(f"0,0{n}", at=AT - n * HOUR)
        await town.post(NewTransfer("top_up", town.shop, town.voucher, Money(1)))
    whole = await town.history(town.voucher)
    assert [posted.seq_on(town.voucher) for posted in whole] == list(range(1, 12))
    assert [posted.amount.cents for posted in whole] == [2000, 1, 1, 2, 1, 3, 1, 4, 1, 5, 1]
    for after in range(12):
        assert await town.history(town.voucher, after=after, limit=4) == whole[after : after + 4]
    assert await town.history(new_id()) == []


async def test_transfers_come_newest_first_page_by_page(town: Town) -> None:
    spent = [await town.spend("0,01") for _ in range(5)]
    async with town.sessions() as session:
        newest = await balances.transfers_page(session, limit=3)
        older = await balances.transfers_page(session, after=newest[-1].id, limit=10)
        assert [posted.id for posted in [*newest, *older]][:5] == spent[::-1]
        assert len(newest) + len(older) == 7
        assert await balances.transfers_by_id(session, [spent[0], new_id()]) == {
            spent[0]: await balances.transfer(session, spent[0])
        }


async def test_a_transfer_that_is_not_there_is_named(town: Town) -> None:
    nowhere = new_id()
    async with town.sessions() as session:
        with pytest.raises(TransferUnknown) as refused:
            await balances.transfer(session, nowhere)
    assert refused.value.transfer == nowhere


async def test_the_trial_balance_adds_up_to_the_same_on_both_sides_at_any_moment(town: Town) -> None:
    await town.post(spending(town, "5,00"), spending(town, "2,50", shop=town.bakery), at=AT + HOUR)
    async with town.sessions() as session:
        for moment in (None, AT - HOUR, AT, AT + HOUR):
            lines = await balances.trial_balance(session, at=moment)
            assert total([line.debits for line in lines]) == total([line.credits for line in lines])
        now = {line.kind: line for line in await balances.trial_balance(session)}
        past = {line.kind: line for line in await balances.trial_balance(session, at=AT + HOUR)}
    assert now[Kind.SHOP].accounts == 2
    for kind, line in past.items():
        assert (line.debits, line.credits) == (now[kind].debits, now[kind].credits)
    assert (past[Kind.SHOP].credits, past[Kind.VOUCHER].debits) == (Money.of("7,50"), Money.of("7,50"))


async def test_the_trial_balance_names_each_kind_once_in_the_order_of_the_chart(town: Town) -> None:
    async with town.sessions() as session:
        kinds = [line.kind for line in await balances.trial_balance(session)]
    assert kinds == [kind for kind in CHART if kind in kinds]
