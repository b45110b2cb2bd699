"""What each euro of a top-up brought: what was spent in shops with the vouchers that had one.

It counts all that these vouchers spent until now, the buyers' own money included, also before the top-up (a reward of
a campaign comes after a purchase), less what went back. It does not say what would have been spent without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final
from uuid import UUID

from sqlalchemy import DateTime, bindparam, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.database import sum_of
from ledger.days import Period
from ledger.money import Money, rounded
from vouchers.tables import Funder, Redemption, Return, TopUp, Undo, Voucher


@dataclass(frozen=True, slots=True)
class Leverage:
    """What was added in a period to how many vouchers, and what these have spent until now.

    ``funder`` is none for all funders together, where a voucher that two of them topped up counts once.
    """

    funder: UUID | None
    name: str
    added: Money
    vouchers: int
    spent: Money

    @property
    def each(self) -> Money:
        """What was spent for one euro that was added."""
        return rounded(Fraction(100 * self.spent.cents, self.added.cents))


async def leverage(session: AsyncSession, period: Period) -> list[Leverage]:
    """Each funder that added money in a period, who added most first, then all together; empty if none did."""
    asked = {"since": period.starts, "before": period.ends}
    rows = await session.execute(_BY_FUNDER, asked)
    found = [Leverage(id_, name, Money(added), count, Money(spent)) for id_, name, added, count, spent in rows]
    if not found:
        return []
    added, count, spent = (await session.execute(_TOGETHER, asked)).one()
    every = Leverage(None, "", Money(added), count, Money(spent))
    return [*sorted(found, key=lambda one: (-one.added.cents, one.name)), every]


_ADDED: Final = (
    select(TopUp.funder_id, TopUp.origin_id, sum_of(TopUp.amount).label("cents"))
    .where(
        TopUp.at >= bindparam("since", type_=DateTime(timezone=True)),
        TopUp.at < bindparam("before", type_=DateTime(timezone=True)),
    )
    .group_by(TopUp.funder_id, TopUp.origin_id)
    .cte("added")
)
_TOPPED: Final = select(_ADDED.c.origin_id).distinct().cte("topped")
_CHAIN: Final = (
    select(_TOPPED.c.origin_id, Redemption.id, Redemption.amount)
    .join(Voucher, Voucher.origin_id == _TOPPED.c.origin_id)
    .join(Redemption, Redemption.voucher_id == Voucher.id)
    .cte("chain")
)
_WENT: Final = union_all(
    select(_CHAIN.c.origin_id, _CHAIN.c.amount.label("cents")),
    select(_CHAIN.c.origin_id, -_CHAIN.c.amount).join(Undo, Undo.redemption_id == _CHAIN.c.id),
    select(_CHAIN.c.origin_id, -Return.amount).join(Return, Return.redemption_id == _CHAIN.c.id),
).subquery("went")
_SPENT: Final = select(_WENT.c.origin_id, sum_of(_WENT.c.cents).label("cents")).group_by(_WENT.c.origin_id).cte("spent")

_BY_FUNDER: Final = (
    select(Funder.id, Funder.name, sum_of(_ADDED.c.cents), func.count(), sum_of(_SPENT.c.cents))
    .select_from(_ADDED)
    .join(Funder, Funder.id == _ADDED.c.funder_id)
    .outerjoin(_SPENT, _SPENT.c.origin_id == _ADDED.c.origin_id)
    .group_by(Funder.id, Funder.name)
)
_TOGETHER: Final = select(
    select(sum_of(_ADDED.c.cents)).scalar_subquery(),
    select(func.count()).select_from(_TOPPED).scalar_subquery(),
    select(sum_of(_SPENT.c.cents)).scalar_subquery(),
)
