"""Decisions on an order that is not issued: vouchers before the money, or no order any more; each with its reason."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading
from api.installation import in_transaction
from api.pages.desk.access import CancelsOrders, GivesCredit, order_and_buyer
from api.pages.desk.on_order import NOT_ISSUED
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from ledger import audit
from ledger.errors import Refusal
from ledger.money import ZERO
from vouchers.orders import fulfilling, placing

router = APIRouter(include_in_schema=False)

LONGEST_REASON: Final = 400


@router.get("/{slug:slug}/desk/orders/{order_id}/credit")
async def on_credit(
    request: Request, place: CurrentPlace, _visitor: GivesCredit, session: PageReading, order_id: UUID
) -> Response:
    """What issuing an order before it is paid means."""
    return await _credit_page(request, place, session, order_id, blank(request))


@router.post("/{slug:slug}/desk/orders/{order_id}/credit")
async def give_credit(
    request: Request, place: CurrentPlace, visitor: GivesCredit, form: Sent, order_id: UUID
) -> Response:
    """Issue it before it is paid. Sent twice it is done once: the order waits for its payment no more."""
    reason = form.text("reason", most=LONGEST_REASON)
    if not form.ticked("understood"):
        form.say("understood", "Tick this box: it is your decision.")

    async def work(session: AsyncSession) -> None:
        await fulfilling.issue_on_credit(
            session, order_id, reason=reason, keys=place.town.keys, actor=visitor.actor, at=await clock.now(session)
        )

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return see_other(f"/{place.slug}/desk/orders/{order_id}", said="credit-given")
    async with place.town.sessions.begin() as session:
        return await _credit_page(request, place, session, order_id, form)


@router.get("/{slug:slug}/desk/orders/{order_id}/cancel")
async def cancel_page(
    request: Request, place: CurrentPlace, _visitor: CancelsOrders, session: PageReading, order_id: UUID
) -> Response:
    """What cancelling an order means."""
    return await _cancel_page(request, place, session, order_id, blank(request))


@router.post("/{slug:slug}/desk/orders/{order_id}/cancel")
async def cancel(request: Request, place: CurrentPlace, visitor: CancelsOrders, form: Sent, order_id: UUID) -> Response:
    """Cancel it; what was paid is its buyer's free credit."""
    reason = form.text("reason", most=LONGEST_REASON)

    async def work(session: AsyncSession) -> None:
        await placing.cancel(session, order_id, actor=visitor.actor, reason=reason, at=await clock.now(session))

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return see_other(f"/{place.slug}/desk/orders/{order_id}", said="order-cancelled")
    async with place.town.sessions.begin() as session:
        return await _cancel_page(request, place, session, order_id, form)


async def _credit_page(request: Request, place: Place, session: AsyncSession, order_id: UUID, form: Form) -> Response:
    one = await order_and_buyer(session, order_id)
    if one.order.status != "awaiting_payment" or one.kind != "company":
        return see_other(f"/{place.slug}/desk/orders/{order_id}")
    fence = (await audit.fence_parts(session)).with_buyers
    after = max(fence.owed + one.order.face_total - fence.held, ZERO)
    return page(
        request, "desk/on_credit.html", status=200 if form.valid else 422, form=form, one=one, order=one.order,
        fence=fence, short_after=after,
    )  # fmt: skip


async def _cancel_page(request: Request, place: Place, session: AsyncSession, order_id: UUID, form: Form) -> Response:
    one = await order_and_buyer(session, order_id)
    if one.order.status not in NOT_ISSUED:
        return see_other(f"/{place.slug}/desk/orders/{order_id}")
    return page(request, "desk/cancel.html", status=200 if form.valid else 422, form=form, one=one, order=one.order)
