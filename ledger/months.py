"""Months that are closed for accounts: what is in them is numbered, and keeps its number.

Closing gives every transfer that counts from before the month's end, and that no month took yet, its place, its journal
and its number. One that comes in afterwards with an earlier day of its own is in the next month that is closed: entered
on that month's first day, with its own day beside it. That is how the plan comptable général has it (CRC 99-03, title
IV, chapter II, taken over in ANC 2014-03): what belongs to a period that is closed is entered on the first day of the
next one, saying when it happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    Select,
    Subquery,
    Table,
    case,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.chart import Kind
from ledger.database import sum_of
from ledger.days import PARIS, Period, day_of, months_later
from ledger.errors import MonthNotClosed, MonthNotOver, MonthOutOfTurn
from ledger.money import Money
from ledger.tables import Account, AccountingLine, AccountingMonth, Transfer

JOURNALS: Final[tuple[tuple[str, tuple[Kind, ...]], ...]] = (
    ("BQ", (Kind.BANK,)),
    ("ST", (Kind.STRIPE,)),
    ("VT", (Kind.FEES, Kind.COMMISSION, Kind.VAT)),
    ("BA", (Kind.VOUCHER,)),
)
"""The journal of an entry is the first one of which it touches an account; the rest is in `REST`."""

REST: Final = "OD"


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed month. Its transfers have the places from ``first_place`` to ``last_place``, none if that is below."""

    first_day: date
    first_place: int
    last_place: int
    entries: int
    total: Money
    closed_by: str
    closed_at: datetime

    @property
    def month(self) -> Period:
        """The month."""
        return month_of(self.first_day)


@dataclass(frozen=True, slots=True)
class Places:
    """Transfers of closed months by their places, first and last included."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """How many."""
        return self.last - self.first + 1


def month_of(day: date) -> Period:
    """The month of a day."""
    return Period.month(f"{day:%Y-%m}")


async def close_month(session: AsyncSession, month: Period, *, by: str, at: datetime) -> Closed:
    """Close a month for accounts. One that is closed already is answered as it was closed.

    :raises MonthNotOver: until its last day is over
    :raises MonthOutOfTurn: if another month comes first
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("accounting_months", 0))))
    before = await closed_months(session)
    for one in before:
        if one.month == month:
            return one
    due = await _due(session, before)
    if month.ends > at or due is None:
        raise MonthNotOver(month=month.first_day)
    if month != due:
        raise MonthOutOfTurn(due=due.first_day)
    first_place = before[-1].last_place + 1 if before else 1
    await session.execute(_number(month, await _last_numbers(session, month, before), first_place))
    lines = AccountingLine.place >= first_place
    found = select(sum_of(sql_cast(1, BigInteger)), sum_of(Transfer.amount), _entries()).join(
        AccountingLine, AccountingLine.transfer_id == Transfer.id
    )
    count, total, entries = (await session.execute(found.where(lines))).one()
    closed = Closed(month.first_day, first_place, first_place + count - 1, entries, Money(total), by, at)
    await session.execute(
        insert(AccountingMonth).values(
            first_day=closed.first_day, first_place=first_place, last_place=closed.last_place, entries=entries,
            total=total, closed_by=by, closed_at=at,
        )
    )  # fmt: skip
    return closed


async def closed_months(session: AsyncSession) -> list[Closed]:
    """The closed months, oldest first."""
    rows = await session.execute(select(AccountingMonth).order_by(AccountingMonth.first_day))
    return [
        Closed(
            row.first_day, row.first_place, row.last_place, row.entries, Money(row.total), row.closed_by, row.closed_at
        )
        for row in rows.scalars()
    ]


async def due_month(session: AsyncSession, *, at: datetime) -> Period | None:
    """The next month to close, if it is over."""
    due = await _due(session, await closed_months(session))
    return due if due and due.ends <= at else None


