"""Reading commission invoices and their files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.money import Money
from ledger.parallel import any_of, given
from merchants import facts
from merchants.invoices.errors import NoInvoice
from merchants.invoices.invoice import CommissionInvoice, Kind
from merchants.invoices.tables import Invoice, InvoiceFile


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """The invoice or the credit note of a settlement; ``gross`` is zero or above, a credit note's too."""

    id: UUID
    number: str
    kind: Kind
    settlement: UUID
    shop: UUID
    issued_on: date
    net: Money
    vat: Money
    invoice: CommissionInvoice

    @property
    def gross(self) -> Money:
        """With VAT."""
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class FileView:
    """An invoice as it was made once. ``digest`` is the PDF's SHA-256."""

    pdf: bytes = field(repr=False)
    xml: bytes = field(repr=False)
    digest: bytes


async def invoice_of(session: AsyncSession, settlement: UUID) -> InvoiceView:
    """The invoice of a settlement.

    :raises NoInvoice: if it had neither commission nor VAT
    """
    found = await invoices_of(session, [settlement])
    if settlement not in found:
        raise NoInvoice(settlement=settlement)
    return found[settlement]


async def invoices_of(session: AsyncSession, settlements: Sequence[UUID]) -> dict[UUID, InvoiceView]:
    """The invoices of these settlements; those that have none are absent."""
    rows = await session.execute(_OF, given(settlement=settlements))
    return {row.settlement_id: _view(row) for row in rows.scalars()}


async def file_of(session: AsyncSession, invoice: UUID) -> FileView | None:
    """The files of an invoice; None while they are not made."""
    row = (await session.execute(_FILE, {"invoice": invoice})).one_or_none()
    return FileView(*row) if row else None


async def undrawn(session: AsyncSession, *, after: UUID | None = None, limit: int) -> list[UUID]:
    """The settlements of invoices whose files are not made yet, in the order of these settlements.

    What an invoice says is not read here: one that is spoiled must not keep the others.
    """
    asked = {"after": after or _FIRST, "most": limit}
    return list((await session.execute(_UNDRAWN, asked)).scalars())


def _view(row: Invoice) -> InvoiceView:
    return InvoiceView(
        row.id, row.number, cast("Kind", row.kind), row.settlement_id, row.shop_id, row.issued_on, Money(row.net),
        Money(row.vat), facts.made(CommissionInvoice, row.facts),
    )  # fmt: skip


_OF: Final = select(Invoice).where(Invoice.settlement_id == any_of("settlement", Uuid()))
_FILE: Final = select(InvoiceFile.pdf, InvoiceFile.xml, InvoiceFile.digest).where(
    InvoiceFile.invoice_id == bindparam("invoice")
)
_FIRST: Final = UUID(int=0)
_UNDRAWN: Final = (
    select(Invoice.settlement_id)
    .where(
        ~select(InvoiceFile).where(InvoiceFile.invoice_id == Invoice.id).exists(),
        Invoice.settlement_id > bindparam("after", type_=Uuid()),
    )
    .order_by(Invoice.settlement_id)
    .limit(bindparam("most"))
)
