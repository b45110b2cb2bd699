"""Closing a till: what each cashier took there since the last closing, counted once and kept.

Each redemption and each undo belongs to one closing: the rows that were counted are marked, so that one that commits
a moment later is counted by the next. An undo is counted with the cashier whose redemption it takes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, insert, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.ids import new_id, new_ids
from ledger.money import Money
from merchants.shops.tills import till
from vouchers.errors import NothingToClose
from vouchers.tables import Redemption, TillClosing, TillClosingLine, Undo

ACTS_SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class ClosingView:
    """What one cashier, or nobody named, took at a till."""

    id: UUID
    act: UUID
    till: UUID
    cashier: UUID | None
    since: datetime
    redemptions: int
    undos: int
    redeemed: Money
    undone: Money
    total: Money
    closed_by: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """A redemption (``undo`` false) or an undo that is not counted yet."""

    transfer: UUID
    cashier: UUID | None
    amount: Money
    undo: bool
    at: datetime


async def close_till(session: AsyncSession, till_id: UUID, *, actor: str, at: datetime) -> list[ClosingView]:
    """Close a till: one line for each cashier who redeemed, or whose redemptions were undone, since the last time.

    :raises TillUnknown, NothingToClose:
    """
    found = await till(session, till_id)
    # Redemptions of the shop wait for this lock, and other closings too: what is read after it stays as it is.
    await posting.lock(session, {found.shop})
    moved = await not_closed(session, till_id)
    if not moved:
        raise NothingToClose
    act, by_cashier = new_id(), _by_cashier(moved)
    ids = new_ids(len(by_cashier))
    rows = [_row(id_, act, till_id, some, actor, at) for id_, some in zip(ids, by_cashier, strict=True)]
    await session.execute(insert(TillClosing), rows)
    lines = [
        {"transfer_id": one.transfer, "closing_id": id_}
        for id_, some in zip(ids, by_cashier, strict=True)
        for one in some
    ]
    await session.execute(insert(TillClosingLine), lines)
    return await closings_of_act(session, act)


async def not_closed(session: AsyncSession, till_id: UUID) -> list[Moved]:
    """What moved at a till since its last closing, in the order in which it happened."""
    here = Redemption.till_id == till_id
    redeemed = select(Redemption.id, Redemption.cashier_id, Redemption.amount, false(), Redemption.at).where(
        here, ~exists().where(TillClosingLine.transfer_id == Redemption.id)
    )
    undone = (
        select(Undo.id, Redemption.cashier_id, Redemption.amount, true(), Undo.at)
        .join(Redemption, Redemption.id == Undo.redemption_id)
        .where(here, ~exists().where(TillClosingLine.transfer_id == Undo.id))
    )
    rows = (await session.execute(union_all(redeemed, undone))).all()
    found = [Moved(id_, cashier, Money(cents), undo, at) for id_, cashier, cents, undo, at in rows]
    return sorted(found, key=attrgetter("at", "transfer"))


async def closings_of_act(session: AsyncSession, act: UUID) -> list[ClosingView]:
    """What one act of closing counted, by cashier."""
    return await _closings(session, TillClosing.act_id == act, limit=1_000)


async def closings_of(session: AsyncSession, till_id: UUID, *, limit: int = ACTS_SHOWN) -> list[ClosingView]:
    """The closings of a till, newest first."""
    return await _closings(session, TillClosing.till_id == till_id, limit=limit)


async def _closings(session: AsyncSession, wanted: ColumnElement[bool], *, limit: int) -> list[ClosingView]:
    statement = select(TillClosing).where(wanted).order_by(TillClosing.id.desc()).limit(limit)
    return [_view(row) for row in (await session.execute(statement)).scalars()]


def _by_cashier(moved: Iterable[Moved]) -> list[list[Moved]]:
    def who(one: Moved) -> str:
        return str(one.cashier or "")

    return [list(some) for _, some in groupby(sorted(moved, key=who), key=who)]


def _row(id_: UUID, act: UUID, till_id: UUID, some: Sequence[Moved], actor: str, at: datetime) -> dict[str, object]:
    redeemed = sum(one.amount.cents for one in some if not one.undo)
    undone = sum(one.amount.cents for one in some if one.undo)
    undos = sum(one.undo for one in some)
    return {
        "id": id_, "act_id": act, "till_id": till_id, "cashier_id": some[0].cashier,
        "since": min(one.at for one in some), "redemptions": len(some) - undos, "undos": undos,
        "redeemed": redeemed, "undone": undone, "total": redeemed - undone, "closed_by": actor, "closed_at": at,
    }  # fmt: skip


def _view(row: TillClosing) -> ClosingView:
    return ClosingView(
        row.id, row.act_id, row.till_id, row.cashier_id, row.since, row.redemptions, row.undos, Money(row.redeemed),
        Money(row.undone), Money(row.total), row.closed_by, row.closed_at,
    )  # fmt: skip
