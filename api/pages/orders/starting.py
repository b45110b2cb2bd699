"""The list of orders, and beginning one."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import MaybeVisitor, PageReading, Visitor, VisitorOf
from api.installation import in_transaction
from api.pages.forms import Form, Sent, blank
from api.pages.orders.words import occasions_offered, status_shown
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from api.pages.speaking import language_for
from ledger.errors import Refusal
from vouchers import buyers
from vouchers.buyers import BuyerView
from vouchers.orders import drafting, queries
from vouchers.orders.drafting import LONGEST_LABEL, NewOrder
from vouchers.orders.queries import STATUSES, Status

router = APIRouter(include_in_schema=False)

A_PAGE: Final = 30


@router.get("/{slug:slug}/orders")
async def orders(
    request: Request,
    visitor: VisitorOf,
    session: PageReading,
    *,
    status: Annotated[str, Query()] = "",
    q: Annotated[str, Query(max_length=80)] = "",
    after: Annotated[UUID | None, Query()] = None,
) -> Response:
    """The orders that somebody may see: its own, or everybody's for who runs the programme."""
    own = None if visitor.may(P.ORDERS_READ) else visitor.buyers
    wanted: Status | None = next((one for one in STATUSES if one == status), None)
    found = await queries.orders_page(
        session, buyers=own, status=wanted, search=q.strip() or None, after=after, limit=A_PAGE + 1
    )
    rows = found[:A_PAGE]
    at = await clock.now(session)
    prices = {one.id: (await drafting.price_of(session, one.id, at=at)).total for one in rows if one.status == "draft"}
    return page(
        request, "orders/list.html",
        rows=rows, prices=prices, everybody=own is None, chosen=wanted or "", q=q,
        givers=await buyers.buyers_by_id(session, {one.buyer for one in rows}),
        counted=await queries.counted_by_status(session, buyers=own),
        statuses=[(one, status_shown(one)[1]) for one in STATUSES], shown=status_shown,
        further=rows[-1].id if len(found) > A_PAGE else None,
    )  # fmt: skip


@router.get("/{slug:slug}/orders/new")
async def new(
    request: Request,
    place: CurrentPlace,
    visitor: MaybeVisitor,
    who: Annotated[str, Query(alias="for")] = "",
) -> Response:
    """Begin an order. Who is not known here offers a voucher as a person, or makes its company known."""
    if visitor is None or not visitor.buyers:
        return see_other(f"/{place.slug}/{'offer' if who == 'person' else 'company/new'}")
    if visitor.is_guest or who == "person":
        return see_other(f"/{place.slug}/offer")
    return await _form(request, place, visitor, blank(request))


@router.post("/{slug:slug}/orders/new")
async def begin(request: Request, place: CurrentPlace, visitor: VisitorOf, form: Sent) -> Response:
    """Begin it, and lead to what it is for."""
    own = [str(one) for one in visitor.buyers]
    buyer_id = form.one_of("buyer", own) if len(own) > 1 else (own or [""])[0]
    how = form.one_of("how", ("names", "numbers"))
    label = form.text("label", required=False, most=LONGEST_LABEL)
    occasion = form.one_of("occasion", [code for code, _ in occasions_offered(form.language)], required=False) or None
    if form.valid and buyer_id:
        asked = NewOrder(UUID(buyer_id), label=label, occasion=occasion, language=language_for(request))
        visitor.require(P.ORDERS_WRITE, asked.buyer)

        async def work(session: AsyncSession) -> UUID:
            return await drafting.start(session, asked, actor=visitor.actor, at=await clock.now(session))

        try:
            made = await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return see_other(f"/{place.slug}/orders/{made}/{'people' if how == 'names' else 'vouchers'}")
    return await _form(request, place, visitor, form)


async def _form(request: Request, place: Place, visitor: Visitor, form: Form) -> Response:
    async with place.town.sessions.begin() as session:
        found = await buyers.buyers_by_id(session, set(visitor.buyers))
    givers: list[BuyerView] = [found[one] for one in visitor.buyers if one in found]
    return page(
        request, "orders/new.html", status=200 if form.valid else 422, form=form, givers=givers,
        occasions=occasions_offered(form.language),
    )  # fmt: skip
