"""The only door by which transfers enter: all or none, numbered without a gap, never below zero."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from ledger import balances, posting
from ledger.chart import CHART, SINGLES, Kind, single
from ledger.database import Sessions
from ledger.errors import AccountUnknown, AlreadyReversed, Overdrawn, TransferUnknown
from ledger.ids import new_id, new_ids
from ledger.money import ZERO, Money, total
from ledger.posting import ROWS_AT_ONCE, NewAccount, NewTransfer
from ledger.tables import Account, Transfer
from tests.ledger.given import AT, Town, spending


async def test_a_transfer_debits_one_account_and_credits_another_by_the_same_amount(town: Town) -> None:
    await town.spend("12,50 €")
    assert await town.left() == Money.of("7,50")
    assert (await town.balance(town.shop)).balance == Money.of("12,50")


async def test_a_transfer_is_kept_as_it_was_posted(town: Town) -> None:
    before = datetime.now(UTC)
    asked = NewTransfer("redemption", town.voucher, town.shop, Money(1), document="ticket 7")
    await town.post(asked)
    async with town.sessions() as session:
        kept = await balances.transfer(session, asked.id)
    assert (kept.kind, kept.debit, kept.credit, kept.amount) == ("redemption", town.voucher, town.shop, Money(1))
    assert (kept.entry, kept.document, kept.reverses, kept.hold) == (asked.entry, "ticket 7", None, None)
    assert kept.effective_at == AT
    assert abs(kept.recorded_at - before) < timedelta(minutes=1)


async def test_one_bad_transfer_among_many_and_none_is_posted(town: Town) -> None:
    with pytest.raises(Overdrawn):
        await town.post(spending(town, "5,00"), spending(town, "5,00", shop=town.bakery), spending(town, "10,01"))
    assert await town.left() == Money.of("20,00")
    assert (await town.balance(town.bakery)).transfers == 0


async def test_posting_nothing_is_nothing(town: Town) -> None:
    await town.post()
    assert (await town.audit()).transfers == 2


async def test_an_account_that_is_not_there_is_named(town: Town) -> None:
    nowhere = new_id()
    with pytest.raises(AccountUnknown) as refused:
        await town.post(spending(town, "1,00"), spending(town, "1,00", shop=nowhere))
    assert refused.value.account == nowhere
    assert await town.left() == Money.of("20,00")


async def test_the_account_that_holds_too_little_is_named(town: Town) -> None:
    with pytest.raises(Overdrawn) as refused:
        await town.post(spending(town, "20,01"))
    assert refused.value.account == town.voucher


async def test_the_last_cent_can_be_spent_and_not_one_more(town: Town) -> None:
    await town.spend("20,00")
    with pytest.raises(Overdrawn):
        await town.spend("0,01")


async def test_a_guarded_account_may_pass_on_what_the_same_posting_brings_it(town: Town) -> None:
    brought = NewTransfer("issue", town.buyer, town.voucher, Money.of("5,00"))
    await town.post(spending(town, "25,00"), brought)
    assert await town.left() == ZERO


@pytest.mark.parametrize("kind", [kind for kind, entry in CHART.items() if not entry.guarded and not entry.single])
async def test_an_account_without_a_guard_may_go_below_zero(town: Town, kind: Kind) -> None:
    account = new_id()
    async with town.sessions.begin() as session:
        await posting.open_accounts(session, [NewAccount(account, kind, "")])
        await posting.post(session, [NewTransfer("undo", account, town.voucher, Money(100))], at=AT)
        await posting.post(session, [NewTransfer("redemption", town.voucher, account, Money(300))], at=AT)
    assert (await town.audit()).agrees


@pytest.mark.parametrize("kind", [kind for kind, entry in CHART.items() if entry.guarded])
async def test_vouchers_and_funders_are_guarded_when_they_are_opened(town: Town, kind: Kind) -> None:
    account = new_id()
    async with town.sessions.begin() as session:
        await posting.open_accounts(session, [NewAccount(account, kind, "")])
    with pytest.raises(Overdrawn):
        await town.post(NewTransfer("redemption", account, town.shop, Money(1)))


async def test_sixteen_tills_at_once_cannot_spend_more_than_the_voucher_holds(town: Town) -> None:
    answers = await asyncio.gather(*(town.spend("3,00") for _ in range(16)), return_exceptions=True)
    assert Counter(type(answer) for answer in answers if isinstance(answer, Exception)) == {Overdrawn: 10}
    assert await town.left() == Money.of("2,00")
    assert (await town.audit()).agrees


async def test_transfers_posted_from_many_tasks_are_numbered_without_a_gap(town: Town) -> None:
    there = [town.spend("0,10") for _ in range(20)]
    back = [town.post(NewTransfer("top_up", town.shop, town.voucher, Money(3))) for _ in range(20)]
    await asyncio.gather(*there, *back)
    for account, transfers in ((town.shop, 40), (town.voucher, 41)):
        numbers = [posted.seq_on(account) for posted in await town.history(account)]
        assert numbers == list(range(1, transfers + 1))
        assert (await town.balance(account)).transfers == transfers


async def test_a_refused_posting_leaves_no_gap(town: Town) -> None:
    await town.spend("1,00")
    with pytest.raises(Overdrawn):
        await town.spend("100,00")
    await town.spend("1,00")
    assert [posted.seq_on(town.shop) for posted in await town.history(town.shop)] == [1, 2]


async def test_postings_of_one_transaction_see_each_other_through_the_books_it_locked(town: Town) -> None:
    async with town.sessions.begin() as session:
        books = await posting.lock(session, [town.voucher, town.shop])
        await posting.post(session, [spending(town, "12,00")], at=AT, books=books)
        assert books[town.voucher].available == books[town.voucher].left == Money.of("8,00")
        with pytest.raises(Overdrawn):
            await posting.post(session, [spending(town, "8,01")], at=AT, books=books)
        await posting.post(session, [spending(town, "8,00")], at=AT, books=books)
    assert (await town.audit()).agrees


async def test_accounts_are_locked_in_one_order_so_crossing_postings_do_not_deadlock(town: Town) -> None:
    there = [NewTransfer("redemption", town.shop, town.bakery, Money(1)) for _ in range(10)]
    back = [NewTransfer("redemption", town.bakery, town.shop, Money(1)) for _ in range(10)]
    await asyncio.gather(*(town.post(transfer) for pair in zip(there, back, strict=True) for transfer in pair))
    assert (await town.balance(town.shop)).transfers == 20


async def test_accounts_open_by_the_ten_thousand_and_more_than_one_statement_takes(town: Town) -> None:
    vouchers = new_ids(ROWS_AT_ONCE + 1)
    async with town.sessions.begin() as session:
        await posting.open_accounts(session, [NewAccount(one, Kind.VOUCHER, f"Bon {one}") for one in vouchers])
        await posting.post(session, [NewTransfer("issue", town.buyer, one, Money(1_000)) for one in vouchers], at=AT)
        assert (await session.execute(select(func.count()).where(Account.kind == Kind.VOUCHER))).scalar() == (
            len(vouchers) + 1
        )
    assert (await town.balance(vouchers[-1])).balance == Money(1_000)
    assert (await town.balance(town.buyer)).transfers == len(vouchers) + 2
    assert (await town.audit()).agrees


async def test_books_open_with_one_account_of_each_kind_that_is_single(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await posting.open_books(session)
        opened = await balances.accounts_page(session, limit=100)
    assert {(account.id, account.kind) for account in opened} == {(single(kind), kind) for kind in SINGLES}
    assert all(account.name for account in opened)


async def test_the_books_of_two_programmes_never_meet(town: Town, alpes: Sessions) -> None:
    async with alpes() as session:
        assert await balances.accounts_page(session, limit=1) == []
        with pytest.raises(AccountUnknown):
            await posting.post(session, [spending(town, "1,00")], at=AT)


async def test_a_reversal_is_the_opposite_transfer_and_names_the_first(town: Town) -> None:
    spent = await town.spend("12,50 €")
    undone = await town.reverse(spent)
    async with town.sessions() as session:
        first, opposite = await balances.transfer(session, spent), await balances.transfer(session, undone)
        assert await balances.reversals_of(session, [spent, undone]) == {spent: undone}
    assert (opposite.debit, opposite.credit, opposite.amount) == (first.credit, first.debit, first.amount)
    assert (opposite.reverses, opposite.kind) == (spent, "undo")
    assert await town.left() == Money.of("20,00")


async def test_a_transfer_is_reversed_once(town: Town) -> None:
    spent = await town.spend("12,50 €")
    await town.reverse(spent)
    with pytest.raises(AlreadyReversed) as refused:
        await town.reverse(spent)
    assert refused.value.transfer == spent


async def test_of_many_reversals_at_once_one_is_posted(town: Town) -> None:
    spent = await town.spend("12,50 €")
    answers = await asyncio.gather(*(town.reverse(spent) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(answer, AlreadyReversed) for answer in answers) == 7
    assert await town.left() == Money.of("20,00")


async def test_the_same_transfer_reversed_twice_in_one_posting_is_refused(town: Town) -> None:
    spent = await town.spend("1,00")
    opposite = [NewTransfer("undo", town.shop, town.voucher, Money(100), reverses=spent) for _ in range(2)]
    with pytest.raises(AlreadyReversed):
        await town.post(*opposite)
    assert await town.left() == Money.of("19,00")


async def test_a_reversal_can_be_reversed(town: Town) -> None:
    undone = await town.reverse(await town.spend("12,50 €"))
    await town.reverse(undone)
    assert await town.left() == Money.of("7,50")
    assert (await town.audit()).agrees


async def test_reversing_what_was_spent_on_since_is_refused(town: Town) -> None:
    (issued,) = [posted for posted in await town.history(town.voucher) if posted.kind == "issue"]
    await town.spend("0,01")
    with pytest.raises(Overdrawn):
        await town.reverse(issued.id)


async def test_a_transfer_that_is_not_there_cannot_be_reversed(town: Town) -> None:
    with pytest.raises(TransferUnknown):
        await town.reverse(new_id())


@pytest.mark.parametrize("cents", [0, -1])
async def test_an_amount_of_zero_or_less_cannot_be_posted(town: Town, cents: int) -> None:
    with pytest.raises(IntegrityError, match="ck_transfers_positive"):
        await town.post(NewTransfer("redemption", town.voucher, town.shop, Money(cents)))
    assert await town.left() == Money.of("20,00")


async def test_the_same_transfer_id_cannot_be_posted_twice(town: Town) -> None:
    once = spending(town, "1,00")
    await town.post(once)
    with pytest.raises(IntegrityError, match="pk_transfers"):
        await town.post(once)


async def test_the_transfers_of_one_event_share_its_entry(town: Town) -> None:
    entry = new_id()
    await town.post(
        NewTransfer("settlement", town.shop, single(Kind.COMMISSION), Money(30), entry=entry),
        NewTransfer("settlement", town.shop, single(Kind.VAT), Money(6), entry=entry),
    )
    async with town.sessions() as session:
        amounts = (await session.execute(select(Transfer.amount).where(Transfer.entry_id == entry))).scalars()
        assert total([Money(amount) for amount in amounts]) == Money(36)
