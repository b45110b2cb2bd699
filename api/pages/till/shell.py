"""What lets the till stand on a home screen and open at once: its manifest, and the worker that keeps its shell.

The shell is the first page as it is before anything happens: the shop's name and a field for a code. The worker keeps
that and the scripts; pages with money or codes on them are never kept, neither by it nor by the browser.
"""

from __future__ import annotations

import json
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.assets import FILES, asset
from api.pages.forms import blank
from api.pages.place import CurrentPlace
from api.pages.till.access import CurrentTill
from api.pages.till.basket import Basket
from api.pages.till.showing import till_page

WORKER: Final = "till-worker.js"
KEPT: Final = (
    "till.css", "till.js", "till-words.js", "till-codes.js", "till-camera.js", "till-scanner.js", "till-sending.js",
    "till-sound.js", "favicon.svg",
)  # fmt: skip
"""What the shell is made of."""

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/till/shell")
async def shell(request: Request, till: CurrentTill) -> Response:
    """The first page before anything happens."""
    return await till_page(request, "start.html", till, form=blank(request), basket=Basket(), sums=None, is_shell=True)


@router.get("/{slug:slug}/till/worker.js")
async def worker(place: CurrentPlace) -> Response:
    """The worker, told what to keep; it is another one as soon as any of that is."""
    told = {"shell": f"/{place.slug}/till/shell", "home": f"/{place.slug}/till", "files": [asset(one) for one in KEPT]}
    script = f"const told = {json.dumps(told)};\n".encode() + FILES[WORKER]
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": f"/{place.slug}/till"}
    return Response(script, media_type="text/javascript; charset=utf-8", headers=headers)


@router.get("/{slug:slug}/till/manifest.webmanifest")
async def manifest(place: CurrentPlace) -> Response:
    """How the till looks on a home screen."""
    told = {
        "name": f"Caisse · {place.name}", "short_name": "Caisse", "id": f"/{place.slug}/till",
        "start_url": f"/{place.slug}/till", "scope": f"/{place.slug}/till", "display": "standalone",
        "background_color": "#faf7f0", "theme_color": "#0f5560",
        "icons": [{"src": asset("till-192.png"), "sizes": "192x192", "type": "image/png"},
                  {"src": asset("till-512.png"), "sizes": "512x512", "type": "image/png"}],
    }  # fmt: skip
    return Response(json.dumps(told, ensure_ascii=False), media_type="application/manifest+json")
