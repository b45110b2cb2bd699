"""Which shops a closing settles: of a month all that moved, of a week those paid weekly, on demand the one that asks.

A shop that left is in whichever comes next. The month takes every shop, so that its documents are complete: of those
paid weekly the days that no week has taken yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import movements
from ledger.chart import Kind
from ledger.days import Period
from ledger.money import ZERO
from merchants.movements import MOVEMENTS
from merchants.programme import Terms
from merchants.settlements.closing import carried, minimum_for
from merchants.shops import rhythms
from merchants.shops.queries import shops_by_id
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
    """The shops with something to settle or to be paid, by id, each with how many transfers it has by now.

    :param terms: of the day on which the settlements are issued: with the rhythm of shops that chose none
    """
    moved = await movements.moved(
        session, kind=Kind.SHOP, transfer_kinds=MOVEMENTS, before=asked.period.ends, account=asked.shop,
        settled=select(SettlementLine.transfer_id),
    )  # fmt: skip
    for one in await _payable(session, terms):
        if one not in moved and asked.shop in {None, one}:
            moved[one] = 0
    if asked.rhythm == "weekly":
        weekly = set(await rhythms.paid_each_week(session, otherwise=terms.rhythm))
        moved = {shop: transfers for shop, transfers in moved.items() if shop in weekly}
    return dict(sorted(moved.items()))


async def _payable(session: AsyncSession, terms: Terms) -> list[UUID]:
    """Shops to which enough was carried by now, since they left or their minimum came down, though nothing moves."""
    owed = {shop: brought.amount for shop, brought in (await carried(session)).items() if brought.amount > ZERO}
    shops = await shops_by_id(session, list(owed))
    return [one for one, amount in owed.items() if amount >= minimum_for(shops[one], terms)]
