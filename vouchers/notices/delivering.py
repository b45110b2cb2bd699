"""Delivering what was written: a message is claimed before it leaves and settled after, so that none is lost.

The claim itself moves the next try further off. A process that dies between the two leaves a message that is sent
again later: it arrives once at least, perhaps twice, and its id tells which it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.ids import new_id
from ledger.wishes import wish
from vouchers.notices.endpoints import EndpointView, endpoints_by_id, pause
from vouchers.notices.errors import NoticeUnknown
from vouchers.notices.tables import Attempt, Endpoint, Notice
from vouchers.notices.writing import SEND

PAUSES: Final = (
    timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=2),
    timedelta(hours=6), timedelta(hours=12), timedelta(hours=24), timedelta(hours=24),
)  # fmt: skip
"""Between one try and the next: ten tries in three days less three hours. The first is longer than a try may take."""

TRIES: Final = len(PAUSES) + 1
LONGEST_ASKED: Final = timedelta(hours=24)
"""The longest that an endpoint may ask to be left in peace (Retry-After)."""

KEPT: Final = timedelta(days=30)
"""How long messages can be looked at and sent again."""

FORGOTTEN_AT_ONCE: Final = 10_000

GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Due:
    """A message to send now. ``tries`` counts this one."""

    id: UUID
    event_id: UUID
    endpoint: EndpointView
    body: str
    tries: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try: the HTTP status that was answered, or in one word why none was.

    :param took: milliseconds
    :param retry_after: how long the other side asks to be left in peace
    """

    status: int | None
    why: str | None
    took: int
    retry_after: timedelta | None = None

    @property
    def delivered(self) -> bool:
        """Whether it was taken: any 2xx."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110, 15.3


async def due_endpoints(session: AsyncSession, *, at: datetime) -> list[UUID]:
    """Where something waits whose time has come."""
    statement = select(Notice.endpoint_id).join(Endpoint, Endpoint.id == Notice.endpoint_id).where(*_due(at)).distinct()
    return list((await session.execute(statement)).scalars())


async def claim(session: AsyncSession, endpoint_id: UUID, *, at: datetime) -> Due | None:
    """The next message for an endpoint, which nobody else sends now."""
    next_one = (
        select(Notice)
        .join(Endpoint, Endpoint.id == Notice.endpoint_id)
        .where(Notice.endpoint_id == endpoint_id, *_due(at))
        .order_by(Notice.next_at, Notice.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Notice)
    )
    row = (await session.execute(next_one)).scalar_one_or_none()
    if row is None:
        return None
    pause_after = PAUSES[min(row.tries, len(PAUSES) - 1)]
    await _set(session, row.id, tries=row.tries + 1, next_at=at + pause_after)
    view = (await endpoints_by_id(session, [endpoint_id]))[endpoint_id]
    return Due(row.id, row.event_id, view, row.body, row.tries + 1)


async def settle(session: AsyncSession, due: Due, outcome: Outcome, *, at: datetime) -> None:
    """Write down what came of a try. An endpoint that says it is gone is paused, and the message waits."""
    await session.execute(
        insert(Attempt).values(
            id=new_id(), notice_id=due.id, status=outcome.status, why=outcome.why, took=outcome.took, at=at
        )
    )
    if outcome.delivered:
        await _set(session, due.id, state="delivered", changed_at=at)
        return
    if outcome.status == GONE:
        await pause(session, due.endpoint.id, shop=due.endpoint.shop, because="gone", at=at)
    elif due.tries >= TRIES:
        await _set(session, due.id, state="failed", changed_at=at)
    elif outcome.retry_after is not None:
        least = at + min(outcome.retry_after, LONGEST_ASKED)
        later = update(Notice).where(Notice.id == due.id, Notice.next_at < least).values(next_at=least)
        await session.execute(later.execution_options(synchronize_session=False))


async def replay(session: AsyncSession, notice_id: UUID, *, endpoint: UUID, at: datetime) -> None:
    """Send a message again, whatever became of it; with the same id, by which its receiver knows it.

    :raises NoticeUnknown: also if it is another endpoint's
    """
    known = select(Notice.id).where(Notice.id == notice_id, Notice.endpoint_id == endpoint).with_for_update()
    if (await session.execute(known)).scalar_one_or_none() is None:
        raise NoticeUnknown(notice=notice_id)
    await _set(session, notice_id, state="waiting", tries=0, next_at=at, changed_at=at)
    wish(session, SEND)


async def replay_failed(session: AsyncSession, endpoint: UUID, *, at: datetime) -> int:
    """Send again all that was given up.

    :returns: how many
    """
    again = (
        update(Notice)
        .where(Notice.endpoint_id == endpoint, Notice.state == "failed")
        .values(state="waiting", tries=0, next_at=at, changed_at=at)
        .returning(Notice.id)
    )
    found = (await session.execute(again.execution_options(synchronize_session=False))).scalars().all()
    if found:
        wish(session, SEND)
    return len(found)


async def forget_old(session: AsyncSession, *, at: datetime) -> int:
    """Delete messages that nobody will look at any more, with their attempts.

    :returns: how many
    """
    old = select(Notice.id).where(Notice.at < at - KEPT).order_by(Notice.at).limit(FORGOTTEN_AT_ONCE)
    gone = delete(Notice).where(Notice.id.in_(old)).returning(Notice.id)
    return len((await session.execute(gone.execution_options(synchronize_session=False))).scalars().all())


def _due(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Notice.state == "waiting", Notice.next_at <= at, Endpoint.paused_at.is_(None), Endpoint.removed_at.is_(None),
    )  # fmt: skip


async def _set(session: AsyncSession, notice_id: UUID, **values: object) -> None:
    await session.execute(
        update(Notice).where(Notice.id == notice_id).values(**values).execution_options(synchronize_session=False)
    )
