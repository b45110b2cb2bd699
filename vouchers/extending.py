"""Moving the last day of a whole batch: asked once, done some hundred vouchers at a time, taken up where it stopped.

Each part is a transaction of its own that holds the accounts of its vouchers, as expiry does, so that a voucher either
expires or is extended. What is blocked is extended too; what was replaced is not, its heir is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.days import day_of
from ledger.errors import Refusal
from ledger.ids import new_id
from ledger.wishes import wish
from vouchers.blocking import extend
from vouchers.errors import BatchUnknown, ExtensionUnderWay, LastDayTooEarly
from vouchers.tables import Batch, Extension, Voucher

JOB: Final = "extend_batch"
AT_ONCE: Final = 200
"""How many vouchers one transaction extends at most."""

LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class ExtensionView:
    """How far the extension of a batch is. ``refused``: vouchers whose expired money was used elsewhere since."""

    id: UUID
    batch: UUID
    last_day: date
    reason: str
    asked_by: str
    asked_at: datetime
    extended: int
    refused: int
    ended_at: datetime | None


async def ask(
    session: AsyncSession, batch_id: UUID, *, last_day: date, reason: str, actor: str, at: datetime
) -> ExtensionView:
    """Ask that the vouchers of a batch may be spent through a later day; a job does it.

    :raises BatchUnknown:
    :raises LastDayTooEarly: unless it is later than the batch's, and not over
    :raises ExtensionUnderWay: while the last one of this batch goes on
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"extend {batch_id}", 0))))
    batch = (await session.execute(select(Batch.last_day).where(Batch.id == batch_id))).scalar_one_or_none()
    if batch is None:
        raise BatchUnknown(batch=batch_id)
    before = await extensions_of(session, batch_id)
    if before and before[0].ended_at is None:
        raise ExtensionUnderWay(last_day=before[0].last_day)
    latest = max([batch, *(one.last_day for one in before)])
    if last_day < day_of(at) or last_day <= latest:
        raise LastDayTooEarly(last_day=last_day, earliest=max(day_of(at), latest))
    made = new_id()
    await session.execute(
        insert(Extension).values(
            id=made, batch_id=batch_id, last_day=last_day, reason=reason, asked_by=actor, asked_at=at
        )
    )
    wish(session, JOB, extension=str(made))
    return await extension(session, made)


async def go_on(session: AsyncSession, extension_id: UUID, *, at: datetime) -> bool:
    """Extend some more vouchers.

    :returns: whether there may be more: call again until there is none
    """
    row = (
        await session.execute(select(Extension).where(Extension.id == extension_id).with_for_update())
    ).scalar_one_or_none()
    if row is None or row.ended_at is not None:
        return False
    found, reached = _view(row), row.reached  # kept aside: a savepoint that is rolled back would forget the row
    some = await _next(session, found, reached)
    await posting.lock(session, some)
    refused = 0
    for one in some:
        refused += await _refused(session, one, found, at=at)
    await _set(
        session, found.id, reached=some[-1] if some else reached, refused=found.refused + refused,
        extended=found.extended + len(some) - refused, ended_at=None if some else at,
    )  # fmt: skip
    return bool(some)


async def _next(session: AsyncSession, found: ExtensionView, reached: UUID | None) -> list[UUID]:
    """Those that come next, of which none was replaced nor may be spent for as long already."""
    statement = (
        select(Voucher.id)
        .where(Voucher.batch_id == found.batch, Voucher.status != "replaced", Voucher.last_day < found.last_day)
        .order_by(Voucher.id)
        .limit(AT_ONCE)
    )
    if reached is not None:
        statement = statement.where(Voucher.id > reached)
    return list((await session.execute(statement)).scalars())


async def _refused(session: AsyncSession, voucher_id: UUID, found: ExtensionView, *, at: datetime) -> bool:
    """Extend one; whether it could not be, in which case nothing of it changed."""
    try:
        async with session.begin_nested():
            await extend(session, voucher_id, last_day=found.last_day, actor=found.asked_by, reason=found.reason, at=at)
    except Refusal:
        return True
    return False


async def extensions_of(session: AsyncSession, batch_id: UUID) -> list[ExtensionView]:
    """What was asked for a batch, newest first."""
    statement = select(Extension).where(Extension.batch_id == batch_id).order_by(Extension.id.desc())
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def under_way(session: AsyncSession) -> list[UUID]:
    """Extensions that are not ended."""
    return list((await session.execute(select(Extension.id).where(Extension.ended_at.is_(None)))).scalars())


async def extension(session: AsyncSession, extension_id: UUID) -> ExtensionView:
    """One of them."""
    return _view((await session.execute(select(Extension).where(Extension.id == extension_id))).scalar_one())


def _view(row: Extension) -> ExtensionView:
    return ExtensionView(
        row.id, row.batch_id, row.last_day, row.reason, row.asked_by, row.asked_at, row.extended, row.refused,
        row.ended_at,
    )  # fmt: skip


async def _set(session: AsyncSession, extension_id: UUID, **values: object) -> None:
    await session.execute(
        update(Extension)
        .where(Extension.id == extension_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
