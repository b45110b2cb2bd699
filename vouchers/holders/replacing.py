"""A new code for a voucher that is kept with an address, asked for by whoever that address belongs to."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from vouchers import reissuing
from vouchers.facts import voucher
from vouchers.holders import claiming, letters, reminding
from vouchers.keys import KeyRing

ACTOR: Final = "holder"
REASON: Final = "lost by its holder"


async def replace(session: AsyncSession, voucher_id: UUID, *, email: str, keys: KeyRing, at: datetime) -> UUID:
    """Let a voucher's code die; what was left is on a new one, kept with the same address, which is written to.

    Asked for once more, it is the same new one.

    :param email: canonical; that of the letter by which somebody proved who they are
    :returns: the voucher that is alive
    :raises VoucherUnknown, VoucherNotKept, VoucherExpired, VoucherFrozen, VoucherHeld:
    """
    before = await voucher(session, voucher_id)
    if before.replaced_by is not None:
        await claiming.require_keeper(session, before.replaced_by, email)
        return before.replaced_by
    keeper = await claiming.require_keeper(session, voucher_id, email)
    heir = await reissuing.reissue(session, voucher_id, keys=keys, actor=ACTOR, reason=REASON, at=at)
    await claiming.keep(session, heir, keeper, at=at)
    await claiming.forget_claims(session, [voucher_id])
    await reminding.follow(session, voucher_id, heir, email=keeper.email)
    await letters.ask(session, "lost", email=keeper.email, language=keeper.language, at=at)
    return heir
