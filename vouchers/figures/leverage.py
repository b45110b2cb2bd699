"""What each euro of a top-up brought: what was spent in shops with the vouchers that had one.

It counts all that these vouchers spent until now, the buyers' own money included, also before the top-up (a reward of
a campaign comes after a purchase), less what went back. It does not say what would have been spent without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final
from uuid import UUID

from sqlalchemy import DateTime, bindparam, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.database import sum_of
from ledger.days import Period
from ledger.money import Money, rounded, total
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
    rows = list(await session.execute(_BY_FUNDER, asked))
    found = [Leverage(id_, name, Money(added), count, Money(spent)) for id_, name, added, count, spent, _, _ in rows]
    if not found:
        return []
    vouchers, cents = sum(count for *_, count, _ in rows), sum(once for *_, once in rows)
    every = Leverage(None, "", total([one.added for one in found]), vouchers, Money(cents))
    return [*sorted(found, key=lambda one: (-one.added.cents, one.name)), every]


_ADDED: Final = (
    select(
        TopUp.funder_id, TopUp.origin_id, sum_of(TopUp.amount).label("cents"),
        (func.row_number().over(partition_by=TopUp.origin_id, order_by=TopUp.funder_id) == 1).label("once"),
    )
    .where(
        TopUp.at >= bindparam("since", type_=DateTime(timezone=True)),
        TopUp.at < bindparam("before", type_=DateTime(timezone=True)),
    )
    .group_by(TopUp.funder_id, TopUp.origin_id)
    .cte("added")
)  # fmt: skip
"""What each funder added to each voucher; ``once`` for one funder of each voucher."""

_RETURNED: Final = (
    select(Return.redemption_id, sum_of(Return.amount).label("cents")).group_by(Return.redemption_id).subquery("gone")
)
_SPENT: Final = (
    select(Voucher.origin_id, sum_of(Redemption.amount - func.coalesce(_RETURNED.c.cents, 0)).label("cents"))
    .join(Redemption, Redemption.voucher_id == Voucher.id)
    .outerjoin(_RETURNED, _RETURNED.c.redemption_id == Redemption.id)
    .where(Voucher.origin_id.in_(select(_ADDED.c.origin_id)), ~exists().where(Undo.redemption_id == Redemption.id))
    .group_by(Voucher.origin_id)
    .subquery("spent")
)
_ONCE: Final = case((_ADDED.c.once, _SPENT.c.cents), else_=0)

_BY_FUNDER: Final = (
    select(
        Funder.id, Funder.name, sum_of(_ADDED.c.cents), func.count(), sum_of(_SPENT.c.cents),
        func.count().filter(_ADDED.c.once), sum_of(_ONCE),
    )
    .select_from(_ADDED)
    .join(Funder, Funder.id == _ADDED.c.funder_id)
    .outerjoin(_SPENT, _SPENT.c.origin_id == _ADDED.c.origin_id)
    .group_by(Funder.id, Funder.name)
)  # fmt: skip
