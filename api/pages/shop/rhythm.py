"""How often a shop is paid: it chooses, and asks to be paid now if that is its choice."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading
from api.installation import in_transaction
from api.pages.catalogues import marked
from api.pages.doing_once import NUMBER, do_once, numbered
from api.pages.forms import Form, Sent
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from api.pages.shop.access import DecidesWherePaid, OwnShop, SeesSettlements
from ledger.days import day_of
from ledger.errors import Refusal
from merchants import programme
from merchants.settlements import demanding, foreseeing, queries
from merchants.shops import rhythms
from merchants.shops.rhythms import RHYTHMS, Rhythm

router = APIRouter(include_in_schema=False)

SHOWN: Final = 120
"""Ten years of months."""

PROGRAMME: Final = "programme"
"""The answer of a shop that follows the programme."""

WORDS: Final[dict[str, str]] = {
    "monthly": marked("each month"), "weekly": marked("each week"), "on_demand": marked("when you ask"),
}  # fmt: skip


@router.get("/{slug:slug}/shop/{shop_id}/settlements")
async def settled(request: Request, own: SeesSettlements, session: PageReading) -> Response:
    """Every settlement, newest first, and how often the shop is paid."""
    return await _page(request, own, session, numbered(request))


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
        done = await do_once(request, place, own.visitor, form, work)
        if done is not None:
            return see_other(f"/{place.slug}/shop/{own.id}/settlements", said="paid-now")
    except Refusal as refusal:
        form.refuse(refusal)
    return await _again(request, place, own, form)


async def _again(request: Request, place: CurrentPlace, own: OwnShop, form: Form) -> Response:
    form.typed.setdefault(NUMBER, [numbered(request).shown(NUMBER)])
    async with place.town.sessions.begin() as session:
        return await _page(request, own, session, form)


async def _page(request: Request, own: OwnShop, session: AsyncSession, form: Form) -> Response:
    today = day_of(await clock.now(session))
    found = await queries.settlements_page(session, shop=own.id, limit=SHOWN, newest=True)
    decides = own.visitor.may(P.BANK_WRITE, own.id)
    return page(
        request, "shop/settlements.html", status=200 if form.valid else 422, shop=own.shop, settlements=found,
        today=today, form=form, decides=decides, **(await _paid(session, own) if decides else {}),
    )  # fmt: skip


async def _paid(session: AsyncSession, own: OwnShop) -> dict[str, Any]:
    """In which rhythm, and what a shop that asks would be paid now."""
    at = await clock.now(session)
    usual = (await programme.terms_on(session, day_of(at))).rhythm
    chosen = await rhythms.chosen(session, own.id)
    asks = (chosen or usual) == "on_demand" or own.shop.status == "left"
    waiting = await foreseeing.up_to_yesterday(session, own.id, at=at) if asks else None
    return {"usual": usual, "chosen": chosen or PROGRAMME, "asks": asks, "waiting": waiting, "words": WORDS}
