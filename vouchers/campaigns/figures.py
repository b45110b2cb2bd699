"""What campaigns brought: to one voucher, and in all. Nobody is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.database import sum_of
from ledger.days import day_of
from ledger.money import Money
from vouchers.campaigns.purchases import Spent, spent_in
from vouchers.campaigns.queries import campaign, shops_in
from vouchers.campaigns.tables import Campaign, Reward
from vouchers.facts import voucher
from vouchers.tables import Redemption, TopUp

Why = Literal["given", "prize"]


@dataclass(frozen=True, slots=True)
class RewardView:
    """Money that a campaign added to a voucher by the transfer ``top_up``, and the purchase that it is for."""

    campaign: UUID
    top_up: UUID
    slug: str
    title: str
    why: Why
    amount: Money
    at: datetime
    redemption: UUID
    shop: UUID
    spent: Money
    spent_at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """A campaign in figures. ``spent`` is without what was undone; ``shops`` take part now.

    ``rewards`` were given to ``rewarded`` vouchers; ``unrewarded`` purchases came when the budget was given away.
    """

    spent: Spent
    shops: int
    given: Money
    rewards: int
    rewarded: int
    unrewarded: int


async def rewards_of(session: AsyncSession, voucher_id: UUID) -> list[RewardView]:
    """What campaigns added to a voucher, or to one that it replaced, and why; newest first.

    :raises VoucherUnknown:
    """
    origin = (await voucher(session, voucher_id)).origin
    statement = (
        select(Campaign.id, Reward.top_up_id, Campaign.slug, Campaign.title, Reward.outcome, Reward.amount, Reward.at,
               Redemption.id, Redemption.shop_id, Redemption.amount, Redemption.at)
        .join(Campaign, Campaign.id == Reward.campaign_id)
        .join(Redemption, Redemption.id == Reward.redemption_id)
        .where(Reward.origin_id == origin, Reward.amount > 0)
        .order_by(Reward.at.desc(), Redemption.at.desc(), Redemption.id.desc())
    )  # fmt: skip
    return [
        RewardView(
            id_,
            cast("UUID", top_up),
            slug,
            title,
            cast("Why", why),
            Money(amount),
            at,
            redemption,
            shop,
            Money(spent),
            spent_at,
        )
        for id_, top_up, slug, title, why, amount, at, redemption, shop, spent, spent_at in (
            await session.execute(statement)
        )
    ]


async def given_by(
    session: AsyncSession, funder_id: UUID, *, since: datetime, before: datetime
) -> list[tuple[str, int, Money]]:
    """What campaigns gave of a funder's money between two moments: the title of each, to how many, how much."""
    statement = (
        select(Campaign.title, func.count(), sum_of(TopUp.amount))
        .join(Reward, Reward.campaign_id == Campaign.id)
        .join(TopUp, TopUp.id == Reward.top_up_id)
        .where(TopUp.funder_id == funder_id, TopUp.at >= since, TopUp.at < before)
        .group_by(Campaign.id, Campaign.title)
        .order_by(Campaign.id)
    )
    return [(title, count, Money(cents)) for title, count, cents in await session.execute(statement)]


async def report(session: AsyncSession, campaign_id: UUID, *, at: datetime) -> Report:
    """A campaign in figures, until this moment.

    :raises CampaignUnknown:
    """
    found = await campaign(session, campaign_id)
    spent = await spent_in(session, found, through=day_of(at))
    statement = select(
        sum_of(Reward.amount),
        func.count().filter(Reward.amount > 0),
        func.count(Reward.origin_id.distinct()).filter(Reward.amount > 0),
        func.count().filter(Reward.outcome == "exhausted"),
    ).where(Reward.campaign_id == campaign_id)
    cents, rewards, rewarded, unrewarded = (await session.execute(statement)).one()
    shops = len(await shops_in(session, campaign_id))
    return Report(spent, shops, Money(cents), rewards, rewarded, unrewarded)
