"""PDFs made off the event loop: drawing is work for the processor, and others are waiting.

Sheets of orders are files under the installation's home, drawn by a job (`api.jobs.printing`) and fetched from here.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller
from api.settings import Settings
from ledger.formats import Language
from merchants.settlements.statement import Statement
from merchants.settlements.statement_pdf import draw_statement
from vouchers import sheets
from vouchers.orders.printing import PrintingNotReady, PrintingUnknown, PrintingView, ask_printing, lose, printing
from vouchers.orders.queries import order
from vouchers.sheets import Sheets
from vouchers.sheets_pdf import Layout

MOST: Final = 10_000
"""How many sheets one answer brings at most: ten seconds of drawing. An order is printed to a file."""

_DRAWING: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="drawing")
"""Drawings share the processor with those who answer: no more than two at once, the others wait."""


@dataclass(frozen=True, slots=True)
class SheetsFile:
    """A file of sheets to be sent, and what it is called."""

    path: Path
    name: str
    view: PrintingView


def folder(settings: Settings) -> Path:
    """Where the files of sheets lie: with the database and the secret, for nobody else to read."""
    return settings.home / "printings"


def path_of(settings: Settings, printing_id: UUID) -> Path:
    """Where the file of a printing lies once it is ready."""
    return folder(settings) / f"{printing_id}.pdf"


async def file_of(session: AsyncSession, settings: Settings, printing_id: UUID, *, order_id: UUID) -> SheetsFile:
    """The file of a printing of this order.

    :raises OrderUnknown, PrintingUnknown:
    :raises PrintingNotReady: if it is not drawn yet, failed, or is gone
    """
    found = await printing(session, printing_id)
    if found.order != order_id:
        raise PrintingUnknown(printing=printing_id)
    path = path_of(settings, printing_id)
    if found.state != "ready" or not await asyncio.to_thread(path.is_file):
        raise PrintingNotReady(state="gone" if found.state == "ready" else found.state)
    number = (await order(session, order_id)).number or "order"
    return SheetsFile(path, f"{number}-sheets.pdf", found)


async def ask_sheets(
    session: AsyncSession, settings: Settings, order_id: UUID, *, layout: Layout, language: Language, actor: str
) -> PrintingView:
    """Ask for the sheets of an order, and again if those that are ready are on another machine or deleted by hand.

    :raises OrderUnknown, WrongOrderStatus, NothingToPrint:
    """
    at = await clock.now(session)
    found = await ask_printing(session, order_id, layout=layout, language=language, actor=actor, at=at)
    if found.state == "ready" and not await asyncio.to_thread(path_of(settings, found.id).is_file):
        await lose(session, found.id, at=at)
        found = await ask_printing(session, order_id, layout=layout, language=language, actor=actor, at=at)
    return found


async def batch_pdf(
    session: AsyncSession,
    batch: UUID,
    caller: Caller,
    *,
    base_url: str,
    layout: Layout,
    language: Language,
    first: int,
    limit: int,
) -> bytes:
    """The sheets of a batch from number ``first`` on.

    :raises BatchUnknown, NoUsableCodeKey:
    """
    at = await clock.now(session)
    made = await sheets.batch_sheets(
        session, batch, caller.town.keys, base_url, at=at, language=language, first=first, most=limit
    )
    return await _drawn(made, layout)


async def voucher_pdf(
    session: AsyncSession,
    voucher: UUID,
    batch: UUID,
    caller: Caller,
    *,
    base_url: str,
    layout: Layout,
    language: Language,
) -> bytes:
    """The sheet of one voucher; an empty page if nothing is left on it.

    :raises BatchUnknown, NoUsableCodeKey:
    """
    at = await clock.now(session)
    made = await sheets.batch_sheets(session, batch, caller.town.keys, base_url, at=at, language=language)
    chosen = tuple(one for one in made.vouchers if one.facts.id == voucher)
    return await _drawn(replace(made, vouchers=chosen), layout)


async def statement_pdf(statement: Statement, *, language: Language) -> bytes:
    """The paper of a statement."""

    def draw() -> bytes:
        out = BytesIO()
        draw_statement(out, statement, language)
        return out.getvalue()

    return await asyncio.to_thread(draw)


async def _drawn(made: Sheets, layout: Layout) -> bytes:
    return await asyncio.get_running_loop().run_in_executor(_DRAWING, _draw, made, layout)


def _draw(made: Sheets, layout: Layout) -> bytes:
    out = BytesIO()
    sheets.draw(out, made, layout)
    return out.getvalue()
