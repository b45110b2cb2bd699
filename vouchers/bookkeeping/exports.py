"""What an accountant takes away: the FEC of a year, and journal, general ledger and trial balance of some months."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from sqlalchemy.ext.asyncio import AsyncSession

from ledger import fec, months
from ledger.database import Sessions
from ledger.days import Period, day_of
from ledger.errors import PeriodMalformed
from ledger.fec import Line
from ledger.formats import Language
from ledger.money import ZERO, Money
from ledger.months import Closed
from merchants.programme import newest_terms
from vouchers.bookkeeping.balances import Balanced, brought_forward, opening_lines, places_of, trial_balance
from vouchers.bookkeeping.bookkeeping_errors import WorkbookTooLong
from vouchers.bookkeeping.charted import Chart, Charted, chart_of
from vouchers.bookkeeping.entries import entries
from vouchers.bookkeeping.spreadsheets import Row, Rows, csv_bytes, xlsx_bytes
from vouchers.bookkeeping.words import BALANCE_HEADS, CARRIED, JOURNAL_HEADS, spoken

Book = Literal["journal", "ledger", "balance"]
Form = Literal["csv", "xlsx"]
BOOKS: Final[tuple[Book, ...]] = get_args(Book)
FORMS: Final[tuple[Form, ...]] = get_args(Form)

_NAMES: Final[dict[Book, tuple[str, str]]] = {
    "journal": ("journal", "journal"), "ledger": ("grand-livre", "ledger"), "balance": ("balance", "trial-balance"),
}  # fmt: skip
MOST_IN_WORKBOOK: Final = 200_000
"""Lines of a workbook: to write so many takes half a minute, and few spreadsheets are glad of more."""

_RUNNING: Final[dict[Language, str]] = {"fr": "solde", "en": "balance"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Closed months of one year, with what it takes to write them down."""

    closed: list[Closed]
    first: date
    last: date
    chart: Chart
    siren: str


async def wanted(session: AsyncSession, first: Period, last: Period, language: Language) -> Wanted:
    """The months from one to another.

    :raises PeriodMalformed: unless both are whole months of one year, in their order
    :raises MonthNotClosed: if one of them, or one before them in their year, is not closed
    :raises AccountNumberUnfit: if the programme gave an account a number that is none
    """
    whole = all(one == months.month_of(one.first_day) for one in (first, last))
    if not whole or first.first_day > last.first_day or first.first_day.year != last.first_day.year:
        raise PeriodMalformed(typed=f"{first.first_day}..{last.last_day}")
    closed = await months.closed_months(session)
    months.within(closed, first, last)
    terms = await newest_terms(session)
    return Wanted(closed, first.first_day, last.first_day, chart_of(terms, language), terms.siren)


def fec_name(asked: Wanted) -> str:
    """The name of the file: it closes with the last month that is in it."""
    return fec.file_name(asked.siren, months.month_of(asked.last).last_day)


async def fec_bytes(sessions: Sessions, asked: Wanted) -> AsyncIterator[bytes]:
    """The FEC of a year until its last month that was asked for, always from the year's beginning."""
    yield fec.HEADER
    new_year = asked.first.replace(month=1)
    of_year = [one for one in asked.closed if new_year <= one.first_day <= asked.last]
    async with sessions.begin() as session:
        carried = await brought_forward(session, asked.closed, asked.first.year, asked.chart)
    yield fec.encoded(opening_lines(carried, of_year[0], asked.chart, valid_on=day_of(of_year[0].closed_at)))
    async for some in entries(sessions, places_of(asked.closed, new_year, asked.last), asked.chart):
        yield fec.encoded(some)


def book_name(asked: Wanted, book: Book, form: Form) -> str:
    """The name of a file: ``journal-2026-01-2026-10.csv``."""
    months_of = f"{asked.first:%Y-%m}" + (f"-{asked.last:%Y-%m}" if asked.last != asked.first else "")
    return f"{spoken(_NAMES[book], asked.chart.language)}-{months_of}.{form}"


def book_bytes(sessions: Sessions, asked: Wanted, book: Book, form: Form) -> AsyncIterator[bytes]:
    """A book of the months that were asked for.

    :raises WorkbookTooLong: if it is to be a workbook, and has more lines than one takes
    """
    if form == "xlsx" and 2 * places_of(asked.closed, asked.first, asked.last).count > MOST_IN_WORKBOOK:
        raise WorkbookTooLong(most=MOST_IN_WORKBOOK)
    rows = _BOOKS[book](sessions, asked)
    if form == "csv":
        return csv_bytes(rows, asked.chart.language)
    return xlsx_bytes(rows, spoken(_NAMES[book], asked.chart.language))


async def _journal(sessions: Sessions, asked: Wanted) -> Rows:
    yield [JOURNAL_HEADS[asked.chart.language]]
    async for some in entries(sessions, places_of(asked.closed, asked.first, asked.last), asked.chart):
        yield [_row(line) for line in some]


async def _ledger(sessions: Sessions, asked: Wanted) -> Rows:
    """Account by account: what it began with, its lines, and what it holds after each."""
    language = asked.chart.language
    yield [(*JOURNAL_HEADS[language], _RUNNING[language])]
    async with sessions.begin() as session:
        accounts = await trial_balance(session, asked.closed, asked.first, asked.last, asked.chart)
    places = places_of(asked.closed, asked.first, asked.last)
    for one in accounts:
        holds = one.opening
        if holds:
            yield [(*_opening(one, asked), holds)]
        if one.debits or one.credits:
            async for some in entries(sessions, places, asked.chart, of=one.sides):
                rows, holds = _running(some, holds)
                yield rows


async def _balance(sessions: Sessions, asked: Wanted) -> Rows:
    async with sessions.begin() as session:
        found = await trial_balance(session, asked.closed, asked.first, asked.last, asked.chart)
    yield [BALANCE_HEADS[asked.chart.language]]
    yield [
        (*_account(one.account), *_two_sides(one.opening), one.debits, one.credits, *_two_sides(one.closing))
        for one in found
    ]


_BOOKS: Final = {"journal": _journal, "ledger": _ledger, "balance": _balance}


def _running(some: list[Line], holds: Money) -> tuple[list[Row], Money]:
    rows: list[Row] = []
    for line in some:
        holds += line.debit - line.credit
        rows.append((*_row(line), holds))
    return rows, holds


def _row(line: Line) -> Row:
    return (
        line.journal, line.number, line.day, line.account, line.account_name, line.party, line.party_name, line.piece,
        line.piece_day, line.label, line.debit, line.credit,
    )  # fmt: skip


def _opening(one: Balanced, asked: Wanted) -> Row:
    carried = spoken(CARRIED, asked.chart.language)
    return ("", "", asked.first, *_account(one.account), "", "", carried, *_two_sides(one.opening))


def _account(account: Charted) -> Row:
    return (account.number, account.name, account.party, account.party_name)


def _two_sides(balance: Money) -> tuple[Money, Money]:
    return max(balance, ZERO), max(-balance, ZERO)


async def begun(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same parts, of which the first is read now: what is refused is refused before an answer begins."""
    first = await anext(parts, b"")

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for part in parts:
            yield part

    return whole()
