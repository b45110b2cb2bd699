"""Third step: everything on one page, what it costs, what the social-charge guard says; then the order is placed."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor, VisitorOf
from api.dependencies import Here
from api.installation import in_transaction
from api.pages.forms import Form, Sent, blank
from api.pages.orders.access import order_for
from api.pages.orders.paying import methods_of
from api.pages.orders.steps import step
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from ledger.errors import Refusal
from vouchers.buyers import buyer
from vouchers.orders import adding, drafting, gifts, placing, queries
from vouchers.orders.errors import OrderChanged
from vouchers.orders.giving import urssaf, urssaf_words
from vouchers.orders.queries import Method, OrderView
from vouchers.rules.queries import version

router = APIRouter(include_in_schema=False)

NOTED: Final = urssaf.SeniorityBarred
"""What holds for every order of the year, so that it warns of nothing in this one."""


@router.get("/{slug:slug}/orders/{order_id}/check")
async def check(
    request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageReading, here: Here, order_id: UUID
) -> Response:
    """The order as it would be placed."""
    order = await order_for(session, visitor, order_id, P.ORDERS_WRITE)
    form = blank(request, version=str(order.version))
    return await _page(request, place, session, form, order, methods_of(here, place))


@router.post("/{slug:slug}/orders/{order_id}/check")
async def place_order(
    request: Request, place: CurrentPlace, visitor: VisitorOf, here: Here, form: Sent, order_id: UUID
) -> Response:
    """Place it, and lead to its payment."""
    offered = methods_of(here, place)
    method = form.one_of("method", offered)
    version = form.number("version") or 0
    if form.valid:
        try:
            placed = await _place(place, visitor, order_id, version, "card" if method == "card" else "transfer")
        except OrderChanged as refusal:
            form.refuse(refusal)
            form.typed.pop("version")
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            pay = placed.status == "awaiting_payment" and method == "card"
            return see_other(f"/{place.slug}/orders/{order_id}{'/pay' if pay else ''}", said="order-placed")
    async with place.town.sessions.begin() as session:
        order = await order_for(session, visitor, order_id, P.ORDERS_WRITE)
        return await _page(request, place, session, form, order, offered)


async def _place(place: Place, visitor: Visitor, order_id: UUID, version: int, method: Method) -> OrderView:
    async def work(session: AsyncSession) -> OrderView:
        found = await order_for(session, visitor, order_id, P.ORDERS_WRITE)
        if found.status == "awaiting_payment":  # a second click, or the back button: it is placed already
            return found
        at = await clock.now(session)
        return await placing.place(session, order_id, version=version, method=method, actor=visitor.actor, at=at)

    return await in_transaction(place.town.sessions, work)


async def _page(
    request: Request, place: Place, session: AsyncSession, form: Form, order: OrderView, offered: list[Method]
) -> Response:
    if order.status != "draft":
        return see_other(f"/{place.slug}/orders/{order.id}")
    at = await clock.now(session)
    asked = await drafting.asked(session, order.id)
    giver = await buyer(session, order.buyer)
    warned = await gifts.warnings_for(session, order.id, asked, at=at) if giver.kind == "company" else ()
    return page(
        request, "orders/check.html", status=200 if form.valid else 422, form=form, order=order, giver=giver,
        lines=await queries.lines_of(session, order.id), people=asked.named, price=await drafting.price_of(
            session, order.id, at=at
        ),
        waiting=len(await drafting.unmended(session, order.id)), steps=step(place, order, 3), offered=offered,
        warnings=[urssaf_words.said(one, form.language) for one in warned if not isinstance(one, NOTED)],
        notes=[urssaf_words.said(one, form.language) for one in warned if isinstance(one, NOTED)],
        offers=await adding.offers(session, order, at=at), only_here=urssaf_words.ONLY_HERE[form.language],
        occasion=urssaf.occasion(order.occasion).name(form.language) if order.occasion else "", terms=place.terms,
        rule=await version(session, order.rule) if order.rule else None,
    )  # fmt: skip
