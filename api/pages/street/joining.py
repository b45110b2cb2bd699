"""The campaigns that a shop may join or leave by itself: a page of its own, and a part for others of its pages."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, VisitorOf
from api.installation import in_transaction
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from ledger.errors import Refusal
from merchants.shops.queries import shop
from vouchers.campaigns import taking_part

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/shop/{shop_id}/campaigns")
async def campaigns(request: Request, visitor: VisitorOf, session: PageReading, shop_id: UUID) -> Response:
    """What runs and what is coming, and whether the shop takes part."""
    visitor.require(P.SHOPFRONT_WRITE, shop_id)
    return await _page(request, session, shop_id, blank(request))


@router.post("/{slug:slug}/shop/{shop_id}/campaigns")
async def decide(
    request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageReading, form: Sent, shop_id: UUID
) -> Response:
    """Join one, or leave it. Sent twice it is done once: a shop takes part or does not."""
    visitor.require(P.SHOPFRONT_WRITE, shop_id)
    do, campaign = form.one_of("do", ("join", "leave")), form.identifier("campaign")
    if form.valid and campaign is not None:
        act, chosen = (taking_part.join if do == "join" else taking_part.leave), campaign

        async def work(other: AsyncSession) -> None:
            await act(other, chosen, [shop_id], actor=visitor.actor, at=await clock.now(other))

        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            said = "campaign-joined" if do == "join" else "campaign-left"
            return see_other(f"/{place.slug}/shop/{shop_id}/campaigns", said=said)
    return await _page(request, session, shop_id, form)


async def _page(request: Request, session: AsyncSession, shop_id: UUID, form: Form) -> Response:
    offered = await taking_part.open_to(session, shop_id, at=await clock.now(session))
    return page(
        request, "street/shop_campaigns.html", status=200 if form.valid else 422, form=form, offered=offered,
        shop=await shop(session, shop_id),
    )  # fmt: skip
