"""Campaigns for everybody: what goes on, who takes part, what a purchase brings; a draw that anybody can draw again."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading
from api.pages.place import CurrentPlace
from api.pages.rendering import page
from api.pages.speaking import language_for
from api.pages.street.addresses import indexed
from api.pages.street.showing import shown
from api.pages.street.structured import campaign_data, written
from ledger.days import day_of
from merchants.street import directory
from vouchers.campaigns import drawing, queries
from vouchers.campaigns.errors import CampaignUnknown
from vouchers.campaigns.queries import CampaignView
from vouchers.funders import funder

router = APIRouter(include_in_schema=False)

Address = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
SHOWN: Final = 12
"""Shops on the page of a campaign; the directory has all of them."""

WINNERS: Final = 50
"""Winning chances on the page; the file has all."""


@router.get("/{slug:slug}/campaigns")
async def campaigns(request: Request, place: CurrentPlace, session: PageReading) -> Response:
    """What runs, what is coming, what was."""
    today = day_of(await clock.now(session))
    every = await queries.published(session)
    stages = {stage: [one for one in every if one.stage(today) == stage] for stage in ("running", "coming", "over")}
    links = indexed(request, f"/{place.slug}/campaigns")
    return page(request, "street/campaigns.html", indexed=True, stages=stages, links=links)


@router.get("/{slug:slug}/campaigns/{address}")
async def campaign(request: Request, place: CurrentPlace, session: PageReading, address: Address) -> Response:
    """One campaign."""
    at, language = await clock.now(session), language_for(request)
    try:
        found = await queries.published_by_slug(session, address)
    except CampaignUnknown:
        return page(request, "street/no_campaign.html", status=404)
    goes_on = await queries.running(session, at=at)
    among = await directory.shops_in_list(session, list(await queries.shops_in(session, found.id)))
    links = indexed(request, f"/{place.slug}/campaigns/{address}")
    organiser = place.terms.legal_name if place.terms else place.name
    where = place.terms.commune if place.terms else place.name
    return page(
        request, "street/campaign.html", indexed=True, one=found, stage=found.stage(day_of(at)), links=links,
        funder=(await funder(session, found.promise.funder)).name if found.promise.funder else "",
        shops=await shown(session, among[:SHOWN], goes_on, at=at, language=language), count=len(among),
        draw=await _draw(session, found), path=f"/{place.slug}/campaigns/{address}",
        data=written(campaign_data(found, address=links["x-default"], organiser=organiser, place=where)),
    )  # fmt: skip


@router.get("/{slug:slug}/campaigns/{address}/draw.csv")
async def chances(place: CurrentPlace, session: PageReading, address: Address) -> Response:
    """The chances of a draw that is drawn, the lowest score first: with the seed, enough to draw it again."""
    found = await queries.published_by_slug(session, address)
    if found.drawn_at is None:
        raise CampaignUnknown(campaign=address)
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(("number", "day", "reference", "score", "outcome"))
    for one in await drawing.chances_of(session, found.id):
        lines.writerow((one.number, one.day.isoformat(), one.reference, one.score, one.outcome))
    name = f"{place.slug}-{address}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(out.getvalue().encode(), media_type="text/csv; charset=utf-8; header=present", headers=headers)


async def _draw(session: AsyncSession, found: CampaignView) -> dict[str, object] | None:
    """What is published of a draw: before, the hash of its seed; then the seed itself and who won."""
    if found.seed is None:
        return None
    every = await drawing.chances_of(session, found.id) if found.drawn_at else []
    won = [one for one in every if one.outcome == "won"]
    return {
        "seal": drawing.seal_of(found.seed),
        "seed": found.seed.hex() if found.drawn_at else "",
        "chances": len(every),
        "won": won[:WINNERS],
        "winners": len(won),
    }
