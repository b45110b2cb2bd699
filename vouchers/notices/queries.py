"""Reading what online shops were told, and what came of each try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from vouchers.notices.signing import name_of
from vouchers.notices.tables import Attempt, Notice
from vouchers.notices.writing import Event

State = Literal["waiting", "delivered", "failed"]
STATES: Final[tuple[State, ...]] = ("waiting", "delivered", "failed")


@dataclass(frozen=True, slots=True)
class AttemptView:
    """A try: the status answered, or in one word why none was; ``took`` milliseconds."""

    status: int | None
    why: str | None
    took: int
    at: datetime


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A message. ``name`` is its webhook-id; ``tries`` counts since it was last asked to be sent."""

    id: UUID
    name: str
    event: Event
    body: str
    at: datetime
    state: State
    tries: int
    next_at: datetime
    attempts: tuple[AttemptView, ...]


async def notices_page(
    session: AsyncSession, endpoint: UUID, *, state: State | None = None, after: UUID | None = None, limit: int
) -> list[NoticeView]:
    """Messages of an endpoint, newest first, each with its tries."""
    statement = select(Notice).where(Notice.endpoint_id == endpoint).order_by(Notice.id.desc()).limit(limit)
    if state is not None:
        statement = statement.where(Notice.state == state)
    if after is not None:
        statement = statement.where(Notice.id < after)
    rows = (await session.execute(statement)).scalars().all()
    tried = await _attempts(session, [row.id for row in rows])
    return [
        NoticeView(
            row.id, name_of(row.event_id), cast("Event", row.event), row.body, row.at, cast("State", row.state),
            row.tries, row.next_at, tuple(tried.get(row.id, ())),
        )
        for row in rows
    ]  # fmt: skip


async def counts(session: AsyncSession, endpoints: Sequence[UUID]) -> dict[UUID, dict[State, int]]:
    """How many messages of each endpoint stand how."""
    found: dict[UUID, dict[State, int]] = {one: dict.fromkeys(STATES, 0) for one in endpoints}
    statement = (
        select(Notice.endpoint_id, Notice.state, func.count())
        .where(Notice.endpoint_id.in_(endpoints))
        .group_by(Notice.endpoint_id, Notice.state)
    )
    for endpoint, state, many in await session.execute(statement):
        found[endpoint][cast("State", state)] = many
    return found


async def _attempts(session: AsyncSession, notices: Sequence[UUID]) -> dict[UUID, list[AttemptView]]:
    found: dict[UUID, list[AttemptView]] = {}
    statement = select(Attempt).where(Attempt.notice_id.in_(notices)).order_by(Attempt.id)
    for row in (await session.execute(statement)).scalars():
        found.setdefault(row.notice_id, []).append(AttemptView(row.status, row.why, row.took, row.at))
    return found
