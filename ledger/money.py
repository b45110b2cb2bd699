"""Money: whole cents of euro, exact, and sharing it out without losing a cent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Self

from ledger.errors import AmountMalformed

CURRENCY: Final = "EUR"
BIGINT_MAX: Final = 2**63 - 1

_TYPED = re.compile(
    r"""\s* €? \s* (?P<sign>[-−]?) \s* €? \s*
    (?P<euros> [0-9]{1,3} (?: \s [0-9]{3} ){1,5} | [0-9]{1,17} )  # spaces part thousands, nothing else
    (?: [.,] (?P<cents> [0-9]{1,2} ) )? \s* €? \s*""",
    re.VERBOSE,
)
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, order=True, slots=True)
class Money:
    """An amount in whole cents of euro. May be negative; never a float, never NaN."""

    cents: int

    def __post_init__(self) -> None:
        if type(self.cents) is not int:
            raise AmountMalformed(typed=repr(self.cents)[:40])
        if not -BIGINT_MAX <= self.cents <= BIGINT_MAX:
            raise AmountMalformed(typed="an amount beyond all counting")  # Python will not spell a number that long

    @classmethod
    def of(cls, typed: str) -> Self:
        """Read what a person types: ``12,50 €``, ``12.5``, ``1 250``.

        :raises AmountMalformed: anything else, or more than two decimals.
        """
        found = _TYPED.fullmatch(typed)
        if found is None:
            raise AmountMalformed(typed=typed[:40])
        cents = int(_SPACE.sub("", found["euros"])) * 100 + int((found["cents"] or "0").ljust(2, "0"))
        return cls(-cents if found["sign"] else cents)

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + other.cents)

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - other.cents)

    def __neg__(self) -> Money:
        return Money(-self.cents)

    def __mul__(self, times: int) -> Money:
        return Money(self.cents * times)

    def __bool__(self) -> bool:
        return self.cents != 0

    def __str__(self) -> str:
        sign, cents = ("-" if self.cents < 0 else ""), abs(self.cents)
        return f"{sign}{cents // 100}.{cents % 100:02d} EUR"

    def share(self, weights: Sequence[int]) -> list[Money]:
        """Split in proportion to ``weights``; the parts add up to the whole, to the cent.

        Largest remainder; the earlier part wins a tie. All weights zero or above, one above zero.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights must be zero or above, and one of them above zero")
        exact = [Fraction(self.cents * weight, total) for weight in weights]
        parts = [int(part // 1) for part in exact]
        by_remainder = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
        for i in by_remainder[: self.cents - sum(parts)]:
            parts[i] += 1
        return [Money(part) for part in parts]


ZERO: Final = Money(0)


def total(amounts: Sequence[Money]) -> Money:
    """The sum of ``amounts``; zero for none."""
    return Money(sum(amount.cents for amount in amounts))


def rounded(exact: Fraction) -> Money:
    """Exact cents to whole cents, half away from zero (commercial rounding)."""
    magnitude = int(abs(exact) + Fraction(1, 2))
    return Money(-magnitude if exact < 0 else magnitude)
