"""Which orders a visitor may open: another buyer's order is as unknown as one that never was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import Visitor
from api.installation import in_transaction
from api.pages.place import Place
from vouchers.orders import drafting
from vouchers.orders.drafting import NewOrder
from vouchers.orders.errors import OrderUnknown
from vouchers.orders.queries import OrderView, order


async def order_for(
    session: AsyncSession, visitor: Visitor, order_id: UUID, permission: P = P.ORDERS_READ
) -> OrderView:
    """An order that the visitor may open for this.

    :raises OrderUnknown: also if it is somebody else's
    :raises OfficeMissing: if the visitor may see it, but not do this
    """
    found = await order(session, order_id)
    if not visitor.may(P.ORDERS_READ, found.buyer):
        raise OrderUnknown(order=order_id)
    visitor.require(permission, found.buyer)
    return found


async def change_draft(place: Place, visitor: Visitor, order_id: UUID, **changes: Any) -> NewOrder:
    """Change a part of what a draft asks for, in one transaction.

    :raises OrderUnknown, WrongOrderStatus: and what `drafting.change` raises
    """

    async def work(session: AsyncSession) -> NewOrder:
        found = await order_for(session, visitor, order_id, P.ORDERS_WRITE)
        new = replace(await drafting.asked(session, order_id), **changes)
        at = await clock.now(session)
        await drafting.change(session, order_id, new, version=found.version, actor=visitor.actor, at=at)
        return new

    return await in_transaction(place.town.sessions, work)
