"""Months closed for accounts, and what an accountant takes away: read back by a reader that knows nothing of ours."""

from __future__ import annotations

import asyncio
import csv
import io
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from ledger import balances, months
from ledger.chart import Kind, single
from ledger.days import Period
from ledger.errors import (
    AccountNumberUnfit,
    MonthNotClosed,
    MonthNotOver,
    MonthOutOfTurn,
    PeriodMalformed,
)
from ledger.formats import Language
from ledger.money import Money
from ledger.months import Closed
from ledger.posting import NewTransfer, post
from ledger.tables import AccountingLine, AccountingMonth
from tests import fec_reader
from tests.fec_reader import Read
from tests.given import TERMS, Town, paris
from vouchers import buyers
from vouchers.bookkeeping import entries, exports
from vouchers.bookkeeping.bookkeeping_errors import WorkbookTooLong
from vouchers.bookkeeping.exports import Book, Form, Wanted

OCTOBER, NOVEMBER, DECEMBER = (Period.month(f"2026-{month}") for month in (10, 11, 12))
JANUARY = Period.month("2027-01")


async def close(town: Town, month: Period) -> Closed:
    return await town.do(lambda session: months.close_month(session, month, by="op", at=town.at))


async def asked(town: Town, first: Period, last: Period | None = None, language: Language = "fr") -> Wanted:
    return await town.do(lambda session: exports.wanted(session, first, last or first, language))


async def whole(parts: AsyncIterator[bytes]) -> bytes:
    return b"".join([part async for part in await exports.begun(parts)])


async def fec_of(town: Town, month: Period) -> bytes:
    return await whole(exports.fec_bytes(town.sessions, await asked(town, month)))


async def book_of(town: Town, book: Book, first: Period, last: Period | None = None, form: Form = "csv") -> bytes:
    return await whole(exports.book_bytes(town.sessions, await asked(town, first, last), book, form))


