"""A statement: the paper that tells a shop what it is paid for a period, and how that was made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from ledger.money import ZERO, Money, total
from merchants.commission.prices import UNITS, CommissionPart

LineKind = Literal["redemption", "undo", "return"]

LINE_KINDS: Final[tuple[LineKind, ...]] = ("redemption", "undo", "return")


@dataclass(frozen=True, slots=True)
class StatementProgramme:
    """Who pays: the programme's name, and the legal identity behind it."""

    name: str
    legal_name: str
    address: tuple[str, ...]
    siren: str
    vat_number: str | None = None


@dataclass(frozen=True, slots=True)
class StatementShop:
    """Who is paid. ``vat_number`` is None for a shop that is not registered for VAT."""

    name: str
    address: tuple[str, ...]
    siret: str
    vat_number: str | None = None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One redemption (above zero), one undo or one return (below zero), at an aware moment."""

    at: datetime
    what: LineKind
    reference: str
    till: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything the paper says. ``gross``, ``undone``, ``returned``, ``commission`` and ``vat`` are magnitudes, zero
    or above (commission and VAT go below zero when what goes back outweighs redemptions); what is carried is below
    zero if the shop owes it, above zero if it is less than ``minimum``, below which nothing is paid.

    ``turnover = gross - undone - returned`` is the sum of the lines, and
    ``paid + carried_forward = turnover - commission - vat + brought_forward``: a statement that does not add up
    cannot be made.

    :raises ValueError: naming what does not add up.
    """

    number: str
    programme: StatementProgramme
    shop: StatementShop
    first_day: date
    last_day: date
    """The last day of the period, included; days are those of Europe/Paris."""
    issued_on: date
    payable_on: date
    lines: tuple[StatementLine, ...]
    gross: Money
    undone: Money
    returned: Money
    turnover: Money
    commission_parts: tuple[CommissionPart, ...]
    commission: Money
    vat_rate_basis_points: int
    vat: Money
    brought_forward: Money
    carried_forward: Money
    paid: Money
    iban_masked: str | None = None
    """As shown, such as ``FR76 •••• 0189``; None while the shop has given no bank details."""
    vat_parts: tuple[tuple[int, Money, Money], ...] = ()
    """Rate, commission and VAT, where several rates hold; they add up to those of the statement."""
    commission_rest: int = 0
    """What rounding left from the statement before, in ten-thousandths of a cent."""
    minimum: Money = ZERO
    seal: str = ""
    """What anybody can check the paper by, as it is printed; empty on a draft that no settlement stands behind."""

    def __post_init__(self) -> None:
        redeemed = total([line.amount for line in self.lines if line.what == "redemption"])
        undone = total([line.amount for line in self.lines if line.what == "undo"])
        returned = total([line.amount for line in self.lines if line.what == "return"])
        due = self.turnover - self.commission - self.vat + self.brought_forward
        exact = sum(part.exact for part in self.commission_parts) + self.commission_rest
        checks = {
            "gross": redeemed == self.gross,
            "undone": undone == -self.undone,
            "returned": returned == -self.returned,
            "turnover": self.gross - self.undone - self.returned == self.turnover,
            "commission_parts": total([part.base for part in self.commission_parts]) == self.turnover,
            "commission": abs(exact - self.commission.cents * UNITS) <= UNITS // 2,
            "vat_parts": not self.vat_parts or self._adds_up_by_rate(),
            "paid": self.paid + self.carried_forward == due and self.paid >= ZERO,
            "carried": not (self.paid and self.carried_forward)
            and (self.carried_forward <= ZERO or self.carried_forward < self.minimum),
            "period": self.first_day <= self.last_day,
            "at": all(line.at.tzinfo is not None for line in self.lines),
        }
        wrong = [name for name, holds in checks.items() if not holds]
        if wrong:
            raise ValueError(f"statement {self.number} does not add up: {', '.join(wrong)}")

    @property
    def taxed(self) -> bool:
        """Whether the commission bears VAT; where it does not, the programme is outside VAT."""
        return bool(self.vat_rate_basis_points or self.vat or len(self.vat_parts) > 1)

    @property
    def taxes(self) -> tuple[tuple[int, Money, Money], ...]:
        """Rate, commission and VAT, rate by rate; nothing where the commission bears none."""
        if not self.taxed:
            return ()
        return self.vat_parts or ((self.vat_rate_basis_points, self.commission, self.vat),)

    def _adds_up_by_rate(self) -> bool:
        _, commissions, taxes = zip(*self.vat_parts, strict=True)
        return (total(commissions), total(taxes)) == (self.commission, self.vat)


def grouped(number: str) -> str:
    """A SIREN or SIRET as printed: ``552 100 554 00013``, with spaces that do not break."""
    siren, establishment = number[:9], number[9:]
    groups = [siren[at : at + 3] for at in range(0, len(siren), 3)]
    return "\u00a0".join([*groups, establishment] if establishment else groups)
