"""All shops, whatever their state: found by name, trade, place or SIRET, and opened."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.auth.visitors import PageReading
from api.pages.place import CurrentPlace
from api.pages.recruiting.access import FindsShops
from api.pages.rendering import page
from merchants.shops.queries import find_shops

router = APIRouter(include_in_schema=False)

A_PAGE: Final = 50


@router.get("/{slug:slug}/desk/shops/all")
async def every(
    request: Request, place: CurrentPlace, _visitor: FindsShops, session: PageReading,
    q: Annotated[str, Query(max_length=80)] = "", after: UUID | None = None,
) -> Response:  # fmt: skip
    """Shops by name. Whoever may see what they take goes on to their own pages, others to what everybody sees."""
    found = await find_shops(session, search=q, after=after, limit=A_PAGE + 1)
    shown, here = found[:A_PAGE], f"/{place.slug}/desk/shops/all"
    return page(
        request, "recruiting/shops.html", shops=shown, q=q.strip(),
        before=f"{here}?{urlencode({'q': q})}" if after else None,
        further=f"{here}?{urlencode({'q': q, 'after': shown[-1].id})}" if len(found) > A_PAGE else None,
    )  # fmt: skip
