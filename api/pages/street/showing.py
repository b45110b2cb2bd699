"""Shops as pages show them: what the register knows, what they say of themselves, whether they are open now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.pages.street.words import TRADES, Opening, distance, eased, opening
from ledger.formats import Language
from merchants.street.directory import PublicShop
from merchants.street.photos import PhotoView, photos_of
from merchants.street.profile import ProfileView, profiles_by_id
from vouchers.campaigns.queries import CampaignView, campaigns_of


@dataclass(frozen=True, slots=True)
class ShownShop:
    """A shop in a list or on its page. ``trade`` is in English, as the catalogues know it."""

    shop: PublicShop
    name: str
    street: str
    trade: str
    profile: ProfileView
    photos: Sequence[PhotoView]
    opening: Opening
    away: str
    campaigns: Sequence[CampaignView]


async def shown(
    session: AsyncSession, shops: Sequence[PublicShop], campaigns: Sequence[CampaignView],
    *, at: datetime, language: Language,
) -> list[ShownShop]:  # fmt: skip
    """Shops with all that is shown of them, in their order; ``campaigns`` are those that run."""
    ids = [one.id for one in shops]
    profiles, photos = await profiles_by_id(session, ids), await photos_of(session, ids)
    known = {one.id: one for one in campaigns}
    among = await campaigns_of(session, ids, at=at) if known else {}
    return [
        ShownShop(
            one, eased(one.name), eased(one.street), TRADES[one.group.slug], profiles[one.id], photos[one.id],
            opening(profiles[one.id].hours, at, language),
            distance(one.metres, language) if one.metres is not None else "",
            _campaigns(known, among.get(one.id, [])),
        )
        for one in shops
    ]  # fmt: skip


def _campaigns(known: Mapping[UUID, CampaignView], ids: Sequence[UUID]) -> list[CampaignView]:
    return [known[one] for one in ids if one in known]
