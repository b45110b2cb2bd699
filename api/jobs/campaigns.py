"""What campaigns give by themselves: each morning, what the purchases of the day before bring."""

from __future__ import annotations

import logging
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.installation import Installation, Town, in_transaction
from api.jobs.everywhere import in_every_programme
from ledger.money import ZERO, Money, total
from vouchers.campaigns import rewarding
from vouchers.campaigns.purchases import Place
from vouchers.campaigns.rewarding import Round

_log = logging.getLogger(__name__)


async def reward_all(installation: Installation) -> None:
    """Every ten minutes, in every programme; one that fails does not keep the others waiting.

    Once nothing is left of the day before, this finds nothing to do until the next morning.
    """
    await in_every_programme(installation, reward, doing="giving what campaigns promise in")


async def reward(town: Town) -> Money:
    """Give what is due in one programme, one campaign after the other.

    :returns: how much
    """
    async with town.sessions.begin() as session:
        due = await rewarding.campaigns_due(session, at=await clock.now(session))
    return total([await _reward(town, campaign) for campaign in due])


async def _reward(town: Town, campaign: UUID) -> Money:
    """As many transactions as it takes; each begins where the one before ended."""
    given, place = ZERO, None
    while True:
        done = await in_transaction(town.sessions, partial(_next, campaign, place))
        given, place = given + done.given, done.last
        if done.short:
            _log.warning("a funder of %s holds less than campaign %s promised", town.registered.slug, campaign)
        if place is None:
            return given


async def _next(campaign: UUID, after: Place | None, session: AsyncSession) -> Round:
    return await rewarding.reward_due(session, campaign, at=await clock.now(session), after=after)
