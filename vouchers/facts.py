"""What is known of vouchers when something is decided about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, cast
from uuid import UUID

from sqlalchemy import Table, Uuid, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.parallel import any_of, given
from merchants.shops.reach import Spot
from vouchers.errors import VoucherBlocked, VoucherExpired, VoucherNotYetValid, VoucherReplaced, VoucherUnknown
from vouchers.rules.queries import COLUMNS, VOUCHERS_AND_RULES, rule_from
from vouchers.rules.rule import Rule
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
    rule: Rule | None = None
    """What limits where and when it is taken; its batch's."""

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

    def refuse_unless_taken(self, spot: Spot, today: date) -> None:
        """Whether it may be spent in this shop today.

        :raises NotTakenHere: with where and when it is taken
        """
        if self.rule is not None:
            self.rule.refuse_unless_taken(spot, today)


async def find_by_hash(session: AsyncSession, hashes: Collection[UUID]) -> dict[UUID, UUID]:
    """The ids of vouchers by the hash of either of their codes. Read before the lock: a voucher keeps its codes."""
    found: dict[UUID, UUID] = {}
    for voucher, token, typed in await session.execute(_FIND, given(hash=hashes)):
        found[token] = found[typed] = voucher
    return found


async def vouchers_by_hash(session: AsyncSession, hashes: Collection[UUID]) -> dict[UUID, VoucherFacts]:
    """The vouchers as they stand, by the hash of either of their codes."""
    found: dict[UUID, VoucherFacts] = {}
    for token, typed, *row in await session.execute(_READ_BY_HASH, given(hash=hashes)):
        found[token] = found[typed] = _facts(row)
    return found


async def vouchers_by_id(session: AsyncSession, vouchers: Sequence[UUID]) -> dict[UUID, VoucherFacts]:
    """These vouchers as they stand; unknown ids are absent."""
    rows = await session.execute(_READ, given(id=vouchers))
    return {row[0]: _facts(row) for row in rows}


async def voucher(session: AsyncSession, voucher_id: UUID) -> VoucherFacts:
    """One voucher.

    :raises VoucherUnknown:
    """
    found = (await vouchers_by_id(session, [voucher_id])).get(voucher_id)
    if found is None:
        raise VoucherUnknown(voucher=voucher_id)
    return found


async def heirs_of(session: AsyncSession, origins: Collection[UUID]) -> dict[UUID, UUID]:
    """The voucher that is alive today in the chain of each voucher first issued."""
    wanted = list(origins)
    # Spelt so that the primary key and the index of reissued vouchers find them.
    chain = or_(Voucher.id.in_(wanted), and_(Voucher.origin_id.in_(wanted), Voucher.origin_id != Voucher.id))
    statement = select(Voucher.origin_id, Voucher.id).where(chain, Voucher.status != "replaced")
    return {row.origin_id: row.id for row in await session.execute(statement)}


def _facts(row: Sequence[Any]) -> VoucherFacts:
    own: Sequence[Any] = (*row[:_OWN], rule_from(row[_OWN:]))
    return VoucherFacts(*own)


_VOUCHERS: Final = cast("Table", Voucher.__table__)

_BY_HASH: Final = or_(
    _VOUCHERS.c.token_hash == any_of("hash", Uuid()), _VOUCHERS.c.typed_hash == any_of("hash", Uuid())
)
_OWN: Final = 9
"""Columns of the voucher itself among its facts; those of its rule follow."""
_FACTS: Final = (
    _VOUCHERS.c.id, _VOUCHERS.c.batch_id, _VOUCHERS.c.serial, _VOUCHERS.c.origin_id, _VOUCHERS.c.key_number,
    _VOUCHERS.c.valid_from, _VOUCHERS.c.last_day, _VOUCHERS.c.status, _VOUCHERS.c.replaced_by,
    *COLUMNS,
)  # fmt: skip

IDS_BY_HASH: Final = select(_VOUCHERS.c.id).where(_BY_HASH)
"""The ids of vouchers by the hash of either of their codes, for a statement that locks them."""

_FIND: Final = select(_VOUCHERS.c.id, _VOUCHERS.c.token_hash, _VOUCHERS.c.typed_hash).where(_BY_HASH)
_READ_BY_HASH: Final = (
    select(_VOUCHERS.c.token_hash, _VOUCHERS.c.typed_hash, *_FACTS).select_from(VOUCHERS_AND_RULES).where(_BY_HASH)
)
_READ: Final = select(*_FACTS).select_from(VOUCHERS_AND_RULES).where(_VOUCHERS.c.id == any_of("id", Uuid()))
