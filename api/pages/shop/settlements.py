"""The settlements of a shop, and their statements as PDF."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api import clock
from api.auth.visitors import PageReading
from api.pages.orders.downloads import PDF, download, drawn
from api.pages.rendering import page
from api.pages.shop.access import SeesSettlements
from api.pages.speaking import language_for
from ledger.days import day_of
from merchants.settlements import queries
from merchants.settlements.errors import SettlementUnknown
from merchants.settlements.statement_pdf import draw_statement

router = APIRouter(include_in_schema=False)

SHOWN: Final = 120
"""Ten years of months."""


@router.get("/{slug:slug}/shop/{shop_id}/settlements")
async def settled(request: Request, own: SeesSettlements, session: PageReading) -> Response:
    """Every settlement, newest first."""
    found = await queries.settlements_page(session, shop=own.id, limit=SHOWN)
    return page(
        request, "shop/settlements.html", shop=own.shop, settlements=found[::-1],
        today=day_of(await clock.now(session)),
    )  # fmt: skip


@router.get("/{slug:slug}/shop/{shop_id}/settlements/{settlement_id}.pdf")
async def statement(request: Request, own: SeesSettlements, session: PageReading, settlement_id: UUID) -> Response:
    """The statement of a settlement of this shop; another shop's is as unknown as one that is not there."""
    if (await queries.settlement(session, settlement_id)).shop != own.id:
        raise SettlementUnknown(settlement=settlement_id)
    found = await queries.statement(session, settlement_id)
    language = language_for(request)
    pdf = await drawn(lambda out: draw_statement(out, found, language))
    return download(pdf, f"{found.number}.pdf", PDF)
