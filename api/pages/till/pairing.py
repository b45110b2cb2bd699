"""A device becomes a till: by a link that the shop's owner shows it, once."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api import clock
from api.auth import till_devices, visits
from api.auth.till_devices import PairingSpent
from api.auth.visitors import PageReading, PageWriting
from api.dependencies import Here
from api.pages.place import CurrentPlace, Place, terms_now
from api.pages.rendering import page, see_other
from api.pages.till.access import paired_with, recognised
from api.pages.till.showing import HEADERS, keep_key

QUIET = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}

router = APIRouter(include_in_schema=False)
of_all_programmes = APIRouter(include_in_schema=False)


@of_all_programmes.get("/till")
async def any_till(request: Request, here: Here) -> Response:
    """To the till of this device, whichever programme it is of; to how it becomes one if it is none."""
    towns = await here.all_towns()
    paired = paired_with(request, here, towns)
    if len(paired) == 1:
        return see_other(f"/{paired[0].registered.slug}/till")
    places = []
    for town in paired:
        async with town.sessions.begin() as session:
            places.append(Place(town, await terms_now(session)))
    status = HTTPStatus.OK if places else HTTPStatus.UNAUTHORIZED
    answer = page(request, "till/which.html", status=status, places=places, till=None)
    answer.headers.update(HEADERS)
    return answer


@router.get("/{slug:slug}/till/pair/{secret}")
async def pair_page(request: Request, session: PageReading, secret: str) -> Response:
    """What pairing does, and the button that does it."""
    try:
        till, shop = await till_devices.look_at_pairing(session, secret, at=await clock.now(session))
    except PairingSpent:
        return _spent(request)
    answer = page(request, "till/pair.html", till=None, label=till.label, shop=shop, secret=secret)
    answer.headers.update(HEADERS | QUIET)
    return answer


@router.post("/{slug:slug}/till/pair/{secret}")
async def pair(request: Request, here: Here, place: CurrentPlace, session: PageWriting, secret: str) -> Response:
    """Make this device a till. What it was in this programme before, it is no more."""
    at = await clock.now(session)
    before = await recognised(request, here, place)
    browser = visits.browser_of(request.headers.get("user-agent"))
    try:
        token = await till_devices.pair(session, secret, browser=browser, at=at)
    except PairingSpent:
        return _spent(request)
    if before is not None:
        await till_devices.revoke_device(session, before.device.id, shop_id=before.device.shop.id, at=at)
    answer = see_other(f"/{place.slug}/till", said="paired")
    await keep_key(request, answer, place.slug, token)
    return answer


def _spent(request: Request) -> Response:
    answer = page(request, "till/pairing_spent.html", status=HTTPStatus.GONE, till=None)
    answer.headers.update(HEADERS | QUIET)
    return answer
