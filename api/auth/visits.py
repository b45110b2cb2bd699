"""Visits: a browser that is signed in, known by a token that it keeps in a cookie and of which we keep a hash.

A visit ends when its person says so, when nothing was asked for half a day, thirty days after it began in any case,
and at once when anything about what the person may do changes.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.permissions import Role
from api.tables import Office, Person, Visit
from ledger.formats import Language

IDLE: Final = timedelta(hours=12)
LONGEST: Final = timedelta(days=30)
SEEN_EACH: Final = timedelta(minutes=5)
"""How exactly it is known when a visit was last seen: a write for every page would be one too many."""

KEPT: Final = timedelta(days=90)
TOKEN_BYTES: Final = 32
UNKNOWN_BROWSER: Final = "?"

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"), ("curl", "curl"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """An office as it counts: the role, and the buyer, shop or till for which it is held; none for the programme."""

    role: Role
    subject: UUID | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A person as pages need it."""

    id: UUID
    name: str
    email: str
    language: Language


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whose visit a token is: of a person with its offices, or of a guest, a private buyer without an account."""

    visit: bytes
    person: Known | None
    guest: UUID | None
    offices: tuple[Held, ...]
    seen_at: datetime
    proved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit that goes on. ``id`` names it without unlocking anything."""

    id: str
    browser: str
    begun_at: datetime
    seen_at: datetime


async def begin(
    session: AsyncSession, *, person: UUID | None = None, guest: UUID | None = None, browser: str,
    proved: bool = False, at: datetime,
) -> str:  # fmt: skip
    """Begin a visit of a person or of a guest.

    :param proved: whether who it is has just been proved, by a password or a link
    :returns: the token, which is kept nowhere but in the browser
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await session.execute(
        insert(Visit).values(
            hash=hash_of(token), person_id=person, guest=guest, browser=browser, begun_at=at, seen_at=at,
            ends_at=at + LONGEST, proved_at=at if proved else None,
        )
    )  # fmt: skip
    return token


async def recognise(session: AsyncSession, token: str | None, *, at: datetime) -> Recognised | None:
    """Whose visit this is, or None if it is nobody's: unknown, ended, idle, over, or of somebody disabled."""
    if token is None or _TOKEN.fullmatch(token) is None:
        return None
    statement = (
        select(
            Visit.hash, Visit.person_id, Visit.guest, Visit.seen_at, Person.name, Person.email, Person.language,
            Office.role, Office.subject, Visit.proved_at,
        )
        .outerjoin(Person, Person.id == Visit.person_id)
        .outerjoin(Office, Office.person_id == Visit.person_id)
        .where(Visit.hash == hash_of(token), Person.disabled_at.is_(None), _going_on(at))
        .order_by(Office.id)
    )  # fmt: skip
    rows = (await session.execute(statement)).all()
    if not rows:
        return None
    first = rows[0]
    offices = tuple(Held(cast("Role", row.role), row.subject) for row in rows if row.role is not None)
    if first.person_id is None:
        return Recognised(first.hash, None, first.guest, (Held("buyer", first.guest),), first.seen_at)
    known = Known(first.person_id, first.name, first.email, cast("Language", first.language))
    return Recognised(first.hash, known, None, offices, first.seen_at, first.proved_at)


async def seen(session: AsyncSession, visit: bytes, *, at: datetime) -> None:
    """Note that a visit goes on."""
    statement = update(Visit).where(Visit.hash == visit, Visit.seen_at < at).values(seen_at=at)
    await session.execute(statement.execution_options(synchronize_session=False))


async def end(session: AsyncSession, visit: bytes, *, person: UUID | None = None, at: datetime) -> None:
    """End a visit; of this person only, if one is named."""
    statement = update(Visit).where(Visit.hash == visit, Visit.ended_at.is_(None)).values(ended_at=at)
    if person is not None:
        statement = statement.where(Visit.person_id == person)
    await session.execute(statement.execution_options(synchronize_session=False))


async def end_all(session: AsyncSession, person: UUID, *, but: bytes | None = None, at: datetime) -> None:
    """End every visit of a person, but for the one that is named."""
    statement = update(Visit).where(Visit.person_id == person, Visit.ended_at.is_(None)).values(ended_at=at)
    if but is not None:
        statement = statement.where(Visit.hash != but)
    await session.execute(statement.execution_options(synchronize_session=False))


async def visits_of(session: AsyncSession, person: UUID, *, at: datetime) -> list[VisitView]:
    """The visits of a person that go on, the one last seen first."""
    statement = select(Visit).where(Visit.person_id == person, _going_on(at)).order_by(Visit.seen_at.desc())
    rows = (await session.execute(statement)).scalars()
    return [VisitView(row.hash.hex(), row.browser, row.begun_at, row.seen_at) for row in rows]


async def forget_old(session: AsyncSession, *, at: datetime) -> None:
    """Delete visits that have been over for long."""
    over = or_(Visit.ends_at < at - KEPT, Visit.ended_at < at - KEPT)
    await session.execute(delete(Visit).where(over).execution_options(synchronize_session=False))


def hash_of(token: str) -> bytes:
    """What is kept of a token: it has 256 bits, so that a plain hash is enough."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def browser_of(user_agent: str | None) -> str:
    """How a person recognises its own browser: ``Firefox, Linux``. No more is kept."""
    told = user_agent or ""
    browser = next((name for sign, name in _BROWSERS if sign in told), "")
    system = next((name for sign, name in _SYSTEMS if sign in told), "")
    return ", ".join(part for part in (browser, system) if part) or UNKNOWN_BROWSER


def _going_on(at: datetime) -> ColumnElement[bool]:
    return and_(Visit.ended_at.is_(None), Visit.ends_at > at, Visit.seen_at > at - IDLE)
