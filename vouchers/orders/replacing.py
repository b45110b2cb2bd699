"""A voucher that its beneficiary lost: found by name in the order, replaced, and sent again if that is wanted."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from vouchers import reissuing
from vouchers.facts import heirs_of
from vouchers.keys import KeyRing
from vouchers.orders.errors import NothingIssued
from vouchers.orders.handing import ask_again
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
    actor: str,
    at: datetime,
) -> UUID:
    """Replace a beneficiary's voucher: the old code dies, what was left is on the new one.

    :param send: whether the new one goes out by e-mail at once
    :returns: the new voucher
    :raises OrderUnknown, BeneficiaryUnknown, NothingIssued, VoucherExpired, VoucherHeld:
    :raises AddressesMissing, MessageOnItsWay: if it is to be sent and cannot be
    """
    found = await locked(session, order_id)
    who = await beneficiary(session, order_id, beneficiary_id)
    if who.voucher is None or found.status not in {"issued", "delivered"}:
        raise NothingIssued(status=found.status)
    alive = (await heirs_of(session, [who.voucher]))[who.voucher]
    heir = await reissuing.reissue(session, alive, keys=keys, actor=actor, reason=reason, at=at)
    await tell(session, order_id, "replaced", actor=actor, at=at, beneficiary=who.name, reason=reason)
    if send:
        await ask_again(session, order_id, beneficiary_id, actor=actor, at=at)
    return heir
