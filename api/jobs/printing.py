"""The job that draws the sheets of an order to a file, a few hundred vouchers at a time, and the deleting of files.

Nothing is held while it draws: each part is read in a session of its own, drawn in a thread and written through to
the file; how far it is, is committed by itself. So ten thousand vouchers take the memory of a few hundred.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID, uuid4

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.installation import Installation, Town, in_transaction
from api.printing import folder, order_look, path_of
from api.settings import Settings
from ledger.errors import Refusal
from vouchers.orders import queries
from vouchers.orders.handing_out import printing
from vouchers.orders.handing_out.handouts import AT_ONCE, Handout, handouts, origins_of
from vouchers.orders.handing_out.printing import PrintingView
from vouchers.sheets import sheet_voucher
from vouchers.sheets_pdf import SheetBook, SheetLook

LEFT_BEHIND: Final = timedelta(hours=2)
"""A file older than any that is kept or drawn: what a process that was killed has left."""

_log = logging.getLogger(__name__)


class NothingDrawn(Exception):
    """Meanwhile every voucher was spent, expired or blocked."""


async def print_order(installation: Installation, town: Town, printing_id: UUID) -> None:
    """Draw a printing that is asked for, or that a job has left half-way. Bears being run twice, at once too."""

    async def begin(session: AsyncSession) -> PrintingView | None:
        return await printing.begin(session, printing_id, at=await clock.now(session))

    begun = await in_transaction(town.sessions, begin)
    if begun is None:
        return
    try:
        await _to_file(installation.settings, town, begun)
    except SQLAlchemyError:
        raise  # the database went away: the row stays as it is, and is taken up again
    except (NothingDrawn, Refusal, OSError) as error:
        _log.warning("printing %s failed: %s", printing_id, type(error).__name__)
        await in_transaction(town.sessions, lambda session: _fail(session, printing_id))


async def tend_printings(installation: Installation, town: Town) -> None:
    """Every minute: draw what a job that died has left, delete the files whose hour is over."""
    async with town.sessions.begin() as session:
        at = await clock.now(session)
        left, due = await printing.stale(session, at=at), await printing.due(session, at=at)
    for printing_id in due:
        await asyncio.to_thread(path_of(installation.settings, printing_id).unlink, missing_ok=True)
        await in_transaction(town.sessions, partial(printing.lose, printing_id=printing_id, at=at))
    await asyncio.to_thread(_sweep, folder(installation.settings), at - LEFT_BEHIND)
    for one in left:
        if one.asked_at <= at - printing.PATIENCE:
            await in_transaction(town.sessions, partial(printing.fail, printing_id=one.id, at=at))
        else:
            await print_order(installation, town, one.id)


async def _to_file(settings: Settings, town: Town, begun: PrintingView) -> None:
    """Draw to a file of another name, then give it its own: what has the name is whole."""
    path = path_of(settings, begun.id)
    part = path.with_name(f"{begun.id}.{uuid4().hex}.part")
    try:
        with await asyncio.to_thread(_open, part) as out:
            await _draw(out, settings, town, begun)
            await asyncio.to_thread(_settle, out)
        await asyncio.to_thread(part.replace, path)
    finally:
        part.unlink(missing_ok=True)
    await in_transaction(town.sessions, lambda session: _finish(session, begun.id))


async def _draw(out: BinaryIO, settings: Settings, town: Town, begun: PrintingView) -> None:
    async with town.sessions.begin() as session:
        look = await _look(session, begun)
        origins = await origins_of(session, begun.order)
    book = await asyncio.to_thread(SheetBook, out, look, begun.layout)
    for start in range(0, len(origins), AT_ONCE):
        async with town.sessions.begin() as session:
            at = await clock.now(session)
            some = await handouts(session, origins[start : start + AT_ONCE], first=start + 1, at=at)
        await asyncio.to_thread(_add, book, some, town, settings.base_url)
        done = min(start + AT_ONCE, len(origins))

        async def tell(session: AsyncSession, done: int = done) -> None:
            at = await clock.now(session)
            await printing.progress(session, begun.id, done=done, of=len(origins), at=at)

        await in_transaction(town.sessions, tell)
    if not book.drawn:
        raise NothingDrawn
    await asyncio.to_thread(book.finish)


def _add(book: SheetBook, some: Sequence[Handout], town: Town, base_url: str) -> None:
    book.add(
        sheet_voucher(
            town.keys, base_url, one.voucher, one.key_number, left=one.left, last_day=one.last_day, name=one.name
        )
        for one in some
    )


async def _look(session: AsyncSession, begun: PrintingView) -> SheetLook:
    found = await queries.order(session, begun.order)
    return await order_look(session, found, begun.language, at=await clock.now(session))


async def _finish(session: AsyncSession, printing_id: UUID) -> None:
    await printing.finish(session, printing_id, at=await clock.now(session))


async def _fail(session: AsyncSession, printing_id: UUID) -> None:
    await printing.fail(session, printing_id, at=await clock.now(session))


def _open(part: Path) -> BinaryIO:
    """A new file that only this user reads."""
    part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _settle(out: BinaryIO) -> None:
    """On the disk before it has its name: a file that is ready is whole, whatever happens to the machine."""
    out.flush()
    os.fsync(out.fileno())


def _sweep(where: Path, before: datetime) -> None:
    """Delete what no printing knows any more."""
    for path in where.glob("*.p*"):
        try:
            if path.stat().st_mtime < before.timestamp():
                path.unlink()
        except FileNotFoundError:
            continue  # another process was first
