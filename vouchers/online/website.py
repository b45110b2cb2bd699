"""A shop's website: the till that stands behind it, and where its holders may be sent back to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.ids import new_id
from merchants.shops.queries import shop
from merchants.shops.tills import TillView, open_till, tills_by_id
from vouchers.online.errors import ReturnAddressMissing, ReturnAddressUnknown, TooManyReturnAddresses
from vouchers.online.tables import OnlineTill, ReturnAddress

LABEL: Final = "Site internet"
MOST: Final = 20


@dataclass(frozen=True, slots=True)
class ReturnAddressView:
    """Where holders may be sent back to: an origin, and how the path begins."""

    id: UUID
    origin: str
    path: str
    added_at: datetime


async def online_till(session: AsyncSession, shop_id: UUID, *, at: datetime) -> TillView:
    """The till behind a shop's website; put into service the first time, and anew when it was taken out of service.

    :raises ShopUnknown:
    """
    await shop(session, shop_id)
    await _one_at_a_time(session, shop_id)
    working = [one for one in await online_tills(session, shop_id) if one.revoked_at is None]
    if working:
        return working[-1]
    opened = await open_till(session, shop_id, label=LABEL, at=at)
    await session.execute(insert(OnlineTill).values(till_id=opened.id, shop_id=shop_id))
    return opened


async def online_tills(session: AsyncSession, shop_id: UUID) -> list[TillView]:
    """The tills that stand or stood behind a shop's website, oldest first."""
    rows = await session.execute(select(OnlineTill.till_id).where(OnlineTill.shop_id == shop_id))
    return sorted((await tills_by_id(session, list(rows.scalars()))).values(), key=lambda till: till.id)


async def register_return(
    session: AsyncSession, shop_id: UUID, *, origin: str, path: str, actor: str, at: datetime
) -> ReturnAddressView:
    """Let holders be sent back there; a second time changes nothing.

    :param origin: such as ``https://boutique.example``, judged (`api.web_addresses`)
    :param path: how paths begin, by whole parts: ``/panier`` stands for ``/panier/merci`` too, not for ``/paniers``
    :raises ShopUnknown, TooManyReturnAddresses:
    """
    await shop(session, shop_id)
    await _one_at_a_time(session, shop_id)
    known = await return_addresses(session, shop_id)
    for one in known:
        if (one.origin, one.path) == (origin, path):
            return one
    if len(known) >= MOST:
        raise TooManyReturnAddresses(most=MOST)
    new = ReturnAddressView(new_id(), origin, path, at)
    await session.execute(
        insert(ReturnAddress).values(id=new.id, shop_id=shop_id, origin=origin, path=path, added_by=actor, added_at=at)
    )
    return new


async def remove_return(session: AsyncSession, address_id: UUID, *, shop: UUID, at: datetime) -> None:
    """Send nobody there any more; whoever is at a checkout still comes back.

    :raises ReturnAddressMissing: also if it is another shop's
    """
    gone = (
        update(ReturnAddress)
        .where(ReturnAddress.id == address_id, ReturnAddress.shop_id == shop)
        .values(removed_at=func.coalesce(ReturnAddress.removed_at, at))
        .returning(ReturnAddress.id)
    )
    found = await session.execute(gone.execution_options(synchronize_session=False))
    if found.scalar_one_or_none() is None:
        raise ReturnAddressMissing(address=address_id)


async def return_addresses(session: AsyncSession, shop_id: UUID) -> list[ReturnAddressView]:
    """Where a shop's holders may be sent back to, oldest first."""
    statement = select(ReturnAddress).where(ReturnAddress.shop_id == shop_id, ReturnAddress.removed_at.is_(None))
    return [
        ReturnAddressView(row.id, row.origin, row.path, row.added_at)
        for row in (await session.execute(statement.order_by(ReturnAddress.id))).scalars()
    ]


async def refuse_unregistered(session: AsyncSession, shop_id: UUID, *, origin: str, path: str) -> None:
    """Whether holders may be sent back there.

    :raises ReturnAddressUnknown:
    """
    for one in await return_addresses(session, shop_id):
        begins = one.path.rstrip("/")
        if one.origin == origin and (path.rstrip("/") == begins or path.startswith(f"{begins}/")):
            return
    raise ReturnAddressUnknown(origin=origin, path=path)


async def _one_at_a_time(session: AsyncSession, shop_id: UUID) -> None:
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": str(shop_id)})
