"""Reading campaigns, the shops that take part, and what was done to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import day_of
from ledger.money import Money
from vouchers.campaigns.errors import CampaignUnknown
from vouchers.campaigns.promises import Kind, Motif, Promise
from vouchers.campaigns.tables import Campaign, CampaignEvent, TakingPart

Status = Literal["draft", "published", "withdrawn"]
Stage = Literal["draft", "withdrawn", "coming", "running", "over"]


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign as it stands. ``given`` is what of its budget went to vouchers."""

    id: UUID
    slug: str
    promise: Promise
    status: Status
    given: Money
    seed: bytes | None
    published_at: datetime | None
    drawn_at: datetime | None
    made_at: datetime

    @property
    def left(self) -> Money:
        """What it may still give."""
        return self.promise.budget - self.given

    @property
    def exhausted(self) -> bool:
        """Whether its budget is given away: a top-up goes on as a story."""
        return self.promise.kind == "top_up" and not self.left

    def stage(self, today: date) -> Stage:
        """Where it stands on a day."""
        if self.status != "published":
            return self.status
        if today < self.promise.first_day:
            return "coming"
        return "running" if today <= self.promise.last_day else "over"


@dataclass(frozen=True, slots=True)
class CampaignEventView:
    """Something done to a campaign. Amounts among the facts are cents."""

    what: str
    actor: str
    facts: dict[str, Any]
    at: datetime


async def campaign(session: AsyncSession, campaign_id: UUID) -> CampaignView:
    """One campaign.

    :raises CampaignUnknown:
    """
    row = (await session.execute(select(Campaign).where(Campaign.id == campaign_id))).scalar_one_or_none()
    if row is None:
        raise CampaignUnknown(campaign=campaign_id)
    return view_of(row)


async def campaigns(session: AsyncSession) -> list[CampaignView]:
    """All of them, the one that begins last first."""
    rows = await session.execute(select(Campaign).order_by(Campaign.first_day.desc(), Campaign.id.desc()))
    return [view_of(row) for row in rows.scalars()]


async def published(session: AsyncSession) -> list[CampaignView]:
    """Those that everybody may see, the one that begins last first."""
    order = (Campaign.first_day.desc(), Campaign.id.desc())
    rows = await session.execute(select(Campaign).where(Campaign.status == "published").order_by(*order))
    return [view_of(row) for row in rows.scalars()]


async def running(session: AsyncSession, *, at: datetime) -> list[CampaignView]:
    """Published ones of which this is one of their days, the one that ends first first."""
    today = day_of(at)
    statement = (
        select(Campaign)
        .where(Campaign.status == "published", Campaign.first_day <= today, Campaign.last_day >= today)
        .order_by(Campaign.last_day, Campaign.id)
    )
    return [view_of(row) for row in (await session.execute(statement)).scalars()]


async def adding(session: AsyncSession, *, at: datetime) -> list[tuple[CampaignView, int]]:
    """Running ones that add money to vouchers and have some left, each with how many shops take part; not of none."""
    found = [one for one in await running(session, at=at) if one.promise.kind == "top_up" and not one.exhausted]
    counted = [(one, len(await shops_in(session, one.id))) for one in found]
    return [(one, shops) for one, shops in counted if shops]


async def published_by_slug(session: AsyncSession, slug: str) -> CampaignView:
    """A campaign as everybody finds it.

    :raises CampaignUnknown: also if it is not published
    """
    statement = select(Campaign).where(Campaign.slug == slug, Campaign.status == "published")
    row = (await session.execute(statement)).scalar_one_or_none()
    if row is None:
        raise CampaignUnknown(campaign=slug[:80])
    return view_of(row)


async def shops_in(session: AsyncSession, campaign_id: UUID) -> frozenset[UUID]:
    """The shops that take part now; of a campaign that is over, those that did on its last day."""
    statement = select(TakingPart.shop_id).where(TakingPart.campaign_id == campaign_id, TakingPart.until.is_(None))
    return frozenset((await session.execute(statement)).scalars())


async def campaigns_of(session: AsyncSession, shops: Collection[UUID], *, at: datetime) -> dict[UUID, list[UUID]]:
    """In which running campaigns these shops take part; shops in none are absent."""
    today = day_of(at)
    is_running = and_(Campaign.status == "published", Campaign.first_day <= today, Campaign.last_day >= today)
    statement = (
        select(TakingPart.shop_id, TakingPart.campaign_id)
        .join(Campaign, Campaign.id == TakingPart.campaign_id)
        .where(TakingPart.shop_id.in_(list(shops)), TakingPart.until.is_(None), is_running)
        .order_by(Campaign.last_day, Campaign.id)
    )
    found: dict[UUID, list[UUID]] = {}
    for shop, one in await session.execute(statement):
        found.setdefault(shop, []).append(one)
    return found


async def history_of(session: AsyncSession, campaign_id: UUID) -> list[CampaignEventView]:
    """What was done to a campaign, oldest first."""
    statement = select(CampaignEvent).where(CampaignEvent.campaign_id == campaign_id).order_by(CampaignEvent.id)
    rows = (await session.execute(statement)).scalars()
    return [CampaignEventView(row.what, row.actor, row.facts, row.at) for row in rows]


def view_of(row: Campaign) -> CampaignView:
    """A row as it is shown and decided on."""
    promise = Promise(
        row.title, cast("Kind", row.kind), row.first_day, row.last_day, row.theme, row.story,
        cast("Motif", row.motif), row.funder_id, Money(row.budget), row.rate_bp, Money(row.each),
        Money(row.most_per_voucher), Money(row.least_spent), row.prizes,
    )  # fmt: skip
    return CampaignView(
        row.id, row.slug, promise, cast("Status", row.status), Money(row.given), row.seed, row.published_at,
        row.drawn_at, row.made_at,
    )  # fmt: skip
