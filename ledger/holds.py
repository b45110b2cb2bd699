"""Two-phase transfers: money is held first, then captured in part or whole, voided, or timed out.

What is held stays in the account but is no longer available. Every function decides under the lock of the
account that is debited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import HoldClosed, HoldExceeded, HoldUnknown, Overdrawn
from ledger.ids import new_id
from ledger.money import Money
from ledger.posting import Books, Change, NewTransfer, lock, post, write_sums
from ledger.tables import Hold, Transfer

State = Literal["pending", "captured", "voided", "timed_out"]

DUE_AT_ONCE: Final = 1_000
"""How many holds one transaction times out at most."""


@dataclass(frozen=True, slots=True)
class NewHold:
    """Money to keep aside. ``kind`` is the kind of the transfers that capture it."""

    kind: str
    debit: UUID
    credit: UUID
    amount: Money
    expires_at: datetime
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Held:
    """A hold as it stands. ``left`` is what can still be captured."""

    id: UUID
    kind: str
    debit: UUID
    credit: UUID
    amount: Money
    captured: Money
    released: Money
    state: State
    placed_at: datetime
    expires_at: datetime

    @property
    def left(self) -> Money:
        """What can still be captured."""
        return self.amount - self.captured - self.released


async def place(session: AsyncSession, hold: NewHold, *, at: datetime, books: Books | None = None) -> Held:
    """Keep money aside.

    :raises Overdrawn: if the account has less available
    """
    books = books or await lock(session, {hold.debit, hold.credit})
    if books[hold.debit].guarded and books[hold.debit].available < hold.amount:
        raise Overdrawn(account=hold.debit)
    await session.execute(
        insert(Hold).values(
            id=hold.id, kind=hold.kind, debit_account_id=hold.debit, credit_account_id=hold.credit,
            amount=hold.amount.cents, placed_at=at, expires_at=hold.expires_at,
        )
    )  # fmt: skip
    await write_sums(session, books, {hold.debit: Change(pending=hold.amount.cents)}, at=at)
    return await read(session, hold.id)


async def capture(
    session: AsyncSession,
    hold: UUID,
    amount: Money,
    *,
    transfer: UUID,
    final: bool,
    at: datetime,
    document: str | None = None,
) -> Held:
    """Take ``amount`` of what is held; the rest stays held, or is released if this is ``final``.

    :param transfer: the id that the posted transfer shall have
    :raises HoldUnknown, HoldClosed: also when its time is over but nobody has released it yet
    :raises HoldExceeded: if less is held
    """
    held, books = await _lock_open(session, hold)
    if held.expires_at <= at:
        raise HoldClosed(hold=hold, state="timed_out")
    if amount > held.left:
        raise HoldExceeded(hold=hold, left=held.left, asked=amount)
    posting = NewTransfer(
        held.kind, held.debit, held.credit, amount, id=transfer, entry=transfer, hold=hold, document=document
    )
    await post(session, [posting], at=at, books=books)
    rest = held.left - amount
    released = held.released + rest if final else held.released
    state: State = "pending" if rest and not final else "captured"
    await _write(session, hold, captured=held.captured + amount, released=released, state=state)
    if final and rest:
        await write_sums(session, books, {held.debit: Change(pending=-rest.cents)}, at=at)
    return await read(session, hold)


async def void(session: AsyncSession, hold: UUID, *, at: datetime) -> Held:
    """Give back all that is still held.

    :raises HoldUnknown, HoldClosed:
    """
    held, books = await _lock_open(session, hold)
    return await _release(session, held, books, state="voided", at=at)


async def time_out(session: AsyncSession, accounts: Sequence[UUID], *, at: datetime) -> list[Held]:
    """Release the holds of these accounts whose time is over. The accounts may be locked already."""
    statement = select(Hold.id).where(
        Hold.debit_account_id.in_(accounts), Hold.state == "pending", Hold.expires_at <= at
    )
    return await _time_out(session, list((await session.execute(statement)).scalars()), at)


async def time_out_due(session: AsyncSession, *, at: datetime) -> list[Held]:
    """Release the holds of the whole programme whose time is over, at most a thousand in one go."""
    statement = (
        select(Hold.id)
        .where(Hold.state == "pending", Hold.expires_at <= at)
        .order_by(Hold.debit_account_id)
        .limit(DUE_AT_ONCE)
    )
    return await _time_out(session, list((await session.execute(statement)).scalars()), at)


async def read(session: AsyncSession, hold: UUID) -> Held:
    """One hold.

    :raises HoldUnknown:
    """
    row = (await session.execute(select(*_COLUMNS).where(Hold.id == hold))).one_or_none()
    if row is None:
        raise HoldUnknown(hold=hold)
    return _held(row)


async def by_id(session: AsyncSession, holds: Sequence[UUID]) -> list[Held]:
    """These holds, oldest first; unknown ids are absent."""
    return [_held(row) for row in await session.execute(select(*_COLUMNS).where(Hold.id.in_(holds)).order_by(Hold.id))]


async def captures_of(session: AsyncSession, hold: UUID) -> list[UUID]:
    """The transfers that captured a hold, oldest first."""
    statement = select(Transfer.id).where(Transfer.hold_id == hold).order_by(Transfer.id)
    return list((await session.execute(statement)).scalars())


async def _time_out(session: AsyncSession, due: Sequence[UUID], at: datetime) -> list[Held]:
    if not due:
        return []
    rows = await session.execute(select(Hold.debit_account_id).where(Hold.id.in_(due)))
    books = await lock(session, set(rows.scalars()))
    # Another transaction may have closed some of them before our lock was granted: read again.
    statement = select(*_COLUMNS).where(Hold.id.in_(due), Hold.state == "pending", Hold.expires_at <= at)
    still_open = [_held(row) for row in await session.execute(statement)]
    return [await _release(session, held, books, state="timed_out", at=at) for held in still_open]


async def _lock_open(session: AsyncSession, hold: UUID) -> tuple[Held, Books]:
    """The hold, read after both its accounts are locked, so that it cannot change before the commit."""
    before = await read(session, hold)
    books = await lock(session, {before.debit, before.credit})
    held = await read(session, hold)
    if held.state != "pending":
        raise HoldClosed(hold=hold, state=held.state)
    return held, books


async def _release(session: AsyncSession, held: Held, books: Books, *, state: State, at: datetime) -> Held:
    await _write(session, held.id, captured=held.captured, released=held.released + held.left, state=state)
    await write_sums(session, books, {held.debit: Change(pending=-held.left.cents)}, at=at)
    return await read(session, held.id)


async def _write(session: AsyncSession, hold: UUID, *, captured: Money, released: Money, state: State) -> None:
    await session.execute(
        update(Hold)
        .where(Hold.id == hold)
        .values(captured=captured.cents, released=released.cents, state=state)
        .execution_options(synchronize_session=False)
    )


_COLUMNS: Final = (
    Hold.id, Hold.kind, Hold.debit_account_id, Hold.credit_account_id, Hold.amount, Hold.captured, Hold.released,
    Hold.state, Hold.placed_at, Hold.expires_at,
)  # fmt: skip


def _held(row: Sequence[object]) -> Held:
    id_, kind, debit, credit, amount, captured, released, state, placed_at, expires_at = row
    return Held(
        cast("UUID", id_), cast("str", kind), cast("UUID", debit), cast("UUID", credit),
        Money(cast("int", amount)), Money(cast("int", captured)), Money(cast("int", released)),
        cast("State", state), cast("datetime", placed_at), cast("datetime", expires_at),
    )  # fmt: skip
