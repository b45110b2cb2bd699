"""Disputes: how each stands, what to do about it at Stripe, what is frozen meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading
from api.pages.desk.access import SeesOrders
from api.pages.desk.words import REASONS, Told, dispute_told
from api.pages.rendering import page
from ledger.money import Money, total
from vouchers import freezing
from vouchers.orders import disputing
from vouchers.orders.awaiting import Awaiting, orders_by_id
from vouchers.orders.disputing import DisputeView
from vouchers.orders.unspent import unspent

router = APIRouter(include_in_schema=False)

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A dispute in words; ``late`` if the answer that is awaited comes too late."""

    dispute: DisputeView
    one: Awaiting
    told: Told
    reason: str
    late: bool
    frozen: int
    frozen_sum: Money


@router.get("/{slug:slug}/desk/disputes")
async def disputes(request: Request, _visitor: SeesOrders, session: PageReading) -> Response:
    """Disputes that are open, soonest to be answered first, then those that are decided."""
    at = await clock.now(session)
    found = await disputing.recent_disputes(session, limit=SHOWN)
    orders = await orders_by_id(session, {one.order for one in found})
    shown = [await _shown(session, one, orders[one.order], at) for one in found]
    return page(
        request, "desk/disputes.html", open=[one for one in shown if one.dispute.closed_at is None],
        closed=[one for one in shown if one.dispute.closed_at is not None],
    )  # fmt: skip


async def _shown(session: AsyncSession, dispute: DisputeView, one: Awaiting, at: datetime) -> Shown:
    left = await unspent(session, dispute.order) if dispute.freezes else []
    frozen = await freezing.frozen_among(session, [voucher.voucher for voucher in left]) if left else set()
    kept = [voucher.own for voucher in left if voucher.voucher in frozen and voucher.own]
    return Shown(
        dispute, one, dispute_told(dispute.status), REASONS.get(dispute.reason, REASONS["general"]),
        dispute.too_late(at), len(kept), total(kept),
    )  # fmt: skip
