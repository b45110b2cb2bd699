"""Whose money is what became of a voucher: the books share it in proportion to what each put on it. Pure.

Spending is not traced to whose euro it was (decision 22): of what is left, each has its share in proportion to the face
value and to what each funder added, as when it expires or is given back. So what a funder's money was spent on follows:
it is what the funder added, less its share of what is left, less what came back to it by a transfer; and it was spent
in the shops of the voucher, or lapsed, in proportion to what went where.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from ledger.money import ZERO, Money, total


@dataclass(frozen=True, slots=True)
class Chain:
    """What became of a voucher, and of those that replaced it, until a moment.

    :param face: what its buyer put on it
    :param added: what each funder did
    :param spent: what each shop took and kept
    :param lapsed: what expired and is the operator's
    :param expired: what expired and went back to the funder whose portion is asked for, less what was reinstated
    :param refunded: what went back to that funder when the order was given back
    :param left: what is on it
    """

    face: Money
    added: Mapping[UUID, Money]
    spent: Mapping[UUID, Money] = field(default_factory=dict)
    lapsed: Money = ZERO
    expired: Money = ZERO
    refunded: Money = ZERO
    left: Money = ZERO


@dataclass(frozen=True, slots=True)
class Portion:
    """A funder's part of what became of vouchers: granted = left + spent + lapsed + expired + refunded."""

    granted: Money = ZERO
    left: Money = ZERO
    spent: Mapping[UUID, Money] = field(default_factory=dict)
    lapsed: Money = ZERO
    expired: Money = ZERO
    refunded: Money = ZERO

    @property
    def missing(self) -> Money:
        """Zero, or it does not add up."""
        parts = [self.left, *self.spent.values(), self.lapsed, self.expired, self.refunded]
        return self.granted - total(parts)

    def less(self, before: Portion) -> Portion:
        """What happened since ``before``; ``left`` is what it is now less what it was."""
        shops = self.spent.keys() | before.spent.keys()
        return Portion(
            self.granted - before.granted,
            self.left - before.left,
            {shop: self.spent.get(shop, ZERO) - before.spent.get(shop, ZERO) for shop in shops},
            self.lapsed - before.lapsed,
            self.expired - before.expired,
            self.refunded - before.refunded,
        )

    @classmethod
    def of_all(cls, some: Iterable[Portion]) -> Self:
        """Portions of many vouchers together."""
        sums, spent = Counter[str](), Counter[UUID]()
        for one in some:
            for name in ("granted", "left", "lapsed", "expired", "refunded"):
                sums[name] += getattr(one, name).cents
            spent.update({shop: amount.cents for shop, amount in one.spent.items()})
        plain = {name: Money(cents) for name, cents in sums.items()}
        return cls(spent={shop: Money(cents) for shop, cents in spent.items()}, **plain)


def portion(chain: Chain, funder: UUID) -> Portion:
    """A funder's part of what became of one voucher. Pure; its parts add up to what the funder added, to the cent."""
    granted = chain.added.get(funder, ZERO)
    back = chain.expired + chain.refunded
    left = min(_share_of_left(chain, funder), max(granted - back, ZERO))
    gone = granted - back - left
    shops = sorted(chain.spent)
    weights = [max(chain.lapsed, ZERO).cents, *(max(chain.spent[shop], ZERO).cents for shop in shops)]
    if any(weights):
        # Other money that was added or taken back late may make what went back more than what was added.
        lapsed, *spent = shared_either_way(gone, weights)
    elif chain.left:
        left, lapsed, spent = left + gone, ZERO, [ZERO for _ in shops]
    else:
        lapsed, spent = gone, [ZERO for _ in shops]
    by_shop = {shop: amount for shop, amount in zip(shops, spent, strict=True) if amount}
    return Portion(granted, left, by_shop, lapsed, chain.expired, chain.refunded)


def shared_either_way(amount: Money, weights: list[int]) -> list[Money]:
    """An amount shared in proportion; one below zero as its opposite is."""
    if amount < ZERO:
        return [-part for part in (-amount).share(weights)]
    return amount.share(weights)


def _share_of_left(chain: Chain, funder: UUID) -> Money:
    """As the books share it when it expires or is given back: the face value first, then funders by their ids."""
    funders = sorted(chain.added)
    weights = [chain.face.cents, *(chain.added[one].cents for one in funders)]
    if funder not in chain.added or not any(weights):
        return ZERO
    return chain.left.share(weights)[1 + funders.index(funder)]
