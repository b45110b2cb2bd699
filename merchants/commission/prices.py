"""What a redemption is charged: exact, and bounded by the redemption. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from ledger.formats import Language, shown_money, shown_rate
from ledger.money import ZERO, Money

UNITS: Final = 10_000
"""Units in a cent: commission is counted in ten-thousandths of a cent, in which a rate in basis points is exact."""

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "fr": {
        "rate": "{rate} de {base}", "flat": "{flat} par encaissement", "least": "au moins {least} par encaissement",
        "most": "au plus {most} par encaissement", "bare": "{rate} de chaque encaissement",
        "nothing": "sans commission", "and": " et ",
    },
    "en": {
        "rate": "{rate} of {base}", "flat": "{flat} a redemption", "least": "at least {least} a redemption",
        "most": "at most {most} a redemption", "bare": "{rate} of each redemption", "nothing": "no commission",
        "and": " and ",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Price:
    """A rate in basis points and a flat sum, for each redemption: no less than one sum, no more than another."""

    rate_bp: int
    flat: Money = ZERO
    least: Money = ZERO
    most: Money | None = None

    def of(self, redeemed: Money) -> int:
        """The commission on one redemption, in ten-thousandths of a cent: never more than what was redeemed."""
        exact = redeemed.cents * self.rate_bp + self.flat.cents * UNITS
        exact = max(exact, self.least.cents * UNITS)
        if self.most is not None:
            exact = min(exact, self.most.cents * UNITS)
        return min(exact, redeemed.cents * UNITS)

    def part_of(self, redeemed: Money, upto: Money) -> int:
        """The commission on what ``upto`` is of a redemption. Of the whole it is the whole, to the last unit."""
        return self.of(redeemed) * upto.cents // redeemed.cents

    @property
    def plain(self) -> bool:
        """Whether it is a rate and nothing else."""
        return not self.flat and not self.least and self.most is None

    @property
    def key(self) -> str:
        """Its text in a settlement: ``300``, or ``300/10/5/200`` with flat sum, least and most in cents."""
        if self.plain:
            return str(self.rate_bp)
        most = "" if self.most is None else str(self.most.cents)
        return f"{self.rate_bp}/{self.flat.cents}/{self.least.cents}/{most}"

    @classmethod
    def read(cls, key: str) -> Self:
        """A price from its text."""
        rate, *more = key.split("/")
        if not more:
            return cls(int(rate))
        flat, least, most = more
        return cls(int(rate), Money(int(flat)), Money(int(least)), Money(int(most)) if most else None)

    def said(self, language: Language, base: Money | None = None) -> str:
        """In words: ``3 % de 120,00 €, au moins 0,10 € par encaissement``; of each redemption if no base is told."""
        words = _WORDS[language]
        facts = {
            "rate": shown_rate(self.rate_bp, language), "flat": shown_money(self.flat, language),
            "least": shown_money(self.least, language), "most": shown_money(self.most or ZERO, language),
            "base": "" if base is None else shown_money(base, language),
        }  # fmt: skip
        rated = self.rate_bp > 0 or (base is not None and not self.flat)
        charged = [words["bare" if base is None else "rate"]] if rated else []
        charged += [words["flat"]] if self.flat else []
        bounds = [words["least"]] if self.least else []
        bounds += [words["most"]] if self.most is not None else []
        if not charged and not bounds:
            return words["nothing"]
        said = words["and"].join(charged) if charged else ""
        return ", ".join([one for one in (said, *bounds) if one]).format(**facts)


@dataclass(frozen=True, slots=True)
class CommissionPart:
    """What is charged at one price: the turnover at it, and the commission in ten-thousandths of a cent."""

    price: Price
    base: Money
    exact: int


def in_order(parts: Iterable[CommissionPart]) -> tuple[CommissionPart, ...]:
    """Parts as documents list them: by rate."""
    return tuple(sorted(parts, key=lambda part: (part.price.rate_bp, part.price.key)))


def shown_exactly(units: int, language: Language) -> str:
    """An amount in ten-thousandths of a cent, with as many decimals as it needs: ``3,60 €``, ``3,6125 €``."""
    euros, rest = divmod(abs(units), UNITS * 100)
    cents, less = divmod(rest, UNITS)
    plain = shown_money(Money((euros * 100 + cents) * (-1 if units < 0 else 1)), language)
    sign = "-" if units < 0 and not plain.startswith("-") else ""
    more = f"{less:04d}".rstrip("0")
    number, space, unit = plain.partition("\u00a0€")
    return f"{sign}{number}{more}{space}{unit}"
