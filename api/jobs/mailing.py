"""Sending what waits to be sent: claimed in the moment before it leaves, settled in the moment after."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.email.letters import Letter
from api.email.sending import Doubtful, Line, Outcome, Postponed, Refused, Sent, mailer_of
from api.installation import Installation, Town, in_transaction
from api.jobs.letters import NothingToSay, letter_of
from ledger.database import snapshot_of
from ledger.wishes import wish
from vouchers.orders import handing

AT_ONCE: Final = 100
ROUNDS: Final = 1_000
GIVE_UP: Final = timedelta(days=2)
"""How long a message is tried that the other side keeps putting off."""

_log = logging.getLogger(__name__)


class Taken(Exception):
    """Another worker has this message."""


async def send_queued(installation: Installation, town: Town) -> None:
    """Send every message that waits, over one connection; what the other side puts off waits for the next run."""
    put_off: set[UUID] = set()
    async with mailer_of(installation.settings).session() as line:
        for _ in range(ROUNDS):
            async with town.sessions() as session:
                waiting = await handing.queued(session, limit=AT_ONCE + len(put_off))
            waiting = [one for one in waiting if one not in put_off]
            if not waiting:
                return
            for mailing_id in waiting:
                outcome = await _send(installation, town, line, mailing_id)
                if isinstance(outcome, Postponed):
                    put_off.add(mailing_id)
                    if outcome.everyone:
                        return


async def _send(installation: Installation, town: Town, line: Line, mailing_id: UUID) -> Outcome | None:
    """Send one message; no transaction is open while the other side is spoken to."""
    try:
        letter = await _composed(installation, town, mailing_id)
    except NothingToSay:
        return await _settle(town, mailing_id, None)
    except Exception:  # noqa: BLE001 - whatever it is, one letter must not keep the others
        _log.exception("message %s cannot be composed; the others go on", mailing_id)
        return Postponed("cannot be composed", None, everyone=False)

    async def about_to() -> None:
        async def claim(session: AsyncSession) -> bool:
            return await handing.claim(session, mailing_id, at=await clock.now(session))

        if not await in_transaction(town.sessions, claim):
            raise Taken

    try:
        outcome = await line.send(letter, about_to=about_to)
    except Taken:
        return None
    return await _settle(town, mailing_id, outcome)


async def _composed(installation: Installation, town: Town, mailing_id: UUID) -> Letter:
    # As of one moment: an order that lapses meanwhile must not be half waiting for its money and half cancelled.
    async with snapshot_of(town.sessions) as session:
        return await letter_of(session, installation, town, await handing.mailing(session, mailing_id))


async def _settle(town: Town, mailing_id: UUID, outcome: Outcome | None) -> Outcome | None:
    """Write down what became of a message; without an outcome, there was nothing left to say."""

    async def settle(session: AsyncSession) -> None:
        at = await clock.now(session)
        mailing = await handing.mailing(session, mailing_id)
        match outcome:
            case None:
                await handing.settle(session, mailing_id, "dropped", detail=None, at=at)
            case Sent():
                await handing.settle(session, mailing_id, "sent", detail=outcome.detail, at=at)
            case Refused():
                await handing.settle(session, mailing_id, "refused", detail=outcome.detail, at=at)
            case Doubtful():
                await handing.settle(session, mailing_id, "doubtful", detail=outcome.detail, at=at)
            case Postponed() if at - mailing.asked_at > GIVE_UP:
                await handing.settle(session, mailing_id, "refused", detail=outcome.detail, at=at)
            case Postponed():
                await handing.settle(session, mailing_id, "queued", detail=outcome.detail, at=at)
        if not await handing.queued(session, mailing.order, limit=1):
            wish(session, "advance_order", order=str(mailing.order))

    await in_transaction(town.sessions, settle)
    return outcome
