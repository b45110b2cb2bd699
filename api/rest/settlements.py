"""Settlements: closing a period, and the statements of shops."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import Here, IdempotencyKey, Reading, Spoken, permitted
from api.installation import Installation
from api.invoicing import invoice_file
from api.once import do_once, request_of
from api.rest.shops import own_shop, refuse_other_shop
from api.rest.types import (
    CSV,
    PDF,
    XLSX,
    XML,
    After,
    Currency,
    Day,
    Limit,
    Page,
    Shown,
    Strict,
    StrictRoute,
    example,
    page,
)
from api.settling import settle_what_was_opened, settled
from api.statements import KINDS, statement_file
from ledger.days import Period
from ledger.errors import PeriodMalformed
from ledger.formats import Language
from merchants.invoices import queries as invoices
from merchants.invoices.invoice import Kind as InvoiceKind
from merchants.invoices.queries import InvoiceView
from merchants.settlements import opening, queries
from merchants.settlements.papers import Form
from merchants.settlements.queries import ClosingView, SettlementView
from merchants.settlements.rounds import Round
from merchants.shops.rhythms import Rhythm

router = APIRouter(tags=["settlements"], route_class=StrictRoute)

Reads = Annotated[Caller, permitted(P.SETTLEMENTS_READ)]


class ClosingAsked(Strict):
    """What to close: a month or days (first and last included, Europe/Paris) for all shops, a week for those paid
    weekly."""

    model_config = Strict.model_config | example(month="2026-10")

    month: Annotated[str, Field(max_length=10)] | None = None
    week: Annotated[str, Field(max_length=10, examples=["2026-W45"])] | None = None
    first_day: Day | None = None
    last_day: Day | None = None

    def round(self) -> Round:
        """The period, and whom it is closed for.

        :raises PeriodMalformed: unless it is told one way, and one way only
        """
        told = {name for name in ("month", "week", "first_day", "last_day") if getattr(self, name) is not None}
        if told == {"month"}:
            return Round(Period.month(self.month or ""))
        if told == {"week"}:
            return Round(Period.week(self.week or ""), "weekly")
        if told == {"first_day", "last_day"} and self.first_day and self.last_day:
            return Round(Period(self.first_day, self.last_day))
        raise PeriodMalformed(typed=self.month or self.week or "")


class Opened(Shown):
    """A closing that is opened. What it came to is told once it is finished."""

    id: UUID


class ClosingShown(Shown):
    """A closed period and what it came to; so far, if it is not finished.

    ``monthly`` is for all shops, ``weekly`` for those paid weekly, ``on_demand`` for the one that asked; ``shops`` is
    how many are to be settled.
    """

    id: UUID
    first_day: date
    last_day: date
    closed_at: datetime
    rhythm: Rhythm
    shop: UUID | None
    shops: int
    finished_at: datetime | None
    settlements: int
    turnover: int
    commission: int
    vat: int
    paid: int
    currency: Currency = "EUR"

    @classmethod
    def of(cls, view: ClosingView) -> ClosingShown:
        """From the domain."""
        return cls(
            id=view.id, first_day=view.first_day, last_day=view.last_day, closed_at=view.closed_at,
            rhythm=view.rhythm, shop=view.shop, shops=view.shops, finished_at=view.finished_at,
            settlements=view.settlements,
            turnover=view.turnover.cents, commission=view.commission.cents, vat=view.vat.cents, paid=view.paid.cents,
        )  # fmt: skip


class SettlementShown(Shown):
    """What a shop is paid: paid + carried_forward = turnover - commission - vat + brought_forward.

    What is carried is below zero if the shop owes it, above zero if it is less than ``minimum`` and waits for more.
    """

    id: UUID
    number: str
    closing: UUID
    shop: UUID
    first_day: date
    last_day: date
    redeemed: int
    undone: int
    returned: int
    turnover: int
    commission: int
    vat: int
    brought_forward: int
    carried_forward: int
    minimum: int
    paid: int
    currency: Currency = "EUR"
    issued_on: date
    payable_on: date

    @classmethod
    def of(cls, view: SettlementView) -> SettlementShown:
        """From the domain."""
        amounts = (
            "redeemed", "undone", "returned", "turnover", "commission", "vat", "brought_forward", "carried_forward",
            "minimum", "paid",
        )  # fmt: skip
        return cls(
            id=view.id, number=view.number, closing=view.closing, shop=view.shop, first_day=view.first_day,
            last_day=view.last_day, issued_on=view.issued_on, payable_on=view.payable_on,
            **{name: getattr(view.figures, name).cents for name in amounts},
        )  # fmt: skip


class InvoiceShown(Shown):
    """The invoice of a commission, in cents; what it comes to with VAT is zero or above, a credit note's too."""

    number: str
    kind: InvoiceKind
    settlement: UUID
    shop: UUID
    issued_on: date
    net: int
    vat: int
    gross: int
    due: int
    corrects: list[str]
    currency: Currency = "EUR"

    @classmethod
    def of(cls, view: InvoiceView) -> InvoiceShown:
        """From the domain."""
        return cls(
            number=view.number, kind=view.kind, settlement=view.settlement, shop=view.shop, issued_on=view.issued_on,
            net=view.net.cents, vat=view.vat.cents, gross=view.gross.cents, due=view.invoice.due.cents,
            corrects=[one.number for one in view.invoice.corrects],
        )  # fmt: skip


