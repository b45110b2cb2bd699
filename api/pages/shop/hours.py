"""When a shop is open: an ordinary week, and days on which it is closed all the same."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading
from api.installation import in_transaction
from api.pages.catalogues import marked
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from api.pages.shop.access import OwnShop, ShowsItself
from ledger.days import day_of
from ledger.errors import Refusal
from merchants.street import hours, profile
from merchants.street.errors import HoursMalformed, PageFieldMalformed
from merchants.street.hours import Closure, Hours, Span

router = APIRouter(include_in_schema=False)

WEEKDAYS: Final = (
    marked("Monday"), marked("Tuesday"), marked("Wednesday"), marked("Thursday"), marked("Friday"),
    marked("Saturday"), marked("Sunday"),
)  # fmt: skip
TOO_EARLY: Final = marked("Choose a last day that is not before the first.")
LONGEST_CLOSURE: Final = 366
TOO_LONG: Final = marked("A shop that closes for more than a year rather leaves: write to the operator.")


@router.get("/{slug:slug}/shop/{shop_id}/hours")
async def shown(request: Request, own: ShowsItself, session: PageReading) -> Response:
    """The week and the closures."""
    says = (await profile.profile(session, own.id)).hours
    return await _page(request, session, own, _week(request, says), blank(request))


@router.post("/{slug:slug}/shop/{shop_id}/hours")
async def change_week(request: Request, place: CurrentPlace, own: ShowsItself, form: Sent) -> Response:
    """Say when the shop is open in an ordinary week."""
    spans: list[Span] = []
    for weekday in range(len(WEEKDAYS)):
        try:
            spans += hours.read_day(weekday, form.text(f"day-{weekday}", required=False, most=120))
        except HoursMalformed as refusal:
            form.refuse(refusal, f"day-{weekday}")
    note = form.text("note", required=False, most=hours.LONGEST_NOTE)

    async def work(session: AsyncSession) -> None:
        at = await clock.now(session)
        await profile.set_hours(session, own.id, week=spans, note=note, actor=own.actor, at=at)

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except PageFieldMalformed as refusal:
            form.refuse(refusal, "note")
        else:
            return see_other(f"/{place.slug}/shop/{own.id}/hours", said="saved")
    async with place.town.sessions.begin() as session:
        return await _page(request, session, own, form, blank(request))


@router.post("/{slug:slug}/shop/{shop_id}/closures")
async def close(request: Request, place: CurrentPlace, own: ShowsItself, form: Sent) -> Response:
    """Say that the shop is closed on some days."""
    first = form.day("first_day")
    last = form.day("last_day", required=False) or first
    if first is not None and last is not None and last < first:
        form.say("last_day", TOO_EARLY)
    elif first is not None and last is not None and (last - first).days > LONGEST_CLOSURE:
        form.say("last_day", TOO_LONG)
    if form.valid and first is not None and last is not None:
        closure = Closure(first, last)

        async def work(session: AsyncSession) -> None:
            at = await clock.now(session)
            await profile.close_on(session, own.id, closure, today=day_of(at), actor=own.actor, at=at)

        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return see_other(f"/{place.slug}/shop/{own.id}/hours", said="saved")
    async with place.town.sessions.begin() as session:
        says = (await profile.profile(session, own.id)).hours
        return await _page(request, session, own, _week(request, says), form)


@router.post("/{slug:slug}/shop/{shop_id}/closures/remove")
async def open_after_all(place: CurrentPlace, own: ShowsItself, form: Sent) -> Response:
    """Take a closure back."""
    first, last = form.day("first_day"), form.day("last_day")
    if first is not None and last is not None:
        closure = Closure(first, last)

        async def work(session: AsyncSession) -> None:
            await profile.open_after_all(session, own.id, closure, actor=own.actor, at=await clock.now(session))

        await in_transaction(place.town.sessions, work)
    return see_other(f"/{place.slug}/shop/{own.id}/hours", said="removed")


@router.get("/{slug:slug}/shop/{shop_id}/closures")
async def back_to_hours(place: CurrentPlace, own: ShowsItself) -> Response:
    """The address of a form that came back with faults, asked for again."""
    return see_other(f"/{place.slug}/shop/{own.id}/hours")


def _week(request: Request, says: Hours) -> Form:
    days = {f"day-{day}": hours.typed_spans(says.spans_on(day)) for day in range(len(WEEKDAYS))}
    return blank(request, **days, note=says.note)


async def _page(request: Request, session: AsyncSession, own: OwnShop, week: Form, closing: Form) -> Response:
    says = (await profile.profile(session, own.id)).hours
    at = await clock.now(session)
    today = day_of(at)
    good = week.valid and closing.valid
    return page(
        request, "shop/hours.html", status=200 if good else 422, shop=own.shop, week=week, closing=closing, says=says,
        weekdays=WEEKDAYS, open_now=says.open_at(at), today=today,
        closures=[one for one in says.closures if one.last_day >= today],
    )  # fmt: skip
