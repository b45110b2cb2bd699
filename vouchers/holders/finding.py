"""Finding vouchers again: one letter, to an address, with all that is kept with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.formats import Language
from vouchers.holders import letters
from vouchers.holders.tables import HolderLetter


async def ask_lost(session: AsyncSession, *, email: str, language: Language, at: datetime) -> None:
    """Let one letter go to an address with the vouchers kept with it; none goes if there is none.

    The same is written whether or not anything is kept with it, so that neither the answer nor its moment tells.

    :param email: canonical
    """
    waiting = select(HolderLetter.id).where(
        HolderLetter.kind == "lost", func.lower(HolderLetter.email) == email.lower(), HolderLetter.state == "queued"
    )
    if (await session.execute(waiting.limit(1))).first() is None:
        await letters.ask(session, "lost", email=email, language=language, at=at)
