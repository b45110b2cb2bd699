"""What transfers did to accounts, one by one and by day: for settlements, statements and figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    DateTime,
    Exists,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.chart import Kind
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
    statement = _movements(kind).where(
        Transfer.kind.in_(transfer_kinds), Transfer.effective_at < before, ~_is_among(settled)
    )
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
    return await _moved(session, statement, values)


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
    session: AsyncSession, statement: Select[UUID, UUID, str, int, bool, datetime, datetime, str | None],
    values: Mapping[str, object] | None = None,
) -> list[Movement]:  # fmt: skip
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
    due = select(Transfer.debit_account_id, Transfer.credit_account_id).where(
        Transfer.kind.in_(transfer_kinds), Transfer.effective_at < before, ~_is_among(settled)
    )
    if account is not None:
        due = due.where(or_(Transfer.credit_account_id == account, Transfer.debit_account_id == account))
    # Each side by itself: held against both at once, each transfer may be held against each account.
    some = due.cte()
    either = union_all(*(select(side) for side in some.c))
    statement = (
        select(Account.id, Account.version).where(Account.kind == kind, Account.id.in_(either)).order_by(Account.id)
    )
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


Strangers = CompoundSelect[int, str, UUID]
"""What ``strangers_of`` makes."""


def strangers_of(known: Mapping[str, Select[UUID]], *, limit: int) -> Strangers:
    """The statement of ``not_among``, to be made once.

    :param known: which transfers of each kind are known
    :param limit: how many of each kind are named
    """
    parts = (
        select(literal(place).label("place"), Transfer.kind, Transfer.id.label("id"))
        .where(Transfer.kind == kind, ~_is_among(some))
        .order_by(Transfer.id)
        .limit(limit)
        .subquery()
        for place, (kind, some) in enumerate(known.items())
    )
    return union_all(*(part.select() for part in parts)).order_by("place", "id")


async def not_among(session: AsyncSession, strangers: Strangers) -> list[tuple[str, UUID]]:
    """Transfers that are not among those of their kind that are known, kind by kind, in the order of their ids."""
    return [(kind, id_) for _, kind, id_ in await session.execute(strangers)]


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
_THROUGH: Final = lists(account=Uuid(), last=BigInteger())
