"""The photos of a shop: added, described, put first, removed; and shown to everybody once the shop is in."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import MaybeVisitor, PageReading
from api.installation import in_transaction
from api.pages.catalogues import marked
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from api.pages.shop.access import OwnShop, ShowsItself
from ledger.errors import Refusal
from merchants import pictures
from merchants.pictures import PictureKindRefused, PictureTooLarge, PictureUnreadable
from merchants.shops.queries import shop
from merchants.street import photos
from merchants.street.errors import PageFieldMalformed, PhotosTooMany, PhotoUnknown
from merchants.street.photos import LONGEST_ALT, PHOTOS_MOST

router = APIRouter(include_in_schema=False)

JPEG: Final = "image/jpeg"
LARGEST: Final = pictures.PHOTO_BYTES_MOST + 20_000
"""Bytes of the form: the photo, and a little around it."""
TOO_LARGE: Final = marked("This photo is too large: 8 MB and 24 million pixels at most. Take it in an ordinary size.")
FOR_A_DAY: Final = "public, max-age=86400"
NOT_KEPT: Final = "no-store"

BESIDE: Final[dict[type[Refusal], str]] = {
    PictureKindRefused: "photo", PictureUnreadable: "photo", PhotosTooMany: "photo", PageFieldMalformed: "alt",
}  # fmt: skip


@router.get("/{slug:slug}/shop/{shop_id}/photos")
async def shown(request: Request, own: ShowsItself, session: PageReading) -> Response:
    """The photos, and where one more is added."""
    return await _page(request, session, own, blank(request))


@router.post("/{slug:slug}/shop/{shop_id}/photos", max_body_size=LARGEST)
async def add(request: Request, place: CurrentPlace, own: ShowsItself, form: Sent) -> Response:
    """Show one photo more."""
    file = form.file("photo")
    alt = form.text("alt", most=LONGEST_ALT)
    if form.valid and file is not None:
        content = await file.read()
        try:
            drawn = await asyncio.to_thread(pictures.redraw_photo, content)

            async def work(session: AsyncSession) -> None:
                await photos.add_photo(
                    session, own.id, drawn, alt=alt, actor=own.actor, at=await clock.now(session)
                )  # fmt: skip

            await in_transaction(place.town.sessions, work)
        except PictureTooLarge:
            form.say("photo", TOO_LARGE)
        except tuple(BESIDE) as refusal:
            form.refuse(refusal, BESIDE)
        else:
            return see_other(f"/{place.slug}/shop/{own.id}/photos", said="saved")
    async with place.town.sessions.begin() as session:
        return await _page(request, session, own, form)


@router.post("/{slug:slug}/shop/{shop_id}/photos/{photo_id}/first")
async def show_first(place: CurrentPlace, own: ShowsItself, photo_id: UUID) -> Response:
    """Show a photo before the others."""
    await in_transaction(place.town.sessions, lambda session: photos.show_first(session, own.id, photo_id))
    return see_other(f"/{place.slug}/shop/{own.id}/photos", said="saved")


@router.post("/{slug:slug}/shop/{shop_id}/photos/{photo_id}/remove")
async def remove(place: CurrentPlace, own: ShowsItself, photo_id: UUID) -> Response:
    """Delete a photo."""
    await in_transaction(place.town.sessions, lambda session: photos.remove_photo(session, own.id, photo_id))
    return see_other(f"/{place.slug}/shop/{own.id}/photos", said="removed")


@router.get("/{slug:slug}/photos/{photo_id}/{size}.jpg")
async def pixels(
    visitor: MaybeVisitor, session: PageReading, photo_id: UUID, size: Annotated[Literal["large", "small"], Path()]
) -> Response:
    """A photo: of a shop that is in, to everybody; of another, to its owner.

    :raises PhotoUnknown: to anybody else
    """
    of, content = await photos.pixels(session, photo_id, small=size == "small")
    public = (await shop(session, of)).status == "accepted"
    if not public and (visitor is None or not visitor.may(P.SHOPFRONT_WRITE, of)):
        raise PhotoUnknown(photo=photo_id)
    kept = {"Cache-Control": FOR_A_DAY if public else NOT_KEPT, "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=JPEG, headers=kept)


async def _page(request: Request, session: AsyncSession, own: OwnShop, form: Form) -> Response:
    found = (await photos.photos_of(session, [own.id]))[own.id]
    return page(
        request, "shop/photos.html", status=200 if form.valid else 422, shop=own.shop, form=form, photos=found,
        most=PHOTOS_MOST, longest=LONGEST_ALT,
    )  # fmt: skip
