"""The list of shops that take vouchers, for other people's programs: CSV and JSON, fresh from the register."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.auth.visitors import PageReading
from api.pages.place import CurrentPlace, Place
from api.pages.street.addresses import base_of
from merchants.street import directory
from merchants.street.directory import PublicShop
from vouchers.orders.lists.csv_writing import harmless

router = APIRouter(include_in_schema=False)

LICENCE: Final = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
"""Licence Ouverte 2.0 (Etalab): reuse for anything, naming the source."""

FIELDS: Final = (
    "siret", "name", "trade", "naf", "naf_label", "street", "postcode", "commune", "commune_code", "latitude",
    "longitude", "accepted_since", "page",
)  # fmt: skip
"""In this order, for good: new ones come at the end."""

EVERYBODY: Final = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
FRESH: Final = "no-cache"
"""May be kept, and is asked for again each time: an answer that says "unchanged" costs nothing."""


@router.get("/{slug:slug}/shops.csv")
async def as_csv(request: Request, place: CurrentPlace, session: PageReading) -> Response:
    """Comma separated, UTF-8, a header row, decimal points: as programs read it. No cell runs in a spreadsheet."""
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(FIELDS)
    for row in _rows(request, place, await directory.accepting(session)):
        lines.writerow(["" if row[name] is None else _cell(row[name]) for name in FIELDS])
    body = out.getvalue().encode()
    return _answer(request, body, "text/csv; charset=utf-8; header=present", await directory.newest(session))


@router.get("/{slug:slug}/shops.json")
async def as_json(request: Request, place: CurrentPlace, session: PageReading) -> Response:
    """The same with the programme, the licence and the fields beside it."""
    newest = await directory.newest(session)
    told = {
        "programme": place.name,
        "publisher": place.terms.legal_name if place.terms else place.name,
        "licence": LICENCE,
        "source": f"{base_of(request)}/{place.slug}/shops",
        "changed_at": newest.isoformat() if newest else None,
        "shops": _rows(request, place, await directory.accepting(session)),
    }
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return _answer(request, body, "application/json", newest)


def _rows(request: Request, place: Place, shops: Sequence[PublicShop]) -> list[dict[str, Any]]:
    home = f"{base_of(request)}/{place.slug}/shops"
    return [
        {
            "siret": one.siret, "name": one.name, "trade": one.group.slug, "naf": one.naf, "naf_label": one.trade,
            "street": one.street, "postcode": one.postcode, "commune": one.commune, "commune_code": one.commune_code,
            "latitude": one.latitude, "longitude": one.longitude, "accepted_since": one.since.isoformat(),
            "page": f"{home}/{one.siret}",
        }
        for one in shops
    ]  # fmt: skip


def _cell(value: object) -> str:
    """Numbers as they are: a longitude west of Greenwich begins with a minus and runs nothing."""
    return str(value) if isinstance(value, float) else harmless(str(value))


def _answer(request: Request, body: bytes, kind: str, newest: datetime | None) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**EVERYBODY, "ETag": tag, "Cache-Control": FRESH, "Link": f'<{LICENCE}>; rel="license"'}
    if newest is not None:
        headers["Last-Modified"] = format_datetime(newest, usegmt=True)
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=kind, headers=headers)
