"""What sets of accounts and of transfers come to: for settlements, and for the proofs of the floors above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Exists, Select, Uuid, and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.chart import Kind, Side
from ledger.database import sum_of
from ledger.days import PARIS
from ledger.money import Money
from ledger.parallel import any_of, given, lists
from ledger.tables import Account, Transfer


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
    accounts: Sequence[UUID] | None = None, through: Mapping[UUID, int] | None = None,
) -> list[Movement]:  # fmt: skip
    """Movements on the accounts of a kind that counted before a moment and are not among ``settled``.

    :param accounts: of these accounts only
    :param through: of these accounts only, and of each up to this number of its transfers: what is recorded after
        the number was read stays out

    Read by which rows they are, not by a mark such as "later than the last one seen": a transfer that commits
    late is found the next time.
    """
    first = aliased(Transfer)
    statement = (
        select(Account.id, Transfer.id, Transfer.kind, Transfer.amount, Transfer.credit_account_id == Account.id,
               Transfer.effective_at, func.coalesce(first.effective_at, Transfer.effective_at),
               Transfer.document)
        .join(Account, or_(Account.id == Transfer.credit_account_id, Account.id == Transfer.debit_account_id))
        .outerjoin(first, first.id == Transfer.reverses)
        .where(Account.kind == kind, Transfer.kind.in_(transfer_kinds), Transfer.effective_at < before,
               ~_is_among(settled))
        .order_by(Account.id, Transfer.effective_at, Transfer.id)
    )  # fmt: skip
    if accounts is not None:
        statement = statement.where(Account.id.in_(accounts))
    values: dict[str, object] = {}
    if through is not None:
        seq = case((Transfer.credit_account_id == Account.id, Transfer.credit_seq), else_=Transfer.debit_seq)
        statement = statement.join(_THROUGH, and_(_THROUGH.c.account == Account.id, seq <= _THROUGH.c.last))
        # Said once more of the transfers alone, so that they are found by their accounts and not all of them read.
        named = any_of("account", Uuid())
        statement = statement.where(or_(Transfer.credit_account_id == named, Transfer.debit_account_id == named))
        values = given(account=through.keys(), last=through.values())
    rows = await session.execute(statement, values)
    return [
        Movement(account, transfer_id, what, Money(amount if came_in else -amount), at, first_at, document)
        for account, transfer_id, what, amount, came_in, at, first_at, document in rows
    ]


async def moved(
    session: AsyncSession, *, kind: Kind, transfer_kinds: Sequence[str], before: datetime, settled: Select[UUID],
    account: UUID | None = None,
) -> dict[UUID, int]:  # fmt: skip
    """The accounts that have such movements, in the order of their ids, each with how many transfers it has in all.

    :param account: this one only
    """
    statement = (
        select(Account.id, Account.version)
        .join(Transfer, or_(Account.id == Transfer.credit_account_id, Account.id == Transfer.debit_account_id))
        .where(Account.kind == kind, Transfer.kind.in_(transfer_kinds), Transfer.effective_at < before,
               ~_is_among(settled))
        .distinct()
        .order_by(Account.id)
    )  # fmt: skip
    if account is not None:
        statement = statement.where(Account.id == account)
    return dict((await session.execute(statement)).all())


async def unsettled_days(
    session: AsyncSession, accounts: Sequence[UUID], *, transfer_kinds: Sequence[str], before: datetime,
    settled: Select[UUID],
) -> list[date]:  # fmt: skip
    """The days in Paris on which such movements of these accounts counted, oldest first."""
    day = func.date(func.timezone(str(PARIS), Transfer.effective_at))
    wanted = or_(
        Transfer.credit_account_id == any_of("account", Uuid()), Transfer.debit_account_id == any_of("account", Uuid())
    )
    statement = (
        select(day)
        .where(wanted, Transfer.kind.in_(transfer_kinds), Transfer.effective_at < before, ~_is_among(settled))
        .distinct()
    )
    return sorted((await session.execute(statement, given(account=accounts))).scalars())


@dataclass(frozen=True, slots=True)
class OfDay:
    """What transfers of one kind brought to an account on a day in Paris (negative: took), and how many they were."""

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


_THROUGH: Final = lists(account=Uuid(), last=BigInteger())
