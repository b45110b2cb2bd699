"""Reading statements, their lines and what became of them, and the bank's balance beside that of the books."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances
from ledger.chart import Kind, single
from ledger.database import sum_of
from ledger.days import start_of
from ledger.money import Money
from merchants.bank.entries import RETURN
from merchants.bank.errors import BankEntryUnknown, BankStatementUnknown
from merchants.bank.lines import Line
from merchants.bank.tables import BankDecision, BankEntry, BankStatement

State = Literal["recorded", "queued", "explained", "skipped", "refused"]
STATES: Final[tuple[State, ...]] = ("recorded", "queued", "explained", "skipped", "refused")

_A_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement as it was read. ``adds_up`` is none if one of its balances is missing."""

    id: UUID
    version: str
    account: str
    number: str
    sequence: str
    first_day: date | None
    last_day: date | None
    opening: Money | None
    closing: Money | None
    closing_on: date | None
    moved: Money
    read_by: str
    read_at: datetime

    @property
    def adds_up(self) -> bool | None:
        """Whether the opening balance and what moved make the closing one."""
        if self.opening is None or self.closing is None:
            return None
        return self.opening + self.moved == self.closing


@dataclass(frozen=True, slots=True)
class EntryView:
    """A line, and what became of it: ``transfer`` if it is in the books, ``note`` if a person explained it."""

    id: UUID
    statement: UUID
    line: Line
    state: State
    transfer: UUID | None
    note: str
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class DayBalance:
    """What a statement closes with, and what account 512 held at the end of that day."""

    statement: StatementView
    day: date
    bank: Money
    books: Money

    @property
    def difference(self) -> Money:
        """What the bank has more than the books."""
        return self.bank - self.books


@dataclass(frozen=True, slots=True)
class Queue:
    """Lines that wait for somebody: how many, what came in and went out by them, and the one booked first."""

    count: int
    came: Money
    went: Money
    oldest: UUID | None
    since: date | None


STATE: Final[ColumnElement[str]] = case(
    (BankDecision.transfer_id.is_not(None), "recorded"),
    (BankDecision.entry_id.is_not(None), "explained"),
    (BankEntry.fate == "read", "queued"),
    else_=BankEntry.fate,
)


async def statement(session: AsyncSession, statement_id: UUID) -> StatementView:
    """One statement.

    :raises BankStatementUnknown:
    """
    row = (await session.execute(select(BankStatement).where(BankStatement.id == statement_id))).scalar_one_or_none()
    if row is None:
        raise BankStatementUnknown(statement=statement_id)
    return _statement(row)


async def statements_page(session: AsyncSession, *, after: UUID | None = None, limit: int) -> list[StatementView]:
    """Statements, the one that was read last first."""
    asked = select(BankStatement).order_by(BankStatement.id.desc()).limit(limit)
    if after is not None:
        asked = asked.where(BankStatement.id < after)
    return [_statement(row) for row in (await session.execute(asked)).scalars()]


async def counted(session: AsyncSession, statements: Collection[UUID]) -> dict[UUID, dict[State, int]]:
    """How many lines of each statement are in each state."""
    rows = await session.execute(
        select(BankEntry.statement_id, STATE, func.count())
        .outerjoin(BankDecision, BankDecision.entry_id == BankEntry.id)
        .where(BankEntry.statement_id.in_(list(statements)))
        .group_by(BankEntry.statement_id, STATE)
    )
    found: dict[UUID, dict[State, int]] = {one: dict.fromkeys(STATES, 0) for one in statements}
    for statement_id, state, count in rows:
        found[statement_id][cast("State", state)] = count
    return found


async def entry(session: AsyncSession, entry_id: UUID) -> EntryView:
    """One line.

    :raises BankEntryUnknown:
    """
    row = (await session.execute(_entries().where(BankEntry.id == entry_id))).one_or_none()
    if row is None:
        raise BankEntryUnknown(entry=entry_id)
    return _entry(*row)


async def entries_page(
    session: AsyncSession,
    *,
    statement: UUID | None = None,
    state: State | None = None,
    after: UUID | None = None,
    limit: int,
) -> list[EntryView]:
    """Lines in the order in which they were read."""
    asked = _entries().order_by(BankEntry.id).limit(limit)
    if statement is not None:
        asked = asked.where(BankEntry.statement_id == statement)
    if state == "queued":
        asked = asked.where(BankEntry.fate == "read", BankDecision.entry_id.is_(None))
    elif state is not None:
        asked = asked.where(STATE.in_([state]))
    if after is not None:
        asked = asked.where(BankEntry.id > after)
    return [_entry(*row) for row in await session.execute(asked)]


