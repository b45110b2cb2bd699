"""The files of commission invoices: fetched where they are kept, made and kept where they are not yet."""

from __future__ import annotations

import asyncio

from api.installation import in_transaction
from ledger.database import Sessions
from merchants.invoices import files, queries
from merchants.invoices.queries import FileView, InvoiceView


async def invoice_file(sessions: Sessions, invoice: InvoiceView) -> FileView:
    """The files of an invoice: whoever asks first makes them, and everybody after that has the same bytes."""
    async with sessions.begin() as session:
        kept = await queries.file_of(session, invoice.id)
    if kept is not None:
        return kept
    made = await asyncio.to_thread(files.make, invoice.invoice)
    return await in_transaction(sessions, lambda session: files.keep(session, invoice.id, made))
