"""The proof that every commission was invoiced once, for what was posted, by rate of VAT, and no number is missing."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, ColumnElement, Text, and_, case, cast, column, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.audit import NAMED_AT_MOST, Finding
from merchants.invoices.issuing import SERIES
from merchants.invoices.tables import Invoice
from merchants.numbering import numbers_taken
from merchants.tables import Settlement


async def invoice_findings(session: AsyncSession) -> list[Finding]:
    """Commission or VAT without an invoice, invoices that say something else, and gaps in their numbers.

    That settlements themselves are what was posted is proved by `merchants.settlements.proofs`.
    """
    there = (await session.execute(_THERE)).scalar_one()
    wrong = await _wrong(session) if there else []
    return [*await _missing(session), *wrong, *await _gaps(session, there)]


async def _missing(session: AsyncSession) -> list[Finding]:
    rows = await session.execute(_MISSING)
    return [
        Finding("invoice", "settlement", id_, f"{number} has commission or VAT and no invoice") for id_, number in rows
    ]


async def _wrong(session: AsyncSession) -> list[Finding]:
    rows = await session.execute(_WRONG)
    return [
        Finding("invoice", "commission_invoice", id_, f"{number} does not say what {settlement} took")
        for id_, number, settlement in rows
    ]


async def _gaps(session: AsyncSession, there: int) -> list[Finding]:
    """Every number that was taken is there, and none twice (which a constraint holds)."""
    taken = (await numbers_taken(session, [SERIES])).get(SERIES, 0)
    if there == taken:
        return []
    return [Finding("numbering", "commission_invoice", None, f"{taken} numbers were taken, {there} invoices are there")]


_THERE: Final = select(func.count()).select_from(Invoice)
_CHARGED: Final = Settlement.commission + Settlement.vat
_GIVEN_BACK: Final = or_(_CHARGED < 0, and_(_CHARGED == 0, Settlement.commission < 0))
_SIGN: Final = case((Invoice.kind == "credit_note", -1), else_=1)


def _cents(said: ColumnElement[str]) -> ColumnElement[int]:
    return cast(said, BigInteger)


_TOLD: Final = func.jsonb_array_elements(Invoice.facts["taxes"]).table_valued(column("value", JSONB), name="told")
_SAID_BY_RATE: Final = select(
    func.jsonb_object_agg(
        _TOLD.c.value["rate_bp"].as_string(),
        func.jsonb_build_array(
            _SIGN * _cents(_TOLD.c.value["net"].as_string()), _SIGN * _cents(_TOLD.c.value["vat"].as_string())
        ),
    )
).scalar_subquery()
_EACH: Final = func.jsonb_each(Settlement.vat_parts).table_valued(
    column("key", Text), column("value", JSONB), name="each"
)
_KEPT_BY_RATE: Final = case(
    (  # from before it was kept: one rate
        Settlement.vat_parts == {},
        func.jsonb_build_object(
            cast(Settlement.vat_rate_bp, Text), func.jsonb_build_array(Settlement.commission, Settlement.vat)
        ),
    ),
    else_=select(func.jsonb_object_agg(_EACH.c.key, _EACH.c.value)).where(_EACH.c.value != [0, 0]).scalar_subquery(),
)
_MISSING: Final = (
    select(Settlement.id, Settlement.number)
    .where(
        or_(Settlement.commission != 0, Settlement.vat != 0),
        ~select(Invoice.id).where(Invoice.settlement_id == Settlement.id).exists(),
    )
    .order_by(Settlement.id)
    .limit(NAMED_AT_MOST)
)
_WRONG: Final = (
    select(Invoice.id, Invoice.number, Settlement.number)
    .join(Settlement, Settlement.id == Invoice.settlement_id)
    .where(
        or_(
            Invoice.net != _SIGN * Settlement.commission,
            Invoice.vat != _SIGN * Settlement.vat,
            Invoice.shop_id != Settlement.shop_id,
            (Invoice.kind == "credit_note") != _GIVEN_BACK,
            _cents(Invoice.facts["net"].as_string()) != Invoice.net,
            _cents(Invoice.facts["vat"].as_string()) != Invoice.vat,
            _SAID_BY_RATE.is_distinct_from(_KEPT_BY_RATE),
            Invoice.facts["number"].as_string() != Invoice.number,
            Invoice.facts["settlement"].as_string() != Settlement.number,
        )
    )
    .order_by(Invoice.id)
    .limit(NAMED_AT_MOST)
)
