"""Settling what is opened, part by part, each in a transaction of its own.

Whoever is stopped leaves the rest to others: the job does it, whatever tends the programme each minute, and whoever
asks by API or command line and waits for it.
"""

from __future__ import annotations

from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.installation import in_transaction
from ledger.database import Sessions
from merchants.settlements import settling
from merchants.settlements.queries import ClosingView, closing
from merchants.settlements.settling import AT_ONCE, Part, Progress


async def settle(
    sessions: Sessions, *, progress: Progress = lambda _done, _of: None, most: int = AT_ONCE
) -> None:  # fmt: skip
    """Settle until every closing is finished.

    :param most: shops in one transaction
    """
    while (part := await in_transaction(sessions, partial(_some, most=most))) is not None:
        progress(part.done, part.of)


async def settle_a_part(sessions: Sessions) -> None:
    """Settle the first shops of what was opened, while somebody waits for the page: a small programme is done then."""
    await in_transaction(sessions, partial(_some, most=AT_ONCE))


async def settled(
    sessions: Sessions, closing_id: UUID, *, progress: Progress = lambda _done, _of: None
) -> ClosingView:  # fmt: skip
    """A closing once it is finished.

    :raises ClosingUnknown:
    """
    await settle(sessions, progress=progress)
    async with sessions.begin() as session:
        return await closing(session, closing_id)


async def _some(session: AsyncSession, *, most: int) -> Part | None:
    return await settling.settle_some(session, at=await clock.now(session), most=most)
