"""Reading batches, vouchers and redemptions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Row, Select, Uuid, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances
from ledger.database import sum_of
from ledger.days import day_of
from ledger.money import Money
from ledger.parallel import any_of, given
from vouchers.errors import BatchUnknown, CodeNotRecognised, RedemptionUnknown
from vouchers.facts import VoucherFacts, find_by_hash, voucher, vouchers_by_id
from vouchers.tables import Batch, Redemption, Return, Undo, Voucher

State = Literal["active", "spent", "blocked", "replaced", "expired", "not_yet_valid"]


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch as it was issued."""

    id: UUID
    buyer: UUID
    label: str
    face_value: Money
    quantity: int
    fee: Money
    fee_vat: Money
    valid_from: date
    last_day: date
    on_credit: bool
    issued_by: str
    issued_at: datetime
    rule: UUID | None = None
    """The version of the rule that limits them."""


@dataclass(frozen=True, slots=True)
class VoucherView:
    """A voucher and what is on it. ``left`` counts what is held; ``available`` does not."""

    facts: VoucherFacts
    face_value: Money
    left: Money
    available: Money

    def state(self, at: datetime) -> State:
        """What a person is told of it."""
        today = day_of(at)
        if self.facts.status != "active":
            return self.facts.status
        if today > self.facts.last_day:
            return "expired"
        if today < self.facts.valid_from:
            return "not_yet_valid"
        return "active" if self.left else "spent"


@dataclass(frozen=True, slots=True)
class RedemptionView:
    """A redemption; ``undone_at`` once it was taken back, ``returned`` what of it went back because goods did.

    ``cashier`` is who did it, where that is told.
    """

    id: UUID
    voucher: UUID
    shop: UUID
    till: UUID
    amount: Money
    left_after: Money
    at: datetime
    undo: UUID | None
    undone_at: datetime | None
    undo_reason: str | None
    returned: Money
    cashier: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReturnView:
    """Goods that came back: what of a redemption went back for them, by whom and why."""

    id: UUID
    redemption: UUID
    amount: Money
    actor: str
    reason: str
    at: datetime


async def batch(session: AsyncSession, batch_id: UUID) -> BatchView:
    """One batch.

    :raises BatchUnknown:
    """
    row = (await session.execute(select(Batch).where(Batch.id == batch_id))).scalar_one_or_none()
    if row is None:
        raise BatchUnknown(batch=batch_id)
    return _batch(row)


async def batches_page(
    session: AsyncSession, *, buyer: UUID | None = None, after: UUID | None = None, limit: int
) -> list[BatchView]:
    """Batches, newest first."""
    statement = select(Batch).order_by(Batch.id.desc()).limit(limit)
    if buyer is not None:
        statement = statement.where(Batch.buyer_id == buyer)
    if after is not None:
        statement = statement.where(Batch.id < after)
    return [_batch(row) for row in (await session.execute(statement)).scalars()]


async def every_batch(session: AsyncSession) -> list[BatchView]:
    """All batches, newest first, for the proofs."""
    return [_batch(row) for row in (await session.execute(_EVERY_BATCH)).scalars()]


async def voucher_view(session: AsyncSession, voucher_id: UUID) -> VoucherView:
    """One voucher.

    :raises VoucherUnknown:
    """
    return (await _views(session, [await voucher(session, voucher_id)]))[0]


async def voucher_by_code(session: AsyncSession, code: UUID) -> VoucherView:
    """The voucher of a code, by its lookup hash.

    :raises CodeNotRecognised:
    """
    found = (await find_by_hash(session, [code])).get(code)
    if found is None:
        raise CodeNotRecognised
    return await voucher_view(session, found)


async def vouchers_page(
    session: AsyncSession, *, batch: UUID, after: UUID | None = None, limit: int
) -> list[VoucherView]:
    """The vouchers of a batch by their ids: as issued, then as reissued."""
    statement = select(Voucher.id).where(Voucher.batch_id == batch).order_by(Voucher.id).limit(limit)
    if after is not None:
        statement = statement.where(Voucher.id > after)
    ids = list((await session.execute(statement)).scalars())
    facts = await vouchers_by_id(session, ids)
    return await _views(session, [facts[one] for one in ids])


async def voucher_views(session: AsyncSession, vouchers: Sequence[UUID]) -> dict[UUID, VoucherView]:
    """These vouchers and what is on them; unknown ids are absent."""
    facts = await vouchers_by_id(session, vouchers)
    return {view.facts.id: view for view in await _views(session, list(facts.values()))}


