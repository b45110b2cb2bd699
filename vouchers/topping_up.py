"""Public money on top: a funder adds to a voucher what it has paid in."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.days import day_of
from ledger.money import ZERO, Money
from vouchers.buyers import funder
from vouchers.errors import AmountNotPositive, FundsExhausted
from vouchers.facts import voucher
from vouchers.tables import TopUp

TOP_UP: Final = "top_up"


async def top_up(session: AsyncSession, voucher_id: UUID, *, funder_id: UUID, amount: Money, at: datetime) -> UUID:
    """Add a funder's money to a voucher that is, or will be, spendable.

    :returns: the transfer
    :raises AmountNotPositive, VoucherUnknown, FunderUnknown, FundsExhausted:
    :raises VoucherBlocked, VoucherReplaced, VoucherExpired:
    """
    if amount <= ZERO:
        raise AmountNotPositive(amount=amount)
    await voucher(session, voucher_id)
    await funder(session, funder_id)
    books = await posting.lock(session, [voucher_id, funder_id])
    found = await voucher(session, voucher_id)
    found.refuse_unless_usable(max(day_of(at), found.valid_from))
    if amount > books[funder_id].available:
        raise FundsExhausted(left=books[funder_id].available, asked=amount)
    given = posting.NewTransfer(TOP_UP, funder_id, voucher_id, amount)
    await posting.post(session, [given], at=at, books=books)
    await session.execute(
        insert(TopUp).values(id=given.id, origin_id=found.origin, funder_id=funder_id, amount=amount.cents, at=at)
    )
    return given.id
