"""Devices that are tills: paired once by a link, known by a key in their cookie, revoked one by one.

Whoever owns the shop makes a link for a till; it lies on the screen as a QR code and works once, for a quarter of an
hour. Opening it changes nothing; the button on its page pairs the device, since cameras and messengers look at links
by themselves. Of the link and of the key only hashes are kept.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.visitors import cookie_of
from api.auth.visits import TOKEN_BYTES, hash_of
from api.tables import Pairing, TillDevice
from ledger.days import day_of
from ledger.errors import Refusal
from ledger.ids import new_id
from merchants.shops import queries as shops
from merchants.shops import tills
from merchants.shops.cashiers import CashierView, cashier, cashiers_by_id
from merchants.shops.errors import TillRevoked
from merchants.shops.queries import ShopView
from merchants.shops.tills import TillView

PAIRING_LASTS: Final = timedelta(minutes=15)
COOKIE_LASTS: Final = timedelta(days=400)
"""As long as browsers keep a cookie at most; each day of use begins it anew (RFC 6265bis, 5.5)."""

SEEN_EACH: Final = timedelta(hours=1)

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class PairingSpent(Refusal):
    """A pairing link that pairs nothing: used, older than a quarter of an hour, or never ours."""

    def __init__(self) -> None:
        super().__init__("This link pairs nothing any more.")


class DeviceNotPaired(Refusal):
    """The device is no till: never paired, or revoked."""

    def __init__(self) -> None:
        super().__init__("This device is not a till here.")


class DeviceUnknown(Refusal):
    """No such device at a till of this shop."""

    def __init__(self, *, device: UUID) -> None:
        self.device = device
        super().__init__(f"There is no device {device} here.")


@dataclass(frozen=True, slots=True)
class Device:
    """A device that is a till, where it stands, and who stands at it today; ``cashier`` may have been removed since."""

    id: UUID
    till: TillView
    shop: ShopView
    cashier: CashierView | None
    seen_at: datetime

    @property
    def actor(self) -> str:
        """How the books name who did something."""
        return f"cashier:{self.cashier.id}" if self.cashier else f"till:{self.till.id}"


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device as the shop's owner sees it."""

    id: UUID
    till: UUID
    browser: str
    paired_at: datetime
    seen_at: datetime
    revoked_at: datetime | None


def till_cookie_of(slug: str, base_url: str) -> tuple[str, bool]:
    """The name of the cookie in which a device keeps its key, and whether it is ``Secure``.

    A slug holds no two hyphens in a row, so that it is no other programme's cookie of visits.
    """
    return cookie_of(f"till--{slug}", base_url)


async def make_pairing(session: AsyncSession, till_id: UUID, *, by: str, at: datetime) -> str:
    """Make a link that pairs one device with a till.

    :returns: the path below the programme's own, ``/till/pair/…``; whoever opens it first has a till of this shop
    :raises TillUnknown, TillRevoked:
    """
    found = await tills.till(session, till_id)
    if found.revoked_at is not None:
        raise TillRevoked(till=till_id)
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"hash": hash_of(secret), "till_id": till_id, "made_by": by, "ends_at": at + PAIRING_LASTS}
    await session.execute(insert(Pairing).values(**values))
    return f"/till/pair/{secret}"


async def look_at_pairing(session: AsyncSession, secret: str, *, at: datetime) -> tuple[TillView, ShopView]:
    """With which till a link would pair a device. It stays as it is.

    :raises PairingSpent:
    """
    usable = select(Pairing.till_id).where(
        Pairing.hash == hash_of(secret), Pairing.used_at.is_(None), Pairing.ends_at > at
    )
    till_id = (await session.execute(usable)).scalar_one_or_none() if _SECRET.fullmatch(secret) else None
    if till_id is None:
        raise PairingSpent
    found = await tills.till(session, till_id)
    if found.revoked_at is not None:
        raise PairingSpent
    return found, await shops.shop(session, found.shop)