async def redemption(session: AsyncSession, redemption_id: UUID) -> RedemptionView:
    """One redemption.

    :raises RedemptionUnknown:
    """
    row = (await session.execute(_redemptions().where(Redemption.id == redemption_id))).one_or_none()
    if row is None:
        raise RedemptionUnknown(redemption=redemption_id)
    return _redemption(row)


async def redemptions_by_id(session: AsyncSession, redemptions: Collection[UUID]) -> dict[UUID, RedemptionView]:
    """These redemptions; unknown ids are absent."""
    rows = await session.execute(_redemptions().where(Redemption.id.in_(list(redemptions))))
    return {view.id: view for view in map(_redemption, rows)}


async def redemptions_at(session: AsyncSession, till: UUID, *, since: datetime) -> list[RedemptionView]:
    """What was redeemed at a till since then, newest first."""
    statement = _redemptions().where(Redemption.till_id == till, Redemption.at >= since)
    return [_redemption(row) for row in await session.execute(statement.order_by(Redemption.id.desc()))]


async def returns_of(session: AsyncSession, redemption_id: UUID) -> list[ReturnView]:
    """What of a redemption was returned, oldest first."""
    statement = select(Return).where(Return.redemption_id == redemption_id).order_by(Return.id)
    return [
        ReturnView(row.id, row.redemption_id, Money(row.amount), row.actor, row.reason, row.at)
        for row in (await session.execute(statement)).scalars()
    ]


async def redemptions_page(
    session: AsyncSession,
    *,
    shop: UUID | None = None,
    till: UUID | None = None,
    voucher: UUID | None = None,
    after: UUID | None = None,
    limit: int,
) -> list[RedemptionView]:
    """Redemptions, newest first."""
    statement = _redemptions().order_by(Redemption.id.desc()).limit(limit)
    for column, wanted in ((Redemption.shop_id, shop), (Redemption.till_id, till), (Redemption.voucher_id, voucher)):
        if wanted is not None:
            statement = statement.where(column == wanted)
    if after is not None:
        statement = statement.where(Redemption.id < after)
    return [_redemption(row) for row in await session.execute(statement)]


async def redemptions_of(
    session: AsyncSession, shop: UUID, *, since: datetime, before: datetime, limit: int
) -> list[RedemptionView]:
    """The redemptions of a shop between two moments, newest first."""
    statement = _redemptions().where(Redemption.shop_id == shop, Redemption.at >= since, Redemption.at < before)
    rows = await session.execute(statement.order_by(Redemption.at.desc(), Redemption.id.desc()).limit(limit))
    return [_redemption(row) for row in rows]


async def _views(session: AsyncSession, facts: Sequence[VoucherFacts]) -> list[VoucherView]:
    held = await balances.balances_of(session, [one.id for one in facts])
    rows = await session.execute(_FACES, given(batch={one.batch for one in facts}))
    faces = {id_: Money(cents) for id_, cents in rows}
    return [VoucherView(one, faces[one.batch], held[one.id].balance, held[one.id].available) for one in facts]


def _redemptions() -> Select[Redemption, UUID, datetime, str, int]:
    returned = select(sum_of(Return.amount)).where(Return.redemption_id == Redemption.id).scalar_subquery()
    return select(Redemption, Undo.id, Undo.at, Undo.reason, returned).outerjoin(
        Undo, Undo.redemption_id == Redemption.id
    )


def _redemption(found: Row[Redemption, UUID, datetime, str, int]) -> RedemptionView:
    row, undo, undone_at, reason, returned = found
    return RedemptionView(
        row.id, row.voucher_id, row.shop_id, row.till_id, Money(row.amount), Money(row.left_after), row.at,
        undo, undone_at, reason, Money(returned), row.cashier_id,
    )  # fmt: skip


def _batch(row: Batch) -> BatchView:
    return BatchView(
        row.id, row.buyer_id, row.label, Money(row.face_value), row.quantity, Money(row.fee), Money(row.fee_vat),
        row.valid_from, row.last_day, row.on_credit, row.issued_by, row.issued_at, row.rule_id,
    )  # fmt: skip


_FACES: Final = select(Batch.id, Batch.face_value).where(Batch.id == any_of("batch", Uuid()))


_EVERY_BATCH: Final = select(Batch).order_by(Batch.id.desc())
