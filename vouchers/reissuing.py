"""A lost voucher, reissued: the old code dies, the money moves to a new voucher."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.chart import Kind
from ledger.days import day_of
from ledger.ids import new_id
from vouchers import releasing
from vouchers.errors import VoucherExpired, VoucherHeld, VoucherReplaced
from vouchers.events import tell
from vouchers.facts import voucher
from vouchers.freezing import refuse_frozen
from vouchers.issuing import write_vouchers
from vouchers.keys import KeyRing
from vouchers.tables import Voucher

REISSUE: Final = "reissue"


async def reissue(
    session: AsyncSession, voucher_id: UUID, *, keys: KeyRing, actor: str, reason: str, at: datetime
) -> UUID:
    """Replace a voucher, blocked or not, by a new one of the same batch, number and last day.

    :returns: the new voucher's id
    :raises VoucherUnknown, VoucherReplaced, VoucherExpired:
    :raises VoucherFrozen: while its payment is disputed
    :raises VoucherHeld: while an online shop holds part of it
    """
    await voucher(session, voucher_id)
    await posting.lock(session, [voucher_id])
    await releasing.time_out(session, [voucher_id], at=at)
    books = await posting.lock(session, [voucher_id])
    old = await voucher(session, voucher_id)
    if old.status == "replaced":
        raise VoucherReplaced
    if day_of(at) > old.last_day:
        raise VoucherExpired(last_day=old.last_day)
    await refuse_frozen(session, voucher_id)
    locked = books[voucher_id]
    if locked.pending:
        raise VoucherHeld(held=locked.left - locked.available)
    heir = new_id()
    await write_vouchers(
        session, [heir], batch=old.batch, first_serial=old.serial, valid_from=old.valid_from, last_day=old.last_day,
        keys=keys, origin=old.origin,
    )  # fmt: skip
    if locked.left:
        books[heir] = posting.newly_opened(heir, Kind.VOUCHER)
        moved = posting.NewTransfer(REISSUE, voucher_id, heir, locked.left, document=f"voucher:{voucher_id}")
        await posting.post(session, [moved], at=at, books=books)
    await session.execute(
        update(Voucher)
        .where(Voucher.id == voucher_id)
        .values(status="replaced", replaced_by=heir)
        .execution_options(synchronize_session=False)
    )
    await tell(session, voucher_id, "replaced", actor=actor, reason=reason, at=at)
    return heir
