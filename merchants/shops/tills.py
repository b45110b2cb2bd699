"""The tills of a shop: devices and cashiers that redeem, each taken out of service on its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, Uuid, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.ids import new_id
from ledger.parallel import any_of, given
from merchants.shops.errors import ShopNotAccepted, TillRevoked, TillUnknown
from merchants.shops.queries import Status, shop
from merchants.shops.reach import Spot
from merchants.tables import Shop, Till


@dataclass(frozen=True, slots=True)
class TillView:
    """A till."""

    id: UUID
    shop: UUID
    label: str
    opened_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a voucher is presented: the till, its shop, the shop's state, and where and what it is."""

    till: UUID
    shop: UUID
    shop_status: Status
    till_revoked: bool
    spot: Spot

    def refuse_unless_open(self) -> None:
        """Whether this till may redeem.

        :raises TillRevoked, ShopNotAccepted:
        """
        if self.till_revoked:
            raise TillRevoked(till=self.till)
        if self.shop_status != "accepted":
            raise ShopNotAccepted(status=self.shop_status)


async def open_till(session: AsyncSession, shop_id: UUID, *, label: str, at: datetime) -> TillView:
    """Put a till into service.

    :raises ShopUnknown:
    """
    await shop(session, shop_id)
    till_id = new_id()
    await session.execute(insert(Till).values(id=till_id, shop_id=shop_id, label=label, opened_at=at))
    return await till(session, till_id)


async def revoke_till(session: AsyncSession, till_id: UUID, *, at: datetime) -> TillView:
    """Take a till out of service; a second time changes nothing.

    :raises TillUnknown:
    """
    statement = update(Till).where(Till.id == till_id, Till.revoked_at.is_(None)).values(revoked_at=at)
    await session.execute(statement.execution_options(synchronize_session=False))
    return await till(session, till_id)


async def till(session: AsyncSession, till_id: UUID) -> TillView:
    """One till.

    :raises TillUnknown:
    """
    found = (await tills_by_id(session, [till_id])).get(till_id)
    if found is None:
        raise TillUnknown(till=till_id)
    return found


async def tills_by_id(session: AsyncSession, tills: Sequence[UUID]) -> dict[UUID, TillView]:
    """These tills; unknown ids are absent."""
    statement = select(Till).where(Till.id.in_(tills))
    return {row.id: _view(row) for row in (await session.execute(statement)).scalars()}


async def tills_of(session: AsyncSession, shop_id: UUID) -> list[TillView]:
    """The tills of a shop, oldest first."""
    statement = select(Till).where(Till.shop_id == shop_id).order_by(Till.id)
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def labels_by_shop(session: AsyncSession, shops: Sequence[UUID]) -> dict[UUID, dict[UUID, str]]:
    """What the tills of these shops are called; a shop without a till is absent."""
    found: dict[UUID, dict[UUID, str]] = {}
    for shop_id, till_id, label in await session.execute(_LABELS, given(shop=shops)):
        found.setdefault(shop_id, {})[till_id] = label
    return found


async def counters(session: AsyncSession, tills: Collection[UUID]) -> dict[UUID, Counter]:
    """Where these tills stand; unknown ids are absent."""
    rows = await session.execute(_COUNTERS, given(till=tills))
    return {
        till: Counter(till, spot[0], cast("Status", status), revoked, Spot(*spot))
        for till, status, revoked, *spot in rows
    }


def _view(row: Till) -> TillView:
    return TillView(row.id, row.shop_id, row.label, row.opened_at, row.revoked_at)


_TILLS: Final = cast("Table", Till.__table__)
_SHOPS: Final = cast("Table", Shop.__table__)

_LABELS: Final = select(_TILLS.c.shop_id, _TILLS.c.id, _TILLS.c.label).where(_TILLS.c.shop_id == any_of("shop", Uuid()))

SHOPS_OF: Final = select(_TILLS.c.shop_id).where(_TILLS.c.id == any_of("till", Uuid()))
"""The shops of tills, for a statement of a floor above that needs only their ids. A till never changes shops."""

_COUNTERS: Final = (
    select(
        _TILLS.c.id, _SHOPS.c.status, _TILLS.c.revoked_at.is_not(None),
        _TILLS.c.shop_id, _SHOPS.c.name, _SHOPS.c.commune, _SHOPS.c.commune_code, _SHOPS.c.naf,
    )
    .join_from(_TILLS, _SHOPS, _SHOPS.c.id == _TILLS.c.shop_id)
    .where(_TILLS.c.id == any_of("till", Uuid()))
)  # fmt: skip
