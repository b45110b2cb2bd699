"""The account that each funder is given of a year: as JSON, on paper, as a table."""

from __future__ import annotations

import asyncio
from datetime import date
from io import BytesIO
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi import Path as PathOf

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import Spoken, permitted
from api.rest.types import Currency, Shown, StrictRoute
from ledger.database import snapshot_of
from ledger.days import FIRST_YEAR, LAST_YEAR, Period
from ledger.formats import Language
from vouchers.public_accounts import accounting
from vouchers.public_accounts.account import Account
from vouchers.public_accounts.account_files import account_bytes, file_name
from vouchers.public_accounts.account_pdf import draw_account

router = APIRouter(tags=["funders"], route_class=StrictRoute)

KINDS: Final = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {kind.partition(";")[0]: {} for kind in KINDS.values()}}
}

Year = Annotated[int, PathOf(ge=FIRST_YEAR, le=LAST_YEAR, description="a civil year")]


class HeldShown(Shown):
    """What moved on the funder's account in the books.

    closing = opening + paid_in + expired + refunded + other - granted - sent_back.
    """

    opening: int
    paid_in: int
    granted: int
    expired: int
    refunded: int
    sent_back: int
    other: int
    closing: int


class SpendingShown(Shown):
    """What of its money was spent in the shops of one trade in one commune."""

    commune: str
    trade: str
    shops: int
    amount: int
    currency: Currency = "EUR"


class GrantShown(Shown):
    """What a campaign or a rule gave; without a title, one by one."""

    title: str
    count: int
    amount: int
    currency: Currency = "EUR"


class AccountShown(Shown):
    """A funder's account of a civil year.

    outstanding + held.granted = spent + lapsed + held.expired + held.refunded + left, to the cent.
    """

    year: int
    provisional: bool
    agrees: bool
    held: HeldShown
    outstanding: int
    spent: int
    lapsed: int
    left: int
    grants: list[GrantShown]
    spendings: list[SpendingShown]
    currency: Currency = "EUR"

    @classmethod
    def of(cls, view: Account) -> AccountShown:
        """From the domain."""
        sums = {name: getattr(view.held, name).cents for name in HeldShown.model_fields}
        return cls(
            year=view.days.first_day.year, provisional=view.provisional, agrees=view.agrees, held=HeldShown(**sums),
            outstanding=view.outstanding.cents, spent=view.spent.cents, lapsed=view.lapsed.cents, left=view.left.cents,
            grants=[GrantShown(title=one.title, count=one.count, amount=one.amount.cents) for one in view.grants],
            spendings=[
                SpendingShown(commune=one.commune, trade=one.trade, shops=one.shops, amount=one.amount.cents)
                for one in view.spendings
            ],
        )  # fmt: skip


@router.get("/funders/{funder}/accounts/{year}")
async def read_account(funder: UUID, year: Year, caller: Annotated[Caller, permitted(P.LEDGER_READ)]) -> AccountShown:
    """A funder's account of a civil year, from its transfers and those of the vouchers to which it added."""
    return AccountShown.of(await _account(caller, funder, year))


@router.get("/funders/{funder}/accounts/{year}/file", response_class=Response, responses=FILES)
async def account_file(
    funder: UUID,
    year: Year,
    caller: Annotated[Caller, permitted(P.LEDGER_READ)],
    language: Spoken,
    form: Annotated[Literal["pdf", "csv", "xlsx"], Query(description="how it is written")] = "pdf",
) -> Response:
    """The same on paper, or as a table for a spreadsheet."""
    found = await _account(caller, funder, year)
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(found, form, language)}"', "Cache-Control": "no-store"
    }  # fmt: skip
    if form == "pdf":
        content = await asyncio.to_thread(_drawn, found, language)
    else:
        content = await account_bytes(found, form, language)
    return Response(content, media_type=KINDS[form], headers=headers)


async def _account(caller: Caller, funder: UUID, year: int) -> Account:
    days = Period(date(year, 1, 1), date(year, 12, 31))
    async with snapshot_of(caller.town.sessions) as session:
        return await accounting.account_of(session, funder, days, at=await clock.now(session))


def _drawn(found: Account, language: Language) -> bytes:
    out = BytesIO()
    draw_account(out, found, language)
    return out.getvalue()