def rows_of(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def cents(typed: str) -> int:
    return int(typed.replace(",", ""))


async def a_month_lived(town: Town) -> None:
    """October: money comes, vouchers are issued with a fee, topped up, spent, undone, returned; the shops are paid."""
    await town.set_terms(replace(TERMS, service_fee_bp=250), since=date(2026, 10, 1))
    await town.do(lambda session: buyers.pay_in(session, town.funder, Money.of("30,00"), at=town.at))
    first, second, third = await town.vouchers(3, worth="50,00", paid="154,50")
    await town.top_up(first, "10,00")
    await town.till.redeem(first, "55,00")
    await town.undo(await town.till.redeem(second, "12,50"))
    receipt = await town.tills[1].redeem(second, "20,00")
    await town.give_back(receipt, "5,00")
    await town.reissue(third)
    town.at = paris("2026-11-03T09:00")
    await town.close(OCTOBER)


def sums_of(lines: list[Read]) -> dict[str, tuple[int, int]]:
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in lines:
        found[one.account][0] += one.debit
        found[one.account][1] += one.credit
    return {account: (debits, credits_) for account, (debits, credits_) in found.items()}


async def trial_of(town: Town, at: str) -> dict[str, tuple[int, int]]:
    """The ledger's own trial balance by account number."""
    moment = paris(at)
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in await town.do(lambda session: balances.trial_balance(session, at=moment)):
        found[TERMS.account_number(one.kind)][0] += one.debits.cents
        found[TERMS.account_number(one.kind)][1] += one.credits.cents
    return {account: (debits, credits_) for account, (debits, credits_) in found.items()}


async def test_a_month_reads_back_as_the_ledger_has_it(town: Town) -> None:
    await a_month_lived(town)
    closed = await close(town, OCTOBER)
    content = await fec_of(town, OCTOBER)
    lines = fec_reader.read(content)
    assert exports.fec_name(await asked(town, OCTOBER)) == "181300013FEC20261031.txt"
    assert sums_of(lines) == await trial_of(town, "2026-10-31T23:59:59")
    assert len(lines) == 2 * (closed.last_place - closed.first_place + 1)
    assert len({(one.journal, one.number) for one in lines}) == closed.entries
    assert sum(one.debit for one in lines) == closed.total.cents
    assert {one.journal for one in lines} == {"BQ", "VT", "BA"}
    assert {one.day for one in lines} == {date(2026, 10, 5)}
    assert {one.valid_on for one in lines} == {date(2026, 11, 3)}
    assert await fec_of(town, OCTOBER) == content


async def test_an_event_is_one_entry_in_the_journal_of_its_weightiest_account(town: Town) -> None:
    await a_month_lived(town)
    await close(town, OCTOBER)
    fee = [one for one in fec_reader.read(await fec_of(town, OCTOBER)) if one.journal == "VT"]
    assert [(one.account, one.debit, one.credit) for one in fee if one.credit] == [
        ("706", 0, 375), ("44571", 0, 75), ("467", 0, 5000), ("467", 0, 5000), ("467", 0, 5000),
    ]  # fmt: skip
    assert {one.number for one in fee} == {1}


async def test_vouchers_are_one_account_and_a_private_buyer_is_not_named(town: Town) -> None:
    new = buyers.NewBuyer("person", "Zoé Clément")
    person = await town.do(lambda session: buyers.register_buyer(session, new, at=town.at))
    words = "VIR CLEMENT ZOE"
    await town.do(lambda session: buyers.pay_in(session, person.id, Money.of("20,00"), reference=words, at=town.at))
    await town.issue("20,00", buyer=person.id)
    await town.vouchers(2)
    town.at = paris("2026-11-03T09:00")
    await close(town, OCTOBER)
    content = await fec_of(town, OCTOBER)
    parties = {(one.account, one.party): one.party_name for one in fec_reader.read(content)}
    assert parties == {
        ("411", person.id.hex.upper()): "Particulier",
        ("411", town.buyer.hex.upper()): "Savonnerie du Port",
        ("467", "BONS"): "Bons d'achat en circulation",
        ("512", ""): "",
    }
    assert words.encode() not in content
    for book in exports.BOOKS:
        assert "Clément" not in (await book_of(town, book, OCTOBER)).decode()


async def test_what_comes_late_is_in_the_next_month_with_its_own_day_and_moves_no_number(town: Town) -> None:
    await town.voucher()
    town.at = paris("2026-11-02T00:00")
    await close(town, OCTOBER)
    before = await fec_of(town, OCTOBER)
    town.at = paris("2026-10-31T23:59")
    await town.pay_in("7,00")
    town.at = paris("2026-11-01T00:00")
    await town.pay_in("8,00")
    town.at = paris("2026-12-01T10:00")
    await close(town, NOVEMBER)
    assert await fec_of(town, OCTOBER) == before
    after = await fec_of(town, NOVEMBER)
    assert after.startswith(before)
    late, timely = [one for one in fec_reader.read(after)[fec_reader.read(before).__len__() :] if one.debit]
    assert (late.day, late.piece_day, late.debit) == (date(2026, 11, 1), date(2026, 10, 31), 700)
    assert (timely.day, timely.piece_day, timely.debit) == (date(2026, 11, 1), date(2026, 11, 1), 800)
    assert (late.number, timely.number) == (2, 3)


async def test_months_are_closed_in_their_order_once_and_when_they_are_over(town: Town) -> None:
    town.at = paris("2026-11-30T23:59")
    with pytest.raises(MonthNotOver):
        await close(town, OCTOBER)
    town.at = paris("2026-10-05T10:00")
    await town.pay_in("5,00")
    town.at = paris("2026-11-30T23:59")
    with pytest.raises(MonthOutOfTurn) as refused:
        await close(town, Period.month("2026-09"))
    assert refused.value.due == date(2026, 10, 1)
    with pytest.raises(MonthNotOver):
        await close(town, NOVEMBER)
    assert await town.do(lambda session: months.due_month(session, at=town.at)) == OCTOBER
    twice = await asyncio.gather(close(town, OCTOBER), close(town, OCTOBER))
    assert twice[0] == twice[1]
    assert await town.do(lambda session: months.due_month(session, at=town.at)) is None
    with pytest.raises(MonthNotOver):
        await close(town, Period(date(2026, 10, 1), date(2026, 12, 31)))
    with pytest.raises(MonthNotClosed):
        await asked(town, OCTOBER, NOVEMBER)
    for first, last in ((NOVEMBER, OCTOBER), (DECEMBER, JANUARY), (Period(date(2026, 10, 2), date(2026, 10, 3)), None)):
        with pytest.raises(PeriodMalformed):
            await asked(town, first, last)


async def test_a_new_year_begins_with_what_accounts_hold_and_counts_from_one(town: Town) -> None:
    await a_month_lived(town)
    await close(town, OCTOBER)
    town.at = paris("2026-12-01T10:00")
    await close(town, NOVEMBER)
    town.at = paris("2027-01-05T10:00")
    await close(town, DECEMBER)
    await town.pay_in("9,00")
    town.at = paris("2027-02-01T10:00")
    await close(town, JANUARY)
    lines = fec_reader.read(await fec_of(town, JANUARY))
    opening = {(one.account, one.party_name): one.debit - one.credit for one in lines if one.journal == "AN"}
    year = fec_reader.read(await fec_of(town, DECEMBER))
    held: dict[tuple[str, str], int] = defaultdict(int)
    for one in year:
        held[one.account, one.party_name] += one.debit - one.credit
    result = sum(left for (account, _), left in held.items() if account[0] in "67")
    assert result < 0
    assert opening == {key: left for key, left in held.items() if left and key[0][0] not in "67"} | {
        ("120", ""): result
    }
    assert {one.number for one in lines if one.journal == "AN"} == {1}
    assert [(one.journal, one.number, one.debit) for one in lines if one.journal != "AN" and one.debit] == [
        ("BQ", 1, 900)
    ]
    assert await fec_of(town, DECEMBER) == b"".join(await parts_of(town, DECEMBER))


async def parts_of(town: Town, month: Period) -> list[bytes]:
    return [part async for part in exports.fec_bytes(town.sessions, await asked(town, month))]


async def test_journal_ledger_and_balance_say_the_same_as_the_fec(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "AT_ONCE", 3)  # so that a few lines are many parts
    await a_month_lived(town)
    await close(town, OCTOBER)
    town.at = paris("2026-12-01T10:00")
    await close(town, NOVEMBER)
    lines = fec_reader.read(await fec_of(town, NOVEMBER))
    november = [one for one in lines if one.day >= date(2026, 11, 1)]
    assert {one.label for one in november} == {
        "Commission sur règlement", "TVA sur commission", "Règlement d'un commerce",
    }  # fmt: skip
    journal = rows_of(await book_of(town, "journal", OCTOBER, NOVEMBER))[1:]
    assert [(row[0], int(row[1]), row[3], cents(row[10]), cents(row[11])) for row in journal] == [
        (one.journal, one.number, one.account, one.debit, one.credit) for one in lines
    ]
    ledger = rows_of(await book_of(town, "ledger", NOVEMBER))[1:]
    moved = [row for row in ledger if row[1]]
    assert sorted((row[3], cents(row[10]), cents(row[11])) for row in moved) == sorted(
        (one.account, one.debit, one.credit) for one in november
    )
    last = {(row[3], row[5]): cents(row[12]) for row in ledger}
    balance = rows_of(await book_of(town, "balance", NOVEMBER))[1:]
    held: dict[tuple[str, str], int] = defaultdict(int)
    for one in lines:
        held[one.account, one.party] += one.debit - one.credit
    assert {(row[0], row[2]): cents(row[8]) - cents(row[9]) for row in balance} == held
    assert {key: left for key, left in last.items() if left} == {key: left for key, left in held.items() if left}
    for debit, credit in ((4, 5), (6, 7), (8, 9)):
        assert sum(cents(row[debit]) for row in balance) == sum(cents(row[credit]) for row in balance)


async def test_a_workbook_holds_numbers_and_days_and_runs_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await town.new_funder("=cmd()|' /C calc'!A0\x07", "12,50")
    town.at = paris("2026-11-03T09:00")
    await close(town, OCTOBER)
    content = await book_of(town, "journal", OCTOBER, form="xlsx")
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    debit, credit = list(sheet.iter_rows(min_row=2))
    assert (debit[10].value, debit[2].value.date(), debit[1].value) == (12.5, date(2026, 10, 5), 1)
    assert (credit[6].value, credit[6].data_type) == ("'=cmd()|' /C calc'!A0 ", "s")
    assert rows_of(await book_of(town, "journal", OCTOBER))[2][6].startswith("'=cmd()")
    monkeypatch.setattr(exports, "MOST_IN_WORKBOOK", 1)
    with pytest.raises(WorkbookTooLong):
        await book_of(town, "journal", OCTOBER, form="xlsx")


async def test_a_wrong_account_number_is_told_before_a_file_begins(town: Town) -> None:
    await town.pay_in("5,00")
    town.at = paris("2026-11-03T09:00")
    await close(town, OCTOBER)
    await town.set_terms(replace(TERMS, account_numbers={"bank": "B1"}), since=date(2026, 12, 1))
    with pytest.raises(AccountNumberUnfit) as refused:
        await asked(town, OCTOBER)
    assert (refused.value.kind, refused.value.number) == ("bank", "B1")
    await town.set_terms(replace(TERMS, account_numbers={"bank": "512100"}), since=date(2026, 12, 1))
    assert {one.account for one in fec_reader.read(await fec_of(town, OCTOBER))} == {"512100", "411"}


async def test_what_is_closed_cannot_be_changed_by_anybody(town: Town) -> None:
    await town.pay_in("5,00")
    town.at = paris("2026-11-03T09:00")
    await close(town, OCTOBER)
    for statement in (update(AccountingLine).values(number=2), delete(AccountingMonth)):
        async with town.sessions() as session:
            with pytest.raises(DBAPIError, match="permission denied"):
                await session.execute(statement)


async def test_a_kind_of_transfer_that_has_no_words_speaks_for_itself(town: Town) -> None:
    """Other trades post kinds of their own; in no journal's accounts they are in the last one."""
    moved = NewTransfer("payout_returned", single(Kind.TRANSIT), town.till.shop, Money.of("3,00"), document="R-1")
    await town.do(lambda session: post(session, [moved], at=town.at))
    town.at = paris("2026-11-03T09:00")
    await close(town, OCTOBER)
    debit, credit = fec_reader.read(await fec_of(town, OCTOBER))
    assert (debit.journal, debit.label, debit.piece, debit.account) == ("OD", "payout_returned", "R-1", "581")
    assert credit.party == town.till.shop.hex.upper()
