"""Which shops take part in a campaign, and since when: what is bought elsewhere, before or after brings nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import day_of
from ledger.ids import new_id
from merchants.shops.errors import ShopNotAccepted, ShopUnknown
from merchants.shops.queries import statuses
from vouchers.campaigns.errors import CampaignOver, CampaignStanding
from vouchers.campaigns.planning import locked, tell
from vouchers.campaigns.queries import CampaignView, published, shops_in
from vouchers.campaigns.tables import TakingPart


async def join(
    session: AsyncSession, campaign_id: UUID, shops: Collection[UUID], *, actor: str, at: datetime
) -> frozenset[UUID]:
    """Let shops take part from now on; those that do already stay as they are.

    :returns: those that are new
    :raises CampaignUnknown, CampaignStanding, CampaignOver, ShopUnknown, ShopNotAccepted:
    """
    await _open(session, campaign_id, at)
    known = await statuses(session, list(shops))
    for shop in shops:
        if shop not in known:
            raise ShopUnknown(shop=shop)
        if known[shop] != "accepted":
            raise ShopNotAccepted(status=known[shop])
    new = sorted(set(shops) - await shops_in(session, campaign_id))
    if new:
        rows = [{"id": new_id(), "campaign_id": campaign_id, "shop_id": one, "since": at, "by": actor} for one in new]
        await session.execute(insert(TakingPart), rows)
        await _tell(session, campaign_id, "joined", new, actor=actor, at=at)
    return frozenset(new)


async def leave(
    session: AsyncSession, campaign_id: UUID, shops: Collection[UUID], *, actor: str, at: datetime
) -> frozenset[UUID]:
    """Let shops take part no longer; what was spent there until now counts.

    :returns: those that took part until now
    :raises CampaignUnknown, CampaignStanding, CampaignOver:
    """
    await _open(session, campaign_id, at)
    gone = sorted(set(shops) & await shops_in(session, campaign_id))
    if gone:
        statement = (
            update(TakingPart)
            .where(TakingPart.campaign_id == campaign_id, TakingPart.shop_id.in_(gone), TakingPart.until.is_(None))
            .values(until=at)
        )
        await session.execute(statement.execution_options(synchronize_session=False))
        await _tell(session, campaign_id, "left", gone, actor=actor, at=at)
    return frozenset(gone)


async def open_to(session: AsyncSession, shop_id: UUID, *, at: datetime) -> list[tuple[CampaignView, bool]]:
    """The campaigns that a shop may join or leave by itself, the first to end first, and whether it takes part."""
    still = [one for one in await published(session) if one.promise.last_day >= day_of(at)]
    still.sort(key=lambda one: (one.promise.last_day, one.id))
    rows = await session.execute(
        select(TakingPart.campaign_id).where(TakingPart.shop_id == shop_id, TakingPart.until.is_(None))
    )
    among = set(rows.scalars())
    return [(one, one.id in among) for one in still]


async def _open(session: AsyncSession, campaign_id: UUID, at: datetime) -> CampaignView:
    found = await locked(session, campaign_id)
    if found.status == "withdrawn":
        raise CampaignStanding(status=found.status)
    if found.promise.last_day < day_of(at):
        raise CampaignOver(last_day=found.promise.last_day)
    return found


async def _tell(
    session: AsyncSession, campaign_id: UUID, what: str, shops: list[UUID], *, actor: str, at: datetime
) -> None:
    facts: dict[str, str | int] = {"shops": len(shops)}
    if len(shops) == 1:
        facts["shop"] = str(shops[0])
    await tell(session, campaign_id, what, actor=actor, at=at, **facts)
