"""Month end: what closing a month would come to, shown before it is done, and what closed months came to."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading
from api.pages.desk.access import ClosesMonths, SeesAllSettlements
from api.pages.doing_once import do_once, numbered
from api.pages.forms import Form, Sent
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from ledger.days import Period
from ledger.errors import Refusal
from merchants.invoices.queries import invoices_of
from merchants.settlements import closing, foreseeing, queries
from merchants.settlements.errors import FiguresChanged

router = APIRouter(include_in_schema=False)

A_PAGE: Final = 100
"""Shops on one page: a programme of a big town has two thousand."""

YEARS: Final = 120
"""Closings that are listed: ten years of months."""


@router.get("/{slug:slug}/desk/month-end")
async def month_end(request: Request, visitor: SeesAllSettlements, session: PageReading) -> Response:
    """What comes next, and the months that are closed."""
    at = await clock.now(session)
    month = await foreseeing.month_to_close(session, at=at)
    coming = await foreseeing.preview(session, month, at=at) if month else None
    closed = await queries.closings_page(session, limit=YEARS)
    return page(
        request, "desk/month_end.html", coming=coming, closed=closed, closes=visitor.may(P.SETTLEMENTS_WRITE),
        typed=_typed(month) if month else "",
    )  # fmt: skip


@router.get("/{slug:slug}/desk/month-end/{month}")
async def look(request: Request, visitor: SeesAllSettlements, session: PageReading, month: str) -> Response:
    """What closing a month now would come to, shop by shop."""
    form = numbered(request)
    return await _look(request, session, form, Period.month(month), closes=visitor.may(P.SETTLEMENTS_WRITE))


@router.post("/{slug:slug}/desk/month-end/{month}")
async def close(request: Request, place: CurrentPlace, visitor: ClosesMonths, form: Sent, month: str) -> Response:
    """Close it, if it still comes to what was shown; once."""
    period = Period.month(month)

    async def work(session: AsyncSession) -> UUID:
        at = await clock.now(session)
        if form.shown("seen") != _seen(await foreseeing.preview(session, period, at=at)):
            raise FiguresChanged
        return (await closing.close(session, period, at=at)).id

    try:
        done = await do_once(request, place, visitor, form, work)
        if done is not None:
            return see_other(f"/{place.slug}/desk/month-end/closed/{done}", said="month-closed")
    except Refusal as refusal:
        form.refuse(refusal)
    async with place.town.sessions.begin() as session:
        return await _look(request, session, form, period, closes=True)


@router.get("/{slug:slug}/desk/month-end/closed/{closing_id}")
async def closed(
    request: Request,
    place: CurrentPlace,
    _visitor: SeesAllSettlements,
    session: PageReading,
    closing_id: UUID,
    *,
    after: Annotated[UUID | None, Query()] = None,
) -> Response:
    """A closed period: what each shop is paid, with its statement and its invoice."""
    found = await queries.closing(session, closing_id)
    settled = await queries.settlements_page(session, closing=closing_id, after=after, limit=A_PAGE + 1)
    here = f"/{place.slug}/desk/month-end/closed/{closing_id}"
    return page(
        request, "desk/closing.html", closing=found, settled=settled[:A_PAGE], before=here if after else None,
        invoices=await invoices_of(session, [one.id for one in settled[:A_PAGE]]),
        further=f"{here}?after={settled[A_PAGE - 1].id}" if len(settled) > A_PAGE else None,
    )  # fmt: skip


async def _look(request: Request, session: AsyncSession, form: Form, period: Period, *, closes: bool) -> Response:
    at = await clock.now(session)
    coming = await foreseeing.preview(session, period, at=at)
    return page(
        request, "desk/month_look.html", status=200 if form.valid else 422, form=form, coming=coming,
        shops=coming.shops[:A_PAGE], seen=_seen(coming), over=period.ends <= at, closes=closes,
        closed=await queries.closing_of(session, period), typed=_typed(period),
    )  # fmt: skip


def _typed(period: Period) -> str:
    return f"{period.first_day:%Y-%m}"


def _seen(coming: foreseeing.Preview) -> str:
    """What was shown, so that nothing else is closed: it changes with every redemption that comes late."""
    return f"{len(coming.shops)}-{coming.turnover.cents}-{coming.paid.cents}"
