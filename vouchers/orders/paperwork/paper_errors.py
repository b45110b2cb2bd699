"""What papers, references and codes to pay by refuse."""

from __future__ import annotations

from uuid import UUID

from ledger.errors import Refusal
from ledger.money import Money


class ReferenceInvalid(Refusal):
    """Not a creditor reference (ISO 11649), or its check digits are wrong."""

    def __init__(self, *, typed: str) -> None:
        self.typed = typed
        super().__init__(f"{typed!r} is not a creditor reference.")


class TransferCodeRefused(Refusal):
    """Something does not fit into a code to pay by; ``field`` names it."""

    def __init__(self, *, field: str) -> None:
        self.field = field
        super().__init__(f"{field} does not fit into a code to pay by.")


class TransferUnavailable(Refusal):
    """The programme has no bank account to which a buyer could transfer."""

    def __init__(self) -> None:
        super().__init__("The programme has no IBAN: its orders are not paid by transfer.")


class PapersDisagree(Refusal):
    """What was posted for an order is not what was agreed; ``figure`` names it."""

    def __init__(self, *, figure: str, agreed: Money, posted: Money) -> None:
        self.figure, self.agreed, self.posted = figure, agreed, posted
        super().__init__(f"{figure}: {agreed} was agreed, {posted} is in the books.")


class CreditBeyondInvoice(Refusal):
    """More would be credited than is left of the paper that is corrected."""

    def __init__(self, *, number: str, left: Money, asked: Money) -> None:
        self.number, self.left, self.asked = number, left, asked
        super().__init__(f"{left} is left of {number}; {asked} was asked.")


class DocumentUnknown(Refusal):
    """No such paper in this programme."""

    def __init__(self, *, document: UUID) -> None:
        self.document = document
        super().__init__(f"There is no document {document}.")
