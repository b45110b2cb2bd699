"""Which shops something reaches: those of some communes, of some trades, or those of a list; all of it together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from merchants.shops.places import commune_named, whole_of, with_parts
from merchants.shops.spelling import folded
from merchants.tables import Shop

Miss = Literal["commune", "trade", "shop"]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one stands with a voucher: the shop, as far as a reach asks. ``commune_code`` is INSEE's, where known."""

    shop: UUID
    name: str
    commune: str
    commune_code: str | None
    naf: str


@dataclass(frozen=True, slots=True)
class Reach:
    """INSEE codes of communes, NAF codes of trades, ids of shops. Of each, one is enough; what is empty asks nothing.

    A commune that has arrondissements takes them all in.
    """

    communes: frozenset[str] = frozenset()
    trades: frozenset[str] = frozenset()
    shops: frozenset[UUID] = frozenset()

    def misses(self, spot: Spot) -> tuple[Miss, ...]:
        """What keeps a shop out; nothing if it is reached."""
        found: list[Miss] = []
        if self.communes and spot.commune_code not in with_parts(self.communes):
            found.append("commune")
        if self.trades and spot.naf not in self.trades:
            found.append("trade")
        if self.shops and spot.shop not in self.shops:
            found.append("shop")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Choices:
    """What of a programme's own shops that take vouchers can be chosen: communes, trades, how many shops each has."""

    communes: Mapping[str, tuple[str, int]]
    """By INSEE code: the name, and how many."""
    trades: Mapping[str, int]
    """By NAF code."""
    unplaced: int
    """How many shops stand in no commune that has a code: no choice of communes reaches them."""


def within(reach: Reach) -> list[ColumnElement[bool]]:
    """The same as conditions on the table of shops. For the modules of merchants."""
    found: list[ColumnElement[bool]] = []
    if reach.communes:
        found.append(Shop.commune_code.in_(with_parts(reach.communes)))
    if reach.trades:
        found.append(Shop.naf.in_(reach.trades))
    if reach.shops:
        found.append(Shop.id.in_(reach.shops))
    return found


async def reached(session: AsyncSession, reach: Reach) -> int:
    """How many shops that take vouchers now are reached."""
    statement = select(func.count()).select_from(Shop).where(_ACCEPTED, *within(reach))
    return (await session.execute(statement)).scalar_one()


async def choices(session: AsyncSession) -> Choices:
    """What can be chosen, communes by name and trades by code."""
    statement = select(Shop.commune_code, Shop.naf, func.min(Shop.commune), func.count()).where(_ACCEPTED)
    communes: dict[str, tuple[str, int]] = {}
    trades: dict[str, int] = {}
    unplaced = 0
    for code, naf, name, count in await session.execute(statement.group_by(Shop.commune_code, Shop.naf)):
        trades[naf] = trades.get(naf, 0) + count
        if code is None:
            unplaced += count
            continue
        for one, called in ((code, commune_named(code) or name), *([whole] if (whole := whole_of(code)) else [])):
            communes[one] = called, communes.get(one, ("", 0))[1] + count
    return Choices(dict(sorted(communes.items(), key=_by_name)), dict(sorted(trades.items())), unplaced)


def _by_name(one: tuple[str, tuple[str, int]]) -> tuple[str, str]:
    """By name, arrondissements by their numbers under the commune of which they are part."""
    code, (name, _) = one
    whole = whole_of(code)
    return folded(whole[1] if whole else name), code


EVERYWHERE: Final = Reach()
"""What reaches every shop."""

_ACCEPTED: Final = Shop.status == "accepted"
