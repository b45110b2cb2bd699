"""The vouchers of an order as they are handed out: one after the other, each as it stands today, with whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Uuid, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances
from ledger.days import day_of
from ledger.money import Money
from ledger.parallel import any_of, given
from vouchers.orders.tables import Beneficiary, OrderLine
from vouchers.tables import Voucher

AT_ONCE: Final = 250
"""How many are read in one transaction, and drawn in one go."""


@dataclass(frozen=True, slots=True)
class Handout:
    """A voucher that may be spent, and what is left on it; ``place`` is its place in the order, from 1."""

    place: int
    voucher: UUID
    key_number: int
    left: Money
    last_day: date
    name: str | None
    email: str | None
    staff_number: str | None


async def origins_of(session: AsyncSession, order_id: UUID) -> list[UUID]:
    """The vouchers first issued, line by line: in the order of the beneficiaries, or of their numbers."""
    statement = (
        select(Voucher.id)
        .join(OrderLine, OrderLine.batch_id == Voucher.batch_id)
        .outerjoin(Beneficiary, Beneficiary.voucher_id == Voucher.id)
        .where(OrderLine.order_id == order_id, Voucher.origin_id == Voucher.id)
        .order_by(OrderLine.position, func.coalesce(Beneficiary.position, Voucher.serial), Voucher.id)
    )
    return list((await session.execute(statement)).scalars())


async def handouts(session: AsyncSession, origins: Sequence[UUID], *, first: int, at: datetime) -> list[Handout]:
    """What became of these vouchers, in their order: of a reissued one, its heir.

    What is spent, expired or blocked is left out: no shop would take it.

    :param first: the place of the first of ``origins``
    """
    alive = {row.origin_id: row for row in await session.execute(_ALIVE, given(origin=origins))}
    held = await balances.balances_of(session, [row.id for row in alive.values()])
    today = day_of(at)
    return [
        Handout(
            place, row.id, row.key_number, held[row.id].balance, row.last_day, row.name, row.email, row.staff_number
        )
        for place, origin in enumerate(origins, start=first)
        if (row := alive.get(origin)) is not None and row.last_day >= today and held[row.id].balance
    ]


async def any_left(session: AsyncSession, order_id: UUID, *, at: datetime) -> bool:
    """Whether a voucher of an order may still be spent."""
    origins = await origins_of(session, order_id)
    for start in range(0, len(origins), AT_ONCE):
        if await handouts(session, origins[start : start + AT_ONCE], first=start + 1, at=at):
            return True
    return False


# A voucher is its own origin, or an heir: two indexes answer this, where `origin_id` alone would read every voucher.
_ALIVE: Final = (
    select(
        Voucher.origin_id, Voucher.id, Voucher.key_number, Voucher.last_day,
        Beneficiary.name, Beneficiary.email, Beneficiary.staff_number,
    )
    .outerjoin(Beneficiary, Beneficiary.voucher_id == Voucher.origin_id)
    .where(
        or_(
            Voucher.id == any_of("origin", Uuid()),
            and_(Voucher.origin_id == any_of("origin", Uuid()), Voucher.origin_id != Voucher.id),
        ),
        Voucher.status == "active",
    )
)  # fmt: skip
