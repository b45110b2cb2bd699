"""Sending what waits to be sent to holders, reminding those who asked for it, forgetting whom nothing is left of."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.email.letters import Letter
from api.email.sending import Outcome
from api.installation import Installation, Town, Work, in_transaction
from api.jobs.leaving import Ready, became, send_waiting
from api.jobs.letters_to_holders import written
from vouchers.holders import forgetting, letters, reminding

ROUNDS: Final = 1_000


async def send_holder_letters(installation: Installation, town: Town) -> None:
    """Send every letter that waits; what the other side puts off waits for the next run."""
    await send_waiting(installation, town, letters.queued, partial(_ready, installation, town))


async def tend_holders(installation: Installation, town: Town) -> None:
    """Every minute: reminders that are due, letters that a job left behind, and what is to be forgotten."""
    await in_transaction(town.sessions, _doubt)
    await _until_none(town, _remind)
    await send_holder_letters(installation, town)
    await _until_none(town, _forget)


async def _ready(installation: Installation, town: Town, letter_id: UUID) -> Ready | None:
    async def compose(session: AsyncSession) -> tuple[Letter, bytes | None] | None:
        letter = await written(installation, town, letter_id, session)
        return None if letter is None else (letter, await letters.hash_in(session, letter_id))

    made = await in_transaction(town.sessions, compose)
    if made is None:
        return None
    letter, composed = made

    async def claim(session: AsyncSession, at: datetime) -> bool:
        return await letters.claim(session, letter_id, composed=composed, at=at)

    return Ready(letter, claim, partial(_settle, letter_id))


async def _settle(letter_id: UUID, session: AsyncSession, outcome: Outcome, at: datetime) -> None:
    asked = await letters.letter(session, letter_id)
    if asked is not None:
        state = became(outcome, asked_at=asked.asked_at, at=at)
        await letters.settle(session, letter_id, state, detail=outcome.detail, at=at)


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
