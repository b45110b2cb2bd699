"""Links that sign somebody in once: sent to the address by which that person is known, so that they prove it.

A link's secret has 256 bits and only its hash is kept. It is made by the job that sends the letter, never before: it
lies in no queue and in no log. Opening the link changes nothing; the button on its page uses it up, since programs
that scan mail open every link there is.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import offices, people
from api.auth.people import PersonDisabled, PersonUnknown, PersonView
from api.auth.permissions import Role
from api.auth.visits import TOKEN_BYTES, hash_of
from api.tables import OneTimeLink
from ledger.errors import Refusal
from ledger.formats import Language
from ledger.wishes import wish
from vouchers.orders.lists.addresses import canonical

Purpose = Literal["sign_in", "invitation"]

LASTS: Final = {"sign_in": timedelta(minutes=15), "invitation": timedelta(days=7), "guest": timedelta(days=30)}
LETTERS: Final[dict[Purpose, str]] = {"sign_in": "sign_in_letter", "invitation": "invitation_letter"}
"""The job that sends each kind of link."""

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class LinkSpent(Refusal):
    """A link that opens nothing: used before, too old, cut off, or never ours."""

    def __init__(self) -> None:
        super().__init__("This link opens nothing any more.")


@dataclass(frozen=True, slots=True)
class LinkView:
    """Whom a link signs in: a person, or a guest as the buyer ``guest``."""

    person: PersonView | None
    guest: UUID | None
    ends_at: datetime


async def ask_link(session: AsyncSession, email: str, purpose: Purpose = "sign_in") -> None:
    """Let a link be sent to whoever has this address, once the transaction commits; to nobody if nobody has.

    Neither what is answered nor what is written says which of the two it was.
    """
    found = await people.find(session, email=email)
    if found is not None and found.disabled_at is None:
        wish(session, LETTERS[purpose], person=str(found.id))


async def invite(
    session: AsyncSession, *, email: str, name: str, language: Language, role: Role, subject: UUID | None = None,
    by: str, at: datetime, letter: bool = True,
) -> PersonView:  # fmt: skip
    """Give an office to whoever has this address, made known now if need be, and let an invitation be sent.

    Who is known keeps its own name and language.

    :raises AddressInvalid, PersonNameMalformed, PersonDisabled:
    :raises OfficeSubjectWrong, BuyerUnknown, ShopUnknown, TillUnknown:
    """
    canonical(email)
    known = await people.find(session, email=email)
    if known is None:
        known = await people.register(session, email=email, name=name, language=language, at=at)
    if known.disabled_at is not None:
        raise PersonDisabled
    await offices.give(session, person=known.id, role=role, subject=subject, by=by, at=at)
    if letter:
        wish(session, LETTERS["invitation"], person=str(known.id))
    return known


async def link_for(session: AsyncSession, person_id: UUID, purpose: Purpose, at: datetime) -> str:
    """Make a link for a person.

    :returns: the path below the programme's own, ``/enter/…``; whoever has it can sign in as this person
    :raises PersonUnknown: also if that person signs in no more
    """
    if (await people.person(session, person_id)).disabled_at is not None:
        raise PersonUnknown
    return await _make(session, at, purpose, person_id=person_id)


async def guest_link_for(session: AsyncSession, buyer: UUID, at: datetime) -> str:
    """Make a link for a private person who ordered without an account.

    :returns: the path below the programme's own, ``/enter/…``
    """
    return await _make(session, at, "guest", guest=buyer)


async def look_at(session: AsyncSession, secret: str, *, at: datetime) -> LinkView:
    """Whom a link would sign in. It stays as it is.

    :raises LinkSpent:
    """
    if _SECRET.fullmatch(secret) is None:
        raise LinkSpent
    row = (await session.execute(_usable(secret, at))).scalar_one_or_none()
    if row is None:
        raise LinkSpent
    return await _view(session, row)


async def use(session: AsyncSession, secret: str, *, at: datetime) -> LinkView:
    """Use a link up. Of two who use it at once, one is refused.

    :raises LinkSpent:
    """
    found = await look_at(session, secret, at=at)
    taken = (
        update(OneTimeLink)
        .where(OneTimeLink.hash == hash_of(secret), OneTimeLink.used_at.is_(None), OneTimeLink.ends_at > at)
        .values(used_at=at)
        .returning(OneTimeLink.hash)
        .execution_options(synchronize_session=False)
    )
    if (await session.execute(taken)).scalar_one_or_none() is None:
        raise LinkSpent
    return found


async def forget_old(session: AsyncSession, *, at: datetime) -> None:
    """Delete links that are over."""
    await session.execute(
        delete(OneTimeLink).where(OneTimeLink.ends_at < at).execution_options(synchronize_session=False)
    )


async def _make(
    session: AsyncSession, at: datetime, purpose: str, *, person_id: UUID | None = None, guest: UUID | None = None
) -> str:
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"hash": hash_of(secret), "person_id": person_id, "guest": guest, "purpose": purpose}
    await session.execute(insert(OneTimeLink).values(**values, ends_at=at + LASTS[purpose]))
    return f"/enter/{secret}"


async def _view(session: AsyncSession, row: OneTimeLink) -> LinkView:
    if row.person_id is None:
        return LinkView(None, row.guest, row.ends_at)
    found = await people.person(session, row.person_id)
    if found.disabled_at is not None:
        raise LinkSpent
    return LinkView(found, None, row.ends_at)


def _usable(secret: str, at: datetime) -> Select[OneTimeLink]:
    wanted = OneTimeLink.hash == hash_of(secret)
    return select(OneTimeLink).where(wanted, OneTimeLink.used_at.is_(None), OneTimeLink.ends_at > at)
