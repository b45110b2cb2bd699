"""Sending what waits to be sent to holders, reminding those who asked for it, forgetting whom nothing is left of."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.email.sending import Doubtful, Line, Outcome, Postponed, Refused, Sent, mailer_of
from api.installation import Installation, Town, Work, in_transaction
from api.jobs.letters_to_holders import written
from vouchers.holders import forgetting, letters, reminding

AT_ONCE: Final = 100
ROUNDS: Final = 1_000
GIVE_UP: Final = timedelta(days=2)
"""How long a letter is tried that the other side keeps putting off."""

_log = logging.getLogger(__name__)


class Taken(Exception):
    """Another worker has this letter."""


async def send_holder_letters(installation: Installation, town: Town) -> None:
    """Send every letter that waits, over one connection; what the other side puts off waits for the next run."""
    put_off: set[UUID] = set()
    async with mailer_of(installation.settings).session() as line:
        for _ in range(ROUNDS):
            async with town.sessions() as session:
                waiting = await letters.queued(session, limit=AT_ONCE + len(put_off))
            waiting = [one for one in waiting if one not in put_off]
            if not waiting:
                return
            for letter_id in waiting:
                outcome = await _send(installation, town, line, letter_id)
                if isinstance(outcome, Postponed):
                    put_off.add(letter_id)
                    if outcome.everyone:
                        return


async def tend_holders(installation: Installation, town: Town) -> None:
    """Every minute: reminders that are due, letters that a job left behind, and what is to be forgotten."""
    await in_transaction(town.sessions, _doubt)
    await _until_none(town, _remind)
    await send_holder_letters(installation, town)
    await _until_none(town, _forget)


async def _send(installation: Installation, town: Town, line: Line, letter_id: UUID) -> Outcome | None:
    """Send one letter; no transaction is open while the other side is spoken to."""
    try:
        composed = await in_transaction(town.sessions, partial(written, installation, town, letter_id))
    except Exception:  # noqa: BLE001 - whatever it is, one letter must not keep the others
        _log.exception("letter %s to a holder cannot be composed; the others go on", letter_id)
        return Postponed("cannot be composed", None, everyone=False)
    if composed is None:
        return None

    async def about_to() -> None:
        async def claim(session: AsyncSession) -> bool:
            return await letters.claim(session, letter_id, at=await clock.now(session))

        if not await in_transaction(town.sessions, claim):
            raise Taken

    try:
        outcome = await line.send(composed, about_to=about_to)
    except Taken:
        return None
    await in_transaction(town.sessions, partial(_settle, letter_id=letter_id, outcome=outcome))
    return outcome


async def _settle(session: AsyncSession, *, letter_id: UUID, outcome: Outcome) -> None:
    at = await clock.now(session)
    asked = await letters.letter(session, letter_id)
    if asked is None:
        return
    match outcome:
        case Sent():
            await letters.settle(session, letter_id, "sent", detail=outcome.detail, at=at)
        case Refused():
            await letters.settle(session, letter_id, "refused", detail=outcome.detail, at=at)
        case Doubtful():
            await letters.settle(session, letter_id, "doubtful", detail=outcome.detail, at=at)
        case Postponed() if at - asked.asked_at > GIVE_UP:
            await letters.settle(session, letter_id, "refused", detail=outcome.detail, at=at)
        case Postponed():
            await letters.settle(session, letter_id, "queued", detail=outcome.detail, at=at)


async def _doubt(session: AsyncSession) -> int:
    return await letters.doubt_stale(session, at=await clock.now(session))


async def _remind(session: AsyncSession) -> int:
    return await reminding.remind_due(session, at=await clock.now(session))


async def _forget(session: AsyncSession) -> int:
    return await forgetting.forget_idle(session, at=await clock.now(session))


async def _until_none(town: Town, work: Work[int]) -> None:
    for _ in range(ROUNDS):
        if not await in_transaction(town.sessions, work):
            return
