"""Sending the letters of orders: to their buyers, and to those who receive vouchers."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.email.letters import Letter
from api.email.sending import Outcome
from api.installation import Installation, Town, in_transaction
from api.jobs.leaving import Ready, became, send_waiting
from api.jobs.letters import NothingToSay, letter_of
from ledger.database import snapshot_of
from ledger.wishes import wish
from vouchers.orders import handing


async def send_queued(installation: Installation, town: Town) -> None:
    """Send every message that waits; what the other side puts off waits for the next run."""
    await send_waiting(installation, town, handing.queued, partial(_ready, installation, town))


async def _ready(installation: Installation, town: Town, mailing_id: UUID) -> Ready | None:
    async def claim(session: AsyncSession, at: datetime) -> bool:
        return await handing.claim(session, mailing_id, at=at)

    try:
        return Ready(await _composed(installation, town, mailing_id), claim, partial(_settle, mailing_id))
    except NothingToSay:
        await in_transaction(town.sessions, partial(_drop, mailing_id))
        return None


async def _composed(installation: Installation, town: Town, mailing_id: UUID) -> Letter:
    # As of one moment: an order that lapses meanwhile must not be half waiting for its money and half cancelled.
    async with snapshot_of(town.sessions) as session:
        return await letter_of(session, installation, town, await handing.mailing(session, mailing_id))


async def _settle(mailing_id: UUID, session: AsyncSession, outcome: Outcome, at: datetime) -> None:
    mailing = await handing.mailing(session, mailing_id)
    state = became(outcome, asked_at=mailing.asked_at, at=at)
    await handing.settle(session, mailing_id, state, detail=outcome.detail, at=at)
    await _go_on(session, mailing.order)


async def _drop(mailing_id: UUID, session: AsyncSession) -> None:
    await handing.settle(session, mailing_id, "dropped", detail=None, at=await clock.now(session))
    await _go_on(session, (await handing.mailing(session, mailing_id)).order)


async def _go_on(session: AsyncSession, order_id: UUID) -> None:
    """An order whose last message has left may be delivered."""
    if not await handing.queued(session, order_id, limit=1):
        wish(session, "advance_order", order=str(order_id))
