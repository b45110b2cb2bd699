"""Asking shops to join: one invitation at a time, a letter and two reminders at most, each sent by a person's hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import day_of
from ledger.formats import Language
from ledger.ids import new_id
from ledger.wishes import wish
from merchants.joining import establishments
from merchants.joining.errors import (
    AskedLately,
    EstablishmentUnknown,
    InvitationEnded,
    InvitationOpen,
    LettersEnough,
    ReminderTooSoon,
    ShopAppliedAlready,
    ShopJoinedAlready,
)
from merchants.joining.invitations import OPEN, InvitationView, invitation, invitations_of
from merchants.joining.tables import Invitation
from merchants.numbering import one_at_a_time
from merchants.shops import registering
from merchants.shops.checking import NewShop
from merchants.shops.queries import ShopView, shop_by_siret
from merchants.shops.spelling import spaced

LASTS: Final = timedelta(days=60)
LETTERS_MOST: Final = 3
BETWEEN: Final = timedelta(days=7)
"""Between two letters that arrived."""
REST: Final = timedelta(days=180)
"""How long a shop is left alone that declined or did not answer."""

LONGEST_MESSAGE: Final = 600
LONGEST_REASON: Final = 300
SERIES: Final = "joining"

_LOST: Final = frozenset({"refused", "bounced"})
"""Letters that did not arrive: the next one need not wait."""


async def invite(
    session: AsyncSession, siret: str, *, email: str, message: str = "", language: Language = "fr", actor: str,
    at: datetime,
) -> InvitationView:  # fmt: skip
    """Ask a shop to join, by a letter. An establishment of the register that is no shop yet becomes one, as invited.

    :param email: canonical
    :raises EstablishmentUnknown, ShopJoinedAlready, ShopAppliedAlready, InvitationOpen, AskedLately:
    """
    await one_at_a_time(session, series=SERIES)
    asked = await _shop_to_ask(session, siret, actor=actor, at=at)
    before = await invitations_of(session, [asked.id])
    if any(one.is_open for one in before):
        raise InvitationOpen(siret=siret)
    for one in before:
        if one.ended_at is not None and one.state in {"declined", "expired"} and at < one.ended_at + REST:
            raise AskedLately(again_on=day_of(one.ended_at + REST))
    invitation_id = new_id()
    await session.execute(
        insert(Invitation).values(
            id=invitation_id, shop_id=asked.id, email=email, message=spaced(message)[:LONGEST_MESSAGE],
            language=language, letter_id=new_id(), letter_at=at, asked_by=actor, asked_at=at, ends_at=at + LASTS,
        )
    )  # fmt: skip
    wish(session, "shop_invitation_letter", invitation=str(invitation_id))
    return await invitation(session, invitation_id)


async def remind(
    session: AsyncSession, invitation_id: UUID, *, email: str | None = None, at: datetime
) -> InvitationView:
    """Write once more: a reminder, or the same letter to a better address when the last one did not arrive.

    :param email: canonical, if another than the last one is meant
    :raises InvitationUnknown, InvitationEnded, LettersEnough, ReminderTooSoon:
    """
    found = await _lock(session, invitation_id)
    if not found.is_open or found.ends_at <= at:
        raise InvitationEnded(state=found.state if not found.is_open else "expired")
    if found.letters >= LETTERS_MOST:
        raise LettersEnough(most=LETTERS_MOST)
    lately = found.letter not in _LOST and at < found.letter_at + BETWEEN
    if found.letter in {"queued", "sending"} or lately:
        raise ReminderTooSoon(days=BETWEEN.days)
    await _change(
        session, invitation_id, letter="queued", letters=found.letters + 1, letter_id=new_id(), letter_at=at,
        detail="", email=email or found.email,
    )  # fmt: skip
    wish(session, "shop_invitation_letter", invitation=str(invitation_id))
    return await invitation(session, invitation_id)


async def open_invitation(session: AsyncSession, invitation_id: UUID, *, at: datetime) -> InvitationView:
    """The shop went on from the letter to the form.

    :raises InvitationUnknown, InvitationEnded:
    """
    found = await _answerable(session, invitation_id, at=at)
    if found.state == "asked":
        await _change(session, invitation_id, state="opened")
    return await invitation(session, invitation_id)


async def decline(session: AsyncSession, invitation_id: UUID, *, reason: str = "", at: datetime) -> InvitationView:
    """The shop would rather not. It is left alone for half a year.

    :raises InvitationUnknown, InvitationEnded:
    """
    found = await _answerable(session, invitation_id, at=at)
    if found.state != "declined":
        said = spaced(reason)[:LONGEST_REASON]
        await _change(session, invitation_id, state="declined", reason=said, ended_at=at)
    return await invitation(session, invitation_id)


async def expire_due(session: AsyncSession, *, at: datetime) -> int:
    """End the invitations that nobody answered in time.

    :returns: how many
    """
    ended = (
        update(Invitation)
        .where(Invitation.state.in_(OPEN), Invitation.ends_at <= at)
        .values(state="expired", ended_at=at)
        .returning(Invitation.id)
    )
    return len((await session.execute(ended.execution_options(synchronize_session=False))).all())


async def _shop_to_ask(session: AsyncSession, siret: str, *, actor: str, at: datetime) -> ShopView:
    known = await shop_by_siret(session, siret)
    if known is None:
        found = await establishments.establishment(session, siret)
        if found is None:
            raise EstablishmentUnknown(siret=siret)
        fields = {name: getattr(found, name) for name in found.__dataclass_fields__}
        return await registering.register(session, NewShop(**fields), actor=actor, at=at)
    match known.status:
        case "accepted" | "suspended":
            raise ShopJoinedAlready(siret=siret)
        case "applied":
            raise ShopAppliedAlready(siret=siret)
        case _:
            return await registering.set_status(session, known.id, "invited", actor=actor, at=at)


async def _answerable(session: AsyncSession, invitation_id: UUID, *, at: datetime) -> InvitationView:
    """An invitation that may still be answered, or was declined, which may be thought better of.

    :raises InvitationUnknown, InvitationEnded:
    """
    found = await _lock(session, invitation_id)
    if found.state in {"accepted", "expired"} or found.ends_at <= at:
        raise InvitationEnded(state="expired" if found.state != "accepted" else "accepted")
    return found


async def _lock(session: AsyncSession, invitation_id: UUID) -> InvitationView:
    await one_at_a_time(session, series=SERIES)
    return await invitation(session, invitation_id)


async def _change(session: AsyncSession, invitation_id: UUID, **values: object) -> None:
    changed = update(Invitation).where(Invitation.id == invitation_id).values(**values)
    await session.execute(changed.execution_options(synchronize_session=False))
