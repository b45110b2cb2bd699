"""How often a shop is paid: it chooses, and asks to be paid now if that is its choice."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading
from api.installation import in_transaction
from api.pages.doing_once import do_once, numbered
from api.pages.forms import Form, Sent
from api.pages.place import CurrentPlace
from api.pages.rendering import see_other
from api.pages.shop.access import DecidesWherePaid, OwnShop, SeesSettlements
from api.pages.shop.settled import PROGRAMME, settlements_page
from api.settling import settle_what_was_opened
from ledger.errors import Refusal
from merchants.settlements import demanding
from merchants.shops import rhythms
from merchants.shops.rhythms import RHYTHMS, Rhythm

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/shop/{shop_id}/settlements")
async def settled(request: Request, own: SeesSettlements, session: PageReading) -> Response:
    """Every settlement, newest first, and how often the shop is paid."""
    return await settlements_page(request, own, session, numbered(request))


@router.post("/{slug:slug}/shop/{shop_id}/settlements")
async def choose(request: Request, place: CurrentPlace, own: DecidesWherePaid, form: Sent) -> Response:
    """Choose another rhythm, or be paid now."""
    if form.shown("do") == "now":
        return await _pay_now(request, place, own, form)
    typed = form.one_of("rhythm", (PROGRAMME, *RHYTHMS))
    chosen: Rhythm | None = next((one for one in RHYTHMS if one == typed), None)

    async def work(session: AsyncSession) -> None:
        await rhythms.choose(session, own.id, chosen, actor=own.actor, at=await clock.now(session))

    if form.valid:
        await in_transaction(place.town.sessions, work)
        return see_other(f"/{place.slug}/shop/{own.id}/settlements", said="saved")
    return await _again(request, place, own, form)


async def _pay_now(request: Request, place: CurrentPlace, own: OwnShop, form: Form) -> Response:
    """Be paid what was taken up to yesterday; once."""

    async def work(session: AsyncSession) -> UUID:
        return (await demanding.pay_now(session, own.id, at=await clock.now(session))).id

    try:
        await settle_what_was_opened(place.town.sessions)
        done = await do_once(request, place, own.visitor, form, work)
        if done is not None:
            return see_other(f"/{place.slug}/shop/{own.id}/settlements", said="paid-now")
    except Refusal as refusal:
        form.refuse(refusal)
    return await _again(request, place, own, form)


async def _again(request: Request, place: CurrentPlace, own: OwnShop, form: Form) -> Response:
    async with place.town.sessions.begin() as session:
        return await settlements_page(request, own, session, form)
