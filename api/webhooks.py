"""What Stripe tells us: verified, acted upon by what is fetched anew, and acknowledged once that is in the books."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse

from api import clock
from api.card_flow import act_on_event
from api.dependencies import Here
from vouchers.orders.cards.card_events import read_event
from vouchers.orders.cards.card_refusals import CardsNotOffered

MOST_BYTES: Final = 256_000
"""Stripe's messages have some kilobytes; nobody else's are read further than this."""

router = APIRouter(include_in_schema=False)


@router.post("/webhooks/stripe/{programme}")
async def hear(programme: str, request: Request, here: Here) -> JSONResponse:
    """Act upon a message of Stripe; what cannot be done now is answered so that Stripe sends it again."""
    town = await here.town(programme)
    try:
        keys = here.cards.keys(programme)
    except CardsNotOffered:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    body = await _body(request)
    async with town.sessions.begin() as session:
        at = await clock.now(session)
    event = read_event(body, request.headers.get("stripe-signature", ""), keys.webhook_secrets, at=at)
    await act_on_event(here, town, event)
    return JSONResponse({"received": True})


async def _body(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        parts.append(part)
    return b"".join(parts)
