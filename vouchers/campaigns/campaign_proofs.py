"""The proof that campaigns gave what they promised, within their bounds, and each euro for a purchase of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.audit import NAMED_AT_MOST, Finding
from ledger.database import sum_of
from ledger.money import ZERO, Money
from vouchers.campaigns.tables import Campaign, Reward
from vouchers.funding.funds import kept_for
from vouchers.tables import Redemption, TopUp, Voucher


async def campaign_findings(session: AsyncSession) -> list[Finding]:
    """Campaigns whose sums differ from their rewards, rewards that no purchase or top-up explains, bounds overrun."""
    campaigns = (await session.execute(_SUMS)).all()
    if not campaigns:
        return []
    return [
        *_wrong_sums(campaigns),
        *await _reserves(session),
        *await _unexplained(session),
        *await _too_much_for_one(session),
    ]


def _wrong_sums(campaigns: Sequence[Row[UUID, int, int, int]]) -> list[Finding]:
    return [
        _finding(id_, f"says that {given} cents of {budget} were given; its rewards are {sums}")
        for id_, given, budget, sums in campaigns
        if given != sums or given > budget
    ]


async def _reserves(session: AsyncSession) -> list[Finding]:
    """What is kept for a published campaign is what it may still give; nothing once its draw is drawn."""
    gives = {id_: Money(0 if drawn else left) for id_, left, drawn in await session.execute(_GIVES)}
    kept = await kept_for(session, gives)
    return [
        _finding(id_, f"may still give {left}; {kept.get(id_, ZERO)} are kept for it")
        for id_, left in gives.items()
        if left != kept.get(id_, ZERO)
    ]


async def _unexplained(session: AsyncSession) -> list[Finding]:
    """A reward is at most what was spent, save a prize, and is one top-up by the campaign's funder to that chain."""
    return [
        _finding(row[0].campaign_id, f"gave {row[0].amount} cents for redemption {row[0].redemption_id} unexplained")
        for row in await session.execute(_REWARDS)
        if not _explains(row)
    ][:NAMED_AT_MOST]


def _explains(row: Row[Reward, Campaign, int, UUID, TopUp | None]) -> bool:
    reward, of, spent, origin, top_up = row
    enough = reward.amount <= spent if reward.outcome == "given" else reward.amount == of.each
    posted = top_up is not None and (top_up.amount, top_up.origin_id, top_up.funder_id) == (
        reward.amount, reward.origin_id, of.funder_id,
    )  # fmt: skip
    return enough and posted and reward.origin_id == origin


async def _too_much_for_one(session: AsyncSession) -> list[Finding]:
    return [
        _finding(id_, f"gave {sums} cents to the chain of voucher {origin}, more than it may")
        for id_, origin, sums in await session.execute(_TOO_MUCH)
    ]


def _finding(campaign: UUID, detail: str) -> Finding:
    return Finding("campaign", "campaign", campaign, detail)


_SUMS: Final = (
    select(Campaign.id, Campaign.given, Campaign.budget, sum_of(Reward.amount))
    .outerjoin(Reward, Reward.campaign_id == Campaign.id)
    .group_by(Campaign.id)
)
_GIVES: Final = select(Campaign.id, Campaign.budget - Campaign.given, Campaign.drawn_at).where(
    Campaign.status == "published"
)
_REWARDS: Final = (
    select(Reward, Campaign, Redemption.amount, Voucher.origin_id, TopUp)
    .join(Campaign, Campaign.id == Reward.campaign_id)
    .join(Redemption, Redemption.id == Reward.redemption_id)
    .join(Voucher, Voucher.id == Redemption.voucher_id)
    .outerjoin(TopUp, TopUp.id == Reward.top_up_id)
    .where(Reward.amount > 0)
)
_TOO_MUCH: Final = (
    select(Campaign.id, Reward.origin_id, sum_of(Reward.amount))
    .join(Reward, Reward.campaign_id == Campaign.id)
    .group_by(Campaign.id, Reward.origin_id)
    .having(func.sum(Reward.amount) > Campaign.most_per_voucher)
    .limit(NAMED_AT_MOST)
)
