"""Reading invitations: what a shop answered, and what became of the last letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.formats import Language
from merchants.joining.errors import InvitationUnknown
from merchants.joining.tables import Invitation

State = Literal["asked", "opened", "accepted", "declined", "expired"]
Sending = Literal["queued", "sending", "sent", "refused", "doubtful", "bounced"]
Standing = Literal["queued", "sent", "refused", "doubtful", "bounced", "opened", "accepted", "declined", "expired"]

OPEN: Final[tuple[State, ...]] = ("asked", "opened")
"""Still to be answered."""


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation, what the shop answered, and what became of the last of its letters."""

    id: UUID
    shop: UUID
    email: str
    message: str
    language: Language
    state: State
    letter: Sending
    letters: int
    letter_id: UUID
    letter_at: datetime
    detail: str
    reason: str
    asked_by: str
    asked_at: datetime
    ends_at: datetime
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether the shop may still answer."""
        return self.state in OPEN

    @property
    def standing(self) -> Standing:
        """How it stands in one word: the answer once there is one, until then the letter."""
        if self.state != "asked":
            return self.state
        return "queued" if self.letter in {"queued", "sending"} else cast("Standing", self.letter)


async def invitation(session: AsyncSession, invitation_id: UUID) -> InvitationView:
    """One invitation.

    :raises InvitationUnknown:
    """
    row = (await session.execute(select(Invitation).where(Invitation.id == invitation_id))).scalar_one_or_none()
    if row is None:
        raise InvitationUnknown(invitation=invitation_id)
    return _view(row)


async def invitations_of(session: AsyncSession, shops: Sequence[UUID]) -> list[InvitationView]:
    """The invitations of these shops, newest first."""
    statement = select(Invitation).where(Invitation.shop_id.in_(shops)).order_by(Invitation.id.desc())
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def invitations_page(session: AsyncSession, *, after: UUID | None = None, limit: int) -> list[InvitationView]:
    """Invitations, newest first."""
    statement = select(Invitation).order_by(Invitation.id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(Invitation.id < after)
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def counted(session: AsyncSession) -> dict[Standing, int]:
    """How many invitations stand how."""
    found: dict[Standing, int] = {}
    statement = select(Invitation.state, Invitation.letter, func.count()).group_by(Invitation.state, Invitation.letter)
    for state, letter, number in await session.execute(statement):
        waiting = "queued" if letter in {"queued", "sending"} else letter
        standing = cast("Standing", waiting if state == "asked" else state)
        found[standing] = found.get(standing, 0) + number
    return found


def _view(row: Invitation) -> InvitationView:
    names = ("shop_id" if name == "shop" else name for name in InvitationView.__dataclass_fields__)
    return InvitationView(*(getattr(row, name) for name in names))
