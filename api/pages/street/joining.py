"""The campaigns that a shop may join or leave by itself: a page of its own, and a part for others of its pages."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading
from api.installation import in_transaction
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from api.pages.shop.access import OwnShop, ShowsItself
from ledger.errors import Refusal
from vouchers.campaigns import taking_part

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/shop/{shop_id}/campaigns")
async def campaigns(request: Request, own: ShowsItself, session: PageReading) -> Response:
    """What runs and what is coming, and whether the shop takes part."""
    return await _page(request, session, own, blank(request))


@router.post("/{slug:slug}/shop/{shop_id}/campaigns")
async def decide(request: Request, place: CurrentPlace, own: ShowsItself, session: PageReading, form: Sent) -> Response:
    """Join one, or leave it. Sent twice it is done once: a shop takes part or does not."""
    do, campaign = form.one_of("do", ("join", "leave")), form.identifier("campaign")
    if form.valid and campaign is not None:
        act, chosen = (taking_part.join if do == "join" else taking_part.leave), campaign

        async def work(other: AsyncSession) -> None:
            await act(other, chosen, [own.id], actor=own.actor, at=await clock.now(other))

        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            said = "campaign-joined" if do == "join" else "campaign-left"
            return see_other(f"/{place.slug}/shop/{own.id}/campaigns", said=said)
    return await _page(request, session, own, form)


async def _page(request: Request, session: AsyncSession, own: OwnShop, form: Form) -> Response:
    offered = await taking_part.open_to(session, own.id, at=await clock.now(session))
    status = 200 if form.valid else 422
    return page(request, "street/shop_campaigns.html", status=status, form=form, offered=offered, shop=own.shop)
