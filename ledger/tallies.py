"""What sets of accounts and of transfers come to: for settlements, and for the proofs of the floors above."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import Date, DateTime, Exists, Select, Text, bindparam, case, cast, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.chart import Kind, Side
from ledger.database import sum_of
from ledger.days import PARIS
from ledger.money import Money
from ledger.tables import Account, Transfer

Group = TypeVar("Group", UUID, date)


@dataclass(frozen=True, slots=True)
class Movement:
    """What a transfer did to one account: positive if it came in.

    :param first_at: when the transfer that this one reverses counted; its own moment if it reverses none
    """

    account: UUID
    transfer: UUID
    kind: str
    amount: Money
    at: datetime
    first_at: datetime
    document: str | None = None


async def unsettled(
    session: AsyncSession, *, kind: Kind, transfer_kinds: Sequence[str], before: datetime, settled: Select[UUID],
    accounts: Sequence[UUID] | None = None,
) -> list[Movement]:  # fmt: skip
    """Movements on the accounts of a kind that counted before a moment and are not among ``settled``.

    :param accounts: of these accounts only

    Read by which rows they are, not by a mark such as "later than the last one seen": a transfer that commits
    late is found the next time.
    """
    statement = _movements(kind).where(
        Transfer.kind.in_(transfer_kinds), Transfer.effective_at < before, ~_is_among(settled)
    )
    if accounts is not None:
        statement = statement.where(Account.id.in_(accounts))
    return await _moved(session, statement)


async def among(session: AsyncSession, *, kind: Kind, transfers: Sequence[UUID]) -> list[Movement]:
    """What these transfers did to the accounts of a kind."""
    return await _moved(session, _movements(kind).where(Transfer.id.in_(transfers)))


def _movements(kind: Kind) -> Select[UUID, UUID, str, int, bool, datetime, datetime, str | None]:
    first = aliased(Transfer)
    return (
        select(Account.id, Transfer.id, Transfer.kind, Transfer.amount, Transfer.credit_account_id == Account.id,
               Transfer.effective_at, func.coalesce(first.effective_at, Transfer.effective_at),
               Transfer.document)
        .join(Account, or_(Account.id == Transfer.credit_account_id, Account.id == Transfer.debit_account_id))
        .outerjoin(first, first.id == Transfer.reverses)
        .where(Account.kind == kind)
        .order_by(Account.id, Transfer.effective_at, Transfer.id)
    )  # fmt: skip


async def _moved(
    session: AsyncSession, statement: Select[UUID, UUID, str, int, bool, datetime, datetime, str | None]
) -> list[Movement]:
    return [
        Movement(account, transfer_id, what, Money(amount if came_in else -amount), at, first_at, document)
        for account, transfer_id, what, amount, came_in, at, first_at, document in await session.execute(statement)
    ]


@dataclass(frozen=True, slots=True)
class OfDay:
    """What transfers of one kind brought to accounts on a day in Paris (negative: took), and how many they were."""

    day: date
    kind: str
    amount: Money
    transfers: int


async def by_day(
    session: AsyncSession, account: UUID, *, transfer_kinds: Sequence[str], since: datetime, before: datetime
) -> list[OfDay]:
    """What moved on an account between two moments, by day and kind."""
    found: list[OfDay] = []
    day = func.date(func.timezone(str(PARIS), Transfer.effective_at))
    for side, sign in ((Transfer.credit_account_id, 1), (Transfer.debit_account_id, -1)):
        statement = (
            select(day, Transfer.kind, sum_of(Transfer.amount), func.count())
            .where(
                side == account, Transfer.kind.in_(transfer_kinds), Transfer.effective_at >= since,
                Transfer.effective_at < before,
            )
            .group_by(day, Transfer.kind)
        )  # fmt: skip
        found += [
            OfDay(one, kind, Money(sign * cents), count) for one, kind, cents, count in await session.execute(statement)
        ]
    return sorted(found, key=lambda one: (one.day, one.kind))


async def held_by_kind(session: AsyncSession, kind: Kind) -> Money:
    """What all accounts of a kind hold now (credits less debits)."""
    statement = select(sum_of(Account.credits_posted) - sum_of(Account.debits_posted)).where(Account.kind == kind)
    return Money((await session.execute(statement)).scalar_one())


async def net_by_day(session: AsyncSession, kind: Kind, *, since: datetime) -> list[OfDay]:
    """What came to all accounts of a kind from others, by day and kind of transfer; what moved among them is none."""
    rows = await session.execute(_NET_BY_DAY, {"kind": kind, "since": since})
    return [OfDay(day, what, Money(cents), count) for day, what, cents, count in rows]


async def movements_of(
    session: AsyncSession, account: UUID, *, transfer_kinds: Collection[str], since: datetime, before: datetime
) -> list[Movement]:
    """What transfers of some kinds did to one account between two moments, in the order of their moments."""
    mine = or_(Transfer.credit_account_id == account, Transfer.debit_account_id == account)
    statement = (
        select(Transfer)
        .where(mine, Transfer.kind.in_(transfer_kinds))
        .where(Transfer.effective_at >= since, Transfer.effective_at < before)
        .order_by(Transfer.effective_at, Transfer.id)
    )
    return [
        Movement(
            account, one.id, one.kind, Money(one.amount if one.credit_account_id == account else -one.amount),
            one.effective_at, one.effective_at, one.document,
        )
        for one in (await session.execute(statement)).scalars()
    ]  # fmt: skip


async def sums_by_group(session: AsyncSession, members: Select[UUID, UUID]) -> dict[tuple[UUID, str, Side], Money]:
    """What each kind of transfer took from (debit) and brought to (credit) groups of accounts.

    :param members: pairs of account and group
    """
    of = members.subquery()
    account, group = of.c
    found: dict[tuple[UUID, str, Side], Money] = {}
    for side, column in ((Side.DEBIT, Transfer.debit_account_id), (Side.CREDIT, Transfer.credit_account_id)):
        statement = (
            select(group, Transfer.kind, sum_of(Transfer.amount))
            .join(Transfer, column == account)
            .group_by(group, Transfer.kind)
        )
        found |= {(one, kind, side): Money(amount) for one, kind, amount in await session.execute(statement)}
    return found


@dataclass(frozen=True, slots=True)
class Flow:
    """What transfers of one kind brought to a group from one account (negative: took from it to that account)."""

    group: UUID
    kind: str
    other: UUID
    amount: Money


async def flows_by_group(session: AsyncSession, members: Select[UUID, UUID], *, before: datetime) -> list[Flow]:
    """What moved between groups of accounts and each other account until a moment; each way by itself.

    :param members: pairs of account and group
    """
    of = members.subquery()
    account, group = of.c
    found: list[Flow] = []
    for here, there, sign in (
        (Transfer.credit_account_id, Transfer.debit_account_id, 1),
        (Transfer.debit_account_id, Transfer.credit_account_id, -1),
    ):
        statement = (
            select(group, Transfer.kind, there, sum_of(Transfer.amount))
            .join(Transfer, here == account)
            .where(Transfer.effective_at < before)
            .group_by(group, Transfer.kind, there)
        )
        found += [
            Flow(one, kind, other, Money(sign * cents)) for one, kind, other, cents in await session.execute(statement)
        ]
    return found


async def left_by_group(session: AsyncSession, members: Select[UUID, UUID]) -> dict[UUID, Money]:
    """What the accounts of each group hold together (credits less debits).

    :param members: pairs of account and group
    """
    of = members.subquery()
    account, group = of.c
    statement = (
        select(group, sum_of(Account.credits_posted) - sum_of(Account.debits_posted))
        .join(Account, Account.id == account)
        .group_by(group)
    )
    return {one: Money(left) for one, left in await session.execute(statement)}


async def holding_by_group(session: AsyncSession, members: Select[UUID, Group]) -> dict[Group, tuple[int, Money]]:
    """How many accounts of each group hold money, and how much they hold together; groups that hold none left out.

    :param members: pairs of account and group
    """
    of = members.subquery()
    account, group = of.c
    held = Account.credits_posted - Account.debits_posted
    statement = (
        select(group, func.count(), sum_of(held)).join(Account, Account.id == account).where(held > 0).group_by(group)
    )
    return {one: (count, Money(cents)) for one, count, cents in await session.execute(statement)}


async def amounts_by_group(session: AsyncSession, members: Select[UUID, UUID]) -> dict[UUID, dict[str, Money]]:
    """What the transfers of each group come to, by kind.

    :param members: pairs of transfer and group
    """
    of = members.subquery()
    one, group = of.c
    statement = (
        select(group, Transfer.kind, sum_of(Transfer.amount))
        .join(Transfer, Transfer.id == one)
        .group_by(group, Transfer.kind)
    )
    found: dict[UUID, dict[str, Money]] = {}
    for which, kind, amount in await session.execute(statement):
        found.setdefault(which, {})[kind] = Money(amount)
    return found


async def by_month(
    session: AsyncSession, transfer_kind: str, *, side: Side, kinds: Sequence[Kind], since: datetime
) -> dict[tuple[date, Kind], Money]:
    """What transfers of a kind brought to (credit) or took from (debit) accounts of some kinds, month by month."""
    column = Transfer.credit_account_id if side is Side.CREDIT else Transfer.debit_account_id
    month = cast(func.date_trunc("month", func.timezone(str(PARIS), Transfer.effective_at)), Date)
    statement = (
        select(month, Account.kind, sum_of(Transfer.amount))
        .join(Account, Account.id == column)
        .where(Transfer.kind == transfer_kind, Account.kind.in_(kinds), Transfer.effective_at >= since)
        .group_by(month, Account.kind)
    )
    return {(one, Kind(kind)): Money(cents) for one, kind, cents in await session.execute(statement)}


@dataclass(frozen=True, slots=True)
class Taken:
    """A transfer that took from an account, under a document."""

    transfer: UUID
    document: str
    amount: Money


async def taken_under(
    session: AsyncSession, accounts: Sequence[UUID], *, kind: str, documents: Sequence[str]
) -> list[Taken]:
    """What transfers of a kind took from accounts under documents, of each account in the order of its transfers."""
    if not documents:
        return []
    statement = (
        select(Transfer.id, Transfer.document, Transfer.amount)
        .where(
            Transfer.debit_account_id.in_(accounts), Transfer.kind == kind, Transfer.document.in_(documents)
        )
        .order_by(Transfer.debit_account_id, Transfer.debit_seq)
    )  # fmt: skip
    return [Taken(one, document or "", Money(cents)) for one, document, cents in await session.execute(statement)]


async def not_among(session: AsyncSession, *, kind: str, known: Select[UUID], limit: int) -> list[UUID]:
    """Transfers of a kind that are not among ``known``, in the order of their ids."""
    statement = select(Transfer.id).where(Transfer.kind == kind, ~_is_among(known)).order_by(Transfer.id).limit(limit)
    return list((await session.execute(statement)).scalars())


@dataclass(frozen=True, slots=True)
class Counterpart:
    """What transfers of one entry brought to an account (negative: took) from accounts of one kind, and how many."""

    entry: UUID
    kind: Kind
    amount: Money
    transfers: int


async def counterparts(session: AsyncSession, account: UUID, entries: Sequence[UUID]) -> list[Counterpart]:
    """What these entries did to an account, by the kind of the account on the other side; each way by itself."""
    if not entries:
        return []
    found = []
    for here, there, sign in (
        (Transfer.credit_account_id, Transfer.debit_account_id, 1),
        (Transfer.debit_account_id, Transfer.credit_account_id, -1),
    ):
        statement = (
            select(Transfer.entry_id, Account.kind, sum_of(Transfer.amount), func.count())
            .join(Account, Account.id == there)
            .where(Transfer.entry_id.in_(entries), here == account)
            .group_by(Transfer.entry_id, Account.kind)
        )
        found += [
            Counterpart(entry, Kind(kind), Money(sign * amount), transfers)
            for entry, kind, amount, transfers in await session.execute(statement)
        ]
    return found


async def net_by_document(session: AsyncSession, kind: Kind, documents: Sequence[str]) -> dict[str, dict[str, Money]]:
    """What transfers under each document brought to (positive) or took from accounts of a kind, by transfer kind."""
    if not documents:
        return {}
    came_in = case((Transfer.credit_account_id == Account.id, Transfer.amount), else_=-Transfer.amount)
    statement = (
        select(Transfer.document, Transfer.kind, sum_of(came_in))
        .join(Account, or_(Account.id == Transfer.credit_account_id, Account.id == Transfer.debit_account_id))
        .where(Account.kind == kind, Transfer.document.in_(documents))
        .group_by(Transfer.document, Transfer.kind)
    )
    found: dict[str, dict[str, Money]] = {}
    for document, what, amount in await session.execute(statement):
        found.setdefault(document or "", {})[what] = Money(amount)
    return found


async def with_money(session: AsyncSession, accounts: Select[UUID], *, limit: int) -> list[UUID]:
    """Those of these accounts that hold money of which none is held back, in the order of their ids."""
    statement = (
        select(Account.id)
        .where(Account.id.in_(accounts), Account.credits_posted > Account.debits_posted, Account.debits_pending == 0)
        .order_by(Account.id)
        .limit(limit)
    )
    return list((await session.execute(statement)).scalars())


def _is_among(some: Select[UUID]) -> Exists:
    """Whether a transfer is one of these. ``NOT IN`` is quadratic once they outgrow ``work_mem``; this is a join."""
    (one,) = some.subquery().c
    return exists().where(one == Transfer.id)


_DEBIT, _CREDIT = aliased(Account), aliased(Account)
_KIND: Final = bindparam("kind", type_=Text())
_DAY: Final = func.date(func.timezone(str(PARIS), Transfer.effective_at)).label("day")
_NET_BY_DAY: Final = (
    select(_DAY, Transfer.kind, sum_of(case((_CREDIT.kind == _KIND, Transfer.amount), else_=-Transfer.amount)),
           func.count())
    .join(_DEBIT, _DEBIT.id == Transfer.debit_account_id)
    .join(_CREDIT, _CREDIT.id == Transfer.credit_account_id)
    .where(
        Transfer.effective_at >= bindparam("since", type_=DateTime(timezone=True)),
        (_DEBIT.kind == _KIND) != (_CREDIT.kind == _KIND),
    )
    .group_by(_DAY, Transfer.kind)
    .order_by(_DAY, Transfer.kind)
)  # fmt: skip
