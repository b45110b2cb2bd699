"""The page of a voucher, for whoever holds it: where every QR code and the button of every letter lead.

It says nothing of who gave or holds the voucher, and it leaves no trace: kept by no cache and no search engine, its
address told to no other page. Its parts are beside it: the code alone on a screen, and what can be asked for.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api import clock
from api.dependencies import Here
from api.pages import held
from api.pages.assets import asset
from api.pages.held import Chosen, Found, MaybeFound, Shown
from api.pages.place import CurrentPlace
from api.pages.rendering import page
from api.pages.till.leading import lead_to_till
from merchants.shops import nearby
from merchants.shops.nearby import NearbyShop
from merchants.shops.reach import EVERYWHERE
from vouchers import qr
from vouchers.campaigns.queries import CampaignView, adding

PIXELS: Final = 8
"""Of a module's side: some 350 for the whole picture."""

LARGE: Final = 20
"""The same where the code fills the screen."""

FEW: Final = 6
"""How many shops are shown to begin with."""

LONGEST_COMMUNE: Final = 80

router = APIRouter(include_in_schema=False)
of_a_programme = APIRouter(include_in_schema=False)


@router.get("/v/{token}")
async def voucher(
    request: Request,
    found: MaybeFound,
    here: Here,
    chosen: Chosen,
    commune: Annotated[str, Query(max_length=LONGEST_COMMUNE)] = "",
) -> Response:
    """What is left on a voucher, until when, the code to show at the till, and what became of it."""
    if chosen is not None or found is None:
        return chosen or held.unknown(request)
    till = await lead_to_till(request, here, found.town, found.code.token)
    if till is not None:
        return till
    one = await held.shown(found, here.settings.base_url)
    communes, near, shops = await _shops(found, one, commune)
    return page(
        request, "holder/voucher.html", voucher=one, picture=await _picture(one, PIXELS), communes=communes, near=near,
        shops=shops, adding=await _adding(found, one),
    )  # fmt: skip


@router.get("/v/{token}/full")
async def full(request: Request, found: MaybeFound, here: Here, chosen: Chosen) -> Response:
    """The code alone, as large as the screen is, black on white whatever the time of the day."""
    if chosen is not None or found is None:
        return chosen or held.unknown(request)
    one = await held.shown(found, here.settings.base_url)
    if not one.spendable:
        return held.away(found.path)
    return page(request, "holder/full.html", voucher=one, picture=await _picture(one, LARGE))


@of_a_programme.get("/{slug:slug}/held.webmanifest")
async def manifest(place: CurrentPlace) -> Response:
    """How a voucher looks on a home screen. It holds no token and no ``start_url`` (decision 0035)."""
    if place.terms is None:
        raise HTTPException(404)
    told = {
        "name": place.name,
        "short_name": place.name[:12].strip(),
        "display": "browser",
        "background_color": "#faf7f0",
        "theme_color": "#0f5560",
        "icons": [
            {"src": asset(f"icon-{side}.png"), "sizes": f"{side}x{side}", "type": "image/png"} for side in (192, 512)
        ],
    }
    return JSONResponse(told, media_type="application/manifest+json")


async def _shops(found: Found, one: Shown, wanted: str) -> tuple[list[str], str, list[NearbyShop]]:
    """Where shops take vouchers; the commune asked for, else where this one was spent, else where most are; a few."""
    among = one.rule.asks.reach if one.rule else EVERYWHERE
    async with found.town.sessions.begin() as session:
        known = dict(await nearby.communes(session, among=among))
        if not known or not one.spendable:
            return [], "", []
        seat = found.place.terms.commune if found.place.terms else ""
        busiest = max(known, key=lambda name: known[name])
        near = next((name for name in (wanted, *one.communes, seat) if name in known), busiest)
        return list(known), near, list(await nearby.some_shops(session, near, on=one.today, limit=FEW, among=among))


async def _adding(found: Found, one: Shown) -> list[tuple[CampaignView, int]]:
    """The campaigns that may add to this voucher now, and in how many shops: not those that have given it all."""
    if not one.spendable:
        return []
    async with found.town.sessions.begin() as session:
        every = await adding(session, at=await clock.now(session))
    return [
        (campaign, shops)
        for campaign, shops in every
        if one.added_by(campaign.slug) < campaign.promise.most_per_voucher
    ]


async def _picture(one: Shown, scale: int) -> str:
    if not one.spendable:
        return ""
    return b64encode(await asyncio.to_thread(qr.png, one.link, scale=scale)).decode("ascii")
