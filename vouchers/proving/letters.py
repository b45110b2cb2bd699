"""Letters about mornings: claimed just before they leave, settled after, so that nobody is written to twice.

What is found claimed after a crash may have left or not: it is doubtful, and never sent again by itself (decision 27);
the next morning writes anyway if there is still something to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from vouchers.proving.tables import ProofLetter

PATIENCE: Final = timedelta(minutes=10)
"""After which a letter that is still being sent was lost with its worker."""

Sending = Literal["queued", "sending", "sent", "refused", "doubtful", "dropped"]


@dataclass(frozen=True, slots=True)
class LetterView:
    """A letter to one person."""

    id: UUID
    recipient: UUID
    asked_at: datetime


async def queued(session: AsyncSession, *, limit: int) -> list[UUID]:
    """Letters that wait to be sent, oldest first."""
    statement = select(ProofLetter.id).where(ProofLetter.state == "queued").order_by(ProofLetter.id).limit(limit)
    return list((await session.execute(statement)).scalars())


async def letter(session: AsyncSession, letter_id: UUID) -> LetterView:
    """One letter."""
    row = (await session.execute(select(ProofLetter).where(ProofLetter.id == letter_id))).scalar_one()
    return LetterView(row.id, row.recipient, row.asked_at)


async def claim(session: AsyncSession, letter_id: UUID, *, at: datetime) -> bool:
    """Take a letter that is about to leave; to be committed before it does.

    :returns: whether it was waiting; otherwise somebody else has it
    """
    return await _move(session, letter_id, before="queued", state="sending", moved_at=at)


async def settle(session: AsyncSession, letter_id: UUID, outcome: Sending, *, detail: str, at: datetime) -> None:
    """Write down what became of a letter that was claimed; ``queued`` if it is to be tried again.

    One is ``dropped`` before it is claimed: what another worker is sending is left to it.
    """
    before: Sending = "queued" if outcome == "dropped" else "sending"
    await _move(session, letter_id, before=before, state=outcome, detail=detail, moved_at=at)


async def doubt_stale(session: AsyncSession, *, at: datetime) -> None:
    """Mark as doubtful what a worker claimed and never settled."""
    lost = update(ProofLetter).where(ProofLetter.state == "sending", ProofLetter.moved_at < at - PATIENCE)
    await session.execute(lost.values(state="doubtful").execution_options(synchronize_session=False))


async def _move(session: AsyncSession, letter_id: UUID, *, before: Sending, **values: object) -> bool:
    moved = update(ProofLetter).where(ProofLetter.id == letter_id, ProofLetter.state == before)
    done = await session.execute(
        moved.values(**values).returning(ProofLetter.id).execution_options(synchronize_session=False)
    )
    return done.scalar_one_or_none() is not None
