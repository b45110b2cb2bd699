"""Second step: what is printed on the vouchers, how and when they are handed out."""

from __future__ import annotations

import asyncio
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor, VisitorOf
from api.installation import in_transaction
from api.pages.forms import Form, Sent, blank
from api.pages.orders.access import change_draft, order_for
from api.pages.orders.steps import step
from api.pages.orders.words import occasions_offered
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from ledger.days import day_of
from ledger.errors import Refusal
from merchants import pictures
from merchants.pictures import PictureKindRefused, PictureTooLarge, PictureUnreadable
from vouchers.orders import drafting, queries
from vouchers.orders.drafting import LONGEST_LABEL, LONGEST_MESSAGE
from vouchers.orders.errors import DeliveryDayPast, WrongOrderStatus
from vouchers.rules import queries as rules
from vouchers.rules import rule_words
from vouchers.rules.rule_errors import RuleNotOffered, RuleOutsideValidity

router = APIRouter(include_in_schema=False)

HANDINGS: Final = ("email", "sheets", "links")
LARGEST_BODY: Final = 6_000_000
"""Bytes: a logo of 4 MB, and the fields around it."""


@router.get("/{slug:slug}/orders/{order_id}/giving")
async def giving(
    request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageReading, order_id: UUID
) -> Response:
    """What is printed, how and when it is handed out, as it stands."""
    await order_for(session, visitor, order_id, P.ORDERS_WRITE)
    asked = await drafting.asked(session, order_id)
    everybody = bool(asked.named) and not asked.lines and all(one.email for one in asked.named)
    chosen = asked.handing if asked.message or asked.deliver_on or not everybody else "email"
    form = blank(
        request, label=asked.label, message=asked.message, occasion=asked.occasion or "", handing=chosen,
        rule=str(asked.rule or ""), when="day" if asked.deliver_on else "now",
        day=asked.deliver_on.isoformat() if asked.deliver_on else "",
    )  # fmt: skip
    return await _page(request, place, order_id, form)


@router.post("/{slug:slug}/orders/{order_id}/giving", max_body_size=LARGEST_BODY)
async def keep(
    request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageReading, form: Sent, order_id: UUID
) -> Response:
    """Keep it, and go on to the check."""
    await order_for(session, visitor, order_id, P.ORDERS_WRITE)
    changes: dict[str, object] = {
        "label": form.text("label", required=False, most=LONGEST_LABEL),
        "message": form.text("message", required=False, most=LONGEST_MESSAGE),
        "occasion": form.one_of("occasion", [code for code, _ in occasions_offered(form.language)], required=False)
        or None,
        "handing": form.one_of("handing", HANDINGS),
        "rule": await _rule(session, form),
        "deliver_on": form.day("day") if form.one_of("when", ("now", "day")) == "day" else None,
    }
    if form.valid:
        try:
            changes |= await _picture(place, visitor, form, order_id)
            await change_draft(place, visitor, order_id, **changes)
        except WrongOrderStatus:
            return see_other(f"/{place.slug}/orders/{order_id}")
        except Refusal as refusal:
            logo = dict.fromkeys((PictureKindRefused, PictureTooLarge, PictureUnreadable), "logo")
            beside = {**logo, DeliveryDayPast: "day", RuleNotOffered: "rule", RuleOutsideValidity: "rule"}
            form.refuse(refusal, beside)
        else:
            return see_other(f"/{place.slug}/orders/{order_id}/check")
    return await _page(request, place, order_id, form)


@router.get("/{slug:slug}/orders/{order_id}/logo.png")
async def logo(
    visitor: VisitorOf,
    session: PageReading,
    order_id: UUID,
) -> Response:
    """The logo of an order, as it will be printed."""
    found = await order_for(session, visitor, order_id)
    if found.picture is None:
        return Response(status_code=404)
    return Response((await drafting.picture(session, found.picture, buyer_id=found.buyer)).png, media_type="image/png")


async def _rule(session: AsyncSession, form: Form) -> UUID | None:
    """The rule that was chosen of those that the programme offers."""
    offered = await rules.offered(session, today=day_of(await clock.now(session)))
    chosen = form.one_of("rule", [str(one.current.id) for one in offered], required=False)
    return UUID(chosen) if chosen else None


async def _picture(place: Place, visitor: Visitor, form: Form, order_id: UUID) -> dict[str, UUID | None]:
    """The logo that was chosen, or none any more, or the one that is there."""
    if form.ticked("no_logo"):
        return {"picture": None}
    file = form.file("logo", required=False)
    if file is None:
        return {}
    content = await file.read()
    drawn = await asyncio.to_thread(pictures.redraw, content)

    async def work(session: AsyncSession) -> UUID:
        found = await order_for(session, visitor, order_id, P.ORDERS_WRITE)
        return await drafting.keep_picture(session, found.buyer, drawn, at=await clock.now(session))

    return {"picture": await in_transaction(place.town.sessions, work)}


async def _page(request: Request, place: Place, order_id: UUID, form: Form) -> Response:
    async with place.town.sessions.begin() as session:
        order = await queries.order(session, order_id)
        lines = await queries.lines_of(session, order_id)
        people = await queries.beneficiaries_of(session, order_id)
        today = day_of(await clock.now(session))
        offered = await rules.offered(session, today=today)
    if order.status != "draft":
        return see_other(f"/{place.slug}/orders/{order_id}")
    if not lines:
        return see_other(f"/{place.slug}/orders/{order_id}/vouchers")
    unnamed = sum(line.quantity for line in lines if not line.named)
    return page(
        request, "orders/giving.html", status=200 if form.valid else 422, form=form, order=order,
        steps=step(place, order, 2), occasions=occasions_offered(form.language), unnamed=unnamed,
        without_address=sum(1 for one in people if not one.email), today=today, longest=LONGEST_MESSAGE,
        rules=[(str(one.current.id), f"{one.current.name} ({rule_words.taken(one.current.asks, form.language)})")
               for one in offered],
    )  # fmt: skip
