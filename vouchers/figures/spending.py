"""What was spent in shops, less what went back: by day, shop and campaign, of all shops or some.

A mistake taken back and goods returned count on the day on which they went back, as the ledger has it, and for the
campaign of the purchase. So a day, or a shop, may come to less than nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Boolean,
    DateTime,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.database import sum_of
from ledger.days import PARIS, Period
from ledger.money import Money
from ledger.parallel import any_of, given
from vouchers.campaigns.purchases import stays
from vouchers.tables import Redemption, Return, Undo


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked at: a period; of some shops, if any are named; within a campaign, if one is."""

    period: Period
    shops: Collection[UUID] | None = None
    campaign: UUID | None = None


@dataclass(frozen=True, slots=True)
class Spending:
    """What was spent, less what went back, by how many purchases that were not taken back."""

    amount: Money
    purchases: int


async def spent_by_day(session: AsyncSession, wanted: Wanted) -> dict[date, Spending]:
    """Each day on which anything was spent or went back."""
    rows = await session.execute(_BY_DAY, _asked(wanted))
    return {day: Spending(Money(cents), purchases) for day, cents, purchases in rows}


async def spent_by_shop(session: AsyncSession, wanted: Wanted) -> dict[UUID, Spending]:
    """Each shop where anything was spent, or to which goods came back."""
    rows = await session.execute(_BY_SHOP, _asked(wanted))
    return {shop: Spending(Money(cents), purchases) for shop, cents, purchases in rows}


async def spent_by_campaign(session: AsyncSession, wanted: Wanted) -> dict[UUID, Spending]:
    """Published campaigns: what was spent on their days in shops that took part. One purchase may count in several."""
    rows = await session.execute(_BY_CAMPAIGN, _asked(wanted))
    return {campaign: Spending(Money(cents), purchases) for campaign, cents, purchases in rows}


def _asked(wanted: Wanted) -> dict[str, Any]:
    return {
        "since": wanted.period.starts, "before": wanted.period.ends,
        "all_shops": wanted.shops is None, **given(shop=wanted.shops or ()),
        "all_campaigns": wanted.campaign is None, "campaign": wanted.campaign,
    }  # fmt: skip


_SINCE: Final = bindparam("since", type_=DateTime(timezone=True))
_BEFORE: Final = bindparam("before", type_=DateTime(timezone=True))

_WENT: Final = union_all(
    select(Redemption.shop_id, Redemption.at.label("bought_at"), Redemption.at.label("at"),
           Redemption.amount.label("cents"), literal(1).label("purchases"))
    .where(Redemption.at >= _SINCE, Redemption.at < _BEFORE),
    select(Redemption.shop_id, Redemption.at, Undo.at, -Redemption.amount, literal(-1))
    .join(Undo, Undo.redemption_id == Redemption.id)
    .where(Undo.at >= _SINCE, Undo.at < _BEFORE),
    select(Redemption.shop_id, Redemption.at, Return.at, -Return.amount, literal(0))
    .join(Return, Return.redemption_id == Redemption.id)
    .where(Return.at >= _SINCE, Return.at < _BEFORE),
).subquery("went")  # fmt: skip

_STAYS: Final = stays().subquery("stays")
_DURING: Final = and_(
    _STAYS.c.shop_id == _WENT.c.shop_id, _STAYS.c.since <= _WENT.c.bought_at, _WENT.c.bought_at < _STAYS.c.until
)
_OF_SHOPS: Final = or_(bindparam("all_shops", type_=Boolean()), _WENT.c.shop_id == any_of("shop", Uuid()))
_OF_CAMPAIGN: Final = or_(
    bindparam("all_campaigns", type_=Boolean()),
    exists(select(_STAYS.c.shop_id).where(_DURING, _STAYS.c.campaign_id == bindparam("campaign", type_=Uuid()))),
)
_SUMS: Final = (sum_of(_WENT.c.cents), sum_of(_WENT.c.purchases))
_DAY: Final = func.date(func.timezone(str(PARIS), _WENT.c.at)).label("day")

_BY_DAY: Final = select(_DAY, *_SUMS).where(_OF_SHOPS, _OF_CAMPAIGN).group_by(_DAY)
_BY_SHOP: Final = select(_WENT.c.shop_id, *_SUMS).where(_OF_SHOPS, _OF_CAMPAIGN).group_by(_WENT.c.shop_id)
_BY_CAMPAIGN: Final = (
    select(_STAYS.c.campaign_id, *_SUMS)
    .join(_WENT, _DURING)
    .where(_OF_SHOPS, or_(bindparam("all_campaigns"), _STAYS.c.campaign_id == bindparam("campaign", type_=Uuid())))
    .group_by(_STAYS.c.campaign_id)
)
