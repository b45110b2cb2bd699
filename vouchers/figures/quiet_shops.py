"""Shops that take part and take no vouchers: since they joined, or for a while."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import DateTime, Uuid, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.parallel import any_of, given
from vouchers.tables import Redemption

QUIET: Final = timedelta(days=30)
"""How long a shop takes none before one asks whether it still knows how."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """A shop that took no voucher for `QUIET`; ``last`` is when it last did, none if it never has."""

    shop: UUID
    last: datetime | None


async def quiet(session: AsyncSession, shops: Collection[UUID], *, at: datetime) -> list[Quiet]:
    """Those of these shops that are quiet: first who never took a voucher, then the longest silence."""
    taking = set((await session.execute(_TAKING, {"since": at - QUIET})).scalars())
    silent = [one for one in shops if one not in taking]
    last = {shop: when for shop, when in await session.execute(_LAST, given(shop=silent))}  # noqa: C416 - rows are no pairs to dict
    found = [Quiet(one, last.get(one)) for one in silent]
    return sorted(found, key=lambda one: (one.last is not None, one.last, one.shop))


_TAKING: Final = (
    select(Redemption.shop_id).distinct().where(Redemption.at >= bindparam("since", type_=DateTime(timezone=True)))
)
_LAST: Final = (
    select(Redemption.shop_id, func.max(Redemption.at))
    .where(Redemption.shop_id == any_of("shop", Uuid()))
    .group_by(Redemption.shop_id)
)
