"""The words and the arithmetic of the model: days in Paris, rates, shares; vouchers, holds, redemptions.

``real`` is always what Obole calls the same thing; the model never looks at it.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.journeys.model import Programme


class Refused(Exception):
    """The programme will not do it."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


def day_in_paris(at: datetime) -> date:
    """Summer time runs from the last Sunday of March to that of October, from 01:00 to 01:00 UTC (2000/84/EC)."""
    summer = _last_sunday(at.year, 3) <= at < _last_sunday(at.year, 10)
    return (at + timedelta(hours=2 if summer else 1)).date()


def _last_sunday(year: int, month: int) -> datetime:
    day = datetime(year, month, 31, 1, tzinfo=UTC)
    while day.weekday() != 6:
        day -= timedelta(days=1)
    return day


def months_after(day: date, months: int) -> date:
    """The same day some months later; the last of that month if it is shorter."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def percent(cents: int | Decimal, basis_points: int) -> int:
    """A rate of an amount, to the cent, half away from zero."""
    return to_cent(Decimal(cents) * basis_points / 10_000)


def to_cent(exact: Decimal) -> int:
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def whole_cents(exact: Decimal) -> int:
    """Half a cent goes up, below zero too: what is left over rounds to nothing."""
    return int((exact + Decimal("0.5")).to_integral_value(ROUND_FLOOR))


def in_proportion(cents: int, weights: Sequence[int]) -> list[int]:
    """Shares of an amount that lose no cent: what rounding leaves goes to the largest fractions, earlier ones first."""
    whole = sum(weights)
    parts = [cents * weight // whole for weight in weights]
    fractions = [cents * weight % whole for weight in weights]
    while sum(parts) < cents:
        largest = fractions.index(max(fractions))
        parts[largest] += 1
        fractions[largest] = -1
    return parts


@dataclass(frozen=True)
class Rules:
    """A programme's rules, but for the commission, which changes."""

    months: int
    fee_bp: int
    vat_bp: int
    breakage_to_funders: bool


@dataclass(eq=False)
class Batch:
    """Vouchers issued together. ``sums``: what each kind of event has moved for it."""

    value: int
    quantity: int
    real: Any = None
    sums: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass(eq=False)
class Voucher:
    """A voucher. ``given``: what each funder put on it and on those it replaced, kept on the first of them."""

    programme: Programme
    batch: Batch
    first_day: date
    last_day: date
    left: int
    first: Voucher | None = None
    status: str = "active"
    heir: Voucher | None = None
    real: Any = None
    holds: list[Hold] = field(default_factory=list)
    given: dict[str, int] = field(default_factory=dict)
    lapsed: list[tuple[str, int]] = field(default_factory=list)

    @property
    def pending(self) -> int:
        return sum(hold.left for hold in self.holds if hold.state == "pending")

    @property
    def origin(self) -> Voucher:
        return self.first or self

    def __repr__(self) -> str:
        return f"<{self.programme.name} {self.left} {self.status} to {self.last_day}>"


@dataclass(eq=False)
class Hold:
    """Money kept aside for a shop."""

    voucher: Voucher
    shop: int
    left: int
    until: datetime
    state: str = "pending"
    real: Any = None


@dataclass(eq=False)
class Redemption:
    """A redemption, or a capture."""

    voucher: Voucher
    shop: int
    cents: int
    day: date
    undone: bool = False
    returned: int = 0
    real: Any = None


@dataclass(eq=False)
class Ask:
    """A redemption asked for at the till of a shop, under a key or none."""

    voucher: Voucher
    shop: int
    cents: int
    key: str | None = None

    @property
    def request(self) -> tuple[Voucher, int]:
        return self.voucher, self.cents


@dataclass(frozen=True)
class Answer:
    """What a redemption gives: what is left to spend after it, or the name of the refusal."""

    left: int | None = None
    refused: str | None = None


@dataclass(frozen=True)
class Movement:
    """What happened on a shop's account between settlements; ``sold_on`` is the day of the redemption."""

    shop: int
    cents: int
    day: date
    sold_on: date
    returned: bool = False


@dataclass(frozen=True)
class Settled:
    """The figures of one settlement."""

    redeemed: int
    undone: int
    returned: int
    commission: int
    vat: int
    brought: int
    carried: int
    paid: int
