"""Every minute, in every programme: overdue holds are released, vouchers whose last day is over expire."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import links, till_devices, visits
from api.guessing import forget_old
from api.installation import Installation, Town, Work, in_transaction
from api.jobs.everywhere import in_every_programme
from vouchers import expiring, releasing
from vouchers.notices import delivering

ROUNDS: Final = 1_000
"""How many transactions one sweep of a programme makes at most; the next sweep goes on."""


async def sweep_all(installation: Installation) -> None:
    """Sweep every programme; one that fails does not keep the others waiting."""
    await in_every_programme(installation, sweep, doing="sweeping")


async def sweep(town: Town) -> tuple[int, int]:
    """Sweep one programme, a thousand at a time.

    :returns: how many holds timed out, and how many vouchers expired
    """
    timed_out = await _until_none(town, _time_out)
    expired = await _until_none(town, _expire)
    await forget_old(town.sessions)
    await in_transaction(town.sessions, _forget)
    return timed_out, expired


async def _forget(session: AsyncSession) -> None:
    """Links and visits that are over, and what shops were told long ago."""
    at = await clock.now(session)
    await links.forget_old(session, at=at)
    await visits.forget_old(session, at=at)
    await till_devices.forget_old(session, at=at)
    await delivering.forget_old(session, at=at)


async def _until_none(town: Town, work: Work[int]) -> int:
    done = 0
    for _ in range(ROUNDS):
        some = await in_transaction(town.sessions, work)
        done += some
        if not some:
            break
    return done


async def _time_out(session: AsyncSession) -> int:
    return len(await releasing.time_out_due(session, at=await clock.now(session)))


async def _expire(session: AsyncSession) -> int:
    return await expiring.expire_due(session, at=await clock.now(session))
