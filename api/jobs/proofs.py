"""Each morning, in every programme: all proofs are reckoned, kept, and told to who runs it if one does not hold."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import offices, people
from api.email.composing import look_of
from api.email.composing_proofs import Broken, morning_letter
from api.email.letters import Envelope, Letter
from api.email.sending import Outcome
from api.installation import Installation, Town, in_transaction
from api.jobs.everywhere import in_every_programme
from api.jobs.leaving import Ready, became, send_waiting
from ledger.audit import Audit, Finding, RingFence
from ledger.database import snapshot_of
from ledger.days import day_of
from ledger.formats import shown_moment
from ledger.money import ZERO
from merchants import programme
from vouchers import proofs
from vouchers.proving import everything, full_audits, letters, mornings
from vouchers.proving.everything import Line
from vouchers.proving.letters import LetterView

PATIENCE: Final = 1_800_000
"""Milliseconds that a statement of a full audit may take: nobody waits at a counter for it."""

_AWAY: Final = (OperationalError, InterfaceError, OSError)
"""The database is away or too slow, which tells nothing about the books: it is tried again in ten minutes."""

_log = logging.getLogger(__name__)


async def prove_all(installation: Installation) -> None:
    """Reckon the proofs of every programme for which it is morning; what fails in one keeps no other waiting."""
    await in_every_programme(installation, partial(prove_morning, installation), doing="proving")


async def prove_morning(installation: Installation, town: Town) -> None:
    """Reckon a programme's proofs once a day, past seven in Paris, and send the letters about it that wait."""
    async with town.sessions.begin() as session:
        due = await mornings.is_due(session, at=await clock.now(session))
    if due:
        await _audit(town, await in_transaction(town.sessions, _begin))
        lines = await _reckon(town)
        await in_transaction(town.sessions, partial(_keep, lines))
    await in_transaction(town.sessions, _doubt)
    await send_waiting(installation, town, letters.queued, partial(_ready, installation, town))


async def audit_books(town: Town, audit_id: UUID) -> None:
    """Do a full audit that somebody asked for. Bears being run twice."""
    async with town.sessions.begin() as session:
        wanted = await full_audits.is_open(session, audit_id)
    if wanted:
        await _audit(town, audit_id)


async def _audit(town: Town, audit_id: UUID) -> None:
    """Books so spoiled that they cannot be read do not agree: that is a finding, and no reason to say nothing."""
    try:
        async with snapshot_of(town.sessions) as session:
            await _be_patient(session)
            found = await proofs.audit(session)
            books = await full_audits.state_of_books(session)
    except _AWAY:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the books hold that cannot be read
        _log.exception("the books of %s cannot be audited", town.registered.slug)
        found, books = _unreadable(error), b""
    await in_transaction(town.sessions, partial(_write, audit_id, found, books))


def _unreadable(error: Exception) -> Audit:
    found = Finding("audit", "books", None, f"they cannot be read: {type(error).__name__}")
    return Audit(0, 0, ZERO, ZERO, RingFence(ZERO, ZERO), (found,))


async def _reckon(town: Town) -> tuple[Line, ...]:
    """All proofs; where they cannot be reckoned, that the books do not agree is all there is to tell."""
    try:
        async with snapshot_of(town.sessions) as session:
            await _be_patient(session)
            return (await everything.prove(session, at=await clock.now(session))).lines
    except _AWAY:
        raise
    except Exception:  # noqa: BLE001 - whatever the books hold that cannot be read
        _log.exception("the proofs of %s cannot be reckoned", town.registered.slug)
        return (Line("audit", "broken", count=1),)


async def _be_patient(session: AsyncSession) -> None:
    await session.execute(text(f"SET LOCAL statement_timeout = {PATIENCE}"))


async def _begin(session: AsyncSession) -> UUID:
    return await full_audits.begin(session, actor="obole", at=await clock.now(session))


async def _write(audit_id: UUID, found: Audit, books: bytes, session: AsyncSession) -> None:
    await full_audits.keep(session, audit_id, found, books, at=await clock.now(session))


async def _keep(lines: tuple[Line, ...], session: AsyncSession) -> None:
    held = await offices.holders(session, role="operator")
    known = await people.people_by_id(session, {one.person for one in held})
    recipients = [one.id for one in known.values() if one.disabled_at is None]
    await mornings.keep(session, lines, recipients=recipients, at=await clock.now(session))


async def _doubt(session: AsyncSession) -> None:
    await letters.doubt_stale(session, at=await clock.now(session))


async def _ready(installation: Installation, town: Town, letter_id: UUID) -> Ready | None:
    async with town.sessions.begin() as session:
        found = await letters.letter(session, letter_id)
        compose = await _composed(session, installation, town, found)
    if compose is None:
        await in_transaction(town.sessions, partial(_drop, letter_id))
        return None

    async def claim(session: AsyncSession, at: datetime) -> bool:
        return await letters.claim(session, letter_id, at=at)

    return Ready(await asyncio.to_thread(compose), claim, partial(_settle, found))


async def _composed(
    session: AsyncSession, installation: Installation, town: Town, found: LetterView
) -> Callable[[], Letter] | None:
    """The letter, to be drawn; none if whoever it is for does not run the programme any more."""
    at = await clock.now(session)
    who = (await people.people_by_id(session, {found.recipient})).get(found.recipient)
    held = await offices.holders(session, role="operator")
    if who is None or who.disabled_at is not None or who.id not in {one.person for one in held}:
        return None
    morning = await mornings.morning_of(session, found.id)
    home = f"{installation.settings.base_url}/{town.registered.slug}"
    look = look_of(await programme.terms_on(session, day_of(at)), home=f"{home}/")
    return partial(
        morning_letter, Envelope(found.id, who.email, installation.settings.sender, at, who.language), look,
        name=who.name, broken=[Broken(one.proof, one.amount, one.count) for one in morning.broken],
        moment=shown_moment(morning.reckoned_at, who.language), link=f"{home}/desk/proofs",
    )  # fmt: skip


async def _settle(found: LetterView, session: AsyncSession, outcome: Outcome, at: datetime) -> None:
    state = became(outcome, asked_at=found.asked_at, at=at)
    await letters.settle(session, found.id, state, detail=outcome.detail, at=at)


async def _drop(letter_id: UUID, session: AsyncSession) -> None:
    await letters.settle(session, letter_id, "dropped", detail="", at=await clock.now(session))
