"""Delivering what online shops are told: claimed in a transaction, sent outside of any, settled in another.

Endpoints are served beside each other, the messages of one after one another. One that does not answer, or asks to be
left in peace, is left alone until the next round, so that a shop whose website is down keeps nobody waiting.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.installation import Installation, Town, in_transaction
from api.jobs.everywhere import in_every_programme
from vouchers.notices import delivering, signing
from vouchers.notices.delivering import Due, Outcome
from vouchers.notices.errors import SigningKeyMissing

BESIDE_EACH_OTHER: Final = 8
ROUNDS: Final = 500
"""How many messages one endpoint has at most in one go."""

BUSY: Final = frozenset({429, 503})

_log = logging.getLogger(__name__)


async def send_all(installation: Installation) -> None:
    """Every minute, in every programme: what is to be tried again, and what a job that died left behind."""
    await in_every_programme(installation, partial(send_due, installation), doing="telling shops of")


async def send_due(installation: Installation, town: Town) -> None:
    """Send every message whose time has come."""
    async with town.sessions.begin() as session:
        waiting = await delivering.due_endpoints(session, at=await clock.now(session))
    room = asyncio.Semaphore(BESIDE_EACH_OTHER)

    async def serve(endpoint: UUID) -> None:
        async with room:
            await _serve(installation, town, endpoint)

    done = await asyncio.gather(*(serve(one) for one in waiting), return_exceptions=True)
    for endpoint, failed in zip(waiting, done, strict=True):
        if isinstance(failed, Exception):
            _log.error("endpoint %s of %s cannot be served", endpoint, town.registered.slug, exc_info=failed)


async def _serve(installation: Installation, town: Town, endpoint: UUID) -> None:
    for _ in range(ROUNDS):
        due, headers = await _claim(town, endpoint)
        if due is None:
            return
        outcome = (
            Outcome(None, "secret", 0)
            if headers is None
            else await installation.reach.send(due.endpoint.url, headers, due.body)
        )
        await _settle(town, due, outcome)
        if outcome.status is None or outcome.status in BUSY or outcome.status == delivering.GONE:
            return


async def _claim(town: Town, endpoint: UUID) -> tuple[Due | None, dict[str, str] | None]:
    """The next message and the headers that prove it, as of the moment in which it leaves."""

    async def work(session: AsyncSession) -> tuple[Due | None, dict[str, str] | None]:
        at = await clock.now(session)
        due = await delivering.claim(session, endpoint, at=at)
        if due is None:
            return None, None
        with suppress(SigningKeyMissing):
            secrets = due.endpoint.secrets(town.keys, at)
            return due, signing.signed(due.event_id, due.body, secrets=secrets, at=at)
        return due, None

    return await in_transaction(town.sessions, work)


async def _settle(town: Town, due: Due, outcome: Outcome) -> None:
    async def work(session: AsyncSession) -> None:
        await delivering.settle(session, due, outcome, at=await clock.now(session))

    await in_transaction(town.sessions, work)
