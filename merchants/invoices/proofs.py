"""The proof that every commission was invoiced once, for what was posted, and that no number is missing."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.audit import NAMED_AT_MOST, Finding
from merchants.invoices.issuing import SERIES
from merchants.invoices.tables import Invoice
from merchants.numbering import numbers_taken
from merchants.tables import Settlement


async def invoice_findings(session: AsyncSession) -> list[Finding]:
    """Commissions without an invoice, invoices that say something else, and gaps in their numbers.

    That settlements themselves are what was posted is proved by `merchants.settlements.proofs`.
    """
    return [*await _missing(session), *await _wrong(session), *await _gaps(session)]


async def _missing(session: AsyncSession) -> list[Finding]:
    rows = await session.execute(_MISSING)
    return [Finding("invoice", "settlement", id_, f"{number} has a commission and no invoice") for id_, number in rows]


async def _wrong(session: AsyncSession) -> list[Finding]:
    rows = await session.execute(_WRONG)
    return [
        Finding("invoice", "commission_invoice", id_, f"{number} does not say what {settlement} took")
        for id_, number, settlement in rows
    ]


async def _gaps(session: AsyncSession) -> list[Finding]:
    """Every number that was taken is there, and none twice (which a constraint holds)."""
    there = (await session.execute(select(func.count()).select_from(Invoice))).scalar_one()
    taken = await numbers_taken(session, series=SERIES)
    if there == taken:
        return []
    return [Finding("numbering", "commission_invoice", None, f"{taken} numbers were taken, {there} invoices are there")]


_MISSING: Final = (
    select(Settlement.id, Settlement.number)
    .where(Settlement.commission != 0, ~select(Invoice.id).where(Invoice.settlement_id == Settlement.id).exists())
    .order_by(Settlement.id)
    .limit(NAMED_AT_MOST)
)
_WRONG: Final = (
    select(Invoice.id, Invoice.number, Settlement.number)
    .join(Settlement, Settlement.id == Invoice.settlement_id)
    .where(
        or_(
            Invoice.net != func.abs(Settlement.commission),
            Invoice.vat != func.abs(Settlement.vat),
            Invoice.shop_id != Settlement.shop_id,
            (Invoice.kind == "credit_note") != (Settlement.commission < 0),
            Invoice.facts["net"].as_integer() != Invoice.net,
            Invoice.facts["vat"].as_integer() != Invoice.vat,
            Invoice.facts["number"].as_string() != Invoice.number,
            Invoice.facts["settlement"].as_string() != Settlement.number,
        )
    )
    .order_by(Invoice.id)
    .limit(NAMED_AT_MOST)
)
