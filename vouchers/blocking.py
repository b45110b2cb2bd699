"""Blocking a voucher, lifting the block, and moving its last day; each under the lock of its account."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances, posting
from ledger.balances import Posted
from ledger.days import day_of
from ledger.ids import new_id
from ledger.money import ZERO, Money, total
from vouchers import buyers
from vouchers.errors import CreditSpent, LastDayTooEarly, VoucherNotBlocked, VoucherReplaced
from vouchers.events import tell
from vouchers.expiring import EXPIRY
from vouchers.facts import VoucherFacts, voucher
from vouchers.freezing import only_frozen, refuse_frozen
from vouchers.funders import funders_by_id
from vouchers.funding.errors import FundsReserved
from vouchers.funding.funds import reserves_of
from vouchers.tables import Batch, Voucher

REINSTATEMENT: Final = "reinstatement"
"""The reversal of an expiry."""

MOST_TRANSFERS: Final = 10_000


async def block(session: AsyncSession, voucher_id: UUID, *, actor: str, reason: str, at: datetime) -> VoucherFacts:
    """Let nobody spend it. A second time changes nothing.

    :raises VoucherUnknown, VoucherReplaced:
    """
    found = await _locked(session, voucher_id)
    if found.status == "active" or await only_frozen(session, voucher_id):
        await _set(session, voucher_id, status="blocked")
        await tell(session, voucher_id, "blocked", actor=actor, reason=reason, at=at)
    return await voucher(session, voucher_id)


async def unblock(session: AsyncSession, voucher_id: UUID, *, actor: str, reason: str, at: datetime) -> VoucherFacts:
    """Lift the block.

    :raises VoucherUnknown, VoucherReplaced, VoucherNotBlocked:
    :raises VoucherFrozen: while its payment is disputed
    """
    found = await _locked(session, voucher_id)
    if found.status != "blocked":
        raise VoucherNotBlocked
    await refuse_frozen(session, voucher_id)
    await _set(session, voucher_id, status="active")
    await tell(session, voucher_id, "unblocked", actor=actor, reason=reason, at=at)
    return await voucher(session, voucher_id)


async def extend(
    session: AsyncSession, voucher_id: UUID, *, last_day: date, actor: str, reason: str, at: datetime
) -> VoucherFacts:
    """Move the last day further off. What had expired comes back, by reversing its expiry.

    :raises VoucherUnknown, VoucherReplaced:
    :raises LastDayTooEarly: if it is earlier than it was, or over already
    :raises Overdrawn, FundsReserved: if a funder to whom the expired money went has spent or promised it since
    :raises CreditSpent: if the buyer to whom it went has used it
    """
    found = await _locked(session, voucher_id)
    earliest = max(found.last_day, day_of(at))
    if last_day < earliest:
        raise LastDayTooEarly(last_day=last_day, earliest=earliest)
    await _set(session, voucher_id, last_day=last_day)
    await _reinstate(session, found, at=at)
    told = f"{found.last_day} to {last_day}: {reason}"
    await tell(session, voucher_id, "extended", actor=actor, reason=told, at=at)
    return await voucher(session, voucher_id)


async def _reinstate(session: AsyncSession, expired: VoucherFacts, *, at: datetime) -> None:
    history = await balances.history(session, expired.id, limit=MOST_TRANSFERS)
    expiries = [transfer.id for transfer in history if transfer.kind == EXPIRY]
    reversed_already = await balances.reversals_of(session, expiries)
    buyer_id = (await session.execute(select(Batch.buyer_id).where(Batch.id == expired.batch))).scalar_one()
    entry = new_id()
    for transfer in history:
        if transfer.id in expiries and transfer.id not in reversed_already:
            if transfer.credit == buyer_id:
                await _refuse_spent(session, buyer_id, transfer.amount)
            await posting.reverse(session, transfer.id, kind=REINSTATEMENT, at=at, entry=entry)
    await _refuse_what_is_promised(session, [one for one in history if one.id in expiries], at=at)


async def _refuse_what_is_promised(session: AsyncSession, expiries: list[Posted], *, at: datetime) -> None:
    """What went back to a funder and was promised to others since is theirs."""
    for funder_id, found in (await funders_by_id(session, {one.credit for one in expiries})).items():
        kept = total([one.amount for one in (await reserves_of(session, funder_id, at=at)).values()])
        if found.left < kept:
            raise FundsReserved(free=ZERO, reserved=kept, asked=kept - found.left)


async def _refuse_spent(session: AsyncSession, buyer_id: UUID, amount: Money) -> None:
    """A buyer's account is not guarded, since a buyer may owe: what it was given back must still be free."""
    await posting.lock(session, [buyer_id])
    free = (await buyers.buyer(session, buyer_id)).free
    if free < amount:
        raise CreditSpent(free=free, needed=amount)


async def _locked(session: AsyncSession, voucher_id: UUID) -> VoucherFacts:
    await voucher(session, voucher_id)
    await posting.lock(session, [voucher_id])
    found = await voucher(session, voucher_id)
    if found.status == "replaced":
        raise VoucherReplaced
    return found


async def _set(session: AsyncSession, voucher_id: UUID, **values: object) -> None:
    await session.execute(
        update(Voucher).where(Voucher.id == voucher_id).values(**values).execution_options(synchronize_session=False)
    )
