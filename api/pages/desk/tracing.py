"""Down from a figure to what made it: a settlement, its lines, the entry of each, the transfers of an entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading
from api.pages.catalogues import marked
from api.pages.desk.access import SeesAllSettlements, SeesBooks
from api.pages.desk.payouts import STATES
from api.pages.desk.payouts import TOLD as AT_THE_BANK
from api.pages.place import CurrentPlace
from api.pages.rendering import page
from ledger import balances
from ledger.chart import CHART, Kind
from merchants.invoices.queries import invoices_of
from merchants.payouts import queries as payouts
from merchants.payouts.queries import PayoutState
from merchants.settlements import queries, tracing
from merchants.settlements.queries import reference
from vouchers.bookkeeping.words import event

router = APIRouter(include_in_schema=False)

LINES: Final = 200

WHAT: Final[dict[str, str]] = {
    "redemption": marked("Taken"), "undo": marked("Undone"), "return": marked("Taken back"),
    "commission": marked("Commission"), "commission_vat": marked("VAT on the commission"),
    "payout": marked("To pay out"),
}  # fmt: skip

TOLD: Final[Mapping[PayoutState, tuple[str, str]]] = {"proposed": STATES["proposed"], **AT_THE_BANK}
"""How the payout of a settlement stands: the kind of badge, and its word."""

SECRET: Final = frozenset({Kind.VOUCHER})
"""Accounts that are shown by their short reference."""


@router.get("/{slug:slug}/desk/month-end/settlements/{settlement_id}")
async def settlement(
    request: Request,
    place: CurrentPlace,
    visitor: SeesAllSettlements,
    session: PageReading,
    settlement_id: UUID,
    *,
    after: Annotated[UUID | None, Query()] = None,
) -> Response:
    """What a settlement is made of."""
    found = await queries.settlement(session, settlement_id)
    lines = await tracing.traced(session, settlement_id, after=after, limit=LINES + 1)
    here = f"/{place.slug}/desk/month-end/settlements/{settlement_id}"
    return page(
        request, "desk/settlement.html", one=found, made=found.figures, lines=lines[:LINES], what=WHAT,
        told=TOLD, latest=(await payouts.latest_of(session, [settlement_id])).get(settlement_id),
        invoice=(await invoices_of(session, [settlement_id])).get(settlement_id),
        entry=await tracing.booked(session, found), sees_books=visitor.may(P.LEDGER_READ),
        before=here if after else None,
        further=f"{here}?after={lines[LINES - 1].transfer}" if len(lines) > LINES else None,
    )  # fmt: skip


@router.get("/{slug:slug}/desk/month-end/entries/{entry_id}")
async def entry(request: Request, _visitor: SeesBooks, session: PageReading, entry_id: UUID) -> Response:
    """The transfers of an entry: debit, credit, amount, kind, document."""
    transfers = await balances.entry(session, entry_id)
    accounts = await balances.balances_of(session, list({id_ for one in transfers for id_ in (one.debit, one.credit)}))
    papers = {one.document for one in transfers if one.document}
    settled = {paper: found for paper in papers if (found := await queries.settlement_by_number(session, paper))}
    taken = {one.id: await queries.settlement_of(session, one.id) for one in transfers}
    return page(
        request, "desk/entry.html", entry=reference(entry_id), transfers=transfers, accounts=accounts, chart=CHART,
        said=event, secret=SECRET, reference=reference, settled=settled, taken=taken,
    )  # fmt: skip
