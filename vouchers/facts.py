"""What is known of vouchers when something is decided about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from vouchers.errors import VoucherBlocked, VoucherExpired, VoucherNotYetValid, VoucherReplaced, VoucherUnknown
from vouchers.tables import Voucher

Status = Literal["active", "blocked", "replaced"]


@dataclass(frozen=True, slots=True)
class VoucherFacts:
    """A voucher, without what is left on it: the ledger knows that."""

    id: UUID
    batch: UUID
    serial: int
    origin: UUID
    key_number: int
    valid_from: date
    last_day: date
    status: Status
    replaced_by: UUID | None

    def refuse_unless_usable(self, today: date) -> None:
        """Whether it may be spent today.

        :raises VoucherReplaced, VoucherBlocked, VoucherNotYetValid, VoucherExpired:
        """
        if self.status == "replaced":
            raise VoucherReplaced
        if self.status == "blocked":
            raise VoucherBlocked
        if today < self.valid_from:
            raise VoucherNotYetValid(first_day=self.valid_from)
        if today > self.last_day:
            raise VoucherExpired(last_day=self.last_day)


async def find_by_hash(session: AsyncSession, hashes: Collection[UUID]) -> dict[UUID, UUID]:
    """The ids of vouchers by the hash of either of their codes. Read before the lock: a voucher keeps its codes."""
    wanted = list(hashes)
    statement = select(Voucher.id, Voucher.token_hash, Voucher.typed_hash).where(
        or_(Voucher.token_hash.in_(wanted), Voucher.typed_hash.in_(wanted))
    )
    found: dict[UUID, UUID] = {}
    for voucher, token, typed in await session.execute(statement):
        found |= {token: voucher, typed: voucher}
    return found


async def vouchers_by_id(session: AsyncSession, vouchers: Sequence[UUID]) -> dict[UUID, VoucherFacts]:
    """These vouchers as they stand; unknown ids are absent."""
    rows = await session.execute(select(*_COLUMNS).where(Voucher.id.in_(vouchers)))
    return {row[0]: VoucherFacts(*row[:7], cast("Status", row[7]), row[8]) for row in rows}


async def voucher(session: AsyncSession, voucher_id: UUID) -> VoucherFacts:
    """One voucher.

    :raises VoucherUnknown:
    """
    found = (await vouchers_by_id(session, [voucher_id])).get(voucher_id)
    if found is None:
        raise VoucherUnknown(voucher=voucher_id)
    return found


_COLUMNS: Final = (
    Voucher.id, Voucher.batch_id, Voucher.serial, Voucher.origin_id, Voucher.key_number, Voucher.valid_from,
    Voucher.last_day, Voucher.status, Voucher.replaced_by,
)  # fmt: skip
