"""Finding vouchers again: one letter, to an address, with all that is kept with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.formats import Language
from vouchers.holders import letters


async def ask_lost(session: AsyncSession, *, email: str, language: Language, at: datetime) -> None:
    """Let one letter go to an address with the vouchers kept with it; none goes if there is none.

    The same is written whether or not anything is kept with it, so that neither the answer nor its moment tells. While
    one waits, no second one does.

    :param email: canonical
    """
    await letters.ask(session, "lost", email=email, language=language, at=at)
