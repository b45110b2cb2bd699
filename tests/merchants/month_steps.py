"""What may happen in two months, step by step, as Hypothesis draws and shows it; and in what order it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal

from ledger.days import PARIS
from merchants.commission.prices import Price

FIRST: Final = date(2026, 10, 5)
DAYS: Final = 58
"""To the first of December."""

LAST_CUT: Final = 60
LAST_RUN: Final = LAST_CUT + 5
"""When every account that was asked for before the last cut has waited long enough."""


@dataclass(frozen=True, slots=True)
class Sale:
    """Redeemed in a shop. All of it is undone ``after`` days, or a ``part`` in percent is returned, if it is."""

    day: int
    shop: int
    cents: int
    fate: Literal["kept", "undone", "returned"] = "kept"
    after: int = 0
    part: int = 100

    @property
    def back(self) -> int:
        """The day on which it comes back, if it does: within the two months."""
        return min(self.day + self.after, DAYS - 1)

    @property
    def late(self) -> bool:
        """Whether that is in another month."""
        return day(self.back).month != day(self.day).month


@dataclass(frozen=True, slots=True)
class Account:
    """A shop asks to be paid on another account."""

    day: int
    shop: int
    iban: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A shop is suspended, accepted again, or leaves."""

    day: int
    shop: int
    to: Literal["suspended", "accepted", "left"]


@dataclass(frozen=True, slots=True)
class NewTerms:
    """Other terms from the next day on: commission and VAT in basis points, the minimum in cents."""

    day: int
    commission: int
    vat: int
    minimum: int


@dataclass(frozen=True, slots=True)
class NewPrice:
    """Another commission from the next day on, for one shop or, if ``lasts`` so many days, as a campaign of two."""

    day: int
    shop: int
    price: Price
    lasts: int | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """What was before this day is closed; payouts are proposed, if any, and decided on ``decided`` days later."""

    day: int
    pays: bool = True
    decided: int = 0


Step = Sale | Account | Standing | NewTerms | NewPrice | Cut

_DOES: Final[dict[type[Step], str]] = {
    Sale: "sell", Account: "ask_account", Standing: "stand", NewTerms: "change_terms", NewPrice: "change_price",
    Cut: "cut",
}  # fmt: skip


def events(story: Sequence[Step]) -> list[tuple[datetime, str, int, Step]]:
    """What happens when: cuts in the morning, what is decided on them later, sales, and what comes back last."""
    made: list[tuple[datetime, str, int, Step]] = []
    for number, step in enumerate(story):
        made.append((moment(step.day, 8 if isinstance(step, Cut) else 12), _DOES[type(step)], number, step))
        if isinstance(step, Cut):
            made.append((moment(step.day + step.decided, 10), "decide", number, step))
        elif isinstance(step, Sale) and step.fate != "kept":
            made.append((moment(step.back, 17), "take_back", number, step))
    return made


def day(number: int) -> date:
    return FIRST + timedelta(number)


def moment(number: int, hour: int) -> datetime:
    return datetime.combine(day(number), time(hour), PARIS).astimezone(UTC)
