"""The only door by which transfers enter the books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.chart import CHART, SINGLES, Kind, single
from ledger.errors import AccountUnknown, AlreadyReversed, Overdrawn, TransferUnknown
from ledger.ids import new_id
from ledger.money import Money
from ledger.parallel import given
from ledger.statements import INSERT, LOCK, OPEN, UPDATE, Locking
from ledger.tables import Transfer

ROWS_AT_ONCE: Final = 10_000
"""How many rows one statement writes: enough to be fast, few enough to bound memory."""

"""The columns under a transfer's digest."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to open. ``id`` is the owner's own id: a voucher's account is the voucher's id."""

    id: UUID
    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """A transfer to post: one debit, one credit, a positive amount.

    :param kind: what happened, in one word (``redemption``)
    :param entry: shared by the transfers of one event
    :param document: the number or id of the paper behind it
    """

    kind: str
    debit: UUID
    credit: UUID
    amount: Money
    entry: UUID = field(default_factory=new_id)
    id: UUID = field(default_factory=new_id)
    reverses: UUID | None = None
    hold: UUID | None = None
    document: str | None = None


@dataclass(slots=True)
class Locked:
    """An account under this transaction's lock: what it holds now, kept true as postings are written."""

    id: UUID
    kind: Kind
    guarded: bool
    debits: int
    credits: int
    pending: int
    version: int

    @property
    def available(self) -> Money:
        """What can still be taken: came in, less spent, less held."""
        return Money(self.credits - self.debits - self.pending)

    @property
    def left(self) -> Money:
        """What came in less what was spent; what is held is still in it."""
        return Money(self.credits - self.debits)


Books = dict[UUID, Locked]


def newly_opened(account: UUID, kind: Kind) -> Locked:
    """An account that this transaction has just opened: nobody else can see it, so it needs no lock."""
    return Locked(account, kind, CHART[kind].guarded, 0, 0, 0, 0)


@dataclass(slots=True)
class Change:
    """What a posting adds to the sums of one account, in cents, and how many transfers it brings."""

    debits: int = 0
    credits: int = 0
    pending: int = 0
    transfers: int = 0


async def open_accounts(session: AsyncSession, accounts: Sequence[NewAccount]) -> None:
    """Open any number of accounts, a statement for every ten thousand."""
    for start in range(0, len(accounts), ROWS_AT_ONCE):
        await _open(session, accounts[start : start + ROWS_AT_ONCE], {})


async def open_and_post(
    session: AsyncSession,
    accounts: Sequence[NewAccount],
    transfers: Sequence[NewTransfer],
    *,
    at: datetime,
    books: Books,
) -> None:
    """Open accounts and post the transfers that are their first; each new account is written once, with its sums.

    :param books: the other accounts of these transfers, which this transaction has locked
    :raises Overdrawn: if a guarded account would go below zero
    """
    fresh = {account.id: newly_opened(account.id, account.kind) for account in accounts}
    every = books | fresh
    changes = _changes(transfers)
    _refuse_overdraft(every, changes)
    await _refuse_second_reversal(session, transfers)
    for start in range(0, len(accounts), ROWS_AT_ONCE):
        await _open(session, accounts[start : start + ROWS_AT_ONCE], changes)
    for account in fresh:
        changes.pop(account, None)
    await write_sums(session, every, changes, transfers=transfers, at=at)


async def open_books(session: AsyncSession) -> None:
    """Open the accounts of which a programme has one each."""
    await open_accounts(session, [NewAccount(single(kind), kind, CHART[kind].label_fr) for kind in SINGLES])


async def lock(session: AsyncSession, accounts: Collection[UUID]) -> Books:
    """Lock accounts in the order of their ids and read what they hold.

    What is decided upon is read here or in a later statement, never earlier (decision 10).

    :raises AccountUnknown: if one does not exist
    """
    books = await lock_found(session, LOCK, given(id=accounts))
    for account in accounts:
        if account not in books:
            raise AccountUnknown(account=account)
    return books


async def lock_found(session: AsyncSession, statement: Locking, values: Mapping[str, object]) -> Books:
    """As ``lock``, but the ids are found on the way, which saves a trip; let them be found by what never changes.

    Those that are there are locked and returned; what is not was not there when it was looked for.
    """
    rows = await session.execute(statement, values)
    return {row[0]: Locked(row[0], Kind(row[1]), *row[2:]) for row in rows}


async def post(
    session: AsyncSession, transfers: Sequence[NewTransfer], *, at: datetime, books: Books | None = None
) -> None:
    """Post transfers, all or none.

    :param at: the moment from which they count (effective moment); the database adds when it was recorded
    :param books: the accounts if this transaction has locked them already
    :raises Overdrawn: if a guarded account would go below zero
    :raises AccountUnknown: if an account does not exist
    :raises AlreadyReversed: if what one of them reverses is reversed already
    """
    if not transfers:
        return
    if books is None:
        books = await lock(
            session, {account for transfer in transfers for account in (transfer.debit, transfer.credit)}
        )
    changes = _changes(transfers)
    _refuse_overdraft(books, changes)
    await _refuse_second_reversal(session, transfers)
    await write_sums(session, books, changes, transfers=transfers, at=at)


