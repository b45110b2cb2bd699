"""Links in letters about joining, of which a hash is kept: they open an invitation or confirm an application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from merchants.joining.errors import JoiningLinkSpent
from merchants.joining.tables import JoiningLink


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link is about: one of the two."""

    invitation: UUID | None
    application: UUID | None


async def keep_link(
    session: AsyncSession, hash_: bytes, *, ends_at: datetime, invitation: UUID | None = None,
    application: UUID | None = None,
) -> None:  # fmt: skip
    """Keep the hash of a link; every letter has one of its own, and each works until its end."""
    values = {"hash": hash_, "invitation_id": invitation, "application_id": application, "ends_at": ends_at}
    await session.execute(insert(JoiningLink).values(**values))


async def find_link(session: AsyncSession, hash_: bytes, *, at: datetime) -> Opened:
    """What a link is about.

    :raises JoiningLinkSpent:
    """
    wanted = select(JoiningLink).where(JoiningLink.hash == hash_, JoiningLink.ends_at > at)
    row = (await session.execute(wanted)).scalar_one_or_none()
    if row is None:
        raise JoiningLinkSpent
    return Opened(row.invitation_id, row.application_id)


async def forget_old(session: AsyncSession, *, at: datetime) -> None:
    """Delete links that are over."""
    over = delete(JoiningLink).where(JoiningLink.ends_at < at)
    await session.execute(over.execution_options(synchronize_session=False))
