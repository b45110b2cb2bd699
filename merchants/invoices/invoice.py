"""A commission invoice or credit note: all that it says, frozen on the day on which it is issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ledger.money import ZERO, Money

Kind = Literal["invoice", "credit_note"]


@dataclass(frozen=True, slots=True)
class Seller:
    """Who invoices: the programme's name, and the legal identity behind it.

    ``notice`` is its legal form, capital and register (C. com. art. R123-237 and R123-238), if it has any.
    """

    programme: str
    legal_name: str
    street: str
    postcode: str
    commune: str
    siren: str
    vat_number: str | None
    notice: str
    contact: str


@dataclass(frozen=True, slots=True)
class Customer:
    """Who is invoiced. ``sign`` is the name over the door; ``vat_number`` is None for a shop outside VAT."""

    legal_name: str
    sign: str
    street: str
    postcode: str
    commune: str
    siret: str
    vat_number: str | None

    @property
    def siren(self) -> str:
        """The business that the establishment belongs to."""
        return self.siret[:9]


@dataclass(frozen=True, slots=True)
class Part:
    """A share of the turnover and the rate that it bears, in basis points."""

    rate_bp: int
    base: Money


@dataclass(frozen=True, slots=True)
class Corrected:
    """A document from which a credit note takes back."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence that must stand on it, and what it is about (UNTDID 4451)."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class CommissionInvoice:
    """Everything that an invoice or a credit note says. Amounts are zero or above, a credit note's too.

    :param settled: what was withheld from the settlement, or given with it, so that it is paid already
    :param parts: what the commission was reckoned on; none where a minimum, a cap or a flat sum decided instead
    :param corrects: what a credit note takes back from; an invoice has none
    :param exemption: why there is no VAT, if there is none
    :raises ValueError: naming what does not add up
    """

    number: str
    kind: Kind
    issued_on: date
    made_at: datetime
    settlement: str
    settled_on: date
    first_day: date
    last_day: date
    seller: Seller
    customer: Customer
    parts: tuple[Part, ...]
    net: Money
    vat_rate_bp: int
    vat: Money
    settled: Money
    vat_on_debits: bool
    exemption: str
    notes: tuple[Note, ...]
    corrects: tuple[Corrected, ...]

    def __post_init__(self) -> None:
        checks = {
            "net": self.net > ZERO,
            "vat": self.vat >= ZERO and bool(self.vat_rate_bp or not self.vat),
            "exemption": bool(self.exemption) != bool(self.vat_rate_bp),
            "settled": ZERO <= self.settled <= self.gross,
            "period": self.first_day <= self.last_day,
            "corrects": bool(self.corrects) == self.is_credit,
            "seller": bool(self.seller.vat_number) or not self.vat_rate_bp,
        }
        wrong = [name for name, holds in checks.items() if not holds]
        if wrong:
            raise ValueError(f"{self.number} does not add up: {', '.join(wrong)}")

    @property
    def is_credit(self) -> bool:
        """A credit note."""
        return self.kind == "credit_note"

    @property
    def gross(self) -> Money:
        """With VAT."""
        return self.net + self.vat

    @property
    def due(self) -> Money:
        """What is left to be withheld from a later settlement."""
        return self.gross - self.settled
