"""Our style sheet, scripts and pictures, under an address that changes whenever one of them does."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.exceptions import HTTPException

FOLDER: Final = Path(__file__).parent / "static"

KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

FOR_EVER: Final = "public, max-age=31536000, immutable"
FOR_NOW: Final = "no-cache"

FILES: Final = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.suffix in KINDS}
"""All of them, by name: nothing else can be asked for."""

VERSION: Final = hashlib.sha256(b"".join(name.encode() + FILES[name] for name in FILES)).hexdigest()[:12]
"""One for all, so that a script may import the one beside it."""

FAVICON: Final = "favicon.svg"

router = APIRouter(include_in_schema=False)


def asset(name: str) -> str:
    """The address of a file of ours.

    :raises KeyError: if there is none of that name
    """
    if name not in FILES:
        raise KeyError(name)
    return f"/static/{VERSION}/{name}"


@router.get("/static/{version}/{name}")
async def serve(version: str, name: str) -> Response:
    """A file, kept for ever under its own version; a page of an older version gets the present one, unkept."""
    if name not in FILES:
        raise HTTPException(404)
    return _file(name, FOR_EVER if version == VERSION else FOR_NOW)


@router.get("/favicon.ico")
async def favicon() -> Response:
    """For browsers that ask before they have read the page."""
    return _file(FAVICON, FOR_NOW)


def _file(name: str, keep: str) -> Response:
    headers = {"Cache-Control": keep, "Cross-Origin-Resource-Policy": "same-origin"}
    return Response(FILES[name], media_type=KINDS[Path(name).suffix], headers=headers)
