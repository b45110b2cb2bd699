"""Goods that come back: the shop gives a redemption back, in part or whole, on a later day than an undo can.

An undo says that the redemption was a mistake and takes back all of it; a return says that the sale was right and the
goods came back, perhaps some of them, perhaps in several parcels. The law wants what was paid to go back by the means
it was paid with (Code de la consommation, L.221-24), so the money goes to the voucher, or to the one that replaced it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.days import day_of
from ledger.ids import new_id
from ledger.money import CURRENCY, ZERO, Money
from merchants.movements import RETURN, returned_from
from vouchers.errors import (
    AlreadyReturned,
    AlreadyUndone,
    AmountNotPositive,
    RedemptionUnknown,
    ReturnExceeded,
    ReturnTooLate,
)
from vouchers.events import tell
from vouchers.facts import voucher
from vouchers.notices import writing
from vouchers.tables import Redemption, Return, Undo, Voucher
from vouchers.undoing import REISSUE, lock_heir, returned_so_far

WITHIN: Final = timedelta(days=90)
"""How long a shop may do so by itself; later the operator does.

Three months cover the 14 days of the right of withdrawal and the 14 more to give the money back (L.221-18, L.221-24),
and what shops promise at Christmas. What comes back later is seldom a change of mind, and the shop's next settlements
might no longer cover it.
"""

GRACE: Final = timedelta(days=30)
"""How long what came back can be spent at least, whatever the last day of the voucher was."""


@dataclass(frozen=True, slots=True)
class ReturnedView:
    """A return. ``left`` is what the voucher holds after it, ``rest`` what could still be returned."""

    id: UUID
    redemption: UUID
    voucher: UUID
    shop: UUID
    till: UUID
    amount: Money
    left: Money
    rest: Money
    last_day: date
    at: datetime


async def give_back(
    session: AsyncSession,
    redemption_id: UUID,
    amount: Money | None,
    *,
    shop: UUID | None,
    actor: str,
    reason: str,
    at: datetime,
) -> ReturnedView:
    """Give a redemption back, or part of it: from the shop to the voucher, or to the one that replaced it.

    :param amount: all that was not returned before if None
    :param shop: the shop that asks, which may return its own of the last 90 days; None for the operator
    :raises AmountNotPositive:
    :raises RedemptionUnknown: also if it is another shop's
    :raises ReturnTooLate, AlreadyUndone, AlreadyReturned, ReturnExceeded:
    """
    if amount is not None and amount <= ZERO:
        raise AmountNotPositive(amount=amount)
    found = (await session.execute(select(Redemption).where(Redemption.id == redemption_id))).scalar_one_or_none()
    if found is None or (shop is not None and found.shop_id != shop):
        raise RedemptionUnknown(redemption=redemption_id)
    last = day_of(found.at) + WITHIN
    if shop is not None and day_of(at) > last:
        raise ReturnTooLate(last_day=last)
    heir, books = await lock_heir(session, found.voucher_id, also=found.shop_id)
    left = await _returnable(session, found)
    given = left if amount is None else amount
    if given > left:
        raise ReturnExceeded(left=left, asked=given)
    return_id = new_id()
    await _post(session, found, return_id, heir, given, books, at=at)
    await session.execute(
        insert(Return).values(
            id=return_id, redemption_id=redemption_id, amount=given.cents, actor=actor, reason=reason, at=at
        )
    )
    last_day = await _give_time(session, heir, actor=actor, at=at)
    told = {
        "redemption": redemption_id, "return": return_id, "amount": given.cents, "rest": (left - given).cents,
        "currency": CURRENCY,
    }  # fmt: skip
    await writing.tell(session, found.shop_id, "redemption.returned", told, at=at)
    return ReturnedView(
        return_id, redemption_id, heir, found.shop_id, found.till_id, given, books[heir].available, left - given,
        last_day, at,
    )  # fmt: skip


async def _returnable(session: AsyncSession, found: Redemption) -> Money:
    """What of a redemption is neither undone nor returned; its accounts are locked, so it stays so."""
    undone = await session.execute(select(Undo.id).where(Undo.redemption_id == found.id))
    if undone.scalar_one_or_none() is not None:
        raise AlreadyUndone(redemption=found.id)
    left = Money(found.amount) - await returned_so_far(session, found.id)
    if left == ZERO:
        raise AlreadyReturned(redemption=found.id)
    return left


async def _post(
    session: AsyncSession, found: Redemption, return_id: UUID, heir: UUID, amount: Money, books: posting.Books, *,
    at: datetime,
) -> None:  # fmt: skip
    document = returned_from(found.id)
    moved = [
        posting.NewTransfer(
            RETURN, found.shop_id, found.voucher_id, amount, entry=return_id, id=return_id, document=document
        )
    ]
    if heir != found.voucher_id:
        moved.append(posting.NewTransfer(REISSUE, found.voucher_id, heir, amount, entry=return_id))
    await posting.post(session, moved, at=at, books=books)


async def _give_time(session: AsyncSession, voucher_id: UUID, *, actor: str, at: datetime) -> date:
    """Let what came back be spent for a while. What had expired before stays expired.

    :returns: the last day of the voucher from now on
    """
    before = (await voucher(session, voucher_id)).last_day
    least = day_of(at) + GRACE
    if before >= least:
        return before
    await session.execute(
        update(Voucher)
        .where(Voucher.id == voucher_id)
        .values(last_day=least)
        .execution_options(synchronize_session=False)
    )
    await tell(session, voucher_id, "extended", actor=actor, reason=f"{before} to {least}: goods returned", at=at)
    return least
