"""Deciding on an order under its lock, and what each decision changes in its row."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.money import ZERO, Money
from vouchers.buyers import buyer, set_aside
from vouchers.orders.errors import OrderUnknown, WrongOrderStatus
from vouchers.orders.queries import OrderView, Status, view_of
from vouchers.orders.tables import Order


async def locked(session: AsyncSession, order_id: UUID, *needed: Status) -> OrderView:
    """Lock an order; an order is always locked before the account of its buyer.

    :raises OrderUnknown:
    :raises WrongOrderStatus: if it is in none of the statuses that are needed
    """
    row = (await session.execute(_LOCK, {"order": order_id})).scalar_one_or_none()
    if row is None:
        raise OrderUnknown(order=order_id)
    found = view_of(row)
    if needed and found.status not in needed:
        raise WrongOrderStatus(status=found.status, needed=needed)
    return found


async def change_row(session: AsyncSession, order_id: UUID, **values: object) -> None:
    """Change what is kept of an order that this transaction has locked."""
    await session.execute(
        update(Order).where(Order.id == order_id).values(**values).execution_options(synchronize_session=False)
    )


async def free_credit(session: AsyncSession, buyer_id: UUID) -> Money:
    """What a buyer has paid in that is neither used nor set aside, under the lock of its account; zero if it owes."""
    books = await posting.lock(session, [buyer_id])
    kept = (await buyer(session, buyer_id)).set_aside
    return max(books[buyer_id].available - kept, ZERO)


async def cover(session: AsyncSession, found: OrderView, most: Money) -> Money:
    """Set up to ``most`` of the buyer's free credit aside for what the order still misses.

    :returns: what is covered now in all
    """
    part = min(await free_credit(session, found.buyer), found.missing, most)
    if part > ZERO:
        await set_aside(session, found.buyer, part)
        await change_row(session, found.id, covered=(found.covered + part).cents)
    return found.covered + max(part, ZERO)


async def uncover(session: AsyncSession, found: OrderView) -> None:
    """Give what was set aside for an order back to its buyer's free credit."""
    if found.covered:
        await posting.lock(session, [found.buyer])
        await set_aside(session, found.buyer, -found.covered)
        await change_row(session, found.id, covered=0)


_LOCK: Final = select(Order).where(Order.id == bindparam("order")).with_for_update()
