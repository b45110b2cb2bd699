"""Commission invoices: files to be made, settlements without one, and the letters that bring them to shops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy.exc import InterfaceError, OperationalError
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

Work = Callable[[list[UUID]], Awaitable[None]]
"""What is done for settlements."""

_log = logging.getLogger(__name__)


class Waiting(Protocol):
    """Settlements for which something is to be done, in the order of their ids."""

    async def __call__(self, session: AsyncSession, *, after: UUID | None, limit: int) -> list[UUID]:
        """The first of them, or those that come after one."""
        ...


async def draw_invoices(town: Town) -> None:
    """Make the files of every invoice that has none, one after the other. Bears being run twice, at once too.

    One that cannot be drawn keeps no other waiting, and is tried again by the next run.
    """

    async def draw(settlements: list[UUID]) -> None:
        async with town.sessions.begin() as session:
            found = await queries.invoices_of(session, settlements)
        for one in found.values():
            await invoice_file(town.sessions, one)

    await _each(town, queries.undrawn, draw, together=1, failing="drawn")


async def send_settlement_letters(installation: Installation, town: Town) -> None:
    """Send every letter that waits; what the other side puts off waits for the next run."""
    await send_waiting(installation, town, letters.queued, partial(_ready, installation, town))


async def tend_invoices(_installation: Installation, town: Town) -> None:
    """Every minute: settlements from before there were invoices get theirs, and what a job left behind is drawn."""

    async def issue(settlements: list[UUID]) -> None:
        async def work(session: AsyncSession) -> None:
            await issuing.invoice_settlements(session, settlements, at=await clock.now(session))

        await in_transaction(town.sessions, work)

    await _each(town, issuing.uninvoiced, issue, together=AT_ONCE, failing="invoiced")
    await draw_invoices(town)


async def tend_settlement_letters(installation: Installation, town: Town) -> None:
    """Every minute: letters that were lost with their worker are doubtful, and those that wait are sent."""

    async def work(session: AsyncSession) -> None:
        await letters.doubt_stale(session, at=await clock.now(session))

    await in_transaction(town.sessions, work)
    await send_settlement_letters(installation, town)


async def _each(town: Town, waiting: Waiting, work: Work, *, together: int, failing: str) -> None:
    """For all settlements that wait, in the order of their ids; past one that fails the others go on.

    :param together: how many are one piece of work, unless it fails
    """
    last: UUID | None = None
    while True:
        async with town.sessions.begin() as session:
            some = await waiting(session, after=last, limit=AT_ONCE)
        if not some:
            return
        last = some[-1]
        for start in range(0, len(some), together):
            await _past_failures(work, some[start : start + together], failing=failing)


async def _past_failures(work: Work, some: list[UUID], *, failing: str) -> None:
    try:
        await work(some)
    except (OperationalError, InterfaceError):
        raise  # the database is away: nobody's invoice is at fault
    except Exception:  # noqa: BLE001 - whatever it is, one invoice must not keep the others
        if len(some) == 1:
            _log.exception("the commission of settlement %s cannot be %s; the others go on", some[0], failing)
            return
        for one in some:
            await _past_failures(work, [one], failing=failing)


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
