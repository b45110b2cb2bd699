"""Freezing vouchers whose payment is disputed: nobody spends, reissues or unblocks them until that is decided.

A frozen voucher is blocked, and the last that was told of its freezing says ``frozen``; so one that was blocked
before stays blocked when it is thawed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import Refusal
from ledger.ids import new_ids
from ledger.parallel import any_of, given
from vouchers.tables import Voucher, VoucherEvent

FROZEN: Final = "frozen"
THAWED: Final = "thawed"
BLOCKED: Final = "blocked"
UNBLOCKED: Final = "unblocked"


class VoucherFrozen(Refusal):
    """The payment of this voucher is disputed: until that is decided, nobody spends, reissues or unblocks it."""

    def __init__(self) -> None:
        super().__init__("The payment of the voucher is disputed.")


async def freeze(session: AsyncSession, vouchers: Collection[UUID], *, reason: str, actor: str, at: datetime) -> int:
    """Freeze vouchers whose accounts are locked; those that are frozen or replaced are left as they are.

    :returns: how many
    """
    frozen = await frozen_among(session, vouchers)
    fresh = [one for one in vouchers if one not in frozen]
    alive = await _those(session, fresh, "active", "blocked")
    await _set_status(session, alive, "blocked")
    await tell_many(session, alive, FROZEN, reason=reason, actor=actor, at=at)
    return len(alive)


async def thaw(session: AsyncSession, vouchers: Collection[UUID], *, reason: str, actor: str, at: datetime) -> int:
    """Thaw those of these vouchers that are frozen; what somebody had blocked stays blocked.

    :returns: how many
    """
    frozen = await frozen_among(session, vouchers)
    alive = await _those(session, sorted(frozen), "blocked")
    before = await _last_told(session, alive, BLOCKED, UNBLOCKED)
    await _set_status(session, [one for one in alive if before.get(one) != BLOCKED], "active")
    await tell_many(session, alive, THAWED, reason=reason, actor=actor, at=at)
    return len(alive)


async def frozen_among(session: AsyncSession, vouchers: Collection[UUID]) -> set[UUID]:
    """Those of these vouchers that are frozen."""
    told = await _last_told(session, vouchers, FROZEN, THAWED)
    return {one for one, what in told.items() if what == FROZEN}


async def told_among(session: AsyncSession, vouchers: Collection[UUID], what: str) -> set[UUID]:
    """Those of these vouchers of which this was ever told."""
    return set(await _last_told(session, vouchers, what))


async def refuse_frozen(session: AsyncSession, voucher: UUID) -> None:
    """:raises VoucherFrozen:"""
    if await frozen_among(session, [voucher]):
        raise VoucherFrozen


async def only_frozen(session: AsyncSession, voucher: UUID) -> bool:
    """Whether it is blocked by its dispute alone: it is free again when that is won."""
    told = await _last_told(session, [voucher], BLOCKED, UNBLOCKED)
    return bool(await frozen_among(session, [voucher])) and told.get(voucher) != BLOCKED


async def block_spent(
    session: AsyncSession, vouchers: Sequence[UUID], what: str, *, reason: str, actor: str, at: datetime
) -> None:
    """Block vouchers of which all was taken back, and say so in one word. Their accounts are locked."""
    alive = await _those(session, vouchers, "active", "blocked")
    await _set_status(session, alive, "blocked")
    await tell_many(session, alive, what, reason=reason, actor=actor, at=at)


async def tell_many(
    session: AsyncSession, vouchers: Sequence[UUID], what: str, *, reason: str, actor: str, at: datetime
) -> None:
    """Write down the same of many vouchers."""
    if vouchers:
        rows = [
            {"id": id_, "voucher_id": one, "what": what, "actor": actor, "reason": reason, "at": at}
            for id_, one in zip(new_ids(len(vouchers)), vouchers, strict=True)
        ]
        await session.execute(insert(VoucherEvent), rows)


async def _those(session: AsyncSession, vouchers: Sequence[UUID], *statuses: str) -> list[UUID]:
    rows = await session.execute(_IN_STATUS, given(id=vouchers, status=statuses))
    return list(rows.scalars())


async def _set_status(session: AsyncSession, vouchers: Sequence[UUID], status: str) -> None:
    if vouchers:
        await session.execute(_SET_STATUS, given(id=vouchers) | {"status_now": status})


async def _last_told(session: AsyncSession, vouchers: Collection[UUID], *whats: str) -> dict[UUID, str]:
    if not vouchers:
        return {}
    rows = await session.execute(_LAST_TOLD, given(id=vouchers, what=whats))
    return {row.voucher_id: row.what for row in rows}


_IN_STATUS: Final = (
    select(Voucher.id)
    .where(Voucher.id == any_of("id", Uuid()), Voucher.status == any_of("status", Text()))
    .order_by(Voucher.id)
)
_SET_STATUS: Final = (
    update(Voucher)
    .where(Voucher.id == any_of("id", Uuid()))
    .values(status=bindparam("status_now", type_=Text()))
    .execution_options(synchronize_session=False)
)
_LAST_TOLD: Final = (
    select(VoucherEvent.voucher_id, VoucherEvent.what)
    .where(VoucherEvent.voucher_id == any_of("id", Uuid()), VoucherEvent.what == any_of("what", Text()))
    .order_by(VoucherEvent.voucher_id, VoucherEvent.id.desc())
    .ext(distinct_on(VoucherEvent.voucher_id))
)
