"""Accounts at the desk: months closed one after the other, and what an accountant takes away of them."""

from __future__ import annotations

from typing import Final, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor
from api.installation import in_transaction
from api.pages.catalogues import marked
from api.pages.desk.access import ClosesAccounts, SeesBooks
from api.pages.forms import Form, Sent, blank
from api.pages.orders.downloads import CSV, XLSX, headers
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from api.pages.speaking import language_for
from ledger import months
from ledger.days import Period
from ledger.errors import Refusal
from ledger.months import Closed
from merchants.settlements import accounting
from vouchers.bookkeeping import exports
from vouchers.bookkeeping.exports import Book
from vouchers.bookkeeping.exports import Form as FileForm

router = APIRouter(include_in_schema=False)

Which = Literal["fec", "journal.csv", "journal.xlsx", "ledger.csv", "ledger.xlsx", "balance.csv", "balance.xlsx"]
FEC_KIND: Final = "text/plain; charset=iso-8859-15"
FILES: Final[dict[str, tuple[Book, FileForm]]] = {
    f"{book}.{form}": (book, form) for book in exports.BOOKS for form in exports.FORMS
}
KINDS: Final[dict[FileForm, str]] = {"csv": CSV, "xlsx": XLSX}

BOOK_NAMES: Final[dict[Book, tuple[str, str]]] = {
    "journal": (marked("Journal"), marked("Every entry in the order of its number.")),
    "ledger": (marked("General ledger"), marked("Account by account, with what each holds after every line.")),
    "balance": (marked("Trial balance"), marked("Every account: what it began with, what moved, what it holds.")),
}


@router.get("/{slug:slug}/desk/accounts")
async def accounts(request: Request, visitor: SeesBooks, session: PageReading) -> Response:
    """The months that are closed, the next one to close, and what there is to take away."""
    return await _page(request, visitor, session, blank(request))


@router.post("/{slug:slug}/desk/accounts")
async def close(request: Request, place: CurrentPlace, visitor: ClosesAccounts, form: Sent) -> Response:
    """Close a month. Sent twice it is done once: the month is closed already."""
    if not form.ticked("sure"):
        form.say("sure", "Tick this box: it cannot be undone.")
    typed = form.text("month", most=10)
    if form.valid:

        async def work(session: AsyncSession) -> Closed:
            at = await clock.now(session)
            return await accounting.close_month(session, Period.month(typed), by=visitor.actor, at=at)

        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return see_other(f"/{place.slug}/desk/accounts", said="accounts-closed")
    async with place.town.sessions.begin() as session:
        return await _page(request, visitor, session, form)


@router.get("/{slug:slug}/desk/accounts/file")
async def file(
    request: Request, place: CurrentPlace, visitor: SeesBooks, first: str = "", last: str = "", which: Which = "fec"
) -> Response:
    """A file of the months from one to another: written as it is read."""
    try:
        return await _file(request, place, first, last, which)
    except Refusal as refusal:
        form = blank(request, first=first, last=last)
        form.refuse(refusal)
        async with place.town.sessions.begin() as session:
            return await _page(request, visitor, session, form)


async def _file(request: Request, place: CurrentPlace, first: str, last: str, which: Which) -> Response:
    sessions = place.town.sessions
    language = "fr" if which not in FILES else language_for(request)
    async with sessions.begin() as session:
        asked = await exports.wanted(session, Period.month(first), Period.month(last or first), language)
    if which in FILES:
        book, form = FILES[which]
        parts, name, kind = (
            exports.book_bytes(sessions, asked, book, form),
            exports.book_name(asked, book, form),
            KINDS[form],
        )
    else:
        parts, name, kind = exports.fec_bytes(sessions, asked), exports.fec_name(asked), FEC_KIND
    return StreamingResponse(await exports.begun(parts), media_type=kind, headers=headers(name))


async def _page(request: Request, visitor: Visitor, session: AsyncSession, form: Form) -> Response:
    closed = await months.closed_months(session)
    return page(
        request, "desk/accounts.html", status=200 if form.valid else 422, form=form, closed=closed[::-1],
        due=await months.due_month(session, at=await clock.now(session)), books=BOOK_NAMES,
        closes=visitor.may(P.ACCOUNTS_CLOSE),
    )  # fmt: skip
