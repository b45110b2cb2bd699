"""Handing vouchers out on paper or as links: the sheets that are being drawn, the files to download."""

from __future__ import annotations

from typing import Final, cast
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor, VisitorOf
from api.dependencies import Here
from api.installation import in_transaction
from api.pages.forms import Sent, blank
from api.pages.orders.access import order_for
from api.pages.orders.downloads import CSV, PDF, headers
from api.pages.orders.order import show_order
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from api.printing import ask_sheets, file_of
from ledger.errors import Refusal
from vouchers.orders import handing
from vouchers.orders.errors import NothingIssued
from vouchers.orders.handing_out import printing
from vouchers.orders.handing_out.links import links_csv
from vouchers.orders.handing_out.printing import PRINTED, PrintingNotReady, PrintingUnknown, PrintingView
from vouchers.sheets_pdf import Layout

router = APIRouter(include_in_schema=False)

LAYOUTS: Final = ("eight", "one")


@router.get("/{slug:slug}/orders/{order_id}/printings")
async def to_print(place: CurrentPlace, visitor: VisitorOf, session: PageReading, order_id: UUID) -> Response:
    """Whoever loads what came back from the form again, or changes its language."""
    await order_for(session, visitor, order_id, P.CODES_READ)
    return see_other(f"/{place.slug}/orders/{order_id}")


@router.post("/{slug:slug}/orders/{order_id}/printings")
async def ask(
    request: Request, place: CurrentPlace, visitor: VisitorOf, here: Here, form: Sent, order_id: UUID
) -> Response:
    """Have the sheets drawn."""
    layout = form.one_of("layout", LAYOUTS)

    async def work(session: AsyncSession) -> PrintingView:
        found = await order_for(session, visitor, order_id, P.CODES_READ)
        return await ask_sheets(
            session, here.settings, order_id, layout=cast("Layout", layout or LAYOUTS[0]), language=found.language,
            actor=visitor.actor,
        )  # fmt: skip

    try:
        asked = await in_transaction(place.town.sessions, work)
    except Refusal as refusal:
        async with place.town.sessions.begin() as session:
            found = await order_for(session, visitor, order_id, P.CODES_READ)
            form.refuse(refusal)
            return await show_order(request, place, visitor, session, here, found, form)
    return see_other(f"/{place.slug}/orders/{order_id}/printings/{asked.id}")


@router.get("/{slug:slug}/orders/{order_id}/printings/{printing_id}")
async def show(
    request: Request, visitor: VisitorOf, session: PageReading, order_id: UUID, printing_id: UUID
) -> Response:
    """How far the sheets are; then the file."""
    order = await order_for(session, visitor, order_id, P.CODES_READ)
    drawing = await _printing(session, order_id, printing_id)
    return page(
        request, "orders/printing.html", order=order, drawing=drawing, percent=_percent(drawing),
        state=_state(drawing), form=blank(request, layout=drawing.layout),
    )  # fmt: skip


@router.get("/{slug:slug}/orders/{order_id}/printings/{printing_id}/state")
async def state(visitor: VisitorOf, session: PageReading, order_id: UUID, printing_id: UUID) -> Response:
    """The same for a script that looks each second."""
    await order_for(session, visitor, order_id, P.CODES_READ)
    drawing = await _printing(session, order_id, printing_id)
    told = {"state": _state(drawing), "percent": _percent(drawing)}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


@router.get("/{slug:slug}/orders/{order_id}/printings/{printing_id}/sheets.pdf")
async def sheets(place: CurrentPlace, visitor: VisitorOf, here: Here, order_id: UUID, printing_id: UUID) -> Response:
    """The file. Whoever has it has the vouchers: the order is delivered."""
    async with place.town.sessions.begin() as session:
        await order_for(session, visitor, order_id, P.CODES_READ)
        try:
            file = await file_of(session, here.settings, printing_id, order_id=order_id)
        except PrintingNotReady:
            return see_other(f"/{place.slug}/orders/{order_id}/printings/{printing_id}")
    await _deliver(place, visitor, order_id, how="sheets")
    return FileResponse(file.path, media_type=PDF, headers=headers(file.name))


@router.get("/{slug:slug}/orders/{order_id}/links.csv")
async def links(place: CurrentPlace, visitor: VisitorOf, here: Here, order_id: UUID) -> Response:
    """The links, a line each, written as they are read."""
    async with place.town.sessions.begin() as session:
        order = await order_for(session, visitor, order_id, P.CODES_READ)
        at = await clock.now(session)
    if order.status not in PRINTED:
        raise NothingIssued(status=order.status)
    await _deliver(place, visitor, order_id, how="links")
    lines = links_csv(
        place.town.sessions, order_id, keys=place.town.keys, base_url=here.settings.base_url, language=order.language,
        at=at,
    )  # fmt: skip
    return StreamingResponse(lines, media_type=CSV, headers=headers(f"{order.number}-links.csv"))


async def _deliver(place: Place, visitor: Visitor, order_id: UUID, *, how: str) -> None:
    async def work(session: AsyncSession) -> None:
        at = await clock.now(session)
        await handing.mark_delivered(session, order_id, actor=visitor.actor, how=how, at=at)

    await in_transaction(place.town.sessions, work)


async def _printing(session: AsyncSession, order_id: UUID, printing_id: UUID) -> PrintingView:
    found = await printing.printing(session, printing_id)
    if found.order != order_id:
        raise PrintingUnknown(printing=printing_id)
    return found


def _percent(drawing: PrintingView) -> int:
    return int(drawing.share * 100)


def _state(drawing: PrintingView) -> str:
    return drawing.state if drawing.finished else "working"
