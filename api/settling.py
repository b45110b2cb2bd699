"""Settling what is opened, part by part, each in a transaction of its own.

Whoever is stopped leaves the rest to others: the job does it, whatever tends the programme each minute, and whoever
asks by API or command line and waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from functools import partial
from uuid import UUID

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.installation import in_transaction
from ledger.database import Sessions
from merchants.settlements import settling
from merchants.settlements.errors import ClosingNotFinished
from merchants.settlements.queries import ClosingView, closing, closing_of, unfinished
from merchants.settlements.rounds import Round
from merchants.settlements.settling import AT_ONCE, CannotBeSettled, Part, Progress

_log = logging.getLogger(__name__)


async def settle(
    sessions: Sessions, *, progress: Progress = lambda _done, _of: None, most: int = AT_ONCE
) -> None:  # fmt: skip
    """Settle until every closing is finished, or nobody is left but shops that cannot be settled.

    A part that fails is halved down to the shop that makes it fail, which the log names; the others go on.

    :param most: shops in one transaction
    """
    some, past = most, frozenset[UUID]()
    while True:
        try:
            part = await in_transaction(sessions, partial(_some, most=some, past=past))
        except (OperationalError, InterfaceError):
            raise  # the database is away: no shop is at fault
        except CannotBeSettled as error:
            _log.exception("shop %s cannot be settled; the others go on", error.shop)
            past |= {error.shop}
            continue
        except Exception:
            if some == 1:
                raise
            some //= 2
            continue
        if part is None:
            return
        progress(part.done, part.of)
        some = min(most, some * 2)


async def settle_what_was_opened(sessions: Sessions, *, before: Round | None = None) -> None:
    """Finish, part by part, what another closing has to wait for: to open that one would finish it at one go.

    :param before: the other one; if it is opened already, nothing has to be done
    :raises ClosingNotFinished: if a shop of what was opened cannot be settled
    """
    if before is not None:
        async with sessions.begin() as session:
            if await closing_of(session, before.period, rhythm=before.rhythm, shop=before.shop) is not None:
                return
    await settle(sessions)
    async with sessions.begin() as session:
        left = await unfinished(session)
    if left is not None:
        raise ClosingNotFinished(first_day=left.first_day, last_day=left.last_day)


async def settle_a_part(sessions: Sessions) -> None:
    """Settle the first shops of what was opened, while somebody waits for the page: a small programme is done then.

    What fails is the job's to look at: what was opened is opened.
    """
    try:
        await in_transaction(sessions, partial(_some, most=AT_ONCE))
    except Exception:  # noqa: BLE001 - whatever one of these shops holds that makes it fail
        _log.exception("the first shops of a closing cannot be settled at once; its job goes on")


async def settled(
    sessions: Sessions, closing_id: UUID, *, progress: Progress = lambda _done, _of: None
) -> ClosingView:  # fmt: skip
    """A closing once it is finished.

    :raises ClosingUnknown:
    :raises ClosingNotFinished: if one of its shops cannot be settled; the others are
    """
    await settle(sessions, progress=progress)
    async with sessions.begin() as session:
        found = await closing(session, closing_id)
    if found.finished_at is None:
        raise ClosingNotFinished(first_day=found.first_day, last_day=found.last_day)
    return found


async def _some(session: AsyncSession, *, most: int, past: Collection[UUID] = ()) -> Part | None:
    return await settling.settle_some(session, at=await clock.now(session), most=most, past=past)
