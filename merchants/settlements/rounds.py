"""Which shops a closing settles: of a month all that moved, of a week those paid weekly, on demand the one that asks.

A shop that left is in whichever comes next. The month takes every shop, so that its documents are complete: of those
paid weekly the days that no week has taken yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import tallies
from ledger.chart import Kind
from ledger.days import Period
from merchants.movements import MOVEMENTS
from merchants.programme import Terms
from merchants.shops import rhythms
from merchants.shops.rhythms import Rhythm
from merchants.tables import SettlementLine


@dataclass(frozen=True, slots=True)
class Round:
    """A period and whom it is closed for. ``monthly`` is for all shops, whatever the length of the period.

    :param shop: on demand, the shop that asked
    """

    period: Period
    rhythm: Rhythm = "monthly"
    shop: UUID | None = None


async def shops_in(session: AsyncSession, asked: Round, *, terms: Terms) -> dict[UUID, int]:
    """The shops with something to settle, in the order of their ids, each with how many transfers it has by now.

    :param terms: of the day on which the settlements are issued: with the rhythm of shops that chose none
    """
    moved = await tallies.moved(
        session, kind=Kind.SHOP, transfer_kinds=MOVEMENTS, before=asked.period.ends, account=asked.shop,
        settled=select(SettlementLine.transfer_id),
    )  # fmt: skip
    if asked.rhythm != "weekly":
        return moved
    weekly = set(await rhythms.paid_each_week(session, otherwise=terms.rhythm))
    return {shop: transfers for shop, transfers in moved.items() if shop in weekly}
