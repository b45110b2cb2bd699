"""Where people come in: the programmes of this installation, and each one's first page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from api import clock
from api.auth.visitors import PageReading
from api.dependencies import Here
from api.pages.place import CurrentPlace, Place, terms_now
from api.pages.rendering import local_path, page, see_other
from api.pages.speaking import remember
from api.pages.street.addresses import indexed
from ledger.formats import LANGUAGES
from merchants.street.directory import tally
from vouchers.campaigns.queries import running

router = APIRouter(include_in_schema=False)
of_a_programme = APIRouter(include_in_schema=False)
nowhere = APIRouter(include_in_schema=False)


@router.get("/")
async def programmes(request: Request, here: Here) -> Response:
    """The programmes to choose from; the only one at once."""
    towns = await here.all_towns()
    if len(towns) == 1:
        return RedirectResponse(f"/{towns[0].registered.slug}/", 302)
    places = []
    for town in towns:
        async with town.sessions.begin() as session:
            places.append(Place(town, await terms_now(session)))
    return page(request, "home/programmes.html", places=places, indexed=True)


@router.get("/language")
async def language(request: Request, to: Annotated[str, Query()] = "", back: Annotated[str, Query()] = "/") -> Response:
    """Remember a person's choice of language, and go back to where it was made."""
    answer = see_other(local_path(back))
    for known in LANGUAGES:
        if known == to:
            remember(answer, known, secure=request.url.scheme == "https")
    return answer


@of_a_programme.get("/{slug:slug}/")
async def programme(request: Request, place: CurrentPlace, session: PageReading) -> Response:
    """What the programme is, the ways into it, where its vouchers are taken, and what goes on there."""
    campaigns = await running(session, at=await clock.now(session))
    links = indexed(request, f"/{place.slug}/")
    return page(
        request, "home/programme.html", indexed=True, terms=place.terms, campaigns=campaigns, links=links,
        shops=(await tally(session)).count,
    )  # fmt: skip


@nowhere.get("/{slug:slug}/{_rest:path}")
async def no_such_page(_rest: str) -> Response:
    """What no other route answers: a page that knows in which programme one is lost."""
    raise HTTPException(404)
