"""The outbox, for who tries Obole on this machine: the letters that no mail server takes away.

It shows codes and links that sign in, so it is there only where nobody else can ask: without a mail server, on a
server that listens on the loopback and calls itself so, for a request that comes straight from this machine.
"""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import Annotated, Final
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from api.dependencies import Here
from api.email import outbox
from api.installation import Installation
from api.pages import policy
from api.pages.rendering import page

FORWARDED: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
"""What a proxy adds: behind one, everybody seems to come from this machine."""

LETTER_POLICY: Final = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'; frame-ancestors 'self'"
)
"""A letter in its frame: no script, nothing fetched, an origin of its own; its links open beside it."""

FRAMED: Final = policy.policy() + "; frame-src 'self'"


async def _home(request: Request, here: Here) -> Installation:
    if not _private(request, here):
        raise HTTPException(404)
    return here


Private = Annotated[Installation, Depends(_home)]

router = APIRouter(prefix="/outbox", include_in_schema=False)


@router.get("")
async def letters(request: Request, here: Private) -> Response:
    """The letters, the newest first."""
    kept = await asyncio.to_thread(outbox.newest, here.settings.home)
    return page(request, "outbox/letters.html", letters=kept)


@router.get("/{letter}")
async def letter(request: Request, letter: UUID, here: Private) -> Response:
    """A letter: who wrote to whom, what it looks like, what it says in plain text."""
    answer = page(request, "outbox/letter.html", opened=await _opened(here, letter))
    answer.headers[policy.NAME] = FRAMED
    return answer


@router.get("/{letter}/letter.html")
async def shown(letter: UUID, here: Private) -> Response:
    """What a letter looks like, for the frame."""
    opened = await _opened(here, letter)
    html = opened.html.replace("<head>", '<head><base target="_blank">', 1)
    headers = {policy.NAME: LETTER_POLICY, "X-Frame-Options": "SAMEORIGIN", "Referrer-Policy": "no-referrer"}
    return HTMLResponse(html, headers=headers)


@router.get("/{letter}/letter.eml")
async def raw(letter: UUID, here: Private) -> Response:
    """A letter as a file."""
    content = await asyncio.to_thread(outbox.raw, here.settings.home, letter)
    if content is None:
        raise HTTPException(404)
    headers = {"Content-Disposition": f'attachment; filename="{letter}.eml"'}
    return Response(content, media_type="message/rfc822", headers=headers)


async def _opened(here: Installation, letter: UUID) -> outbox.Opened:
    found = await asyncio.to_thread(outbox.opened, here.settings.home, letter)
    if found is None:
        raise HTTPException(404)
    return found


def _private(request: Request, here: Installation) -> bool:
    settings = here.settings
    names = (
        settings.host,
        urlsplit(settings.base_url).hostname,
        request.client.host if request.client else None,
        request.url.hostname,  # a page elsewhere whose name leads here says its own name
    )
    direct = not any(name in request.headers for name in FORWARDED)
    return settings.mail_server is None and direct and all(_of_this_machine(name) for name in names)


def _of_this_machine(name: str | None) -> bool:
    try:
        return name == "localhost" or ip_address(name or "").is_loopback
    except ValueError:
        return False
