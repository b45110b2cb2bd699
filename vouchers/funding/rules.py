"""What a rule of top-up says, and what it adds to the vouchers of one order. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, Literal, get_args
from uuid import UUID

from ledger.days import Period
from ledger.money import ZERO, Money, rounded, total
from vouchers.funding.errors import RuleUnsound

Buyers = Literal["all", "company", "person"]
BUYERS: Final[tuple[Buyers, ...]] = get_args(Buyers)

TITLE_LONGEST: Final = 80
LONGEST: Final = timedelta(days=366)
MONEY_MOST: Final = Money(1_000_000_00)
POSTCODES_MOST: Final = 300
WHOLE: Final = 10_000
"""Hundredths of a percent in a whole."""

_POSTCODE: Final = re.compile(r"[0-9]{5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bought:
    """Who buys, where that is, and by which rule of use the vouchers are limited, if they are."""

    kind: str
    postcode: str
    use: UUID | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a funder adds when vouchers are bought.

    :param rate_bp: the share of the face value that is added, in hundredths of a percent; or
    :param each: what is added to every voucher
    :param most_per_voucher: what one voucher has at most
    :param most_per_order: what one order has at most; no bound if zero
    :param most_per_person: what one beneficiary has at most, in all of the rule's days; no bound if zero
    :param least_face: vouchers of a lower face value have nothing
    :param postcodes: where the buyer lives; anywhere if there is none
    :param use: the rule of use that the vouchers must have, such as one for a zone or a trade; any or none if none
    """

    title: str
    days: Period
    budget: Money
    most_per_voucher: Money
    rate_bp: int = 0
    each: Money = ZERO
    most_per_order: Money = ZERO
    most_per_person: Money = ZERO
    least_face: Money = ZERO
    buyers: Buyers = "all"
    postcodes: tuple[str, ...] = ()
    use: UUID | None = None

    def refuse_unless_sound(self) -> None:
        """Whether it holds together.

        :raises RuleUnsound:
        """
        sums = ("budget", "each", "most_per_voucher", "most_per_order", "most_per_person", "least_face")
        wrong = [name for name in sums if not ZERO <= getattr(self, name) <= MONEY_MOST]
        wrong += [name for name in ("budget", "most_per_voucher") if not getattr(self, name)]
        if not self.title.strip() or len(self.title) > TITLE_LONGEST:
            wrong.append("title")
        if self.days.last_day - self.days.first_day > LONGEST:
            wrong.append("last_day")
        if not 0 <= self.rate_bp <= WHOLE or bool(self.rate_bp) == bool(self.each):
            wrong.append("rate_bp")
        if self.buyers not in BUYERS:
            wrong.append("buyers")
        if len(self.postcodes) > POSTCODES_MOST or not all(map(_POSTCODE.fullmatch, self.postcodes)):
            wrong.append("postcodes")
        if wrong:
            raise RuleUnsound(fields=tuple(dict.fromkeys(wrong)))

    def concerns(self, bought: Bought, *, today: date) -> bool:
        """Whether an order that is bought so, paid on this day, is one that it adds to."""
        in_time = self.days.first_day <= today <= self.days.last_day
        near = not self.postcodes or bought.postcode.strip() in self.postcodes
        spent_there = self.use is None or self.use == bought.use
        return in_time and near and spent_there and self.buyers in {"all", bought.kind}

    def brings(self, face: Money) -> Money:
        """What it adds to one voucher, before the bounds of its order and its person. A part is rounded half up."""
        if face < self.least_face:
            return ZERO
        exact = rounded(Fraction(face.cents * self.rate_bp, WHOLE)) if self.rate_bp else self.each
        return min(exact, self.most_per_voucher)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A voucher that is bought, and for whom: what stands for its beneficiary."""

    face: Money
    person: str


@dataclass(frozen=True, slots=True)
class Adds:
    """What a rule adds to the vouchers of an order, in their order; ``needed`` is what it would, were there enough."""

    parts: tuple[Money, ...]
    needed: Money

    @property
    def total(self) -> Money:
        """What it adds in all."""
        return total(list(self.parts))


def adds(terms: Terms, wanted: Sequence[Wanted], *, had: Mapping[str, Money], left: Money) -> Adds:
    """What a rule adds to each voucher of an order. Pure.

    A person's bound goes by the order of the list; the bound of the order is shared in proportion, so that colleagues
    are treated alike; and an order for which not enough is left has nothing at all, rather than some of its people.

    :param had: what each person has had by this rule
    :param left: what may still be given by it
    """
    parts, so_far = list[Money](), dict(had)
    for one in wanted:
        part = terms.brings(one.face)
        if terms.most_per_person:
            part = max(min(part, terms.most_per_person - so_far.get(one.person, ZERO)), ZERO)
            so_far[one.person] = so_far.get(one.person, ZERO) + part
        parts.append(part)
    needed = total(parts)
    if terms.most_per_order and needed > terms.most_per_order:
        needed = terms.most_per_order
        parts = needed.share([part.cents for part in parts])
    return Adds(tuple(parts) if needed <= left else (ZERO,) * len(parts), needed)
