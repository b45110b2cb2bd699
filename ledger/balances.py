"""What accounts hold: now, at a past moment, and all of them in a trial balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from typing import cast as typed
from uuid import UUID

from sqlalchemy import BigInteger, Row, Select, Table, Uuid, case, cast, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.chart import CHART, Kind, Side
from ledger.database import sum_of
from ledger.errors import AccountUnknown, EntryUnknown, TransferUnknown
from ledger.money import Money
from ledger.parallel import any_of, given
from ledger.tables import Account, Transfer


@dataclass(frozen=True, slots=True)
class Balance:
    """An account and its sums. ``balance`` is positive on the side on which the account grows."""

    id: UUID
    kind: Kind
    name: str
    debits: Money
    credits: Money
    pending: Money
    transfers: int
    opened_at: datetime

    @property
    def balance(self) -> Money:
        """Debits less credits, or credits less debits, by the side of its kind."""
        return self.debits - self.credits if CHART[self.kind].side is Side.DEBIT else self.credits - self.debits

    @property
    def available(self) -> Money:
        """The balance of a credit account less what is held."""
        return self.credits - self.debits - self.pending


@dataclass(frozen=True, slots=True)
class Posted:
    """A transfer as it stands in the books."""

    id: UUID
    entry: UUID
    kind: str
    debit: UUID
    credit: UUID
    amount: Money
    debit_seq: int
    credit_seq: int
    effective_at: datetime
    recorded_at: datetime
    reverses: UUID | None
    hold: UUID | None
    document: str | None

    def seq_on(self, account: UUID) -> int:
        """Its number among the transfers of ``account``."""
        return self.debit_seq if account == self.debit else self.credit_seq


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One kind of account in the trial balance."""

    kind: Kind
    accounts: int
    debits: Money
    credits: Money


async def balances_of(session: AsyncSession, accounts: Sequence[UUID]) -> dict[UUID, Balance]:
    """What these accounts hold now; unknown ids are absent."""
    if not accounts:
        return {}
    rows = await session.execute(_BALANCES, given(id=accounts))
    return {row[0]: _balance(row) for row in rows}


async def balance(session: AsyncSession, account: UUID, *, at: datetime | None = None) -> Balance:
    """What an account holds now, or held at a past moment (by the moments from which its transfers counted).

    :raises AccountUnknown:
    """
    now = (await balances_of(session, [account])).get(account)
    if now is None:
        raise AccountUnknown(account=account)
    if at is None:
        return now
    debit, credit = Transfer.debit_account_id == account, Transfer.credit_account_id == account
    statement = select(
        sum_of(case((debit, Transfer.amount), else_=0)), sum_of(case((credit, Transfer.amount), else_=0)), func.count()
    ).where(or_(debit, credit), Transfer.effective_at <= at)
    debits, credits_, transfers = (await session.execute(statement)).one()
    return Balance(now.id, now.kind, now.name, Money(debits), Money(credits_), Money(0), transfers, now.opened_at)


async def accounts_page(
    session: AsyncSession, *, kind: Kind | None = None, after: UUID | None = None, limit: int
) -> list[Balance]:
    """Accounts in the order of their ids."""
    statement = select(*_SUMS).order_by(Account.id).limit(limit)
    if kind is not None:
        statement = statement.where(Account.kind == kind)
    if after is not None:
        statement = statement.where(Account.id > after)
    return [_balance(row) for row in await session.execute(statement)]


async def transfer(session: AsyncSession, transfer_id: UUID) -> Posted:
    """One transfer.

    :raises TransferUnknown:
    """
    row = (await session.execute(select(Transfer).where(Transfer.id == transfer_id))).scalar_one_or_none()
    if row is None:
        raise TransferUnknown(transfer=transfer_id)
    return _posted(row)


async def transfers_by_id(session: AsyncSession, transfers: Sequence[UUID]) -> dict[UUID, Posted]:
    """These transfers; unknown ids are absent."""
    if not transfers:
        return {}
    rows = await session.execute(_TRANSFERS, given(id=transfers))
    return {row.id: _posted(row) for row in rows.scalars()}