async def write_sums(
    session: AsyncSession,
    books: Books,
    changes: dict[UUID, Change],
    *,
    transfers: Sequence[NewTransfer] = (),
    at: datetime,
) -> None:
    """Write transfers and the new sums of their accounts. For this module and ``ledger.holds``."""
    for start in range(0, len(transfers), ROWS_AT_ONCE):
        await _insert(session, transfers[start : start + ROWS_AT_ONCE], books, at)
    touched = sorted(changes)
    for start in range(0, len(touched), ROWS_AT_ONCE):
        await _update(session, [(account, changes[account]) for account in touched[start : start + ROWS_AT_ONCE]])
    for account, change in changes.items():
        locked = books[account]
        locked.debits += change.debits
        locked.credits += change.credits
        locked.pending += change.pending


async def reverse(session: AsyncSession, transfer: UUID, *, kind: str, at: datetime, entry: UUID | None = None) -> UUID:
    """Post the opposite of a transfer, at most once.

    :returns: the id of the reversing transfer
    :raises TransferUnknown, AlreadyReversed, Overdrawn:
    """
    found = await session.get(Transfer, transfer)
    if found is None:
        raise TransferUnknown(transfer=transfer)
    opposite = NewTransfer(
        kind, found.credit_account_id, found.debit_account_id, Money(found.amount),
        entry=entry or new_id(), reverses=transfer, document=found.document,
    )  # fmt: skip
    await post(session, [opposite], at=at)
    return opposite.id


def _changes(transfers: Iterable[NewTransfer]) -> dict[UUID, Change]:
    changes: dict[UUID, Change] = {}
    for transfer in transfers:
        debit = changes.setdefault(transfer.debit, Change())
        debit.debits += transfer.amount.cents
        debit.transfers += 1
        if transfer.hold is not None:
            debit.pending -= transfer.amount.cents
        credit = changes.setdefault(transfer.credit, Change())
        credit.credits += transfer.amount.cents
        credit.transfers += 1
    return changes


def _refuse_overdraft(books: Books, changes: dict[UUID, Change]) -> None:
    for account, change in changes.items():
        locked = books[account]
        after = locked.available.cents + change.credits - change.debits - change.pending
        if locked.guarded and after < 0:
            raise Overdrawn(account=account)


async def _refuse_second_reversal(session: AsyncSession, transfers: Sequence[NewTransfer]) -> None:
    """Both accounts are locked, so what is read here cannot change before the commit."""
    reversed_ids = [transfer.reverses for transfer in transfers if transfer.reverses is not None]
    if reversed_ids:
        twice = next((id_ for id_, times in Counter(reversed_ids).items() if times > 1), None)
        if twice is not None:
            raise AlreadyReversed(transfer=twice)
        statement = select(Transfer.reverses).where(Transfer.reverses.in_(reversed_ids))
        already = (await session.execute(statement)).scalars().first()
        if already is not None:
            raise AlreadyReversed(transfer=already)


async def _open(session: AsyncSession, accounts: Sequence[NewAccount], changes: Mapping[UUID, Change]) -> None:
    nothing = Change()
    first = [changes.get(account.id, nothing) for account in accounts]
    rows = given(
        id=[account.id for account in accounts],
        kind=[account.kind.value for account in accounts],
        name=[account.name for account in accounts],
        guarded=[CHART[account.kind].guarded for account in accounts],
        debits_posted=[change.debits for change in first],
        credits_posted=[change.credits for change in first],
        version=[change.transfers for change in first],
    )
    await session.execute(OPEN, rows)


async def _insert(session: AsyncSession, transfers: Sequence[NewTransfer], books: Books, at: datetime) -> None:
    debit_seqs: list[int] = []
    credit_seqs: list[int] = []
    for transfer in transfers:
        for account, seqs in ((books[transfer.debit], debit_seqs), (books[transfer.credit], credit_seqs)):
            account.version += 1
            seqs.append(account.version)
    rows = given(
        id=[transfer.id for transfer in transfers],
        entry_id=[transfer.entry for transfer in transfers],
        kind=[transfer.kind for transfer in transfers],
        debit_account_id=[transfer.debit for transfer in transfers],
        credit_account_id=[transfer.credit for transfer in transfers],
        amount=[transfer.amount.cents for transfer in transfers],
        debit_seq=debit_seqs,
        credit_seq=credit_seqs,
        reverses=[transfer.reverses for transfer in transfers],
        hold_id=[transfer.hold for transfer in transfers],
        document=[transfer.document for transfer in transfers],
    )
    await session.execute(INSERT, {**rows, "at": at})


async def _update(session: AsyncSession, changes: Sequence[tuple[UUID, Change]]) -> None:
    rows = given(
        id=[account for account, _ in changes],
        debits=[change.debits for _, change in changes],
        credits=[change.credits for _, change in changes],
        pending=[change.pending for _, change in changes],
        transfers=[change.transfers for _, change in changes],
    )
    await session.execute(UPDATE, rows)
