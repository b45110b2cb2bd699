"""A commission invoice or credit note: all that it says, frozen on the day on which it is issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ledger.money import ZERO, Money, total
from merchants.commission.prices import CommissionPart

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
class TaxPart:
    """What bears one rate of VAT (in basis points), and the VAT on it. Below zero if more is given back than taken.

    As rounding goes through the whole document, a part of a cent may have no VAT, and VAT of a cent no part.
    """

    rate_bp: int
    net: Money
    vat: Money

    @property
    def quantity(self) -> int:
        """How often its line charges ``price``: once, or once less."""
        return -1 if self.net < ZERO else 1

    @property
    def price(self) -> Money:
        """What its line charges for one: never below zero."""
        return self.net * self.quantity


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
    """Everything that an invoice or a credit note says. What it comes to is zero or above, a credit note's too.

    :param settled: what was withheld from the settlement, or given with it, so that it is paid already
    :param parts: what the commission was reckoned on; none where that does not come to what is charged
    :param rest: what rounding left from the document before, in ten-thousandths of a cent
    :param taxes: one for each rate; they add up to ``net`` and ``vat``
    :param corrects: what a credit note takes back from; an invoice has none
    :param exemption: why there is no VAT on the part at a rate of zero, if there is one
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
    parts: tuple[CommissionPart, ...]
    rest: int
    taxes: tuple[TaxPart, ...]
    net: Money
    vat: Money
    settled: Money
    vat_on_debits: bool
    exemption: str
    notes: tuple[Note, ...]
    corrects: tuple[Corrected, ...]

    def __post_init__(self) -> None:
        checks = {
            "gross": self.gross > ZERO or (not self.gross and self.net > ZERO),
            "net": total([part.net for part in self.taxes]) == self.net,
            "vat": total([part.vat for part in self.taxes]) == self.vat,
            "taxes": all((part.net or part.vat) and (part.rate_bp or not part.vat) for part in self.taxes),
            "rates": len({part.rate_bp for part in self.taxes}) == len(self.taxes),
            "exemption": bool(self.exemption) == any(not part.rate_bp for part in self.taxes),
            "settled": ZERO <= self.settled <= self.gross,
            "period": self.first_day <= self.last_day,
            "corrects": bool(self.corrects) == self.is_credit,
            "seller": bool(self.seller.vat_number) or not self.taxed,
        }
        wrong = [name for name, holds in checks.items() if not holds]
        if wrong:
            raise ValueError(f"{self.number} does not add up: {', '.join(wrong)}")

    @property
    def is_credit(self) -> bool:
        """A credit note."""
        return self.kind == "credit_note"

    @property
    def taxed(self) -> bool:
        """Whether any of it bears VAT."""
        return any(part.rate_bp for part in self.taxes)

    @property
    def gross(self) -> Money:
        """With VAT."""
        return self.net + self.vat

    @property
    def due(self) -> Money:
        """What is left to be withheld from a later settlement."""
        return self.gross - self.settled
