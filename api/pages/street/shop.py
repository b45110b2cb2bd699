"""The page of a shop: what it does, its story, when it is open, how to get there; and its photos."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from api import clock
from api.auth.visitors import PageReading
from api.pages.place import CurrentPlace
from api.pages.rendering import page
from api.pages.speaking import language_for
from api.pages.street.addresses import base_of, indexed
from api.pages.street.showing import ShownShop, shown
from api.pages.street.structured import shop_data, written
from api.pages.street.words import WEEKDAYS
from ledger.days import PARIS, day_of
from ledger.formats import Language
from merchants.street import directory
from merchants.street.hours import Hours, shown_spans
from vouchers.campaigns.queries import running

router = APIRouter(include_in_schema=False)

Siret = Annotated[str, Path(pattern=r"^[0-9]{14}$")]
Size = Literal["small", "large"]


@router.get("/{slug:slug}/shops/{siret}")
async def shop(request: Request, place: CurrentPlace, session: PageReading, siret: Siret) -> Response:
    """A shop that takes vouchers; of one that does not any more there is no page."""
    found = await directory.shop_at(session, siret)
    if found is None:
        return page(request, "street/no_shop.html", status=404, path=f"/{place.slug}/shops")
    at, language = await clock.now(session), language_for(request)
    (one,) = await shown(session, [found], await running(session, at=at), at=at, language=language)
    path = f"/{place.slug}/shops/{siret}"
    links = indexed(request, path)
    data = shop_data(
        one, address=links["x-default"], programme=place.name,
        images=[f"{base_of(request)}{photo_path(place.slug, photo.id, 'large')}" for photo in one.photos],
    )  # fmt: skip
    return page(
        request, "street/shop.html", indexed=True, one=one, links=links, data=written(data), path=path,
        week=week_of(one.profile.hours, language), today=at.astimezone(PARIS).weekday(), map=_map(one),
        closures=[c for c in one.profile.hours.closures if c.last_day >= day_of(at)],
    )  # fmt: skip


def photo_path(slug: str, photo_id: UUID, size: Size) -> str:
    """Where a photo is."""
    return f"/{slug}/photos/{photo_id}/{size}.jpg"


def week_of(hours: Hours, language: Language) -> list[tuple[str, str]]:
    """The week, day by day: its name as the catalogues know it, and its hours; none for a day that is closed."""
    return [(name, shown_spans(hours.spans_on(weekday), language)) for weekday, name in enumerate(WEEKDAYS)]


def _map(one: ShownShop) -> tuple[str, str] | None:
    """Where an application for maps shows it, and a free map on the web; neither is asked until a link is followed."""
    latitude, longitude = one.shop.latitude, one.shop.longitude
    if latitude is None or longitude is None:
        return None
    named = f"geo:{latitude:.5f},{longitude:.5f}?q={latitude:.5f},{longitude:.5f}({quote(one.name)})"
    free = (
        f"https://www.openstreetmap.org/?mlat={latitude:.5f}&mlon={longitude:.5f}#map=18/{latitude:.5f}/{longitude:.5f}"
    )
    return named, free