@router.post("/closings", status_code=201, response_model=ClosingShown)
async def close(
    asked: ClosingAsked, caller: Annotated[Caller, permitted(P.SETTLEMENTS_WRITE)], key: IdempotencyKey
) -> JSONResponse:
    """Close a period: one settlement for each shop that moved. Closing it again changes nothing.

    It is opened once, then settled part by part; the answer comes when it is finished. If the answer is lost, ask again
    under the same key.
    """
    wanted = asked.round()
    named = (wanted.period,) if wanted.rhythm == "monthly" else (wanted.rhythm, wanted.period)

    async def work(session: AsyncSession) -> Opened:
        return Opened(id=(await opening.begin(session, wanted, at=await clock.now(session))).id)

    await settle_what_was_opened(caller.town.sessions, before=wanted)
    opened = Opened.model_validate(await do_once(caller, request_of(caller, key, "close", *named), work), strict=False)
    done = ClosingShown.of(await settled(caller.town.sessions, opened.id))
    return JSONResponse(done.model_dump(mode="json"), 201)


@router.get("/closings")
async def list_closings(
    request: Request,
    response: Response,
    _caller: Annotated[Caller, permitted(P.SETTLEMENTS_WRITE)],
    session: Reading,
    limit: Limit = 50,
    after: After = None,
) -> Page[ClosingShown]:
    """Closed periods, newest first."""
    rows = await queries.closings_page(session, after=after, limit=limit + 1)
    return page(request, response, rows, limit=limit, cursor=lambda row: row.id, show=ClosingShown.of)


@router.get("/settlements")
async def list_settlements(
    request: Request,
    response: Response,
    caller: Annotated[Caller, permitted(P.SETTLEMENTS_READ)],
    session: Reading,
    *,
    closing: UUID | None = None,
    shop: UUID | None = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[SettlementShown]:
    """Settlements in the order of their numbers; a shop sees its own."""
    own = await own_shop(caller, session)
    rows = await queries.settlements_page(session, closing=closing, shop=own or shop, after=after, limit=limit + 1)
    return page(request, response, rows, limit=limit, cursor=lambda row: row.id, show=SettlementShown.of)


@router.get("/settlements/{settlement}")
async def read_settlement(
    settlement: UUID, caller: Annotated[Caller, permitted(P.SETTLEMENTS_READ)], session: Reading
) -> SettlementShown:
    """One settlement."""
    found = await queries.settlement(session, settlement)
    await refuse_other_shop(found.shop, caller, session, P.SETTLEMENTS_READ)
    return SettlementShown.of(found)


@router.get("/settlements/{settlement}/invoice")
async def read_invoice(
    settlement: UUID, caller: Annotated[Caller, permitted(P.SETTLEMENTS_READ)], session: Reading
) -> InvoiceShown:
    """The invoice of a settlement's commission, or the credit note of one that was given back."""
    return InvoiceShown.of(await _invoice(settlement, caller, session))


@router.get("/settlements/{settlement}/invoice.pdf", response_class=Response, responses=PDF)
async def invoice_pdf(
    settlement: UUID, caller: Annotated[Caller, permitted(P.SETTLEMENTS_READ)], session: Reading
) -> Response:
    """The invoice as Factur-X: PDF/A-3 with its XML in it, in French; the same bytes each time."""
    found = await _invoice(settlement, caller, session)
    file = await invoice_file(caller.town.sessions, found)
    name = {"Content-Disposition": f'inline; filename="{found.number}.pdf"'}
    return Response(file.pdf, media_type="application/pdf", headers=name)


@router.get("/settlements/{settlement}/invoice.xml", response_class=Response, responses=XML)
async def invoice_xml(
    settlement: UUID, caller: Annotated[Caller, permitted(P.SETTLEMENTS_READ)], session: Reading
) -> Response:
    """The XML that is in the PDF: UN/CEFACT Cross Industry Invoice, profile EN 16931; the same bytes each time."""
    found = await _invoice(settlement, caller, session)
    file = await invoice_file(caller.town.sessions, found)
    name = {"Content-Disposition": f'attachment; filename="{found.number}.xml"'}
    return Response(file.xml, media_type="application/xml", headers=name)


async def _invoice(settlement: UUID, caller: Caller, session: AsyncSession) -> InvoiceView:
    found = await queries.settlement(session, settlement)
    await refuse_other_shop(found.shop, caller, session, P.SETTLEMENTS_READ)
    return await invoices.invoice_of(session, settlement)


@router.get("/settlements/{settlement}/statement.pdf", response_class=Response, responses=PDF)
async def statement(settlement: UUID, caller: Reads, here: Here, language: Spoken) -> Response:
    """The statement of a settlement, to print or to file; the same bytes each time."""
    return await _statement(settlement, caller, here, form="pdf", language=language)


@router.get("/settlements/{settlement}/statement.csv", response_class=Response, responses=CSV)
async def statement_csv(settlement: UUID, caller: Reads, here: Here, language: Spoken) -> Response:
    """The same for a spreadsheet: UTF-8 with its mark, semicolons; numbers and days as the language has them."""
    return await _statement(settlement, caller, here, form="csv", language=language)


@router.get("/settlements/{settlement}/statement.xlsx", response_class=Response, responses=XLSX)
async def statement_xlsx(settlement: UUID, caller: Reads, here: Here, language: Spoken) -> Response:
    """The same as a workbook of one sheet."""
    return await _statement(settlement, caller, here, form="xlsx", language=language)


async def _statement(
    settlement: UUID, caller: Caller, here: Installation, *, form: Form, language: Language
) -> Response:
    async with caller.town.sessions.begin() as session:
        found = await queries.settlement(session, settlement)
        await refuse_other_shop(found.shop, caller, session, P.SETTLEMENTS_READ)
    base_url = here.settings.base_url
    content = await statement_file(caller.town, settlement, form=form, language=language, base_url=base_url)
    how = "inline" if form == "pdf" else "attachment"
    named = {"Content-Disposition": f'{how}; filename="{found.number}.{form}"'}
    return Response(content, media_type=KINDS[form], headers=named)
