"""What a shop says of itself: its name, its trade and place, its craft and story, how to reach it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading
from api.installation import in_transaction
from api.pages.catalogues import marked
from api.pages.forms import GENERAL, Form, Sent, blank
from api.pages.gift import line
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from api.pages.shop.access import OwnShop, ShowsItself
from api.pages.shop_fields import particulars
from ledger.errors import Refusal
from merchants.shops import registering
from merchants.street import profile
from merchants.street.errors import PageFieldMalformed, PhoneMalformed, WebsiteMalformed
from merchants.street.profile import LONGEST_CRAFT, LONGEST_STORY

router = APIRouter(include_in_schema=False)

NO_POSITION: Final = marked("Write the latitude and the longitude in degrees, such as 43.2965, 5.3698.")

_POSITION: Final = re.compile(r"\s*([+-]?\d{1,2}\.\d{1,12})\s*[,;\s]\s*([+-]?\d{1,3}\.\d{1,12})\s*", re.ASCII)


@router.get("/{slug:slug}/shop/{shop_id}/story")
async def story(request: Request, own: ShowsItself, session: PageReading) -> Response:
    """What the shop says of itself."""
    says = await profile.profile(session, own.id)
    telling = blank(request, craft=says.craft, story=says.story, phone=says.phone, website=says.website)
    return _page(request, own, telling, _where(request, own))


@router.post("/{slug:slug}/shop/{shop_id}/story")
async def tell_story(request: Request, place: CurrentPlace, own: ShowsItself, form: Sent) -> Response:
    """Say something else."""
    craft = form.text("craft", required=False, most=LONGEST_CRAFT)
    told = form.text("story", required=False, most=LONGEST_STORY)
    phone, website = form.text("phone", required=False, most=40), form.text("website", required=False)

    async def work(session: AsyncSession) -> None:
        at = await clock.now(session)
        await profile.tell_story(
            session, own.id, craft=craft, story=told, phone=phone, website=website, actor=own.actor, at=at
        )

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except PageFieldMalformed as refusal:
            form.refuse(refusal, refusal.field)
        except (PhoneMalformed, WebsiteMalformed) as refusal:
            form.refuse(refusal, {PhoneMalformed: "phone", WebsiteMalformed: "website"})
        else:
            return see_other(f"/{place.slug}/shop/{own.id}/story", said="saved")
    return _page(request, own, form, _where(request, own))


@router.post("/{slug:slug}/shop/{shop_id}/particulars")
async def change_particulars(request: Request, place: CurrentPlace, own: ShowsItself, form: Sent) -> Response:
    """Change the name on the sign, where the shop is, what it does."""
    name = line(form, "name", most=120)
    new = particulars(form, siret=own.shop.siret, name=name, legal_name=own.shop.legal_name)
    position = _position(form)

    async def work(session: AsyncSession) -> None:
        assert new is not None  # noqa: S101 - the form is valid
        latitude, longitude = position
        there = replace(new, latitude=latitude, longitude=longitude)
        await registering.change_particulars(session, own.id, there, actor=own.actor, at=await clock.now(session))

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal, GENERAL)
        else:
            return see_other(f"/{place.slug}/shop/{own.id}/story", said="saved")
    async with place.town.sessions.begin() as session:
        says = await profile.profile(session, own.id)
    telling = blank(request, craft=says.craft, story=says.story, phone=says.phone, website=says.website)
    return _page(request, own, telling, form)


@router.get("/{slug:slug}/shop/{shop_id}/particulars")
async def back_to_story(place: CurrentPlace, own: ShowsItself) -> Response:
    """The address of a form that came back with faults, asked for again."""
    return see_other(f"/{place.slug}/shop/{own.id}/story")


def _where(request: Request, own: OwnShop) -> Form:
    shop = own.shop
    known = shop.latitude is not None and shop.longitude is not None
    return blank(
        request, name=shop.name, street=shop.street, postcode=shop.postcode, commune=shop.commune, naf=shop.naf,
        position=f"{shop.latitude:.6f}, {shop.longitude:.6f}" if known else "",
    )  # fmt: skip


def _position(form: Form) -> tuple[float, float] | tuple[None, None]:
    typed = form.text("position", required=False, most=60)
    if not typed:
        return None, None
    found = _POSITION.fullmatch(typed)
    latitude, longitude = (float(found[1]), float(found[2])) if found else (999.0, 999.0)
    if abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 - degrees of a globe
        form.say("position", NO_POSITION)
        return None, None
    return latitude, longitude


def _page(request: Request, own: OwnShop, telling: Form, where: Form) -> Response:
    good = telling.valid and where.valid
    return page(
        request, "shop/story.html", status=200 if good else 422, shop=own.shop, telling=telling, where=where,
        longest=LONGEST_STORY,
    )  # fmt: skip
