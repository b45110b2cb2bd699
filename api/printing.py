"""PDFs made off the event loop: drawing is work for the processor, and others are waiting."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from io import BytesIO
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller
from ledger.formats import Language
from merchants.settlements.statement import Statement
from merchants.settlements.statement_pdf import draw_statement
from vouchers import sheets
from vouchers.sheets import Sheets
from vouchers.sheets_pdf import Layout


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
    made = await _sheets(session, batch, caller, base_url=base_url, language=language)
    chosen = [one for one in made.vouchers if one.facts.serial >= first][:limit]
    return await asyncio.to_thread(_draw, replace(made, vouchers=tuple(chosen)), layout)


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
    made = await _sheets(session, batch, caller, base_url=base_url, language=language)
    chosen = tuple(one for one in made.vouchers if one.facts.id == voucher)
    return await asyncio.to_thread(_draw, replace(made, vouchers=chosen), layout)


async def statement_pdf(statement: Statement, *, language: Language) -> bytes:
    """The paper of a statement."""

    def draw() -> bytes:
        out = BytesIO()
        draw_statement(out, statement, language)
        return out.getvalue()

    return await asyncio.to_thread(draw)


async def _sheets(session: AsyncSession, batch: UUID, caller: Caller, *, base_url: str, language: Language) -> Sheets:
    at = await clock.now(session)
    return await sheets.batch_sheets(session, batch, caller.town.keys, base_url, at=at, language=language)


def _draw(made: Sheets, layout: Layout) -> bytes:
    out = BytesIO()
    sheets.draw(out, made, layout)
    return out.getvalue()
