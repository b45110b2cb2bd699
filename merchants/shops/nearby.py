"""A few shops to begin with: of one commune, of many trades, others every day so that each has its turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from merchants.shops.reach import EVERYWHERE, Reach, within
from merchants.tables import Shop


@dataclass(frozen=True, slots=True)
class NearbyShop:
    """A shop that takes vouchers, as anybody may know it."""

    id: UUID
    siret: str
    name: str
    trade: str
    street: str
    postcode: str
    commune: str


async def communes(session: AsyncSession, *, among: Reach = EVERYWHERE) -> list[tuple[str, int]]:
    """Where shops take vouchers, by name, with how many do; those that a rule reaches, if one limits them."""
    accepting = select(Shop.commune, func.count()).where(Shop.status == "accepted", *within(among))
    statement = accepting.group_by(Shop.commune)
    return [(commune, count) for commune, count in await session.execute(statement.order_by(Shop.commune))]


async def some_shops(
    session: AsyncSession, commune: str, *, on: date, limit: int, among: Reach = EVERYWHERE
) -> Sequence[NearbyShop]:
    """A few shops of a commune that take vouchers: each trade once before any comes twice, others on another day."""
    drawn = func.md5(cast(Shop.id, Text) + on.isoformat())
    turn = func.row_number().over(partition_by=Shop.trade, order_by=drawn)
    columns = (Shop.id, Shop.siret, Shop.name, Shop.trade, Shop.street, Shop.postcode, Shop.commune)
    there = select(*columns).where(Shop.status == "accepted", Shop.commune == commune, *within(among))
    return [NearbyShop(*row) for row in await session.execute(there.order_by(turn, drawn).limit(limit))]
