"""Our books of Stripe's account, against what Stripe says of it."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from api import clock
from api.auth.visitors import PageReading
from api.dependencies import Here
from api.pages.desk.access import SeesBooks
from api.pages.desk.words import line_told
from api.pages.place import CurrentPlace
from api.pages.rendering import page
from ledger.days import day_of, months_later, start_of
from vouchers.orders import stripe_books, stripe_lines
from vouchers.orders.disputing import open_disputes

router = APIRouter(include_in_schema=False)

PAYOUTS: Final = 8
LINES_SHOWN: Final = 12


@router.get("/{slug:slug}/desk/stripe")
async def books(
    request: Request, place: CurrentPlace, _visitor: SeesBooks, session: PageReading, here: Here
) -> Response:
    """Whether account 517 agrees with Stripe to the cent, and what to do if it does not."""
    today = day_of(await clock.now(session))
    since, until = start_of(today.replace(day=1)), start_of(months_later(today.replace(day=1), 1))
    lines = await stripe_lines.last_lines(session, limit=LINES_SHOWN)
    return page(
        request, "desk/stripe.html", offered=here.cards.offered(place.slug),
        books=await stripe_books.reconciliation(session), lines=lines,
        payouts=await stripe_lines.last_lines(session, types=stripe_books.TO_BANK, limit=PAYOUTS),
        fees=await stripe_lines.fees_between(session, since, until), line_told=line_told, since=since,
        disputes=len(await open_disputes(session)),
    )  # fmt: skip
