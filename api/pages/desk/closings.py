"""Month end: what closing a month or a week would come to, shown before it is done, and what closed ones came to."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading
from api.pages.desk.access import ClosesMonths, SeesAllSettlements
from api.pages.doing_once import do_once, numbered
from api.pages.forms import Form, Sent
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from api.settling import settle_a_part, settle_what_was_opened
from ledger.days import Period
from ledger.errors import Refusal
from merchants.invoices.queries import invoices_of
from merchants.settlements import foreseeing, opening, queries, settling
from merchants.settlements.errors import FiguresChanged
from merchants.settlements.queries import ClosingView
from merchants.settlements.rounds import Round
from merchants.shops.queries import shops_by_id

router = APIRouter(include_in_schema=False)

SHOWN: Final = 20
"""Shops of a preview: whoever closes looks at the largest first, and at all of them on demand."""

A_PAGE: Final = 100
"""Shops on one page: a programme of a big town has two thousand."""

NAMED: Final = 20
"""Shops that are named at most of those a closing has not settled."""

STANDS_STILL: Final = timedelta(minutes=10)
"""A closing of two thousand shops is finished long before."""

LISTED: Final = 60
"""Closings on one page: a year of weeks and a few months."""


@router.get("/{slug:slug}/desk/month-end")
async def month_end(
    request: Request,
    place: CurrentPlace,
    visitor: SeesAllSettlements,
    session: PageReading,
    *,
    after: Annotated[UUID | None, Query()] = None,
) -> Response:
    """What is to be closed, the oldest first, and what is closed."""
    at = await clock.now(session)
    due = await foreseeing.to_close(session, at=at)
    closed = await queries.closings_page(session, after=after, limit=LISTED + 1)
    here = f"/{place.slug}/desk/month-end"
    return page(
        request, "desk/month_end.html", due=[(one, _typed(one)) for one in due],
        coming=await foreseeing.preview(session, due[0], at=at) if due else None, closed=closed[:LISTED],
        shops=await shops_by_id(session, [one.shop for one in closed if one.shop]),
        closes=visitor.may(P.SETTLEMENTS_WRITE), before=here if after else None,
        further=f"{here}?after={closed[LISTED - 1].id}" if len(closed) > LISTED else None,
    )  # fmt: skip


@router.get("/{slug:slug}/desk/month-end/{typed}")
async def look(
    request: Request,
    visitor: SeesAllSettlements,
    session: PageReading,
    typed: str,
    *,
    every: Annotated[bool, Query(alias="all")] = False,
) -> Response:
    """What closing a month (`2026-10`) or a week (`2026-W45`) now would come to, shop by shop."""
    form, closes = numbered(request), visitor.may(P.SETTLEMENTS_WRITE)
    return await _look(request, session, form, _round(typed), closes=closes, every=every)


@router.post("/{slug:slug}/desk/month-end/{typed}")
async def close(request: Request, place: CurrentPlace, visitor: ClosesMonths, form: Sent, typed: str) -> Response:
    """Open it, if it comes to what was shown, once; a job settles what this request does not."""
    asked = _round(typed)

    async def work(session: AsyncSession) -> UUID:
        known = await queries.closing_of(session, asked.period, rhythm=asked.rhythm)
        return known.id if known else await _open(session, asked, seen=form.shown("seen"))

    try:
        await settle_what_was_opened(place.town.sessions, before=asked)
        done = await do_once(request, place, visitor, form, work)
        if done is not None:
            await settle_a_part(place.town.sessions)
            said = "week-closed" if asked.rhythm == "weekly" else "month-closed"
            return await _to_closing(place, done, said=said)
    except Refusal as refusal:
        form.refuse(refusal)
    async with place.town.sessions.begin() as session:
        return await _look(request, session, form, asked, closes=True)


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
    """A closed period: what each shop is paid, with its statement and its invoice; or how far it is."""
    found = await queries.closing(session, closing_id)
    settled = await queries.settlements_page(session, closing=closing_id, after=after, limit=A_PAGE + 1)
    here = f"/{place.slug}/desk/month-end/closed/{closing_id}"
    return page(
        request, "desk/closing.html", closing=found, settled=settled[:A_PAGE], percent=_percent(found),
        before=here if after else None, left=await _left(session, found),
        invoices=await invoices_of(session, [one.id for one in settled[:A_PAGE]]),
        further=f"{here}?after={settled[A_PAGE - 1].id}" if len(settled) > A_PAGE else None,
    )  # fmt: skip


@router.get("/{slug:slug}/desk/month-end/closed/{closing_id}/state")
async def state(_visitor: SeesAllSettlements, session: PageReading, closing_id: UUID) -> Response:
    """How far it is, for a script that looks each second."""
    found = await queries.closing(session, closing_id)
    told = {"state": "finished" if found.finished_at else "working", "percent": _percent(found)}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


async def _left(session: AsyncSession, found: ClosingView) -> list[str]:
    """The names of the shops that a closing stands still at: it settles all others first."""
    if found.finished_at or await clock.now(session) - found.closed_at < STANDS_STILL:
        return []
    waiting = await settling.waiting(session, found.id, most=NAMED)
    return sorted(one.name for one in (await shops_by_id(session, list(waiting))).values())


async def _open(session: AsyncSession, asked: Round, *, seen: str) -> UUID:
    """:raises FiguresChanged: if what is fixed by the opening comes to something else than what was shown"""
    at = await clock.now(session)
    opened = await opening.begin(session, asked, at=at)
    chosen = await settling.waiting(session, opened.id)
    if seen != _seen(await foreseeing.preview(session, asked, at=at, chosen=chosen)):
        raise FiguresChanged
    return opened.id


async def _to_closing(place: CurrentPlace, closing_id: UUID, *, said: str) -> Response:
    """What was done is said once all of it is."""
    async with place.town.sessions.begin() as session:
        found = await queries.closing(session, closing_id)
    where = f"/{place.slug}/desk/month-end/closed/{closing_id}"
    return see_other(where, said=said) if found.finished_at else see_other(where)


async def _look(
    request: Request, session: AsyncSession, form: Form, asked: Round, *, closes: bool, every: bool = False
) -> Response:
    at = await clock.now(session)
    coming = await foreseeing.preview(session, asked, at=at)
    return page(
        request, "desk/month_look.html", status=HTTPStatus.OK if form.valid else HTTPStatus.UNPROCESSABLE_ENTITY,
        form=form, coming=coming, rhythm=asked.rhythm, shops=coming.shops if every else coming.shops[:SHOWN],
        seen=_seen(coming),
        over=asked.period.ends <= at, closes=closes, typed=_typed(asked),
        closed=await queries.closing_of(session, asked.period, rhythm=asked.rhythm),
    )  # fmt: skip


def _round(typed: str) -> Round:
    """:raises PeriodMalformed: if it is neither a month nor a week"""
    return Round(Period.week(typed), "weekly") if "W" in typed else Round(Period.month(typed))


def _typed(asked: Round) -> str:
    first = asked.period.first_day
    return f"{first:%G-W%V}" if asked.rhythm == "weekly" else f"{first:%Y-%m}"


def _percent(found: ClosingView) -> int:
    return 100 if found.finished_at else 100 * found.settlements // max(1, found.shops)


def _seen(coming: foreseeing.Preview) -> str:
    """What was shown, so that nothing else is closed: it changes with every redemption that comes late."""
    return f"{len(coming.shops)}-{coming.turnover.cents}-{coming.paid.cents}"
