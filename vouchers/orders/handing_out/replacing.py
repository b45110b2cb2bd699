"""A voucher that its beneficiary lost: found by name in the order, replaced, and sent again if that is wanted."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from vouchers import reissuing
from vouchers.errors import VoucherUnknown
from vouchers.facts import heirs_of
from vouchers.keys import KeyRing
from vouchers.orders.errors import NothingIssued
from vouchers.orders.handing import ask_again
from vouchers.orders.handing_out.handouts import origins_of
from vouchers.orders.history import tell
from vouchers.orders.locking import locked
from vouchers.orders.queries import beneficiary


async def replace(
    session: AsyncSession,
    order_id: UUID,
    beneficiary_id: UUID,
    *,
    keys: KeyRing,
    reason: str,
    send: bool = False,
    seen: UUID | None = None,
    actor: str,
    at: datetime,
) -> UUID:
    """Replace a beneficiary's voucher: the old code dies, what was left is on the new one.

    :param send: whether the new one goes out by e-mail at once
    :param seen: the voucher that is to be replaced; if it was meanwhile, its heir is left as it is
    :returns: the new voucher
    :raises OrderUnknown, BeneficiaryUnknown, NothingIssued, VoucherExpired, VoucherHeld:
    :raises AddressesMissing, MessageOnItsWay: if it is to be sent and cannot be
    """
    found = await locked(session, order_id)
    who = await beneficiary(session, order_id, beneficiary_id)
    if who.voucher is None or found.status not in {"issued", "delivered"}:
        raise NothingIssued(status=found.status)
    alive = (await heirs_of(session, [who.voucher]))[who.voucher]
    if seen is not None and alive != seen:
        return alive
    heir = await reissuing.reissue(session, alive, keys=keys, actor=actor, reason=reason, at=at)
    await tell(session, order_id, "replaced", actor=actor, at=at, beneficiary=who.name, reason=reason)
    if send:
        await ask_again(session, order_id, beneficiary_id, actor=actor, at=at)
    return heir


async def replace_unnamed(
    session: AsyncSession,
    order_id: UUID,
    origin: UUID,
    *,
    keys: KeyRing,
    reason: str,
    seen: UUID | None = None,
    actor: str,
    at: datetime,
) -> UUID:
    """The same for a voucher that was issued for nobody in particular.

    :param origin: the voucher first issued
    :raises OrderUnknown, VoucherUnknown, NothingIssued, VoucherExpired, VoucherHeld:
    """
    found = await locked(session, order_id)
    origins = await origins_of(session, order_id)
    if origin not in origins:
        raise VoucherUnknown(voucher=origin)
    if found.status not in {"issued", "delivered"}:
        raise NothingIssued(status=found.status)
    alive = (await heirs_of(session, [origin]))[origin]
    if seen is not None and alive != seen:
        return alive
    heir = await reissuing.reissue(session, alive, keys=keys, actor=actor, reason=reason, at=at)
    await tell(session, order_id, "replaced", actor=actor, at=at, place=origins.index(origin) + 1, reason=reason)
    return heir
