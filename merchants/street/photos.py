"""The photos of a shop: drawn anew as they come (`merchants.pictures`), a handful, shown in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.ids import new_id
from merchants.pictures import Photo
from merchants.shops.queries import shop
from merchants.shops.spelling import spaced, storable
from merchants.street.errors import PageFieldMalformed, PhotosTooMany, PhotoUnknown
from merchants.street.tables import ShopPhoto

PHOTOS_MOST: Final = 6
LONGEST_ALT: Final = 120


@dataclass(frozen=True, slots=True)
class PhotoView:
    """A photo without its pixels; sizes in pixels."""

    id: UUID
    shop: UUID
    alt: str
    width: int
    height: int
    small_width: int
    small_height: int


async def photos_of(session: AsyncSession, shops: Sequence[UUID]) -> dict[UUID, list[PhotoView]]:
    """The photos of shops, of each in their order; shops without any are there too."""
    found: dict[UUID, list[PhotoView]] = {one: [] for one in shops}
    columns = (getattr(ShopPhoto, "shop_id" if name == "shop" else name) for name in PhotoView.__dataclass_fields__)
    statement = select(*columns).where(ShopPhoto.shop_id.in_(shops)).order_by(ShopPhoto.place, ShopPhoto.id)
    for row in await session.execute(statement):
        one = PhotoView(*row)
        found[one.shop].append(one)
    return found


async def pixels(session: AsyncSession, photo_id: UUID, *, small: bool) -> tuple[UUID, bytes]:
    """A photo as JPEG, and whose it is.

    :raises PhotoUnknown:
    """
    wanted = ShopPhoto.small if small else ShopPhoto.large
    row = (await session.execute(select(ShopPhoto.shop_id, wanted).where(ShopPhoto.id == photo_id))).one_or_none()
    if row is None:
        raise PhotoUnknown(photo=photo_id)
    return row[0], row[1]


async def add_photo(
    session: AsyncSession, shop_id: UUID, drawn: Photo, *, alt: str, actor: str, at: datetime
) -> PhotoView:
    """Show one photo more, last. ``alt`` says what is on it, for those who do not see it.

    :raises ShopUnknown, PhotosTooMany, PageFieldMalformed:
    """
    await shop(session, shop_id)
    await posting.lock(session, [shop_id])
    counted = select(func.count(), func.coalesce(func.max(ShopPhoto.place), 0)).where(ShopPhoto.shop_id == shop_id)
    count, last = (await session.execute(counted)).one()
    if count >= PHOTOS_MOST:
        raise PhotosTooMany(most=PHOTOS_MOST)
    photo_id = new_id()
    await session.execute(
        insert(ShopPhoto).values(
            id=photo_id, shop_id=shop_id, place=last + 1, alt=_alt(alt), large=drawn.large, width=drawn.width,
            height=drawn.height, small=drawn.small, small_width=drawn.small_width, small_height=drawn.small_height,
            added_by=actor, added_at=at,
        )
    )  # fmt: skip
    return (await photos_of(session, [shop_id]))[shop_id][-1]


async def show_first(session: AsyncSession, shop_id: UUID, photo_id: UUID) -> None:
    """Show a photo before the shop's others.

    :raises PhotoUnknown: also for another shop's
    """
    first = select(func.min(ShopPhoto.place) - 1).where(ShopPhoto.shop_id == shop_id).scalar_subquery()
    moved = update(ShopPhoto).where(ShopPhoto.id == photo_id, ShopPhoto.shop_id == shop_id).values(place=first)
    done = await session.execute(moved.returning(ShopPhoto.id).execution_options(synchronize_session=False))
    if done.scalar_one_or_none() is None:
        raise PhotoUnknown(photo=photo_id)


async def remove_photo(session: AsyncSession, shop_id: UUID, photo_id: UUID) -> None:
    """Delete a photo.

    :raises PhotoUnknown: also for another shop's
    """
    gone = delete(ShopPhoto).where(ShopPhoto.id == photo_id, ShopPhoto.shop_id == shop_id).returning(ShopPhoto.id)
    done = await session.execute(gone.execution_options(synchronize_session=False))
    if done.scalar_one_or_none() is None:
        raise PhotoUnknown(photo=photo_id)


def _alt(typed: str) -> str:
    text = spaced(typed)
    if len(text) > LONGEST_ALT or not storable(text):
        raise PageFieldMalformed(field="alt", most=LONGEST_ALT)
    return text
