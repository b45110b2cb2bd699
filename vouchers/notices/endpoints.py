"""Where a shop is told: added, paused, its secret replaced, removed."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.ids import new_id
from ledger.wishes import wish
from merchants.shops.queries import shop
from vouchers.keys import KeyRing
from vouchers.notices.errors import EndpointUnknown, SigningKeyMissing, TooManyEndpoints
from vouchers.notices.signing import SALT_BYTES, derive_secret
from vouchers.notices.tables import Endpoint
from vouchers.notices.writing import EVENTS, SEND, Event

MOST: Final = 5
OVERLAP: Final = timedelta(hours=24)
"""How long the secret that was replaced signs too."""

Because = Literal["asked", "gone"]
"""Why an endpoint is paused: somebody asked, or it answered that it is gone (HTTP 410)."""


@dataclass(frozen=True, slots=True)
class Salted:
    """What derives a secret, beside the programme's key of that number."""

    salt: bytes = field(repr=False)
    key_number: int


@dataclass(frozen=True, slots=True)
class EndpointView:
    """Where a shop is told, and of what."""

    id: UUID
    shop: UUID
    url: str
    events: tuple[Event, ...]
    secret: Salted
    old_secret: Salted | None
    old_until: datetime | None
    added_by: str
    added_at: datetime
    paused_at: datetime | None
    paused_because: Because | None

    def secrets(self, keys: KeyRing, at: datetime) -> tuple[bytes, ...]:
        """Those that sign now, the newest first.

        :raises SigningKeyMissing:
        """
        salted = [self.secret]
        if self.old_secret is not None and self.old_until is not None and at < self.old_until:
            salted.append(self.old_secret)
        found = [derive_secret(keys.keys[one.key_number], one.salt) for one in salted if one.key_number in keys.keys]
        if not found or self.secret.key_number not in keys.keys:
            raise SigningKeyMissing
        return tuple(found)


async def add(
    session: AsyncSession,
    shop_id: UUID,
    *,
    url: str,
    events: Collection[Event],
    keys: KeyRing,
    actor: str,
    at: datetime,
) -> EndpointView:
    """Tell a shop at one more address.

    :param url: an address that has been judged (`api.web_addresses`)
    :raises ShopUnknown, TooManyEndpoints:
    """
    await shop(session, shop_id)
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": str(shop_id)})
    known = select(func.count()).where(Endpoint.shop_id == shop_id, Endpoint.removed_at.is_(None))
    if (await session.execute(known)).scalar_one() >= MOST:
        raise TooManyEndpoints(most=MOST)
    endpoint_id = new_id()
    await session.execute(
        insert(Endpoint).values(
            id=endpoint_id, shop_id=shop_id, url=url, events=[one for one in EVENTS if one in events],
            salt=secrets.token_bytes(SALT_BYTES), key_number=keys.newest, added_by=actor, added_at=at,
        )
    )  # fmt: skip
    return await endpoint(session, endpoint_id, shop=shop_id)


async def rotate(session: AsyncSession, endpoint_id: UUID, *, shop: UUID, keys: KeyRing, at: datetime) -> EndpointView:
    """Replace the secret; the old one signs too for a day, so that the shop's software need not change in that moment.

    :raises EndpointUnknown:
    """
    old = (await endpoint(session, endpoint_id, shop=shop, lock=True)).secret
    await _set(
        session, endpoint_id, salt=secrets.token_bytes(SALT_BYTES), key_number=keys.newest, old_salt=old.salt,
        old_key_number=old.key_number, old_until=at + OVERLAP,
    )  # fmt: skip
    return await endpoint(session, endpoint_id, shop=shop)


async def pause(
    session: AsyncSession, endpoint_id: UUID, *, shop: UUID, because: Because = "asked", at: datetime
) -> EndpointView:
    """Send nothing there for now; what is written meanwhile waits.

    :raises EndpointUnknown:
    """
    if (await endpoint(session, endpoint_id, shop=shop, lock=True)).paused_at is None:
        await _set(session, endpoint_id, paused_at=at, paused_because=because)
    return await endpoint(session, endpoint_id, shop=shop)


async def resume(session: AsyncSession, endpoint_id: UUID, *, shop: UUID) -> EndpointView:
    """Send there again, what waits first.

    :raises EndpointUnknown:
    """
    await endpoint(session, endpoint_id, shop=shop, lock=True)
    await _set(session, endpoint_id, paused_at=None, paused_because=None)
    wish(session, SEND)
    return await endpoint(session, endpoint_id, shop=shop)


async def remove(session: AsyncSession, endpoint_id: UUID, *, shop: UUID, at: datetime) -> None:
    """Tell the shop there no more; what waits is not sent.

    :raises EndpointUnknown:
    """
    await endpoint(session, endpoint_id, shop=shop, lock=True)
    await _set(session, endpoint_id, removed_at=at)


async def endpoint(session: AsyncSession, endpoint_id: UUID, *, shop: UUID, lock: bool = False) -> EndpointView:
    """One endpoint of a shop.

    :raises EndpointUnknown: also if it is another shop's, or removed
    """
    statement = select(Endpoint).where(
        Endpoint.id == endpoint_id, Endpoint.shop_id == shop, Endpoint.removed_at.is_(None)
    )
    if lock:
        await session.execute(statement.with_for_update(key_share=True))
    row = (await session.execute(statement.execution_options(populate_existing=True))).scalar_one_or_none()
    if row is None:
        raise EndpointUnknown(endpoint=endpoint_id)
    return _view(row)


async def endpoints_of(session: AsyncSession, shop_id: UUID) -> list[EndpointView]:
    """Where a shop is told, oldest first."""
    statement = select(Endpoint).where(Endpoint.shop_id == shop_id, Endpoint.removed_at.is_(None))
    return [_view(row) for row in (await session.execute(statement.order_by(Endpoint.id))).scalars()]


async def endpoints_by_id(session: AsyncSession, endpoints: Sequence[UUID]) -> dict[UUID, EndpointView]:
    """These endpoints; unknown ids are absent."""
    rows = await session.execute(select(Endpoint).where(Endpoint.id.in_(endpoints)))
    return {row.id: _view(row) for row in rows.scalars()}


async def _set(session: AsyncSession, endpoint_id: UUID, **values: object) -> None:
    await session.execute(
        update(Endpoint).where(Endpoint.id == endpoint_id).values(**values).execution_options(synchronize_session=False)
    )


def _view(row: Endpoint) -> EndpointView:
    old = None
    if row.old_salt is not None and row.old_key_number is not None:
        old = Salted(row.old_salt, row.old_key_number)
    return EndpointView(
        row.id, row.shop_id, row.url, cast("tuple[Event, ...]", tuple(row.events)), Salted(row.salt, row.key_number),
        old, row.old_until, row.added_by, row.added_at, row.paused_at, cast("Because | None", row.paused_because),
    )  # fmt: skip
