"""The cashiers of a shop: who stands at its tills, each with a PIN of its own if it wants one, until it leaves.

A PIN is kept as whoever sets it hashed it; here it is an opaque text.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.ids import new_id
from merchants.shops.errors import CashierNameMalformed, CashierRemoved, CashierUnknown
from merchants.shops.queries import shop
from merchants.tables import Cashier

LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class CashierView:
    """A cashier. What is kept of its PIN is told by `pin_hash_of` alone."""

    id: UUID
    shop: UUID
    name: str
    has_pin: bool
    added_at: datetime
    removed_at: datetime | None

    def refuse_unless_at_work(self) -> None:
        """Whether this cashier may redeem.

        :raises CashierRemoved:
        """
        if self.removed_at is not None:
            raise CashierRemoved(cashier=self.id)


async def add_cashier(
    session: AsyncSession, shop_id: UUID, *, name: str, pin_hash: str | None = None, at: datetime
) -> CashierView:
    """Let somebody work at the tills of a shop.

    :raises ShopUnknown:
    :raises CashierNameMalformed: also if another cashier of the shop has that name
    """
    await shop(session, shop_id)
    cashier_id, called = new_id(), await _name_of(session, shop_id, name)
    values = {"id": cashier_id, "shop_id": shop_id, "name": called, "pin_hash": pin_hash, "added_at": at}
    await session.execute(insert(Cashier).values(**values))
    return await cashier(session, cashier_id, shop_id=shop_id)


async def rename_cashier(session: AsyncSession, cashier_id: UUID, *, shop_id: UUID, name: str) -> CashierView:
    """Call a cashier otherwise.

    :raises CashierUnknown, CashierRemoved, CashierNameMalformed:
    """
    (await cashier(session, cashier_id, shop_id=shop_id)).refuse_unless_at_work()
    called = await _name_of(session, shop_id, name, but=cashier_id)
    return await _change(session, cashier_id, shop_id, name=called)


async def set_pin(session: AsyncSession, cashier_id: UUID, *, shop_id: UUID, pin_hash: str | None) -> CashierView:
    """Give a cashier another PIN, or none.

    :raises CashierUnknown, CashierRemoved:
    """
    (await cashier(session, cashier_id, shop_id=shop_id)).refuse_unless_at_work()
    return await _change(session, cashier_id, shop_id, pin_hash=pin_hash)


async def remove_cashier(session: AsyncSession, cashier_id: UUID, *, shop_id: UUID, at: datetime) -> CashierView:
    """Let a cashier redeem no more; what it redeemed keeps its name. A second time changes nothing.

    :raises CashierUnknown:
    """
    found = await cashier(session, cashier_id, shop_id=shop_id)
    if found.removed_at is not None:
        return found
    return await _change(session, cashier_id, shop_id, removed_at=at, pin_hash=None)


async def cashier(session: AsyncSession, cashier_id: UUID, *, shop_id: UUID) -> CashierView:
    """One cashier of a shop.

    :raises CashierUnknown: also if it is another shop's
    """
    found = (await cashiers_by_id(session, [cashier_id])).get(cashier_id)
    if found is None or found.shop != shop_id:
        raise CashierUnknown(cashier=cashier_id)
    return found


async def cashiers_by_id(session: AsyncSession, cashiers: Collection[UUID]) -> dict[UUID, CashierView]:
    """These cashiers, at work or not; unknown ids are absent."""
    statement = select(Cashier).where(Cashier.id.in_(list(cashiers)))
    return {row.id: _view(row) for row in (await session.execute(statement)).scalars()}


async def cashiers_of(session: AsyncSession, shop_id: UUID) -> Sequence[CashierView]:
    """Who works at the tills of a shop, in the order in which they came."""
    statement = select(Cashier).where(Cashier.shop_id == shop_id, Cashier.removed_at.is_(None)).order_by(Cashier.id)
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def pin_hash_of(session: AsyncSession, cashier_id: UUID) -> str | None:
    """What is kept of a cashier's PIN, for whoever checks it."""
    return (await session.execute(select(Cashier.pin_hash).where(Cashier.id == cashier_id))).scalar_one_or_none()


async def _name_of(session: AsyncSession, shop_id: UUID, typed: str, *, but: UUID | None = None) -> str:
    name = " ".join(typed.split())
    others = {one.name.casefold() for one in await cashiers_of(session, shop_id) if one.id != but}
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or name.casefold() in others:
        raise CashierNameMalformed(most=LONGEST_NAME)
    return name


async def _change(session: AsyncSession, cashier_id: UUID, shop_id: UUID, **values: object) -> CashierView:
    statement = update(Cashier).where(Cashier.id == cashier_id).values(**values)
    await session.execute(statement.execution_options(synchronize_session=False))
    return await cashier(session, cashier_id, shop_id=shop_id)


def _view(row: Cashier) -> CashierView:
    return CashierView(row.id, row.shop_id, row.name, row.pin_hash is not None, row.added_at, row.removed_at)
