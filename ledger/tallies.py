"""What sets of accounts and of transfers come to: for settlements, and for the proofs of the floors above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import (
    CompoundSelect,
    Date,
    Select,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.chart import Kind, Side
from ledger.database import sum_of
from ledger.days import PARIS
from ledger.money import Money
from ledger.parallel import any_of, given
from ledger.tables import Account, Transfer

Group = TypeVar("Group", UUID, date)


async def held_by_kind(session: AsyncSession, kind: Kind) -> Money:
    """What all accounts of a kind hold now (credits less debits)."""
    statement = select(sum_of(Account.credits_posted) - sum_of(Account.debits_posted)).where(Account.kind == kind)
    return Money((await session.execute(statement)).scalar_one())


Sums = CompoundSelect[str, UUID, str, int]
"""What ``sums_of`` makes."""

Left = Select[UUID, int]
"""What ``left_of`` makes."""


def sums_of(members: Select[UUID, UUID]) -> Sums:
    """The statement of ``sums_by_group``, to be made once.

    :param members: pairs of account and group
    """
    account, group = members.subquery().c
    sides = ((Side.DEBIT, Transfer.debit_account_id), (Side.CREDIT, Transfer.credit_account_id))
    return union_all(
        *(
            select(literal(side.value), group, Transfer.kind, sum_of(Transfer.amount))
            .join(Transfer, column == account)
            .group_by(group, Transfer.kind)
            for side, column in sides
        )
    )


def left_of(members: Select[UUID, UUID]) -> Left:
    """The statement of ``left_by_group``, to be made once.

    :param members: pairs of account and group
    """
    account, group = members.subquery().c
    held = sum_of(Account.credits_posted) - sum_of(Account.debits_posted)
    return select(group, held).join(Account, Account.id == account).group_by(group)


async def sums_by_group(
    session: AsyncSession, sums: Sums, values: Mapping[str, object] | None = None
) -> dict[tuple[UUID, str, Side], Money]:
    """What each kind of transfer took from (debit) and brought to (credit) groups of accounts."""
    rows = await session.execute(sums, values)
    return {(group, kind, Side(side)): Money(amount) for side, group, kind, amount in rows}


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


async def left_by_group(
    session: AsyncSession, left: Left, values: Mapping[str, object] | None = None
) -> dict[UUID, Money]:
    """What the accounts of each group hold together (credits less debits)."""
    return {group: Money(cents) for group, cents in await session.execute(left, values)}


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


def amounts_of(members: Select[UUID, UUID]) -> Select[UUID, str, int]:
    """The statement of ``amounts_by_group``, to be made once.

    :param members: pairs of transfer and group
    """
    one, group = members.subquery().c
    amounts = select(group, Transfer.kind, sum_of(Transfer.amount))
    return amounts.join(Transfer, Transfer.id == one).group_by(group, Transfer.kind)


async def amounts_by_group(session: AsyncSession, amounts: Select[UUID, str, int]) -> dict[UUID, dict[str, Money]]:
    """What the transfers of each group come to, by kind."""
    found: dict[UUID, dict[str, Money]] = {}
    for which, kind, amount in await session.execute(amounts):
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
    rows = await session.execute(_COUNTERPARTS, {**given(entry=entries), "account": account})
    return [Counterpart(entry, Kind(kind), Money(amount), transfers) for _, entry, kind, amount, transfers in rows]


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


_WAYS: Final = (
    (0, Transfer.credit_account_id, Transfer.debit_account_id, sum_of(Transfer.amount)),
    (1, Transfer.debit_account_id, Transfer.credit_account_id, -sum_of(Transfer.amount)),
)
"""The account itself, the one on the other side, and what moved: first what came, then what went."""
_COUNTERPARTS: Final = union_all(
    *(
        select(literal(way).label("way"), Transfer.entry_id, Account.kind, moved, func.count())
        .join(Account, Account.id == there)
        .where(Transfer.entry_id == any_of("entry", Uuid()), here == bindparam("account", type_=Uuid()))
        .group_by(Transfer.entry_id, Account.kind)
        for way, here, there, moved in _WAYS
    )
).order_by("way")
