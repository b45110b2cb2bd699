"""Refunds: those that wait for a transfer, what became of the others."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.people import people_by_id
from api.auth.visitors import PageReading
from api.installation import in_transaction
from api.pages.desk.access import GivesBack, order_and_buyer
from api.pages.desk.money import LONGEST_REFERENCE
from api.pages.desk.words import FAILED_OTHERWISE, REFUND_METHODS, REFUND_STATES, WHY_FAILED
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from ledger.errors import Refusal
from ledger.money import total
from vouchers.buyers import buyer
from vouchers.orders import giving_back, history
from vouchers.orders.awaiting import orders_by_id
from vouchers.orders.refunds import RefundView, recent_refunds, refund, refunds_asked

router = APIRouter(include_in_schema=False)

TO_SEND: Final = 500
LAST: Final = 30


@router.get("/{slug:slug}/desk/refunds")
async def refunds(request: Request, _visitor: GivesBack, session: PageReading) -> Response:
    """What is to be sent by transfer, what is on its way to a card, and what went back last."""
    to_send = await refunds_asked(session, "transfer", limit=TO_SEND)
    on_way = await refunds_asked(session, "card", limit=TO_SEND)
    waiting = {one.id for one in (*to_send, *on_way)}
    last = [one for one in await recent_refunds(session, limit=LAST) if one.id not in waiting]
    orders = await orders_by_id(session, {one.order for one in (*to_send, *on_way, *last)})
    return page(
        request, "desk/refunds.html", to_send=to_send, on_way=on_way, last=last, orders=orders,
        to_send_sum=total([one.amount for one in to_send]), states=REFUND_STATES, methods=REFUND_METHODS,
    )  # fmt: skip


@router.get("/{slug:slug}/desk/refunds/{refund_id}")
async def one_refund(request: Request, _visitor: GivesBack, session: PageReading, refund_id: UUID) -> Response:
    """A refund as it stands, and what is to be done."""
    return await _page(request, session, refund_id, blank(request))


@router.post("/{slug:slug}/desk/refunds/{refund_id}")
async def settle(request: Request, place: CurrentPlace, visitor: GivesBack, form: Sent, refund_id: UUID) -> Response:
    """The transfer was sent, or will not be. Sent twice it is done once: a refund is settled once."""
    do = form.one_of("do", ("sent", "keep"))
    reference = form.text("reference", most=LONGEST_REFERENCE) if do == "sent" else ""

    async def work(session: AsyncSession) -> RefundView:
        at = await clock.now(session)
        if do == "sent":
            return await giving_back.confirm_transfer(
                session, refund_id, reference=reference, actor=visitor.actor, at=at
            )
        return await giving_back.keep_as_credit(session, refund_id, actor=visitor.actor, at=at)

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            said = "refund-sent" if do == "sent" else "refund-kept"
            return see_other(f"/{place.slug}/desk/refunds/{refund_id}", said=said)
    async with place.town.sessions.begin() as session:
        return await _page(request, session, refund_id, form)


async def _page(request: Request, session: AsyncSession, refund_id: UUID, form: Form) -> Response:
    asked = await refund(session, refund_id)
    one = await order_and_buyer(session, asked.order)
    told = [
        event for event in await history.history_of(session, asked.order)
        if event.facts.get("refund") == str(refund_id) and event.what == "refund_failed"
    ]  # fmt: skip
    why = WHY_FAILED.get(str(told[-1].facts.get("why", "")), FAILED_OTHERWISE) if told else ""
    return page(
        request, "desk/refund_one.html", status=200 if form.valid else 422, form=form, asked=asked, one=one,
        giver=await buyer(session, one.order.buyer), states=REFUND_STATES, methods=REFUND_METHODS, why=why,
        by=await _who(session, asked.asked_by),
    )  # fmt: skip


async def _who(session: AsyncSession, actor: str) -> str:
    """The name of whoever asked, if it is somebody who signs in here."""
    kind, _, id_ = actor.partition(":")
    if kind != "person":
        return ""
    known = await people_by_id(session, {UUID(id_)})
    return next((one.name for one in known.values()), "")
