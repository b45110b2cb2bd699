"""Papers of an order: everything they say, and no more. A paper that does not add up cannot be made.

Amounts are whole cents; what is credited or cancelled is a magnitude. Days are those of Europe/Paris.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ledger.money import ZERO, Money, total

Means = Literal["card", "transfer"]
PaperKind = Literal["invoice", "receipt", "credit_note", "receipt_cancellation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Who runs the programme. ``notice``: legal form, capital and register (C. com. art. R123-237 and R123-238)."""

    programme: str
    legal_name: str
    address: tuple[str, ...]
    siren: str
    vat_number: str | None
    notice: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who buys; a private person has neither SIREN nor VAT number."""

    name: str
    company: bool
    address: tuple[str, ...]
    siren: str | None
    vat_number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMark:
    """By which an order is known."""

    number: str
    reference: str
    label: str
    placed_on: date


@dataclass(frozen=True, slots=True)
class PaperMark:
    """By which another paper is known."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class VoucherLine:
    """Vouchers of one face value; ``last_day`` is unknown until they are issued."""

    quantity: int
    face_value: Money
    last_day: date | None = None

    @property
    def total(self) -> Money:
        """What they are worth together."""
        return self.face_value * self.quantity


@dataclass(frozen=True, slots=True)
class FeeLine:
    """The service of issuing vouchers of one face value; ``net`` is before VAT."""

    quantity: int
    face_value: Money
    net: Money


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that came."""

    on: date
    means: Means
    reference: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What every numbered paper says."""

    number: str
    issued_on: date
    seller: Seller
    customer: Customer
    order: OrderMark


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeInvoice(Paper):
    """The invoice of the service fee, with all that CGI ann. II art. 242 nonies A and C. com. art. L441-9 ask for.

    ``due_on`` is None once all is paid; ``paid`` is what came for the order, of which this is a part. The face value
    is not on it: selling multi-purpose vouchers is no supply (directive 2006/112/EC art. 30b, by 2016/1065; CGI art.
    256 ter), and VAT that an invoice shows is owed by that alone (CGI art. 283, 3).

    :raises ValueError: naming what does not add up
    """

    supplied_on: date
    lines: tuple[FeeLine, ...]
    net: Money
    vat_rate_bp: int
    vat: Money
    gross: Money
    vat_on_debits: bool
    paid: tuple[Paid, ...]
    due_on: date | None
    receipt: str

    def __post_init__(self) -> None:
        checks = {
            "lines": total([line.net for line in self.lines]) == self.net,
            "gross": self.net + self.vat == self.gross,
            "amounts": self.net > ZERO and self.vat >= ZERO,
        }
        _refuse(self.number, checks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Paper):
    """The receipt of the face values, outside VAT; a debit note while something is owed.

    ``covered`` is what of the buyer's money went to the order, face values and fee; ``paid`` is what came for it. The
    difference came from the buyer's credit, or went there.

    :raises ValueError: naming what does not add up
    """

    issued_vouchers_on: date
    lines: tuple[VoucherLine, ...]
    face_total: Money
    fee_gross: Money
    invoice: str | None
    paid: tuple[Paid, ...]
    covered: Money
    due_on: date | None

    @property
    def owed(self) -> Money:
        """What of the order is still to be paid."""
        return self.face_total + self.fee_gross - self.covered

    @property
    def from_credit(self) -> Money:
        """What came from the buyer's credit; negative: what went there."""
        return self.covered - total([one.amount for one in self.paid])

    def __post_init__(self) -> None:
        checks = {
            "lines": total([line.total for line in self.lines]) == self.face_total,
            "owed": self.owed >= ZERO and bool(self.owed) == (self.due_on is not None),
            "invoice": bool(self.fee_gross) == (self.invoice is not None),
        }
        _refuse(self.number, checks)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote(Paper):
    """What of an invoiced fee is given back (CGI ann. II art. 242 nonies A; it names the invoice it corrects).

    :raises ValueError: naming what does not add up
    """

    corrects: PaperMark
    net: Money
    vat_rate_bp: int
    vat: Money
    gross: Money

    def __post_init__(self) -> None:
        checks = {"gross": self.net + self.vat == self.gross, "amounts": min(self.net, self.vat) >= ZERO < self.gross}
        _refuse(self.number, checks)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptCancellation(Paper):
    """What of the face values is given back: what ``quantity`` vouchers still held.

    :raises ValueError: if it is nothing
    """

    corrects: PaperMark
    quantity: int
    face_value: Money

    def __post_init__(self) -> None:
        _refuse(self.number, {"amount": self.quantity > 0 and self.face_value > ZERO})


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where to transfer to."""

    holder: str
    iban: str
    bic: str | None
    code: str | None
    """The text of the code that banking applications read; None if the amount is beyond it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """Order form and request for payment in one; no invoice, and it has no number of its own.

    ``account`` is None when nothing is missing, or when a direct ``debit`` for it is on its way; ``due_on`` when no day
    is set.

    :raises ValueError: naming what does not add up
    """

    drawn_on: date
    seller: Seller
    customer: Customer
    order: OrderMark
    lines: tuple[VoucherLine, ...]
    face_total: Money
    fee: Money
    vat_rate_bp: int
    fee_vat: Money
    covered: Money
    due_on: date | None
    account: Account | None
    issued: bool
    debit: bool = False

    @property
    def total(self) -> Money:
        """What the order costs."""
        return self.face_total + self.fee + self.fee_vat

    @property
    def missing(self) -> Money:
        """What is still to be paid."""
        return self.total - self.covered

    def __post_init__(self) -> None:
        checks = {
            "lines": total([line.total for line in self.lines]) == self.face_total,
            "missing": self.missing >= ZERO and bool(self.missing) == (self.debit or self.account is not None),
            "debit": not (self.debit and self.account),
        }
        _refuse(self.order.number, checks)


AnyPaper = FeeInvoice | Receipt | CreditNote | ReceiptCancellation


def total_of(paper: AnyPaper) -> Money:
    """What a paper is about, with VAT if it bears any."""
    match paper:
        case FeeInvoice() | CreditNote():
            return paper.gross
        case Receipt():
            return paper.face_total
        case ReceiptCancellation():
            return paper.face_value


def _refuse(number: str, checks: dict[str, bool]) -> None:
    wrong = [name for name, holds in checks.items() if not holds]
    if wrong:
        raise ValueError(f"paper {number} does not add up: {', '.join(wrong)}")
