"""The statements of a shop as PDF."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.auth.visitors import PageReading
from api.pages.orders.downloads import PDF, download, drawn
from api.pages.shop.access import SeesSettlements
from api.pages.speaking import language_for
from merchants.settlements import queries
from merchants.settlements.errors import SettlementUnknown
from merchants.settlements.statement_pdf import draw_statement

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/shop/{shop_id}/settlements/{settlement_id}.pdf")
async def statement(request: Request, own: SeesSettlements, session: PageReading, settlement_id: UUID) -> Response:
    """The statement of a settlement of this shop; another shop's is as unknown as one that is not there."""
    if (await queries.settlement(session, settlement_id)).shop != own.id:
        raise SettlementUnknown(settlement=settlement_id)
    found = await queries.statement(session, settlement_id)
    language = language_for(request)
    pdf = await drawn(lambda out: draw_statement(out, found, language))
    return download(pdf, f"{found.number}.pdf", PDF)