async def transfers_page(session: AsyncSession, *, after: UUID | None = None, limit: int) -> list[Posted]:
    """All transfers, newest first, from below ``after``."""
    statement = select(Transfer).order_by(Transfer.id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(Transfer.id < after)
    return [_posted(row) for row in (await session.execute(statement)).scalars()]


async def entry(session: AsyncSession, entry_id: UUID) -> list[Posted]:
    """The transfers of one entry, in the order of their ids.

    :raises EntryUnknown:
    """
    rows = await session.execute(select(Transfer).where(Transfer.entry_id == entry_id).order_by(Transfer.id))
    found = [_posted(row) for row in rows.scalars()]
    if not found:
        raise EntryUnknown(entry=entry_id)
    return found


async def entry_under(session: AsyncSession, account: UUID, *, document: str) -> UUID | None:
    """The entry that moved an account under a document; the first one, if there are several."""
    touched = or_(Transfer.debit_account_id == account, Transfer.credit_account_id == account)
    statement = select(Transfer.entry_id).where(touched, Transfer.document == document).order_by(Transfer.id).limit(1)
    return (await session.execute(statement)).scalar_one_or_none()


async def history(session: AsyncSession, account: UUID, *, after: int = 0, limit: int) -> list[Posted]:
    """The transfers of one account by their number on it, from above ``after``."""
    debits = select(Transfer.id, Transfer.debit_seq.label("seq")).where(
        Transfer.debit_account_id == account, Transfer.debit_seq > after
    )
    credits_ = select(Transfer.id, Transfer.credit_seq.label("seq")).where(
        Transfer.credit_account_id == account, Transfer.credit_seq > after
    )
    both = union_all(
        debits.order_by(Transfer.debit_seq).limit(limit).subquery().select(),
        credits_.order_by(Transfer.credit_seq).limit(limit).subquery().select(),
    ).subquery()
    statement = select(Transfer).join(both, both.c.id == Transfer.id).order_by(both.c.seq).limit(limit)
    return [_posted(row) for row in (await session.execute(statement)).scalars()]


async def reversals_of(session: AsyncSession, transfers: Sequence[UUID]) -> dict[UUID, UUID]:
    """Which of these transfers are reversed, and by which transfer."""
    if not transfers:
        return {}
    rows = await session.execute(_REVERSALS, given(id=transfers))
    return {reversed_: transfer for reversed_, transfer in rows if reversed_ is not None}


async def trial_balance(session: AsyncSession, *, at: datetime | None = None) -> list[TrialLine]:
    """Debits and credits by kind of account, now or at a past moment. Both columns add up to the same.

    An account whose kind was changed by hand to one that is not on the chart is left out: then they do not.
    """
    if at is None:
        statement = select(
            Account.kind, func.count(), sum_of(Account.debits_posted), sum_of(Account.credits_posted)
        ).group_by(Account.kind)
    else:
        statement = _trial_at(at)
    found = {Kind(kind): rest for kind, *rest in await session.execute(statement) if kind in set(Kind)}
    return [
        TrialLine(kind, found[kind][0], Money(found[kind][1]), Money(found[kind][2])) for kind in CHART if kind in found
    ]


def _trial_at(at: datetime) -> Select[str, int, int, int]:
    zero = cast(0, BigInteger)
    sides = union_all(
        select(Transfer.debit_account_id.label("account"), Transfer.amount.label("debit"), zero.label("credit")).where(
            Transfer.effective_at <= at
        ),
        select(Transfer.credit_account_id, zero, Transfer.amount).where(Transfer.effective_at <= at),
    ).subquery()
    return (
        select(Account.kind, func.count(Account.id.distinct()), sum_of(sides.c.debit), sum_of(sides.c.credit))
        .join(sides, sides.c.account == Account.id)
        .group_by(Account.kind)
    )


_ACCOUNTS: Final = typed("Table", Account.__table__)

_SUMS: Final = (
    _ACCOUNTS.c.id, _ACCOUNTS.c.kind, _ACCOUNTS.c.name, _ACCOUNTS.c.debits_posted, _ACCOUNTS.c.credits_posted,
    _ACCOUNTS.c.debits_pending, _ACCOUNTS.c.version, _ACCOUNTS.c.opened_at,
)  # fmt: skip

_BALANCES: Final = select(*_SUMS).where(_ACCOUNTS.c.id == any_of("id", Uuid()))
_TRANSFERS: Final = select(Transfer).where(Transfer.id == any_of("id", Uuid()))
_REVERSALS: Final = select(Transfer.reverses, Transfer.id).where(Transfer.reverses == any_of("id", Uuid()))


def _balance(row: Row[UUID, str, str, int, int, int, int, datetime]) -> Balance:
    account, kind, name, debits, credits_, pending, transfers, opened_at = row
    return Balance(account, Kind(kind), name, Money(debits), Money(credits_), Money(pending), transfers, opened_at)


def _posted(row: Transfer) -> Posted:
    return Posted(
        row.id, row.entry_id, row.kind, row.debit_account_id, row.credit_account_id, Money(row.amount),
        row.debit_seq, row.credit_seq, row.effective_at, row.recorded_at, row.reverses, row.hold_id, row.document,
    )  # fmt: skip
