"""What a rule of use asks, and whether a shop on a day answers to it. Pure: no database, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal
from uuid import UUID

from merchants.shops.reach import Miss, Reach, Spot
from vouchers.rules.rule_errors import NotTakenHere

Reason = Miss | Literal["before", "after"]


@dataclass(frozen=True)
class Conditions:
    """Communes (INSEE code, name), trades (NAF codes), shops (id, name), first and last day (Europe/Paris, whole days).

    Of each list one is enough, and all that is not empty is asked together. Names are those of the day on which the
    rule was made.
    """

    communes: tuple[tuple[str, str], ...] = ()
    trades: tuple[str, ...] = ()
    shops: tuple[tuple[UUID, str], ...] = ()
    first_day: date | None = None
    last_day: date | None = None

    @cached_property
    def reach(self) -> Reach:
        """Which shops are meant."""
        return Reach(
            frozenset(code for code, _ in self.communes),
            frozenset(self.trades),
            frozenset(id_ for id_, _ in self.shops),
        )

    @property
    def everywhere(self) -> bool:
        """Whether every shop takes it: the rule is one of days only."""
        return not (self.communes or self.trades or self.shops)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as a batch carries it: this version, for ever."""

    id: UUID
    name: str
    asks: Conditions

    def refuse_unless_taken(self, spot: Spot, day: date) -> None:
        """Whether a voucher of this rule may be spent in a shop on a day.

        :raises NotTakenHere: with all that is against it, and where and when it is taken
        """
        reasons = judged(self.asks, spot, day)
        if reasons:
            asks = self.asks
            raise NotTakenHere(
                reasons=reasons, rule=self.id, communes=asks.communes, trades=asks.trades,
                shops=tuple((str(id_), name) for id_, name in asks.shops), first_day=asks.first_day,
                last_day=asks.last_day, shop_here=spot.name, trade_here=spot.naf, commune_here=spot.commune, day=day,
            )  # fmt: skip


def judged(asks: Conditions, spot: Spot, day: date) -> tuple[Reason, ...]:
    """What is against spending in a shop on a day; nothing if it is taken."""
    found: list[Reason] = [*asks.reach.misses(spot)]
    if asks.first_day is not None and day < asks.first_day:
        found.append("before")
    if asks.last_day is not None and day > asks.last_day:
        found.append("after")
    return tuple(found)