async def pair(session: AsyncSession, secret: str, *, browser: str, at: datetime) -> str:
    """Use a link up, and make the device that opened it a till. Of two at once, one is refused.

    :returns: the key, which is kept nowhere but in the device
    :raises PairingSpent:
    """
    found, _ = await look_at_pairing(session, secret, at=at)
    taken = (
        update(Pairing)
        .where(Pairing.hash == hash_of(secret), Pairing.used_at.is_(None), Pairing.ends_at > at)
        .values(used_at=at)
        .returning(Pairing.hash)
        .execution_options(synchronize_session=False)
    )
    if (await session.execute(taken)).scalar_one_or_none() is None:
        raise PairingSpent
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await session.execute(
        insert(TillDevice).values(
            id=new_id(), till_id=found.id, hash=hash_of(token), browser=browser, paired_at=at, seen_at=at
        )
    )
    return token


async def recognise(session: AsyncSession, token: str | None, *, at: datetime) -> Device | None:
    """The device whose key this is, or None: of nobody, or revoked.

    Who stood at it yesterday says so again today.
    """
    if token is None or _SECRET.fullmatch(token) is None:
        return None
    wanted = select(TillDevice).where(TillDevice.hash == hash_of(token), TillDevice.revoked_at.is_(None))
    row = (await session.execute(wanted)).scalar_one_or_none()
    if row is None:
        return None
    found = await tills.till(session, row.till_id)
    standing = None
    if row.cashier_id is not None and row.cashier_since is not None and day_of(row.cashier_since) == day_of(at):
        standing = (await cashiers_by_id(session, [row.cashier_id]))[row.cashier_id]
    return Device(row.id, found, await shops.shop(session, found.shop), standing, row.seen_at)


async def seen(session: AsyncSession, device_id: UUID, *, at: datetime) -> None:
    """Note that a device is at work."""
    statement = update(TillDevice).where(TillDevice.id == device_id, TillDevice.seen_at < at).values(seen_at=at)
    await session.execute(statement.execution_options(synchronize_session=False))


async def stand_at(session: AsyncSession, device: Device, cashier_id: UUID | None, *, at: datetime) -> None:
    """Let a cashier of the shop stand at a device from now on, or nobody. Whoever calls has asked for its PIN.

    :raises CashierUnknown, CashierRemoved:
    """
    if cashier_id is not None:
        (await cashier(session, cashier_id, shop_id=device.shop.id)).refuse_unless_at_work()
    values = {"cashier_id": cashier_id, "cashier_since": None if cashier_id is None else at}
    statement = update(TillDevice).where(TillDevice.id == device.id).values(**values)
    await session.execute(statement.execution_options(synchronize_session=False))


async def devices_of(session: AsyncSession, till_ids: Sequence[UUID]) -> dict[UUID, list[DeviceView]]:
    """The devices of each of these tills that are not revoked, the one last seen first."""
    statement = select(TillDevice).where(TillDevice.till_id.in_(till_ids), TillDevice.revoked_at.is_(None))
    found: dict[UUID, list[DeviceView]] = {one: [] for one in till_ids}
    for row in (await session.execute(statement.order_by(TillDevice.seen_at.desc()))).scalars():
        view = DeviceView(row.id, row.till_id, row.browser, row.paired_at, row.seen_at, row.revoked_at)
        found[row.till_id].append(view)
    return found


async def revoke_device(session: AsyncSession, device_id: UUID, *, shop_id: UUID, at: datetime) -> None:
    """Let a device be a till no more, at once; a second time changes nothing.

    :raises DeviceUnknown: also if it is at a till of another shop
    """
    known = select(TillDevice.till_id).where(TillDevice.id == device_id)
    till_id = (await session.execute(known)).scalar_one_or_none()
    if till_id is None or (await tills.till(session, till_id)).shop != shop_id:
        raise DeviceUnknown(device=device_id)
    statement = update(TillDevice).where(TillDevice.id == device_id, TillDevice.revoked_at.is_(None))
    await session.execute(statement.values(revoked_at=at).execution_options(synchronize_session=False))


async def forget_old(session: AsyncSession, *, at: datetime) -> None:
    """Delete links that are over."""
    await session.execute(delete(Pairing).where(Pairing.ends_at < at).execution_options(synchronize_session=False))
