"""What closed months hold: transfers in the order of their places, and sums of accounts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, case, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.chart import CHART, Kind
from ledger.database import sum_of
from ledger.money import Money
from ledger.months import Places
from ledger.tables import Account, AccountingLine, AccountingMonth, Transfer

COLLECTIVE: Final = frozenset({Kind.VOUCHER})
"""Kinds whose accounts are one in the books of account: nobody reads a hundred thousand of a voucher each."""


@dataclass(frozen=True, slots=True)
class Side:
    """The account on one side of a transfer; ``id`` is none if it is one of a collective account."""

    kind: Kind
    id: UUID | None
    name: str


@dataclass(frozen=True, slots=True)
class ClosedLine:
    """A transfer with its place, its journal and its number; ``day`` is that of its entry."""

    place: int
    journal: str
    number: int
    day: date
    effective_at: datetime
    closed_at: datetime
    transfer: UUID
    kind: str
    document: str | None
    amount: Money
    debit: Side
    credit: Side


@dataclass(frozen=True, slots=True)
class Sum:
    """What an account's transfers of some places come to."""

    side: Side
    debits: Money
    credits: Money


_DEBIT, _CREDIT = aliased(Account), aliased(Account)


async def lines_page(
    session: AsyncSession, places: Places, *, after: int = 0, limit: int, of: Collection[Side] = ()
) -> list[ClosedLine]:
    """The transfers of these places in their order, from above ``after``; those of some accounts, if they are named."""
    statement = _LINES.where(
        AccountingLine.place >= places.first, AccountingLine.place <= places.last, AccountingLine.place > after
    )
    if of:
        statement = statement.where(or_(*map(_touching, of)))
    return [_line(row) for row in await session.execute(statement.order_by(AccountingLine.place).limit(limit))]


async def sums(session: AsyncSession, places: Places) -> list[Sum]:
    """What each account's transfers of these places come to, in the order of the chart, then of ids."""
    each = union_all(_half(places, debit=True), _half(places, debit=False)).subquery()
    account = case((Account.kind.in_(COLLECTIVE), null()), else_=Account.id).label("account")
    name = case((Account.kind.in_(COLLECTIVE), ""), else_=Account.name).label("called")
    # Summed by account first: a name is looked up once an account, not once a transfer.
    by_account = (
        select(each.c.account, sum_of(each.c.debit).label("debits"), sum_of(each.c.credit).label("credits"))
        .group_by(each.c.account)
        .subquery()
    )
    owned = (
        select(Account.kind, account, name, by_account.c.debits, by_account.c.credits)
        .join(by_account, by_account.c.account == Account.id)
        .subquery()
    )
    statement = select(
        owned.c.kind, owned.c.account, owned.c.called, sum_of(owned.c.debits), sum_of(owned.c.credits)
    ).group_by(owned.c.kind, owned.c.account, owned.c.called)
    found = [
        Sum(Side(Kind(kind), id_, called), Money(debits), Money(credits_))
        for kind, id_, called, debits, credits_ in await session.execute(statement)
    ]
    order = list(CHART)
    return sorted(found, key=lambda one: (order.index(one.side.kind), str(one.side.id)))


def _half(places: Places, *, debit: bool) -> Select[UUID, int | None, int | None]:
    """One side of each transfer: its account, and its amount in the column of that side."""
    account = Transfer.debit_account_id if debit else Transfer.credit_account_id
    amounts = (Transfer.amount, null()) if debit else (null(), Transfer.amount)
    return (
        select(account.label("account"), amounts[0].label("debit"), amounts[1].label("credit"))
        .join(AccountingLine, AccountingLine.transfer_id == Transfer.id)
        .where(AccountingLine.place.between(places.first, places.last))
    )


def _touching(side: Side) -> ColumnElement[bool]:
    if side.id is None:
        return or_(_DEBIT.kind == side.kind, _CREDIT.kind == side.kind)
    return or_(Transfer.debit_account_id == side.id, Transfer.credit_account_id == side.id)


_LINES: Final = (
    select(
        AccountingLine.place, AccountingLine.journal, AccountingLine.number, AccountingLine.day,
        Transfer.effective_at, AccountingMonth.closed_at, Transfer.id, Transfer.kind, Transfer.document,
        Transfer.amount, _DEBIT.kind, _DEBIT.id, _DEBIT.name, _CREDIT.kind, _CREDIT.id, _CREDIT.name,
    )
    .join(Transfer, Transfer.id == AccountingLine.transfer_id)
    .join(_DEBIT, _DEBIT.id == Transfer.debit_account_id)
    .join(_CREDIT, _CREDIT.id == Transfer.credit_account_id)
    .join(AccountingMonth, AccountingLine.place.between(AccountingMonth.first_place, AccountingMonth.last_place))
)  # fmt: skip


def _line(row: Row[*tuple[Any, ...]]) -> ClosedLine:
    place, journal, number, day, effective_at, closed_at, transfer, kind, document, amount, *sides = row
    return ClosedLine(
        place, journal, number, day, effective_at, closed_at, transfer, kind, document, Money(amount),
        _side(*sides[:3]), _side(*sides[3:]),
    )  # fmt: skip


def _side(kind: str, id_: UUID, name: str) -> Side:
    known = Kind(kind)
    return Side(known, None, "") if known in COLLECTIVE else Side(known, id_, name)
