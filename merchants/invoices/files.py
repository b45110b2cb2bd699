"""The files of invoices: made once from what is kept, and kept themselves. The first that is stored stays."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from merchants.invoices.invoice import CommissionInvoice
from merchants.invoices.invoice_pdf import factur_x
from merchants.invoices.queries import FileView, file_of
from merchants.invoices.tables import InvoiceFile


def make(invoice: CommissionInvoice) -> FileView:
    """The files of an invoice, not kept yet. Takes the processor some tens of milliseconds.

    :raises lxml.etree.DocumentInvalid: if the XML is not what its schema asks for
    """
    pdf, xml = factur_x(invoice)
    return FileView(pdf, xml, sha256(pdf).digest())


async def keep(session: AsyncSession, invoice: UUID, made: FileView) -> FileView:
    """Keep the files of an invoice, unless somebody else kept them first.

    :returns: those that are kept
    """
    values = {"invoice_id": invoice, "pdf": made.pdf, "xml": made.xml, "digest": made.digest}
    await session.execute(insert(InvoiceFile).values(values).on_conflict_do_nothing())
    return await file_of(session, invoice) or made
