"""The settlements of a shop, and their statements as PDF and for a spreadsheet."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api import clock
from api.auth.visitors import PageReading
from api.dependencies import Here
from api.pages.orders.downloads import download
from api.pages.place import CurrentPlace
from api.pages.rendering import page
from api.pages.shop.access import SeesSettlements
from api.pages.speaking import language_for
from api.statements import KINDS, statement_file
from ledger.days import day_of
from merchants.settlements import queries
from merchants.settlements.errors import SettlementUnknown
from merchants.settlements.papers import Form

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


@router.get("/{slug:slug}/shop/{shop_id}/settlements/{settlement_id}.{form}")
async def statement(
    request: Request, place: CurrentPlace, own: SeesSettlements, here: Here, settlement_id: UUID, form: Form
) -> Response:
    """The statement of a settlement of this shop; another shop's is as unknown as one that is not there."""
    async with place.town.sessions.begin() as session:
        found = await queries.settlement(session, settlement_id)
    if found.shop != own.id:
        raise SettlementUnknown(settlement=settlement_id)
    content = await statement_file(
        place.town, settlement_id, form=form, language=language_for(request), base_url=here.settings.base_url
    )
    return download(content, f"{found.number}.{form}", KINDS[form])
