"""A funder's money sent back to it: what is neither given nor promised."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.chart import Kind, single
from ledger.money import ZERO, Money
from vouchers.errors import AmountNotPositive
from vouchers.funders import funder
from vouchers.funding.funds import funds_of

GIVEN_BACK: Final = "funder_paid_back"


async def give_back(session: AsyncSession, funder_id: UUID, amount: Money, *, reference: str, at: datetime) -> UUID:
    """Record that money was sent back to a funder by bank transfer.

    :param reference: what the transfer says
    :returns: the transfer in the books
    :raises AmountNotPositive, FunderUnknown, FundsExhausted, FundsReserved:
    """
    if amount <= ZERO:
        raise AmountNotPositive(amount=amount)
    await funder(session, funder_id)
    books = await posting.lock(session, [funder_id, single(Kind.BANK)])
    (await funds_of(session, funder_id, books[funder_id].available, at=at)).refuse_promised(amount)
    sent = posting.NewTransfer(GIVEN_BACK, funder_id, single(Kind.BANK), amount, document=reference or None)
    await posting.post(session, [sent], at=at, books=books)
    return sent.id
