"""What a shop took, by day: what came in by redemptions, less what went back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances, movements
from ledger.days import Period
from ledger.money import ZERO, Money, total
from ledger.movements import OfDay
from merchants.movements import MOVEMENTS, REDEMPTION


@dataclass(frozen=True, slots=True)
class Takings:
    """What came in, in how many redemptions, and what went back (zero or above) because of mistakes and returns."""

    redeemed: Money = ZERO
    count: int = 0
    given_back: Money = ZERO

    @property
    def net(self) -> Money:
        """What is left of it."""
        return self.redeemed - self.given_back


async def takings(session: AsyncSession, shop_id: UUID, period: Period) -> dict[date, Takings]:
    """What a shop took on each day of a period on which anything moved, oldest first."""
    moved = await movements.by_day(
        session, shop_id, transfer_kinds=MOVEMENTS, since=period.starts, before=period.ends
    )  # fmt: skip
    days = dict.fromkeys(one.day for one in moved)
    return {day: _of([one for one in moved if one.day == day]) for day in days}


def together(some: Sequence[Takings]) -> Takings:
    """The takings of several days as those of one."""
    return Takings(
        total([one.redeemed for one in some]), sum(one.count for one in some),
        total([one.given_back for one in some]),
    )  # fmt: skip


async def never_redeemed(session: AsyncSession, shops: Sequence[UUID]) -> set[UUID]:
    """Those of these shops that never took a voucher."""
    held = await balances.balances_of(session, shops)
    return {one for one in shops if one not in held or not held[one].credits}


def _of(day: Sequence[OfDay]) -> Takings:
    came = [one for one in day if one.kind == REDEMPTION]
    back = total([one.amount for one in day if one.kind != REDEMPTION])
    return Takings(total([one.amount for one in came]), sum(one.transfers for one in came), -back)
