"""Statements as files: made when they are first asked for, kept, and the same bytes ever after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from io import BytesIO
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.installation import Town, in_transaction
from ledger.formats import Language
from merchants.settlements import papers, queries
from merchants.settlements.papers import Form
from merchants.settlements.statement import Statement
from merchants.settlements.statement_pdf import draw_statement
from merchants.settlements.statement_rows import statement_rows
from vouchers.bookkeeping.spreadsheets import Row, csv_bytes, xlsx_bytes

KINDS: Final[dict[Form, str]] = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""How each form is called in the header ``Content-Type``."""

_WIDTHS: Final = (42, 22, 24, 14, 20, 14)


async def statement_file(town: Town, settlement: UUID, *, form: Form, language: Language, base_url: str) -> bytes:
    """The statement of a settlement. No session may be open: this takes its own, and none while it draws.

    :param base_url: where this installation is reached; the PDF says where its seal is checked
    :raises SettlementUnknown:
    """
    async with town.sessions.begin() as session:
        known = await papers.kept(session, settlement, form=form, language=language)
        if known is not None:
            return known
        read = await queries.statement(session, settlement)
    content = await _made(read, form, language, check_at=f"{base_url}/{town.registered.slug}/seal")

    async def keep(session: AsyncSession) -> bytes:
        at = await clock.now(session)
        return await papers.keep(
            session, settlement, form=form, language=language, content=content, seal=read.seal, at=at
        )

    return await in_transaction(town.sessions, keep)


async def _made(statement: Statement, form: Form, language: Language, *, check_at: str) -> bytes:
    match form:
        case "pdf":
            return await asyncio.to_thread(_drawn, statement, language, check_at)
        case "csv":
            parts = csv_bytes(_rows(statement, language), language)
        case "xlsx":
            parts = xlsx_bytes(_rows(statement, language), statement.number, widths=_WIDTHS)
    return b"".join([part async for part in parts])


def _drawn(statement: Statement, language: Language, check_at: str) -> bytes:
    out = BytesIO()
    draw_statement(out, statement, language, check_at=check_at)
    return out.getvalue()


async def _rows(statement: Statement, language: Language) -> AsyncIterator[Sequence[Row]]:
    yield list(statement_rows(statement, language))
