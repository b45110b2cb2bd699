"""Which programme a page is about: from the first part of its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.convertors import Convertor, register_url_convertor

from api import clock
from api.auth.visitors import TownOf, recognised
from api.installation import Town
from ledger.days import day_of
from merchants import programme
from merchants.programme import Terms, TermsMissing
from merchants.registry import RESERVED


class SlugConvertor(Convertor[str]):
    """A programme's slug in a route: ``/{slug:slug}/orders``."""

    regex = rf"(?!(?:{'|'.join(RESERVED)})(?![a-z0-9-]))[a-z](?:[a-z0-9]|-(?=[a-z0-9])){{1,30}}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("slug", SlugConvertor())


@dataclass(frozen=True, slots=True)
class Place:
    """A programme as its pages see it; without rules, it is known by its slug alone."""

    town: Town
    terms: Terms | None

    @property
    def slug(self) -> str:
        """As addresses write it."""
        return self.town.registered.slug

    @property
    def name(self) -> str:
        """As people know it."""
        return self.terms.name if self.terms else self.slug


async def place_of(request: Request, town: TownOf) -> Place:
    """The programme of this page, told, with who is signed in, to whatever renders it, an error page included.

    :raises ProgrammeUnknown:
    """
    async with town.sessions.begin() as session:
        at = await clock.now(session)
        await recognised(request, session, town, at=at)
        request.state.place = Place(town, await _terms_at(session, at))
    return cast("Place", request.state.place)


async def terms_now(session: AsyncSession) -> Terms | None:
    """The rules of today, if there are any yet."""
    return await _terms_at(session, await clock.now(session))


async def _terms_at(session: AsyncSession, at: datetime) -> Terms | None:
    try:
        return await programme.terms_on(session, day_of(at))
    except TermsMissing:
        return None


CurrentPlace = Annotated[Place, Depends(place_of)]
"""The programme of a page under ``/{slug:slug}/``."""
