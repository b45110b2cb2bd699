"""Taking a redemption back: the same day by the shop, later by the operator; once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.database import sum_of
from ledger.days import day_of
from ledger.errors import AlreadyReversed
from ledger.ids import new_id
from ledger.money import CURRENCY, ZERO, Money
from merchants.movements import UNDO
from vouchers.errors import AlreadyReturned, AlreadyUndone, PartlyReturned, RedemptionUnknown, UndoTooLate
from vouchers.facts import voucher
from vouchers.notices.writing import tell
from vouchers.tables import Redemption, Return, Undo

REISSUE = "reissue"


@dataclass(frozen=True, slots=True)
class UndoneView:
    """A redemption taken back. ``left`` is what the voucher holds after it."""

    undo: UUID
    redemption: UUID
    voucher: UUID
    amount: Money
    left: Money
    at: datetime


async def undo(
    session: AsyncSession, redemption_id: UUID, *, shop: UUID | None, actor: str, reason: str, at: datetime
) -> UndoneView:
    """Take a redemption back: the money returns to the voucher, or to the one that replaced it.

    :param shop: the shop that asks, which may undo its own redemptions of today; None for the operator
    :raises RedemptionUnknown: also if it is another shop's
    :raises UndoTooLate, AlreadyUndone:
    :raises PartlyReturned, AlreadyReturned: if goods came back: then the rest is returned too, not undone
    """
    found = (await session.execute(select(Redemption).where(Redemption.id == redemption_id))).scalar_one_or_none()
    if found is None or (shop is not None and found.shop_id != shop):
        raise RedemptionUnknown(redemption=redemption_id)
    if shop is not None and day_of(found.at) != day_of(at):
        raise UndoTooLate(day=day_of(found.at))
    heir, books = await lock_heir(session, found.voucher_id, also=found.shop_id)
    returned = await returned_so_far(session, redemption_id)
    if returned == Money(found.amount):
        raise AlreadyReturned(redemption=redemption_id)
    if returned > ZERO:
        raise PartlyReturned(returned=returned, left=Money(found.amount) - returned)
    entry = new_id()
    try:
        undo_id = await posting.reverse(session, redemption_id, kind=UNDO, at=at, entry=entry)
    except AlreadyReversed:
        raise AlreadyUndone(redemption=redemption_id) from None
    amount = Money(found.amount)
    if heir != found.voucher_id:
        moved = posting.NewTransfer(REISSUE, found.voucher_id, heir, amount, entry=entry)
        await posting.post(session, [moved], at=at)
    await session.execute(
        insert(Undo).values(id=undo_id, redemption_id=redemption_id, actor=actor, reason=reason, at=at)
    )
    told = {"redemption": redemption_id, "undo": undo_id, "amount": amount.cents, "currency": CURRENCY}
    await tell(session, found.shop_id, "redemption.undone", told, at=at)
    return UndoneView(undo_id, redemption_id, heir, amount, books[heir].available + amount, at)


async def returned_so_far(session: AsyncSession, redemption_id: UUID) -> Money:
    """What of a redemption went back because goods did."""
    given = select(sum_of(Return.amount)).where(Return.redemption_id == redemption_id)
    return Money((await session.execute(given)).scalar_one())


async def lock_heir(session: AsyncSession, voucher_id: UUID, *, also: UUID) -> tuple[UUID, posting.Books]:
    """Lock a voucher, the one that replaced it in the end, and another account.

    A voucher may be replaced while we wait for its lock; then its heir is another, and we lock again.
    """
    heir = await _heir(session, voucher_id)
    while True:
        books = await posting.lock(session, {voucher_id, heir, also})
        last = await _heir(session, heir)
        if last == heir:
            return heir, books
        heir = last


async def _heir(session: AsyncSession, voucher_id: UUID) -> UUID:
    found = await voucher(session, voucher_id)
    while found.replaced_by is not None:
        found = await voucher(session, found.replaced_by)
    return found.id
