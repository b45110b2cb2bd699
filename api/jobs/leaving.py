"""Letters that wait leave one after the other: each claimed in the moment before, and settled in the moment after.

What the other side turns down before that moment is claimed as it is settled: only who has a letter settles it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.email.letters import Letter
from api.email.sending import Doubtful, Line, Outcome, Postponed, Refused, Sent, mailer_of
from api.installation import Installation, Town, in_transaction

AT_ONCE: Final = 100
ROUNDS: Final = 1_000
GIVE_UP: Final = timedelta(days=2)
"""How long a letter is tried that the other side keeps putting off."""

Became = Literal["sent", "refused", "doubtful", "queued"]

_log = logging.getLogger(__name__)


class Queue(Protocol):
    """Letters that wait to be sent, oldest first."""

    async def __call__(self, session: AsyncSession, *, limit: int) -> list[UUID]:
        """The first of them."""
        ...


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter that can leave: ``claim`` tells whether it was still waiting, ``settle`` writes what became of it."""

    letter: Letter
    claim: Callable[[AsyncSession, datetime], Awaitable[bool]]
    settle: Callable[[AsyncSession, Outcome, datetime], Awaitable[None]]


Compose = Callable[[UUID], Awaitable[Ready | None]]
"""How a letter that waits is written; None if there is nothing left to say."""


class Taken(Exception):
    """Another worker has this letter."""


async def send_waiting(installation: Installation, town: Town, queued: Queue, compose: Compose) -> None:
    """Send every letter that waits, over one connection; what the other side puts off waits for the next run."""
    put_off: set[UUID] = set()
    async with mailer_of(installation.settings).session() as line:
        for _ in range(ROUNDS):
            async with town.sessions.begin() as session:
                waiting = await queued(session, limit=AT_ONCE + len(put_off))
            waiting = [one for one in waiting if one not in put_off]
            if not waiting:
                return
            for one in waiting:
                outcome = await _send(town, line, one, compose)
                if isinstance(outcome, Postponed):
                    put_off.add(one)
                    if outcome.everyone:
                        return


def became(outcome: Outcome, *, asked_at: datetime, at: datetime) -> Became:
    """The state of a letter after a try: what was put off waits, and in the end is refused."""
    match outcome:
        case Sent():
            return "sent"
        case Refused():
            return "refused"
        case Doubtful():
            return "doubtful"
        case Postponed():
            return "refused" if at - asked_at > GIVE_UP else "queued"


async def _send(town: Town, line: Line, letter_id: UUID, compose: Compose) -> Outcome | None:
    """Send one letter; no transaction is open while the other side is spoken to."""
    try:
        ready = await compose(letter_id)
    except Exception:  # noqa: BLE001 - whatever it is, one letter must not keep the others
        _log.exception("letter %s cannot be composed; the others go on", letter_id)
        return Postponed("cannot be composed", None, everyone=False)
    if ready is None:
        return None

    claimed = False

    async def claim(session: AsyncSession) -> None:
        if not await ready.claim(session, await clock.now(session)):
            raise Taken

    async def about_to() -> None:
        nonlocal claimed
        await in_transaction(town.sessions, claim)
        claimed = True

    async def settle(session: AsyncSession) -> None:
        if not claimed:  # it never left: another worker may be sending it, and then it is that one's to settle
            await claim(session)
        await ready.settle(session, outcome, await clock.now(session))

    try:
        outcome = await line.send(ready.letter, about_to=about_to)
    except Taken:
        return None
    with suppress(Taken):
        await in_transaction(town.sessions, settle)
    return outcome
