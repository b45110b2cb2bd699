"""Reminders: 60 and 15 days before the last day, to those who were written to and still hold money."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger import balances
from ledger.days import day_of
from vouchers.orders.handing import VOUCHER, ask_reminder
from vouchers.orders.tables import Beneficiary, Mailing
from vouchers.tables import Voucher

DAYS: Final = (15, 60)
"""How many days before the last day a reminder goes, the nearest first."""

AT_ONCE: Final = 500


def kind_of(days: int) -> str:
    """How the mailings call a reminder."""
    return f"reminder-{days}"


async def remind_due(session: AsyncSession, *, at: datetime) -> int:
    """Ask for the reminders that are due, some hundred in one go. Each goes once; who is late gets the nearer only.

    :returns: how many; call again until it is none
    """
    asked = 0
    for nearer, days in zip((0, *DAYS), DAYS, strict=False):
        asked += await _remind(session, days, nearer, at=at)
    return asked


async def _remind(session: AsyncSession, days: int, nearer: int, *, at: datetime) -> int:
    """Those whose last day is at most ``days`` away, and more than ``nearer``."""
    today = day_of(at)
    done = aliased(Mailing)
    reminded = select(done.id).where(done.beneficiary_id == Beneficiary.id, done.kind == kind_of(days)).exists()
    brought = (
        select(Mailing.id)
        .where(Mailing.beneficiary_id == Beneficiary.id, Mailing.kind == VOUCHER, Mailing.state == "sent")
        .exists()
    )
    statement = (
        select(Beneficiary.order_id, Beneficiary.id, Beneficiary.email, Voucher.id)
        .join(Voucher, Voucher.origin_id == Beneficiary.voucher_id)
        .where(
            Voucher.status == "active",
            Voucher.last_day <= today + timedelta(days),
            Voucher.last_day > today + timedelta(nearer),
            Beneficiary.email.is_not(None),
            brought,
            ~reminded,
        )
        .order_by(Beneficiary.id)
    )
    rows = (await session.execute(statement)).all()
    held = await balances.balances_of(session, [row[3] for row in rows])
    waiting: dict[UUID, list[tuple[UUID | None, str]]] = defaultdict(list)
    with_money = [row for row in rows if held[row[3]].balance][:AT_ONCE]
    for order_id, who, address, _ in with_money:
        waiting[order_id].append((who, str(address)))
    for order_id, people in waiting.items():
        await ask_reminder(session, order_id, people, kind_of(days), at=at)
    return len(with_money)
