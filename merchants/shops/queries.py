"""Reading the register of shops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Literal, cast
from uuid import UUID

from sqlalchemy import Select, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from merchants.shops.errors import ShopUnknown
from merchants.shops.reach import Spot
from merchants.shops.spelling import folded
from merchants.tables import Shop, ShopEvent

Status = Literal["applied", "invited", "accepted", "suspended", "left"]

LONGEST_SEARCH: Final = 200
SIREN_DIGITS: Final = 9
"""From so many on, digits are a number of the register; fewer are a postcode, or stand in an address."""


@dataclass(frozen=True, slots=True)
class ShopView:
    """A shop as it stands in the register."""

    id: UUID
    siret: str
    name: str
    legal_name: str | None
    street: str
    postcode: str
    commune: str
    commune_code: str | None
    naf: str
    trade: str
    email: str | None
    vat_number: str | None
    iban: str | None
    bic: str | None
    latitude: float | None
    longitude: float | None
    status: Status
    status_at: datetime
    registered_at: datetime
    minimum_payout: int = 0
    """In cents: what it must be owed to be paid, if that is more than the programme's own minimum."""

    @property
    def spot(self) -> Spot:
        """Where and what it is, as rules of use ask."""
        return Spot(self.id, self.name, self.commune, self.commune_code, self.naf)


@dataclass(frozen=True, slots=True)
class ShopEventView:
    """What happened to a shop."""

    what: str
    actor: str
    note: str | None
    at: datetime


async def shop(session: AsyncSession, shop_id: UUID) -> ShopView:
    """One shop.

    :raises ShopUnknown:
    """
    found = (await shops_by_id(session, [shop_id])).get(shop_id)
    if found is None:
        raise ShopUnknown(shop=shop_id)
    return found


async def shops_by_id(session: AsyncSession, shops: Sequence[UUID]) -> dict[UUID, ShopView]:
    """These shops; unknown ids are absent."""
    return {one.id: one for one in await _views(session, _SHOPS.where(Shop.id.in_(shops)))}


async def statuses(session: AsyncSession, shops: Sequence[UUID]) -> dict[UUID, Status]:
    """The states of these shops; unknown ids are absent."""
    rows = await session.execute(select(Shop.id, Shop.status).where(Shop.id.in_(shops)))
    return {row.id: cast("Status", row.status) for row in rows}


async def shop_by_siret(session: AsyncSession, siret: str) -> ShopView | None:
    """The shop of this SIRET, if it is registered."""
    return (await shops_by_siret(session, [siret])).get(siret)


async def shops_by_siret(session: AsyncSession, sirets: Sequence[str]) -> dict[str, ShopView]:
    """The shops of these SIRETs; those that are not registered are absent."""
    return {one.siret: one for one in await _views(session, _SHOPS.where(Shop.siret.in_(sirets)))}


async def shops_page(
    session: AsyncSession,
    *,
    status: Status | None = None,
    commune: str | None = None,
    after: UUID | None = None,
    limit: int,
) -> list[ShopView]:
    """Shops in the order in which they were registered."""
    statement = _SHOPS.order_by(Shop.id).limit(limit)
    if status is not None:
        statement = statement.where(Shop.status == status)
    if commune is not None:
        statement = statement.where(Shop.commune == commune)
    if after is not None:
        statement = statement.where(Shop.id > after)
    return await _views(session, statement)


async def find_shops(session: AsyncSession, *, search: str, after: UUID | None = None, limit: int) -> list[ShopView]:
    """Shops by name, whatever their state.

    :param search: words of the name, the trade or the place, each as it begins; or how a SIRET begins
    :param after: the last shop of the page before
    """
    statement = _SHOPS.order_by(Shop.sought, Shop.id).limit(limit)
    words = folded(search[:LONGEST_SEARCH]).split()
    number = "".join(words)
    if number.isdigit() and len(number) >= SIREN_DIGITS:
        statement = statement.where(Shop.siret.startswith(number, autoescape=True))
    else:
        there = literal(" ").concat(Shop.sought)
        statement = statement.where(*(there.contains(f" {word}", autoescape=True) for word in words))
    if after is not None:
        last = select(Shop.sought, Shop.id).where(Shop.id == after)
        statement = statement.where(tuple_(Shop.sought, Shop.id) > last.scalar_subquery())
    return await _views(session, statement)


async def trades_there(session: AsyncSession) -> list[str]:
    """The codes (NAF) of all trades that a shop of the register has."""
    return list((await session.execute(select(Shop.naf).distinct().order_by(Shop.naf))).scalars())


async def events(session: AsyncSession, shop_id: UUID) -> list[ShopEventView]:
    """What happened to a shop, oldest first."""
    rows = await session.execute(select(ShopEvent).where(ShopEvent.shop_id == shop_id).order_by(ShopEvent.id))
    return [ShopEventView(row.what, row.actor, row.note, row.at) for row in rows.scalars()]


_SHOPS: Final = select(*(getattr(Shop, one.name) for one in fields(ShopView)))
"""Column by column: pages read the whole register, and to make an object of each row first takes far longer."""


async def _views(session: AsyncSession, statement: Select[Any]) -> list[ShopView]:
    return [ShopView(*row) for row in await session.execute(statement)]
