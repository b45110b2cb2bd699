"""Who visits a page: from the cookie of a programme to a person and what it may do there.

Each programme has its own cookie, and a visit lives in the programme's own schema: the cookie of one town opens
nothing in another. Every request asks the database, so that a visit that was ended opens nothing at once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Annotated, Final, cast
from urllib.parse import quote, urlsplit
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import visits
from api.auth.permissions import ALLOWED, GUEST_MAY, Permission, Role
from api.auth.visits import Held, Known
from api.enqueuing import enqueue
from api.installation import Installation, Town
from ledger.database import snapshot_of
from ledger.errors import Refusal
from merchants.registry import ProgrammeUnknown, SlugMalformed, SlugReserved, schema_of

LONGEST_NEXT: Final = 500
PROVES: Final = timedelta(minutes=10)
"""How long having signed in proves who somebody is."""


class SignInNeeded(Refusal):
    """Nobody is signed in here. Pages lead to signing in, and from there to ``wanted``, the page that was asked."""

    def __init__(self, *, programme: str, wanted: str) -> None:
        self.programme, self.wanted = programme, wanted
        super().__init__("Sign in first.")

    @property
    def address(self) -> str:
        """Where to sign in."""
        return f"/{self.programme}/sign-in" + (f"?next={quote(self.wanted)}" if self.wanted else "")


class OfficeMissing(Refusal):
    """Who is signed in holds no office that may do this."""

    def __init__(self, *, permission: str) -> None:
        self.permission = permission
        super().__init__(f"None of the visitor's offices may {permission}.")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in: a person with its offices, or a guest, a private buyer who ordered without an account."""

    town: Town
    person: Known | None
    offices: tuple[Held, ...]
    guest: UUID | None = None
    visit: bytes = field(default=b"", repr=False)
    proved_at: datetime | None = None

    def proved_lately(self, *, at: datetime) -> bool:
        """Whether who this is was proved a few minutes ago: what moves money elsewhere asks for it."""
        return self.proved_at is not None and at - self.proved_at <= PROVES

    def may(self, permission: Permission, subject: UUID | None = None) -> bool:
        """Whether any of its offices may do this.

        :param subject: the buyer, shop or till that it is about. Without one it is about the programme as a whole,
            so that only who holds an office in all of it may (operator, accountant, manager).
        """
        return any(one.subject in {None, subject} for one in self._offices_with(permission))

    def may_somewhere(self, permission: Permission) -> bool:
        """Whether there is anything at all about which it may do this: what navigation shows."""
        return bool(self._offices_with(permission))

    def require(self, permission: Permission, subject: UUID | None = None) -> None:
        """As `may`, or refused.

        :raises OfficeMissing:
        """
        if not self.may(permission, subject):
            raise OfficeMissing(permission=permission.value)

    def holds(self, role: Role) -> bool:
        """Whether it holds an office of this role."""
        return any(one.role == role for one in self.offices)

    @property
    def is_operator(self) -> bool:
        """Whether it runs the programme."""
        return self.holds("operator")

    @property
    def is_guest(self) -> bool:
        """Whether it is a private buyer without an account."""
        return self.guest is not None

    @property
    def buyers(self) -> tuple[UUID, ...]:
        """The buyers for which it acts, in the order in which it became theirs."""
        return tuple(one.subject for one in self.offices if one.role == "buyer" and one.subject is not None)

    @property
    def shops(self) -> tuple[UUID, ...]:
        """The shops of which it is an owner."""
        return tuple(one.subject for one in self.offices if one.role == "shop" and one.subject is not None)

    @property
    def actor(self) -> str:
        """How the books name who did something."""
        return f"person:{self.person.id}" if self.person else f"guest:{self.guest}"

    def _offices_with(self, permission: Permission) -> list[Held]:
        if self.is_guest and permission not in GUEST_MAY:
            return []
        return [one for one in self.offices if permission in ALLOWED[one.role]]


def cookie_of(slug: str, base_url: str) -> tuple[str, bool]:
    """The name of a programme's cookie, and whether it is ``Secure``.

    Browsers keep a ``__Host-`` cookie over https, and over http from this very machine (not Safari). Only where an
    installation is deliberately served by plain http to other machines is it named without the prefix and sent
    without ``Secure``: whoever listens on that network can then take over visits.
    """
    parts = urlsplit(base_url)
    secure = parts.scheme == "https" or _is_loopback(parts.hostname or "")
    return (f"__Host-obole-{slug}" if secure else f"obole-{slug}"), secure


def own_path(town: Town, wanted: str | None, *, otherwise: str | None = None) -> str:
    """Where to go on after signing in: the page of this programme that was wanted, else ``otherwise``, its first page.

    Only a path within the programme counts: nobody is led to another site by a link that signs in here.
    """
    home = f"/{town.registered.slug}/"
    plain = wanted is not None and wanted.isascii() and wanted.isprintable() and not {"\\", "#"} & set(wanted)
    if wanted is None or not plain or len(wanted) > LONGEST_NEXT:
        return otherwise or home
    own = wanted.startswith(home) and "//" not in wanted and "/../" not in wanted
    return wanted if own else otherwise or home