def within(closed: Sequence[Closed], first: Period, last: Period) -> list[Closed]:
    """The closed months from one to another.

    :raises MonthNotClosed: if one of them is not closed
    """
    by_day = {one.first_day: one for one in closed}
    found: list[Closed] = []
    day = first.first_day
    while day <= last.first_day:
        if day not in by_day:
            raise MonthNotClosed(month=day)
        found.append(by_day[day])
        day = months_later(day, 1)
    return found


async def _due(session: AsyncSession, closed: Sequence[Closed]) -> Period | None:
    if closed:
        return month_of(months_later(closed[-1].first_day, 1))
    first = (await session.execute(select(func.min(Transfer.effective_at)))).scalar_one()
    return month_of(day_of(first)) if first else None


async def _last_numbers(session: AsyncSession, month: Period, closed: Sequence[Closed]) -> dict[str, int]:
    """The last number of each journal in the month's year: numbers begin anew each year."""
    this_year = [one.first_place for one in closed if one.first_day.year == month.first_day.year]
    if not this_year:
        return {}
    statement = select(AccountingLine.journal, func.max(AccountingLine.number)).where(
        AccountingLine.place >= this_year[0]
    )
    rows = await session.execute(statement.group_by(AccountingLine.journal))
    return {row[0]: row[1] for row in rows}


def _entries() -> ColumnElement[int]:
    return func.count(func.concat(AccountingLine.journal, AccountingLine.number).distinct())


def _number(month: Period, last: dict[str, int], first_place: int) -> Any:
    """The statement that gives places and numbers, by the day of entry."""
    entry = _by_entry(_fresh(month), month)
    order = (entry.c.day, entry.c.rank, entry.c.first_at, entry.c.entry_id, entry.c.own_day)
    journal = case(*((entry.c.rank == rank, code) for rank, (code, _) in enumerate(JOURNALS)), else_=REST)
    begun = case(
        *((entry.c.rank == rank, last.get(code, 0)) for rank, (code, _) in enumerate(JOURNALS)),
        else_=last.get(REST, 0),
    )
    numbered = select(
        func.row_number().over(order_by=[*order, entry.c.id]) + literal(first_place - 1, BigInteger),
        entry.c.id,
        journal,
        func.dense_rank().over(partition_by=entry.c.rank, order_by=order) + sql_cast(begun, BigInteger),
        entry.c.day,
    )
    names = ["place", "transfer_id", "journal", "number", "day"]
    return insert(cast("Table", AccountingLine.__table__)).from_select(names, numbered)


def _fresh(month: Period) -> Subquery:
    """Transfers that no month took yet, each with its day and the rank of the journal that its accounts ask for."""
    debit, credit = aliased(Account), aliased(Account)
    rank = case(
        *((or_(debit.kind.in_(kinds), credit.kind.in_(kinds)), number) for number, (_, kinds) in enumerate(JOURNALS)),
        else_=len(JOURNALS),
    )
    own_day = sql_cast(func.timezone(PARIS.key, Transfer.effective_at), Date)
    statement: Select[Any] = (
        select(Transfer.id, Transfer.entry_id, Transfer.effective_at, own_day.label("own_day"), rank.label("rank"))
        .join(debit, debit.id == Transfer.debit_account_id)
        .join(credit, credit.id == Transfer.credit_account_id)
        .outerjoin(AccountingLine, AccountingLine.transfer_id == Transfer.id)
        .where(AccountingLine.transfer_id.is_(None), Transfer.effective_at < month.ends)
    )
    return statement.subquery()


def _by_entry(fresh: FromClause, month: Period) -> Subquery:
    """The same; those of one event and day share the first journal that any of them asks for."""
    together = [fresh.c.entry_id, fresh.c.own_day]
    statement = select(
        fresh.c.id,
        fresh.c.entry_id,
        fresh.c.own_day,
        func.min(fresh.c.rank).over(partition_by=together).label("rank"),
        func.min(fresh.c.effective_at).over(partition_by=together).label("first_at"),
        func.greatest(fresh.c.own_day, literal(month.first_day, Date)).label("day"),
    )
    return statement.subquery()
