"""The books of account: months closed for accounts, the FEC, journal, general ledger and trial balance as files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import IdempotencyKey, Reading, Spoken, permitted
from api.once import do_once, request_of
from api.rest.types import Currency, Shown, Strict, StrictRoute, example
from ledger import months
from ledger.days import Period
from ledger.months import Closed
from merchants.settlements import accounting
from vouchers.bookkeeping import exports
from vouchers.bookkeeping.exports import Book, Form

router = APIRouter(tags=["books"], route_class=StrictRoute)

KINDS: Final[dict[Form, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FEC: Final = "text/plain; charset=iso-8859-15"

A_FEC: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"text/plain": {}}}}
A_BOOK: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {kind.partition(";")[0]: {} for kind in KINDS.values()}}
}

Month = Annotated[str, Query(max_length=10, examples=["2026-10"], description="a month, such as 2026-10")]


class MonthAsked(Strict):
    """A month to close for accounts."""

    model_config = Strict.model_config | example(month="2026-10")

    month: Annotated[str, Field(max_length=10)]


class MonthShown(Shown):
    """A month that is closed for accounts, and what it came to."""

    first_day: date
    last_day: date
    closed_at: datetime
    entries: int
    transfers: int
    total: int
    currency: Currency = "EUR"

    @classmethod
    def of(cls, view: Closed) -> MonthShown:
        """From the domain."""
        return cls(
            first_day=view.first_day, last_day=view.month.last_day, closed_at=view.closed_at, entries=view.entries,
            transfers=view.last_place - view.first_place + 1, total=view.total.cents,
        )  # fmt: skip


@router.post("/accounting/months", status_code=201, response_model=MonthShown)
async def close_month(
    asked: MonthAsked, caller: Annotated[Caller, permitted(P.ACCOUNTS_CLOSE)], key: IdempotencyKey
) -> JSONResponse:
    """Close a month for accounts: its entries get their numbers for good. Closing it again changes nothing."""
    month = Period.month(asked.month)

    async def work(session: AsyncSession) -> MonthShown:
        return MonthShown.of(await accounting.close_month(session, month, by=caller.actor, at=await clock.now(session)))

    return JSONResponse(await do_once(caller, request_of(caller, key, "close-month", month), work), 201)


@router.get("/accounting/months")
async def list_months(_caller: Annotated[Caller, permitted(P.LEDGER_READ)], session: Reading) -> list[MonthShown]:
    """The months that are closed for accounts, oldest first."""
    return [MonthShown.of(one) for one in await months.closed_months(session)]


@router.get("/accounting/fec", response_class=Response, responses=A_FEC)
async def read_fec(caller: Annotated[Caller, permitted(P.LEDGER_READ)], month: Month) -> Response:
    """The French file of accounting entries of a year, from its beginning through this month."""
    async with caller.town.sessions.begin() as session:
        asked = await exports.wanted(session, Period.month(month), Period.month(month), "fr")
    return await _file(exports.fec_bytes(caller.town.sessions, asked), exports.fec_name(asked), FEC)


@router.get("/accounting/books/{book}", response_class=Response, responses=A_BOOK)
async def read_book(
    book: Book,
    caller: Annotated[Caller, permitted(P.LEDGER_READ)],
    language: Spoken,
    first: Month,
    last: Month,
    form: Annotated[Form, Query(description="how it is written")] = "csv",
) -> Response:
    """Journal, general ledger or trial balance of the closed months from one to another, both of one year."""
    async with caller.town.sessions.begin() as session:
        asked = await exports.wanted(session, Period.month(first), Period.month(last), language)
    parts = exports.book_bytes(caller.town.sessions, asked, book, form)
    return await _file(parts, exports.book_name(asked, book, form), KINDS[form])


async def _file(parts: AsyncIterator[bytes], name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(await exports.begun(parts), media_type=kind, headers=headers)
