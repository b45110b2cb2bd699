"""What a shop says of itself: its craft, its story, how to reach it, when it is open."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from merchants.shops.queries import shop
from merchants.shops.spelling import spaced, storable
from merchants.street import hours
from merchants.street.errors import ClosuresTooMany, PageFieldMalformed, PhoneMalformed, WebsiteMalformed
from merchants.street.hours import Closure, Hours, Span
from merchants.street.tables import ShopPage

LONGEST_CRAFT: Final = 90
LONGEST_STORY: Final = 2_000
LONGEST_WEBSITE: Final = 200

_PHONE: Final = re.compile(r"\+?[0-9]{8,15}")
_FRENCH: Final = re.compile(r"(?:\+33|0033|0)([1-9])([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})")
_HOST: Final = re.compile(r"(?=.{4,253}(?:[:/]|$))(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
_AROUND: Final = re.compile(r"[\s.()\-/]+")


@dataclass(frozen=True, slots=True)
class ProfileView:
    """What a shop says of itself; all of it empty, and ``changed_at`` None, of one that said nothing yet."""

    shop: UUID
    craft: str = ""
    story: str = ""
    phone: str = ""
    website: str = ""
    hours: Hours = field(default_factory=Hours)
    changed_at: datetime | None = None

    @property
    def says_something(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.craft or self.story or self.phone or self.website or self.hours.known)


async def profile(session: AsyncSession, shop_id: UUID) -> ProfileView:
    """What a shop says of itself."""
    return (await profiles_by_id(session, [shop_id]))[shop_id]


async def profiles_by_id(session: AsyncSession, shops: Sequence[UUID]) -> dict[UUID, ProfileView]:
    """What these shops say of themselves; those that say nothing are there too."""
    found = {one: ProfileView(one) for one in shops}
    rows = await session.execute(select(ShopPage).where(ShopPage.shop_id.in_(shops)))
    return found | {row.shop_id: _view(row) for row in rows.scalars()}


async def tell_story(
    session: AsyncSession, shop_id: UUID, *, craft: str, story: str, phone: str, website: str, actor: str, at: datetime
) -> ProfileView:
    """Say what the shop does, its story, and how to reach it.

    :raises ShopUnknown, PageFieldMalformed, PhoneMalformed, WebsiteMalformed:
    """
    values = {
        "craft": _line("craft", craft, LONGEST_CRAFT), "story": _lines(story),
        "phone": phone_number(phone), "website": site(website),
    }  # fmt: skip
    return await _keep(session, shop_id, values, actor=actor, at=at)


async def set_hours(
    session: AsyncSession, shop_id: UUID, *, week: Sequence[Span], note: str, actor: str, at: datetime
) -> ProfileView:
    """Say when the shop is open, in an ordinary week.

    :raises ShopUnknown, PageFieldMalformed:
    """
    values = {"hours": hours.to_keep(week), "hours_note": _line("note", note, hours.LONGEST_NOTE)}
    return await _keep(session, shop_id, values, actor=actor, at=at)


async def close_on(
    session: AsyncSession, shop_id: UUID, closure: Closure, *, today: date, actor: str, at: datetime
) -> ProfileView:
    """Say that the shop is closed on some days; those that are over are forgotten.

    :raises ShopUnknown, ClosuresTooMany:
    """
    known = (await profile(session, shop_id)).hours.closures
    kept = {one for one in (*known, closure) if one.last_day >= today}
    if len(kept) > hours.CLOSURES_MOST:
        raise ClosuresTooMany(most=hours.CLOSURES_MOST)
    return await _keep(session, shop_id, {"closed_days": hours.closures_to_keep(kept)}, actor=actor, at=at)


async def open_after_all(
    session: AsyncSession, shop_id: UUID, closure: Closure, *, actor: str, at: datetime
) -> ProfileView:
    """Take back that the shop is closed on some days; of days that it never said, nothing happens.

    :raises ShopUnknown:
    """
    kept = [one for one in (await profile(session, shop_id)).hours.closures if one != closure]
    return await _keep(session, shop_id, {"closed_days": hours.closures_to_keep(kept)}, actor=actor, at=at)


def phone_number(typed: str) -> str:
    """A telephone number as it is shown: ``04 91 00 00 00`` for a French one, ``+377…`` for others; may be empty.

    :raises PhoneMalformed:
    """
    digits = _AROUND.sub("", typed)
    if not digits:
        return ""
    if french := _FRENCH.fullmatch(digits):
        return " ".join((f"0{french[1]}", *french.groups()[1:]))
    if not digits.isascii() or not _PHONE.fullmatch(digits):
        raise PhoneMalformed
    return digits


def site(typed: str) -> str:
    """The address of a site, with its scheme: ``https://`` if none was typed. May be empty.

    :raises WebsiteMalformed: for other schemes, names without a dot, numbers, a user before the name
    """
    text = typed.strip()
    if not text:
        return ""
    scheme, between, rest = text.partition("://")
    if not between:
        scheme, rest = "https", text
    name, slash, path = rest.partition("/")
    plain = rest.isascii() and rest.isprintable() and not set(rest) & set(" \"'<>\\^`{|}@")
    if scheme.lower() not in {"http", "https"} or not plain or not _HOST.fullmatch(name.lower()):
        raise WebsiteMalformed
    found = f"{scheme.lower()}://{name.lower()}{slash}{path}"
    if len(found) > LONGEST_WEBSITE:
        raise WebsiteMalformed
    return found


async def _keep(
    session: AsyncSession, shop_id: UUID, values: dict[str, Any], *, actor: str, at: datetime
) -> ProfileView:
    await shop(session, shop_id)
    changed = {**values, "changed_by": actor, "changed_at": at}
    added = insert(cast("Table", ShopPage.__table__)).values(shop_id=shop_id, **changed)
    await session.execute(added.on_conflict_do_update(index_elements=["shop_id"], set_=changed))
    return await profile(session, shop_id)


def _line(field: str, typed: str, most: int) -> str:
    text = spaced(typed)
    if len(text) > most or not storable(text):
        raise PageFieldMalformed(field=field, most=most)
    return text


def _lines(typed: str) -> str:
    """A text of several paragraphs: single empty lines between them, none at its ends."""
    lines = [spaced(one) for one in typed.split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    marks = any(unicodedata.category(one) in {"Cc", "Cs", "Cn", "Co"} and one != "\n" for one in text)
    if len(text) > LONGEST_STORY or marks or not storable(text.replace("\n", " ")):
        raise PageFieldMalformed(field="story", most=LONGEST_STORY)
    return text


def _view(row: ShopPage) -> ProfileView:
    return ProfileView(
        row.shop_id, row.craft, row.story, row.phone, row.website,
        Hours.kept(row.hours, row.hours_note, row.closed_days), row.changed_at,
    )  # fmt: skip
