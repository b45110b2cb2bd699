"""One address at which a shop's website is told: its secret, what was sent there, and sending it again."""

from __future__ import annotations

import json
from typing import Final, cast
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading, PageWriting
from api.pages.forms import Form, Sent
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from api.pages.shop.access import SellsOnline
from api.pages.shop.online_words import STATES, TOLD, WHY
from vouchers.notices import delivering, endpoints, queries
from vouchers.notices.endpoints import EndpointView
from vouchers.notices.errors import NoticeUnknown, SigningKeyMissing
from vouchers.notices.queries import State
from vouchers.notices.signing import shown_secret

AT_A_TIME: Final = 25

SAID: Final = {
    "pause": "endpoint-paused", "resume": "endpoint-resumed", "rotate": "secret-replaced", "remove": "removed",
    "failed": "sent-again", "replay": "sent-again",
}  # fmt: skip
"""What is said once it is done."""

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/shop/{shop_id}/online/endpoints/{endpoint}")
async def show(
    request: Request, place: CurrentPlace, own: SellsOnline, session: PageReading, endpoint: UUID,
    state: str = "", after: UUID | None = None,
) -> Response:  # fmt: skip
    """What was sent there, newest first, and what came of each try."""
    view = await endpoints.endpoint(session, endpoint, shop=own.id)
    wanted = cast("State", state) if state in STATES else None
    found = await queries.notices_page(session, endpoint, state=wanted, after=after, limit=AT_A_TIME + 1)
    shown = found[:AT_A_TIME]
    here = request.url.path
    more = {"state": state} if wanted else {}
    onwards = f"{here}?" + urlencode({**more, "after": shown[-1].id}) if len(found) > AT_A_TIME else None
    first = (f"{here}?{urlencode(more)}" if more else here) if after else None
    at = await clock.now(session)
    return page(
        request, "shop/endpoint.html", shop=own.shop, endpoint=view, notices=shown,
        bodies={one.id: json.dumps(json.loads(one.body), indent=2) for one in shown}, before=first, after=onwards,
        counts=(await queries.counts(session, [endpoint]))[endpoint], state=wanted or "", states=STATES, told=TOLD,
        why=WHY, secret=_secret(place, view), now=at, tries=delivering.TRIES,
    )  # fmt: skip


@router.post("/{slug:slug}/shop/{shop_id}/online/endpoints/{endpoint}")
async def change(place: CurrentPlace, own: SellsOnline, session: PageWriting, form: Sent, endpoint: UUID) -> Response:
    """Pause, go on, replace the secret, remove; send one message again, or all that were given up."""
    view = await endpoints.endpoint(session, endpoint, shop=own.id)
    said = await _do(session, place, form, view)
    if said == "removed":
        return see_other(f"/{place.slug}/shop/{own.id}/online", said=said)
    return see_other(f"/{place.slug}/shop/{own.id}/online/endpoints/{endpoint}", said=said)


async def _do(session: AsyncSession, place: Place, form: Form, view: EndpointView) -> str | None:
    """:returns: what is said of it; none if the form asks for nothing that there is"""
    at = await clock.now(session)
    do, _, which = form.shown("do").partition(":")
    match do:
        case "pause":
            await endpoints.pause(session, view.id, shop=view.shop, at=at)
        case "resume":
            await endpoints.resume(session, view.id, shop=view.shop)
        case "rotate":
            await endpoints.rotate(session, view.id, shop=view.shop, keys=place.town.keys, at=at)
        case "remove":
            await endpoints.remove(session, view.id, shop=view.shop, at=at)
        case "failed":
            await delivering.replay_failed(session, view.id, at=at)
        case "replay":
            await delivering.replay(session, _identifier(which), endpoint=view.id, at=at)
    return SAID.get(do)


def _identifier(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        raise NoticeUnknown(notice=UUID(int=0)) from None


def _secret(place: Place, view: EndpointView) -> str | None:
    """The secret as it is copied into a website's software; none if it can no longer be derived."""
    try:
        return shown_secret(view.secrets(place.town.keys, view.added_at)[0])
    except SigningKeyMissing:
        return None
