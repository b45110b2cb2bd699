"""What became of the vouchers of an order: how each stands today, and how much of all was spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, Uuid, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.database import sum_of
from ledger.money import Money
from ledger.parallel import any_of, given
from vouchers.orders.handing import VOUCHER
from vouchers.orders.queries import BeneficiaryView, beneficiary_view
from vouchers.orders.tables import Beneficiary, Mailing, OrderLine
from vouchers.queries import VoucherView, voucher_views
from vouchers.tables import Redemption, Return, Undo, Voucher


@dataclass(frozen=True, slots=True)
class Spent:
    """The vouchers of an order together: ``worth`` when they were issued, ``spent`` in shops since."""

    quantity: int
    worth: Money
    spent: Money

    @property
    def percent(self) -> int:
        """How much of it was spent, in whole percents; 100 only if all of it was."""
        return self.spent.cents * 100 // self.worth.cents if self.worth.cents else 0


@dataclass(frozen=True, slots=True)
class People:
    """How many people an order names, how many of them have an address, and to how many nobody wrote yet."""

    named: int
    addressed: int
    unwritten: int


async def people_of(session: AsyncSession, order_id: UUID) -> People:
    """The people of an order, counted. ``unwritten``: with an address and a voucher, and no message about it."""
    addressed = Beneficiary.email.is_not(None)
    written = exists().where(Mailing.beneficiary_id == Beneficiary.id, Mailing.kind == VOUCHER)
    unwritten = and_(addressed, Beneficiary.voucher_id.is_not(None), ~written)
    statement = select(func.count(), func.count().filter(addressed), func.count().filter(unwritten)).where(
        Beneficiary.order_id == order_id
    )
    return People(*(await session.execute(statement)).one())


async def whose(session: AsyncSession, order_id: UUID, origins: Sequence[UUID]) -> dict[UUID, BeneficiaryView]:
    """Whose these vouchers are, by the voucher first issued."""
    statement = select(Beneficiary).where(Beneficiary.order_id == order_id, Beneficiary.voucher_id.in_(list(origins)))
    found = [beneficiary_view(row) for row in (await session.execute(statement)).scalars()]
    return {one.voucher: one for one in found if one.voucher is not None}


async def standings(session: AsyncSession, origins: Sequence[UUID]) -> dict[UUID, VoucherView]:
    """What each voucher first issued is today: itself, or the one that took its place."""
    alive = {row.origin_id: row.id for row in await session.execute(_ALIVE, given(origin=origins))}
    views = await voucher_views(session, list(alive.values()))
    return {origin: views[heir] for origin, heir in alive.items()}


async def spent_of(session: AsyncSession, order_id: UUID) -> Spent:
    """How much of the vouchers of an order was spent in shops; what was taken back does not count."""
    issued = (OrderLine.order_id == order_id, OrderLine.batch_id.is_not(None))
    quantity, worth = (
        await session.execute(
            select(func.coalesce(func.sum(OrderLine.quantity), 0), sum_of(OrderLine.quantity * OrderLine.face_value))
            .where(*issued)
        )
    ).one()  # fmt: skip
    redeemed = (
        select(sum_of(Redemption.amount))
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .join(OrderLine, OrderLine.batch_id == Voucher.batch_id)
        .outerjoin(Undo, Undo.redemption_id == Redemption.id)
        .where(*issued, Undo.id.is_(None))
    )
    returned = (
        select(sum_of(Return.amount))
        .join(Redemption, Redemption.id == Return.redemption_id)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .join(OrderLine, OrderLine.batch_id == Voucher.batch_id)
        .where(*issued)
    )
    spent, back = [(await session.execute(one)).scalar_one() for one in (redeemed, returned)]
    return Spent(quantity, Money(worth), Money(spent - back))


_VOUCHERS: Final = cast("Table", Voucher.__table__)

# A voucher is its own origin, or an heir: two indexes answer this, where `origin_id` alone would read every voucher.
_ALIVE: Final = select(_VOUCHERS.c.origin_id, _VOUCHERS.c.id).where(
    or_(
        _VOUCHERS.c.id == any_of("origin", Uuid()),
        and_(_VOUCHERS.c.origin_id == any_of("origin", Uuid()), _VOUCHERS.c.origin_id != _VOUCHERS.c.id),
    ),
    _VOUCHERS.c.status != "replaced",
)
