"""The proof that papers say what the books say, and that no number is missing."""

from __future__ import annotations

from typing import Final, cast
from uuid import UUID

from sqlalchemy import Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import tallies
from ledger.audit import Finding
from ledger.chart import Kind
from ledger.money import ZERO, Money
from ledger.parallel import any_of, given
from merchants.numbering import numbers_taken
from vouchers.orders.paperwork.documents import LETTERS, DocumentView, documents_page
from vouchers.orders.paperwork.papers import FeeInvoice, Receipt, total_of
from vouchers.orders.tables import Document, Order, OrderLine

AT_ONCE: Final = 1_000


async def paper_findings(session: AsyncSession) -> list[Finding]:
    """Papers that do not agree with the ledger or with themselves, and gaps in their numbers."""
    findings = await _gaps(session)
    after: UUID | None = None
    while some := await documents_page(session, after=after, limit=AT_ONCE):
        findings += await _wrong(session, some)
        after = some[-1].id
    return findings


async def _gaps(session: AsyncSession) -> list[Finding]:
    kept = {row.kind: row.there for row in await session.execute(_COUNTS)}
    numbers = await numbers_taken(session, LETTERS)
    return [
        Finding("numbering", kind, None, f"{taken} numbers were taken, {there} papers are there")
        for kind in LETTERS
        if (taken := numbers.get(kind, 0)) != (there := kept.get(kind, 0))
    ]


async def _wrong(session: AsyncSession, some: list[DocumentView]) -> list[Finding]:
    posted = await _posted(session, {one.order for one in some})
    findings = []
    for one in some:
        paper = one.paper
        wrong = [] if (total_of(paper), paper.number) == (one.total, one.number) else ["its own total or number"]
        said: dict[Kind, Money] = {}
        if isinstance(paper, FeeInvoice):
            said = {Kind.FEES: paper.net, Kind.VAT: paper.vat}
        elif isinstance(paper, Receipt):
            said = {Kind.VOUCHER: paper.face_total}
        wrong += [kind for kind, amount in said.items() if posted.get((one.order, kind), ZERO) != amount]
        if wrong:
            detail = f"{one.number} does not say what was posted: {', '.join(wrong)}"
            findings.append(Finding("document", "document", one.id, detail))
    return findings


async def _posted(session: AsyncSession, orders: set[UUID]) -> dict[tuple[UUID, Kind], Money]:
    """What the batches of each order took from its buyer, by what it was for."""
    order_of: dict[UUID, UUID] = {}
    batches: dict[UUID, list[UUID]] = {}
    for batch, order, buyer in await session.execute(_BATCHES, given(order=orders)):
        order_of[cast("UUID", batch)] = order
        batches.setdefault(buyer, []).append(cast("UUID", batch))
    sums: dict[tuple[UUID, Kind], Money] = {}
    for buyer, of_buyer in batches.items():
        for one in await tallies.counterparts(session, buyer, of_buyer):
            key = order_of[one.entry], one.kind
            sums[key] = sums.get(key, ZERO) - one.amount
    return sums


_COUNTS: Final = select(Document.kind, func.count().label("there")).group_by(Document.kind)
_BATCHES: Final = (
    select(OrderLine.batch_id, Order.id, Order.buyer_id)
    .join(Order, Order.id == OrderLine.order_id)
    .where(Order.id == any_of("order", Uuid()), OrderLine.batch_id.is_not(None))
)
