"""Purchases that count in a campaign: in a shop while it took part, on one of its days, large enough, not undone.

What came back of one because goods did counts no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Select, and_, cast, exists, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.database import sum_of
from ledger.days import PARIS, Period
from ledger.money import ZERO, Money
from vouchers.campaigns.queries import CampaignView
from vouchers.campaigns.tables import Campaign, Reward, TakingPart
from vouchers.tables import Redemption, Return, Undo, Voucher

Place = tuple[datetime, UUID]
"""Where a purchase stands among all of them: when it was made, and its id."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """A redemption that counts. ``origin`` is the first voucher of its chain."""

    redemption: UUID
    origin: UUID
    spent: Money
    at: datetime

    @property
    def place(self) -> Place:
        """By which purchases are ordered."""
        return self.at, self.redemption


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent, by how many purchases, vouchers and in how many shops."""

    amount: Money = ZERO
    purchases: int = 0
    vouchers: int = 0
    shops: int = 0


async def purchases(
    session: AsyncSession,
    found: CampaignView,
    *,
    through: date,
    undecided: bool = False,
    after: Place | None = None,
    limit: int | None = None,
) -> list[Purchase]:
    """In the order in which they were made.

    :param through: the last day that counts, if the campaign lasts until then
    :param undecided: only those of which nothing is decided yet
    """
    last = min(found.promise.last_day, through)
    if last < found.promise.first_day:
        return []
    statement = counting(found, Period(found.promise.first_day, last)).order_by(Redemption.at, Redemption.id)
    if undecided:
        decided = exists().where(Reward.campaign_id == found.id, Reward.redemption_id == Redemption.id)
        statement = statement.where(~decided)
    if after is not None:
        statement = statement.where(tuple_(Redemption.at, Redemption.id) > tuple_(*map(literal, after)))
    rows = await session.execute(statement.limit(limit))
    return [Purchase(id_, origin, Money(cents), when) for id_, origin, cents, when, _ in rows]


def counting(found: CampaignView, period: Period) -> Select[UUID, UUID, int, datetime, UUID]:
    """The redemptions that count on these days: id, first voucher of the chain, cents, moment, shop."""
    return (
        select(Redemption.id, Voucher.origin_id, _KEPT.label("amount"), Redemption.at, Redemption.shop_id)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .join(TakingPart, took_part(found.id))
        .where(Redemption.at >= period.starts, Redemption.at < period.ends)
        .where(max(found.promise.least_spent.cents, 1) <= _KEPT)
        .where(~exists().where(Undo.redemption_id == Redemption.id))
    )


def took_part(campaign_id: UUID) -> ColumnElement[bool]:
    """Whether the shop of a redemption took part at its moment. Its rows never overlap, so it does so once."""
    return and_(
        TakingPart.campaign_id == campaign_id,
        TakingPart.shop_id == Redemption.shop_id,
        TakingPart.since <= Redemption.at,
        or_(TakingPart.until.is_(None), TakingPart.until > Redemption.at),
    )


def stays() -> Select[UUID, UUID, datetime, datetime]:
    """When which shop took part in which published campaign, on the campaign's days: campaign, shop, since, until."""
    begins = func.timezone(str(PARIS), cast(Campaign.first_day, DateTime))
    ends = func.timezone(str(PARIS), cast(Campaign.last_day + 1, DateTime))
    return (
        select(TakingPart.campaign_id, TakingPart.shop_id, func.greatest(TakingPart.since, begins).label("since"),
               func.least(TakingPart.until, ends).label("until"))
        .join(Campaign, Campaign.id == TakingPart.campaign_id)
        .where(Campaign.status == "published")
    )  # fmt: skip


async def kept_of(session: AsyncSession, some: Sequence[Purchase], *, least: Money) -> list[Purchase]:
    """These purchases as they stand now, under the locks of their vouchers: without what went back meanwhile."""
    kept = select(Redemption.id, _KEPT).where(
        Redemption.id.in_([one.redemption for one in some]), ~exists().where(Undo.redemption_id == Redemption.id)
    )
    left = {id_: Money(cents) for id_, cents in await session.execute(kept)}
    now = [replace(one, spent=left[one.redemption]) for one in some if one.redemption in left]
    return [one for one in now if one.spent and one.spent >= least]


_RETURNED: Final = select(sum_of(Return.amount)).where(Return.redemption_id == Redemption.id).scalar_subquery()
_KEPT: Final = Redemption.amount - _RETURNED
"""What of a redemption the shop kept, in cents."""


async def spent_in(session: AsyncSession, found: CampaignView, *, through: date) -> Spent:
    """What was spent in a campaign until a day."""
    last = min(found.promise.last_day, through)
    if last < found.promise.first_day:
        return Spent()
    some = counting(found, Period(found.promise.first_day, last)).subquery().c
    statement = select(
        sum_of(some.amount), func.count(), func.count(some.origin_id.distinct()), func.count(some.shop_id.distinct())
    )
    cents, count, vouchers, shops = (await session.execute(statement)).one()
    return Spent(Money(cents), count, vouchers, shops)
