"""What commission invoices refuse."""

from __future__ import annotations

from uuid import UUID

from ledger.errors import Refusal


class NoInvoice(Refusal):
    """A settlement with neither commission nor VAT has no invoice."""

    def __init__(self, *, settlement: UUID) -> None:
        self.settlement = settlement
        super().__init__(f"There is no commission invoice of the settlement {settlement}.")
