"""Public money on top: a funder adds to a voucher what it has paid in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.days import day_of
from ledger.money import ZERO, Money, total
from vouchers.errors import AmountNotPositive
from vouchers.facts import VoucherFacts, voucher
from vouchers.funders import funder
from vouchers.funding.funds import count, funds_of, use
from vouchers.tables import TopUp

TOP_UP: Final = "top_up"


@dataclass(frozen=True, slots=True)
class Gift:
    """What a voucher is to have."""

    voucher: VoucherFacts
    amount: Money


async def top_up(session: AsyncSession, voucher_id: UUID, *, funder_id: UUID, amount: Money, at: datetime) -> UUID:
    """Add a funder's money to a voucher that is, or will be, spendable.

    :returns: the transfer
    :raises AmountNotPositive, VoucherUnknown, FunderUnknown, FundsExhausted, FundsReserved, NoBudget, BudgetExceeded:
    :raises VoucherBlocked, VoucherReplaced, VoucherExpired:
    """
    if amount <= ZERO:
        raise AmountNotPositive(amount=amount)
    await voucher(session, voucher_id)
    await funder(session, funder_id)
    books = await posting.lock(session, [voucher_id, funder_id])
    found = await voucher(session, voucher_id)
    found.refuse_unless_usable(max(day_of(at), found.valid_from))
    (await funds_of(session, funder_id, books[funder_id].available, at=at)).refuse_beyond(amount)
    (given,) = await give(session, [Gift(found, amount)], funder_id=funder_id, books=books, at=at)
    return given


async def give(
    session: AsyncSession, gifts: Sequence[Gift], *, funder_id: UUID, books: posting.Books, at: datetime,
    out_of: UUID | None = None, counted: bool = False, on: date | None = None,
) -> list[UUID]:  # fmt: skip
    """Add a funder's money to many vouchers; whether each may have it was decided under the locks of ``books``.

    :param out_of: the purpose for which it was kept
    :param counted: whether its budget has it already
    :param on: the day on whose budget it counts, if that is not today's
    :returns: the transfers, in the order of the gifts
    :raises Overdrawn: if the funder holds less
    """
    if not gifts:
        return []
    posted = [posting.NewTransfer(TOP_UP, funder_id, one.voucher.id, one.amount) for one in gifts]
    await posting.post(session, posted, at=at, books=books)
    rows = [
        {
            "id": transfer.id, "origin_id": one.voucher.origin, "funder_id": funder_id, "amount": one.amount.cents,
            "at": at, "counts_on": on,
        }
        for transfer, one in zip(posted, gifts, strict=True)
    ]  # fmt: skip
    await session.execute(insert(TopUp), rows)
    given = total([one.amount for one in gifts])
    if not counted:
        await count(session, funder_id, given, on=on or day_of(at))
    if out_of is not None:
        await use(session, out_of, given)
    return [transfer.id for transfer in posted]
