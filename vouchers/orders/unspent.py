"""What is left unspent on the vouchers of an order, whose it is, and taking it back for the buyer.

What a funder added to a voucher is never the buyer's: of what is left each has its share, in the proportion in which
they put it there; the buyer takes back its own, and the funder's goes back to the funder with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances, posting
from ledger.database import sum_of
from ledger.money import ZERO, Money, total
from vouchers import releasing
from vouchers.orders.tables import OrderLine
from vouchers.tables import Batch, TopUp, Voucher

REFUND: Final = "refund"
"""The kind of the transfers by which vouchers and fees give money back to their buyer."""

CHARGED_BACK: Final = "charged_back"
"""The kind of those by which vouchers give it up because a dispute was lost."""

SETS: Final = 3
"""How often the accounts of an order are locked anew when vouchers were reissued meanwhile."""


@dataclass(frozen=True, slots=True)
class Unspent:
    """What is on a voucher: ``own`` is the buyer's, ``funded`` the funders'; ``held`` is kept by an online shop."""

    voucher: UUID
    line: int
    serial: int
    status: str
    own: Money
    held: Money
    funded: dict[UUID, Money] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Nothing of it can be taken."""
        return not self.own and not any(self.funded.values())


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken from a voucher, for the buyer and for each funder; ``emptied`` if nothing is left on it."""

    voucher: UUID
    own: Money
    funded: dict[UUID, Money]
    emptied: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    voucher: UUID
    line: int
    serial: int
    status: str
    face: int
    top_ups: dict[UUID, int]


async def unspent(session: AsyncSession, order_id: UUID) -> list[Unspent]:
    """What is left on the vouchers of an order, newest first; without a lock, for show."""
    kept = await _kept(session, order_id)
    held = await balances.balances_of(session, [one.voucher for one in kept])
    return [_unspent(one, held[one.voucher].available, held[one.voucher].pending) for one in kept]


async def lock_unspent(
    session: AsyncSession, order_id: UUID, *others: UUID, at: datetime
) -> tuple[list[Unspent], posting.Books]:
    """The same with every account locked, together with ``others`` and the funders. The order is locked already.

    What a hold kept past its time is free again at once.
    """
    kept = await _kept(session, order_id)
    books = await posting.lock(session, {*others, *_accounts(kept)})
    for _ in range(SETS):
        # Reissued or topped up while we waited for the locks: what came anew is locked too, and read again.
        kept = await _kept(session, order_id)
        new = _accounts(kept) - set(books)
        if not new:
            break
        books |= await posting.lock(session, new)
    found = [one for one in kept if one.voucher in books]
    held = [one.voucher for one in found if books[one.voucher].pending]
    if held and await releasing.time_out(session, held, at=at):
        books |= await posting.lock(session, held)
    return [_unspent(one, books[one.voucher].available, Money(books[one.voucher].pending)) for one in found], books


def take(some: Sequence[Unspent], amount: Money) -> list[Taken]:
    """Take ``amount`` of the buyer's money, voucher by voucher; the order of ``some`` says which come first."""
    taken, rest = [], amount
    for one in some:
        own = min(one.own, rest)
        if own == ZERO:
            continue
        whole = own == one.own
        funded = {
            funder: part if whole else Money(part.cents * own.cents // one.own.cents)
            for funder, part in one.funded.items()
        }
        taken.append(Taken(one.voucher, own, funded, emptied=whole and not one.held))
        rest -= own
    return taken


def transfers_of(
    taken: Sequence[Taken], *, kind: str, buyer: UUID, entry: UUID, document: str
) -> list[posting.NewTransfer]:
    """The transfers by which it is taken: to the buyer, and to the funders."""
    pairs = [(one.voucher, to, part) for one in taken for to, part in ((buyer, one.own), *one.funded.items())]
    return [
        posting.NewTransfer(kind, voucher, to, part, entry=entry, document=document)
        for voucher, to, part in pairs
        if part
    ]


def own_of(some: Sequence[Unspent]) -> Money:
    """What of it is the buyer's."""
    return total([one.own for one in some])


def _unspent(one: _Kept, available: Money, held: Money) -> Unspent:
    own, *funded = available.share([one.face, *one.top_ups.values()])
    return Unspent(
        one.voucher, one.line, one.serial, one.status, own, held, dict(zip(one.top_ups, funded, strict=True))
    )


def _accounts(kept: Collection[_Kept]) -> set[UUID]:
    return {account for one in kept for account in (one.voucher, *one.top_ups)}


async def _kept(session: AsyncSession, order_id: UUID) -> list[_Kept]:
    """The vouchers that are alive in the batches of an order; the last ones come first."""
    statement = (
        select(Voucher.id, Voucher.origin_id, OrderLine.position, Voucher.serial, Voucher.status, Batch.face_value)
        .join(Batch, Batch.id == Voucher.batch_id)
        .join(OrderLine, OrderLine.batch_id == Batch.id)
        .where(OrderLine.order_id == order_id, Voucher.status != "replaced")
        .order_by(OrderLine.position.desc(), Voucher.serial.desc(), Voucher.id.desc())
    )
    rows = (await session.execute(statement)).all()
    added: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    top_ups = (
        select(TopUp.origin_id, TopUp.funder_id, sum_of(TopUp.amount))
        .join(Voucher, Voucher.id == TopUp.origin_id)
        .join(OrderLine, OrderLine.batch_id == Voucher.batch_id)
        .where(OrderLine.order_id == order_id)
        .group_by(TopUp.origin_id, TopUp.funder_id)
        .order_by(TopUp.origin_id, TopUp.funder_id)
    )
    for origin, funder, cents in await session.execute(top_ups):
        added[origin][funder] = cents
    return [
        _Kept(id_, line, serial, status, face, added.get(origin, {}))
        for id_, origin, line, serial, status, face in rows
    ]