async def queued_with_name(session: AsyncSession) -> list[EntryView]:
    """Lines that wait and may be payouts: debits and what came back, under a name; debits first, as they were read."""
    by_code = and_(BankEntry.code.endswith(RETURN), BankEntry.why == "unreferenced")
    back = or_(BankEntry.why.in_(("returned", "reversal")), by_code)
    left = and_(BankEntry.credit.is_(False), BankEntry.reversal.is_(False))
    asked = _entries().where(
        BankEntry.fate == "read", BankDecision.entry_id.is_(None), BankEntry.end_to_end != "",
        or_(left, and_(BankEntry.credit.is_(True), back)),
    )  # fmt: skip
    return [_entry(*row) for row in await session.execute(asked.order_by(BankEntry.credit, BankEntry.id))]


async def debits_booked_on(session: AsyncSession, names: Collection[str]) -> dict[str, date]:
    """On which day the bank booked what left under each of these names, of what is in the books."""
    asked = (
        select(BankEntry.end_to_end, func.min(BankEntry.booked_on))
        .join(BankDecision, BankDecision.entry_id == BankEntry.id)
        .where(BankEntry.end_to_end.in_(names), BankEntry.credit.is_(False), BankDecision.transfer_id.is_not(None))
        .group_by(BankEntry.end_to_end)
    )
    return {name: day for name, day in await session.execute(asked) if day is not None}


async def count_queued(session: AsyncSession) -> int:
    """How many lines wait for somebody."""
    asked = (
        select(func.count())
        .select_from(BankEntry)
        .outerjoin(BankDecision, BankDecision.entry_id == BankEntry.id)
        .where(BankEntry.fate == "read", BankDecision.entry_id.is_(None))
    )
    return (await session.execute(asked)).scalar_one()


async def queue(session: AsyncSession) -> Queue:
    """What waits for somebody, and which of it is the oldest."""
    waits = (BankEntry.fate == "read", BankDecision.entry_id.is_(None))
    kept = BankEntry.id == BankDecision.entry_id
    came = case((BankEntry.credit.is_(True), BankEntry.amount), else_=0)
    went = case((BankEntry.credit.is_(True), 0), else_=BankEntry.amount)
    sums = select(func.count(), sum_of(came), sum_of(went)).select_from(BankEntry).outerjoin(BankDecision, kept)
    count, credits_, debits = (await session.execute(sums.where(*waits))).one()
    oldest = (
        select(BankEntry.id, BankEntry.booked_on)
        .outerjoin(BankDecision, kept)
        .where(*waits)
        .order_by(BankEntry.booked_on, BankEntry.id)
        .limit(1)
    )
    row = (await session.execute(oldest)).one_or_none()
    return Queue(count, Money(credits_), Money(debits), *(row or (None, None)))


async def decided(session: AsyncSession, transfers: Collection[UUID]) -> set[UUID]:
    """Which of these transfers are lines of statements already."""
    asked = select(BankDecision.transfer_id).where(BankDecision.transfer_id.in_(list(transfers)))
    return {one for one in (await session.execute(asked)).scalars() if one is not None}


async def balances_by_day(session: AsyncSession, *, limit: int) -> list[DayBalance]:
    """The closing balances that statements tell, the latest day first, beside account 512 at the end of that day."""
    asked = (
        select(BankStatement)
        .where(BankStatement.closing.is_not(None), BankStatement.closing_on.is_not(None))
        .order_by(BankStatement.closing_on.desc(), BankStatement.id.desc())
        .limit(limit)
    )
    found = []
    for row in (await session.execute(asked)).scalars().all():
        view = _statement(row)
        if view.closing_on is not None and view.closing is not None:
            ends = start_of(view.closing_on + timedelta(days=1)) - _A_TICK
            books = await balances.balance(session, single(Kind.BANK), at=ends)
            found.append(DayBalance(view, view.closing_on, view.closing, books.balance))
    return found


def _entries() -> Select[BankEntry, str, UUID | None, str | None, str | None, datetime | None]:
    return select(
        BankEntry, STATE, BankDecision.transfer_id, BankDecision.note, BankDecision.decided_by, BankDecision.decided_at
    ).outerjoin(BankDecision, BankDecision.entry_id == BankEntry.id)


def _entry(
    row: BankEntry, state: str, transfer: UUID | None, note: str | None, by: str | None, at: datetime | None
) -> EntryView:
    values = {name: getattr(row, name) for name in Line.__dataclass_fields__}
    values["amount"] = None if row.amount is None else Money(row.amount)
    return EntryView(row.id, row.statement_id, Line(**values), cast("State", state), transfer, note or "", by, at)


def _statement(row: BankStatement) -> StatementView:
    def money(cents: int | None) -> Money | None:
        return None if cents is None else Money(cents)

    return StatementView(
        row.id, row.version, row.account, row.number, row.sequence, row.first_day, row.last_day, money(row.opening),
        money(row.closing), row.closing_on, Money(row.moved), row.read_by, row.read_at,
    )  # fmt: skip
