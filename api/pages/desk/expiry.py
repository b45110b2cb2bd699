"""What expires: how much in which month, which batches soon, where it went; and moving the last day of a batch."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading
from api.pages.desk.access import ExtendsVouchers
from api.pages.doing_once import do_once, numbered
from api.pages.forms import Form, Sent
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from ledger.days import Period, day_of, months_later
from ledger.errors import Refusal
from ledger.money import total
from merchants import programme
from vouchers import extending, lapsing
from vouchers.buyers import buyer
from vouchers.queries import batch

router = APIRouter(include_in_schema=False)

FURTHER: Final = 6
"""Months by which a batch is extended unless somebody types another day."""


@router.get("/{slug:slug}/desk/expiry")
async def overview(
    request: Request,
    _visitor: ExtendsVouchers,
    session: PageReading,
    *,
    month: Annotated[str | None, Query(max_length=10)] = None,
) -> Response:
    """What expires in the months to come, what did, and the batches to look after: soon, or in a month."""
    at = await clock.now(session)
    chosen = None if month is None else Period.month(month)
    coming = await lapsing.by_month(session, at=at)
    return page(
        request, "desk/expiry.html", coming=coming, total=total([one.left for one in coming]),
        batches=await lapsing.batches_soon(session, at=at, month=chosen), chosen=chosen,
        gone=await lapsing.lapsed(session, at=at),
        breakage_to=(await programme.terms_on(session, day_of(at))).breakage_to,
    )  # fmt: skip


@router.get("/{slug:slug}/desk/expiry/{batch_id}")
async def one_batch(request: Request, _visitor: ExtendsVouchers, session: PageReading, batch_id: UUID) -> Response:
    """A batch, how long it may be spent, and until when it could be."""
    at = await clock.now(session)
    begins = months_later(max((await batch(session, batch_id)).last_day, day_of(at)), FURTHER)
    return await _page(request, session, numbered(request, last_day=begins.isoformat()), batch_id)


@router.post("/{slug:slug}/desk/expiry/{batch_id}")
async def extend(
    request: Request, place: CurrentPlace, visitor: ExtendsVouchers, form: Sent, batch_id: UUID
) -> Response:
    """Ask for the extension; a job does it."""
    last_day = form.day("last_day")
    reason = form.text("reason", most=extending.LONGEST_REASON)
    if form.valid and last_day is not None:
        day: date = last_day

        async def work(session: AsyncSession) -> UUID:
            at = await clock.now(session)
            asked = await extending.ask(session, batch_id, last_day=day, reason=reason, actor=visitor.actor, at=at)
            return asked.id

        try:
            if await do_once(request, place, visitor, form, work) is not None:
                return see_other(f"/{place.slug}/desk/expiry/{batch_id}", said="batch-extended")
        except Refusal as refusal:
            form.refuse(refusal, "last_day")
    async with place.town.sessions.begin() as session:
        return await _page(request, session, form, batch_id)


async def _page(request: Request, session: AsyncSession, form: Form, batch_id: UUID) -> Response:
    found = await batch(session, batch_id)
    asked = await extending.extensions_of(session, batch_id)
    return page(
        request, "desk/extend.html", status=200 if form.valid else 422, form=form, batch=found, asked=asked,
        under_way=bool(asked) and asked[0].ended_at is None, buyer=await buyer(session, found.buyer),
    )  # fmt: skip
