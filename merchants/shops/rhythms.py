"""How often a shop is paid: each week, each month, or when it asks. A shop that chose nothing follows the programme."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, cast, get_args
from uuid import UUID

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.ids import new_id
from merchants.shops.errors import ShopUnknown
from merchants.tables import Shop, ShopEvent

Rhythm = Literal["monthly", "weekly", "on_demand"]

RHYTHMS: Final[tuple[Rhythm, ...]] = get_args(Rhythm)


async def chosen(session: AsyncSession, shop_id: UUID) -> Rhythm | None:
    """The rhythm that a shop chose; None if it follows the programme.

    :raises ShopUnknown:
    """
    found = (await session.execute(select(Shop.rhythm).where(Shop.id == shop_id))).one_or_none()
    if found is None:
        raise ShopUnknown(shop=shop_id)
    return cast("Rhythm | None", found.rhythm)


async def choose(
    session: AsyncSession, shop_id: UUID, rhythm: Rhythm | None, *, actor: str, at: datetime
) -> None:  # fmt: skip
    """Let a shop be paid in another rhythm, from its next closing on; None to follow the programme.

    :raises ShopUnknown:
    """
    if await chosen(session, shop_id) == rhythm:
        return
    changed = update(Shop).where(Shop.id == shop_id).values(rhythm=rhythm)
    await session.execute(changed.execution_options(synchronize_session=False))
    await session.execute(
        insert(ShopEvent).values(
            id=new_id(), shop_id=shop_id, what="rhythm", actor=actor, note=rhythm or "programme", at=at
        )
    )


async def paid_each_week(session: AsyncSession, *, otherwise: str) -> list[UUID]:
    """The shops that are paid each week, and those that left, whatever they chose: nobody keeps them waiting.

    :param otherwise: the programme's rhythm, for shops that chose none
    """
    weekly = func.coalesce(Shop.rhythm, otherwise) == "weekly"
    statement = select(Shop.id).where(or_(weekly, Shop.status == "left")).order_by(Shop.id)
    return list((await session.execute(statement)).scalars())
