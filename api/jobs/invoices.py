"""Commission invoices: files to be made, settlements without one, and the letters that bring them to shops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.email import composing_shops
from api.email.composing import look_of
from api.email.composing_shops import SettlementFacts
from api.email.letters import Envelope, Letter, Paper
from api.email.sending import Outcome
from api.installation import Installation, Town, in_transaction
from api.invoicing import invoice_file
from api.jobs.leaving import Ready, became, send_waiting
from api.statements import statement_file
from ledger.database import snapshot_of
from ledger.days import day_of
from merchants import programme
from merchants.invoices import issuing, letters, queries
from merchants.invoices.letters import LetterView
from merchants.settlements import queries as settlements

AT_ONCE: Final = 500


async def draw_invoices(town: Town) -> None:
    """Make the files of every invoice that has none, one after the other. Bears being run twice, at once too."""
    while True:
        async with town.sessions.begin() as session:
            waiting = await queries.undrawn(session, limit=AT_ONCE)
        if not waiting:
            return
        for one in waiting:
            await invoice_file(town.sessions, one)


async def send_settlement_letters(installation: Installation, town: Town) -> None:
    """Send every letter that waits; what the other side puts off waits for the next run."""
    await send_waiting(installation, town, letters.queued, partial(_ready, installation, town))


async def tend_invoices(installation: Installation, town: Town) -> None:
    """Every minute: settlements from before there were invoices get theirs, and what a job left behind is done."""

    async def work(session: AsyncSession) -> None:
        at = await clock.now(session)
        await letters.doubt_stale(session, at=at)
        if waiting := await issuing.uninvoiced(session, limit=AT_ONCE):
            await issuing.invoice_settlements(session, waiting, at=at)

    await in_transaction(town.sessions, work)
    await draw_invoices(town)
    await send_settlement_letters(installation, town)


async def _ready(installation: Installation, town: Town, letter_id: UUID) -> Ready | None:
    async with town.sessions.begin() as session:
        found = await letters.letter(session, letter_id)
    # The paper as it is handed out to whoever asks for it: the same bytes.
    statement = await statement_file(
        town, found.settlement, form="pdf", language=found.language, base_url=installation.settings.base_url
    )
    async with snapshot_of(town.sessions) as session:
        compose = await _composing(session, installation, town, found, statement)

    async def claim(session: AsyncSession, at: datetime) -> bool:
        return await letters.claim(session, letter_id, at=at)

    return Ready(await asyncio.to_thread(compose), claim, partial(_settle, found))


async def _composing(
    session: AsyncSession, installation: Installation, town: Town, found: LetterView, paper: bytes
) -> Callable[[], Letter]:
    """How a letter is composed: it takes the processor some tens of milliseconds."""
    at = await clock.now(session)
    home = f"{installation.settings.base_url}/{town.registered.slug}"
    look = look_of(await programme.terms_on(session, day_of(at)), home=f"{home}/")
    statement = await settlements.statement(session, found.settlement)
    shop = (await settlements.settlement(session, found.settlement)).shop
    invoice = (await queries.invoices_of(session, [found.settlement])).get(found.settlement)
    more = (Paper(f"{invoice.number}.pdf", (await invoice_file(town.sessions, invoice)).pdf),) if invoice else ()
    envelope = Envelope(found.id, found.email, installation.settings.sender, at, found.language)
    told = SettlementFacts(
        statement.shop.name, statement.number, statement.first_day, statement.last_day, statement.paid,
        statement.payable_on, invoiced=invoice is not None,
    )  # fmt: skip

    def compose() -> Letter:
        papers = (Paper(f"{statement.number}.pdf", paper), *more)
        link = f"{home}/shop/{shop}/settlements"
        return composing_shops.settlement_letter(envelope, look, told, link=link, papers=papers)

    return compose


async def _settle(found: LetterView, session: AsyncSession, outcome: Outcome, at: datetime) -> None:
    state = became(outcome, asked_at=found.asked_at, at=at)
    await letters.settle(session, found.id, outcome=state, detail=outcome.detail, at=at)
