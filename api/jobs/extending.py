"""The job that extends a batch, some hundred vouchers to a transaction, and finds what one left half-way."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.installation import Installation, Town, in_transaction
from vouchers import extending, issuing

ROUNDS: Final = issuing.MOST // extending.AT_ONCE + 2
"""The largest batch, and the last look."""


async def extend_batch(town: Town, extension: UUID) -> None:
    """Extend until nothing is left. Bears being run twice, at once too: the extension is locked for each part."""

    async def some(session: AsyncSession) -> bool:
        return await extending.go_on(session, extension, at=await clock.now(session))

    for _ in range(ROUNDS):
        if not await in_transaction(town.sessions, some):
            break


async def tend_extensions(installation: Installation, town: Town) -> None:  # noqa: ARG001 - as all that is tended
    """Go on with what a job that died left."""
    async with town.sessions.begin() as session:
        waiting = await extending.under_way(session)
    for one in waiting:
        await extend_batch(town, one)