async def town_of(request: Request) -> Town:
    """The programme in the path, ``/{slug:slug}/…``.

    :raises ProgrammeUnknown:
    """
    slug: str = request.path_params["slug"]  # no parameter, of which the framework would make a model for each route
    try:
        schema_of(slug)
    except (SlugMalformed, SlugReserved):
        raise ProgrammeUnknown(slug=slug[:40]) from None
    return await _installation(request).town(slug)


TownOf = Annotated[Town, Depends(town_of)]
"""The programme in the path; 404 if there is none."""


async def recognised(request: Request, session: AsyncSession, town: Town, *, at: datetime) -> Visitor | None:
    """Who is signed in, or None; also kept as ``request.state.visitor``, for what every page shows."""
    name, _ = cookie_of(town.registered.slug, _installation(request).settings.base_url)
    request.state.visitor = None
    token = request.cookies.get(name)
    found = await visits.recognise(session, token, at=at)
    if found is None:
        return None
    if at - found.seen_at >= visits.SEEN_EACH:
        await visits.seen(session, found.visit, at=at)
    visitor = Visitor(town, found.person, found.offices, found.guest, found.visit, found.proved_at)
    request.state.visitor = visitor
    return visitor


async def maybe_visitor(request: Request, town: TownOf) -> Visitor | None:
    """Who is signed in, or None. Of a page with its place this was asked already, in the same transaction."""
    if not hasattr(request.state, "visitor"):
        async with town.sessions.begin() as session:
            await recognised(request, session, town, at=await clock.now(session))
    return cast("Visitor | None", request.state.visitor)


MaybeVisitor = Annotated[Visitor | None, Depends(maybe_visitor)]
"""Who is signed in, or None."""


async def visitor_of(request: Request, town: TownOf, found: MaybeVisitor) -> Visitor:
    """Who is signed in.

    :raises SignInNeeded: which names the page to come back to, if it can be asked for again
    """
    if found is not None:
        return found
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    raise SignInNeeded(programme=town.registered.slug, wanted=asked if request.method in {"GET", "HEAD"} else "")


VisitorOf = Annotated[Visitor, Depends(visitor_of)]
"""Who is signed in; who is not is led to sign in."""


async def _reading(town: TownOf) -> AsyncIterator[AsyncSession]:
    async with snapshot_of(town.sessions) as session:
        yield session


async def _writing(town: TownOf) -> AsyncIterator[AsyncSession]:
    async with town.sessions.begin() as session:
        yield session
        await enqueue(session)


PageReading = Annotated[AsyncSession, Depends(_reading, scope="function")]
"""A session of the programme in the path that only reads, all of it as of one moment."""

PageWriting = Annotated[AsyncSession, Depends(_writing, scope="function")]
"""A transaction of the programme in the path, committed before the answer goes out (decision 7)."""


async def begin_person_visit(
    request: Request, response: Response, session: AsyncSession, town: Town, *, person: UUID, proved: bool = False
) -> None:
    """Sign a person in: a new token always, and what this browser presented before is ended.

    :param response: what will be answered; it gets the cookie. The transaction must commit before it goes out.
    :param proved: whether who it is has just been proved, by a password or a link; otherwise the visit goes on
    """
    await _begin(request, response, session, town, person=person, proved=proved)


async def begin_guest_visit(
    request: Request, response: Response, session: AsyncSession, town: Town, *, buyer: UUID
) -> None:
    """Sign in a private person who ordered without an account, as the buyer of that order and of no other.

    :param response: as for `begin_person_visit`
    """
    await _begin(request, response, session, town, guest=buyer)


async def end_visit(request: Request, response: Response, session: AsyncSession, town: Town) -> None:
    """Sign this browser out."""
    name, secure = cookie_of(town.registered.slug, _installation(request).settings.base_url)
    await _end_presented(request, session, name)
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


async def _begin(
    request: Request, response: Response, session: AsyncSession, town: Town,
    *, person: UUID | None = None, guest: UUID | None = None, proved: bool = False,
) -> None:  # fmt: skip
    name, secure = cookie_of(town.registered.slug, _installation(request).settings.base_url)
    at = await _end_presented(request, session, name)
    browser = visits.browser_of(request.headers.get("user-agent"))
    token = await visits.begin(session, person=person, guest=guest, browser=browser, proved=proved, at=at)
    lasts = int(visits.LONGEST.total_seconds())
    response.set_cookie(name, token, max_age=lasts, path="/", secure=secure, httponly=True, samesite="lax")


async def _end_presented(request: Request, session: AsyncSession, name: str) -> datetime:
    """End the visit whose token this browser presents.

    :returns: the present moment
    """
    at = await clock.now(session)
    if (token := request.cookies.get(name)) is not None:
        await visits.end(session, visits.hash_of(token), at=at)
    return at


def _installation(request: Request) -> Installation:
    return cast("Installation", request.app.state.installation)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


__all__ = [
    "Held",
    "Known",
    "MaybeVisitor",
    "OfficeMissing",
    "PageReading",
    "PageWriting",
    "SignInNeeded",
    "TownOf",
    "Visitor",
    "VisitorOf",
    "begin_guest_visit",
    "begin_person_visit",
    "cookie_of",
    "end_visit",
    "maybe_visitor",
    "own_path",
    "recognised",
    "town_of",
    "visitor_of",
]
