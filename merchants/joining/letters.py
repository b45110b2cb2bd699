"""Letters of invitations: claimed just before they leave, settled after, so that nobody is written to twice.

What is found claimed after a crash may have left or not: it is doubtful, shown as such, never sent again by itself
(decision 27).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from merchants.joining.invitations import OPEN, Sending
from merchants.joining.tables import Invitation

PATIENCE: Final = timedelta(minutes=10)
"""After which a letter that is still being sent was lost with its worker."""


async def queued(session: AsyncSession, *, limit: int) -> list[UUID]:
    """Invitations whose letter waits to be sent, oldest first."""
    statement = select(Invitation.id).where(Invitation.letter == "queued", Invitation.state.in_(OPEN))
    return list((await session.execute(statement.order_by(Invitation.id).limit(limit))).scalars())


async def claim(session: AsyncSession, invitation_id: UUID, *, letter: UUID, at: datetime) -> bool:
    """Take a letter that is about to leave; to be committed before it does.

    :returns: whether it was waiting; otherwise somebody else has it
    """
    return await _move(session, invitation_id, letter, before="queued", letter="sending", letter_at=at)


async def settle(
    session: AsyncSession, invitation_id: UUID, *, letter: UUID, outcome: Sending, detail: str, at: datetime
) -> bool:
    """Write down what became of a letter that was claimed; ``queued`` if it is to be tried again.

    :param at: now; of one that is to be tried again since when it waits, that it is not tried for ever
    """
    return await _move(session, invitation_id, letter, before="sending", letter=outcome, detail=detail, letter_at=at)


async def bounced(session: AsyncSession, letter: UUID, *, detail: str) -> bool:
    """A letter that was sent came back.

    :returns: whether it is one of this programme's
    """
    values = {"letter": "bounced", "detail": detail}
    came_back = update(Invitation).where(Invitation.letter_id == letter).values(**values).returning(Invitation.id)
    done = await session.execute(came_back.execution_options(synchronize_session=False))
    return done.scalar_one_or_none() is not None


async def doubt_stale(session: AsyncSession, *, at: datetime) -> int:
    """Mark as doubtful what a worker claimed and never settled.

    :returns: how many
    """
    lost = (
        update(Invitation)
        .where(Invitation.letter == "sending", Invitation.letter_at < at - PATIENCE)
        .values(letter="doubtful")
        .returning(Invitation.id)
    )
    return len((await session.execute(lost.execution_options(synchronize_session=False))).all())


async def _move(session: AsyncSession, invitation_id: UUID, letter_id: UUID, *, before: str, **values: object) -> bool:
    moved = update(Invitation).where(
        Invitation.id == invitation_id, Invitation.letter_id == letter_id, Invitation.letter == before
    )
    done = await session.execute(
        moved.values(**values).returning(Invitation.id).execution_options(synchronize_session=False)
    )
    return done.scalar_one_or_none() is not None
