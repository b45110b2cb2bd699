"""The till's day: what was taken, one under the other, its total; and the closing, by cashier."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import till_devices
from api.installation import in_transaction
from api.pages.forms import Form, Sent, blank
from api.pages.rendering import see_other
from api.pages.till.access import AtTill, CurrentTill
from api.pages.till.showing import till_page
from ledger.errors import Refusal
from ledger.money import total
from merchants.shops.cashiers import CashierView, cashiers_by_id
from vouchers import queries, till_closing
from vouchers.errors import NothingToClose
from vouchers.till_closing import ClosingView

JUST_NOW: Final = timedelta(minutes=10)

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/till/today")
async def today(request: Request, till: CurrentTill) -> Response:
    """What was taken today at this till."""
    return await _today(request, till, blank(request))


@router.post("/{slug:slug}/till/today")
async def close(request: Request, till: CurrentTill, form: Sent) -> Response:
    """Close the till; whoever stood there has gone home."""

    async def work(session: AsyncSession) -> list[ClosingView]:
        at = await clock.now(session)
        closed = await till_closing.close_till(session, till.device.till.id, actor=till.device.actor, at=at)
        await till_devices.stand_at(session, till.device, None, at=at)
        return closed

    try:
        closed = await in_transaction(till.town.sessions, work)
    except NothingToClose as refusal:
        last = await _just_closed(till)
        if last is None:
            return await _today(request, till, form, refusal)
        closed = [last]
    return see_other(f"{till.home}/closings/{closed[0].act}")


async def _just_closed(till: AtTill) -> ClosingView | None:
    """The closing of a moment ago: of a button that was touched twice, or whose answer was lost."""
    async with till.town.sessions.begin() as session:
        last = await till_closing.closings_of(session, till.device.till.id, limit=1)
    return last[0] if last and till.at - last[0].closed_at < JUST_NOW else None


@router.get("/{slug:slug}/till/closings/{act}")
async def closing(request: Request, till: CurrentTill, act: UUID) -> Response:
    """What each cashier took."""
    async with till.town.sessions.begin() as session:
        lines = await till_closing.closings_of_act(session, act)
        if not lines or lines[0].till != till.device.till.id:
            return see_other(f"{till.home}/today")
        names = await _names(session, lines)
    sums = total([one.total for one in lines])
    return await till_page(request, "closing.html", till, lines=lines, names=names, total=sums)


async def _today(request: Request, till: AtTill, form: Form, refusal: Refusal | None = None) -> Response:
    if refusal is not None:
        form.refuse(refusal)
    async with till.town.sessions.begin() as session:
        rows = await queries.redemptions_at(session, till.device.till.id, since=till.morning)
        open_rows = await till_closing.not_closed(session, till.device.till.id)
        names = await cashiers_by_id(session, {one.cashier for one in rows if one.cashier})
    standing = [one for one in rows if one.undo is None]
    status = HTTPStatus.OK if form.valid else HTTPStatus.UNPROCESSABLE_ENTITY
    return await till_page(
        request, "today.html", till, status=status, form=form, rows=rows, names=names, standing=len(standing),
        total=total([one.amount for one in standing]), open_rows=len(open_rows),
    )  # fmt: skip


async def _names(session: AsyncSession, lines: list[ClosingView]) -> dict[UUID, CashierView]:
    return await cashiers_by_id(session, {one.cashier for one in lines if one.cashier})
