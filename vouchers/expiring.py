"""Expiry at the end of the last day, Europe/Paris: what is left goes to breakage, or back to who paid for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting, tallies
from ledger.chart import Kind, single
from ledger.database import sum_of
from ledger.days import day_of
from ledger.ids import new_id
from ledger.money import Money
from merchants import programme
from merchants.programme import BreakageTo
from vouchers.facts import VoucherFacts, vouchers_by_id
from vouchers.tables import Batch, TopUp, Voucher

EXPIRY: Final = "expiry"
AT_ONCE: Final = 1_000
"""How many vouchers one transaction expires at most."""


async def expire_due(session: AsyncSession, *, at: datetime) -> int:
    """Expire vouchers whose last day is over and that hold money, at most a thousand in one go.

    A voucher of which a part is held waits until the hold is captured, voided or timed out.

    :returns: how many; call again until it is none
    """
    today = day_of(at)
    over = select(Voucher.id).where(Voucher.last_day < today)
    due = await tallies.with_money(session, over, limit=AT_ONCE)
    if not due:
        return 0
    breakage_to = (await programme.terms_on(session, today)).breakage_to
    vouchers = (await vouchers_by_id(session, due)).values()
    bought = await _bought(session, {one.batch for one in vouchers}, breakage_to)
    origins = {one.id: one.origin for one in vouchers}
    shares = await _funders(session, list(origins.values())) if breakage_to != "operator" else {}
    receivers = {funder for by_funder in shares.values() for funder in by_funder}
    receivers |= {one.keeper for one in bought.values()}
    books = await posting.lock(session, {*due, *receivers})
    # Extended, spent or held while we waited for the locks: read again what is decided on.
    facts = await vouchers_by_id(session, due)
    if breakage_to != "operator":
        shares = await _funders(session, list(origins.values()))
        late = {funder for by_funder in shares.values() for funder in by_funder} - receivers
        books |= await posting.lock(session, late) if late else {}
    expired = [
        one for one in facts.values() if one.last_day < today and books[one.id].left and not books[one.id].pending
    ]
    transfers = [
        transfer
        for one in expired
        for transfer in _transfers(one, books[one.id].left, bought[one.batch], shares.get(one.origin, {}))
    ]
    await posting.post(session, transfers, at=at, books=books)
    return len(expired)


@dataclass(frozen=True, slots=True)
class _Bought:
    """What a buyer put on each voucher of a batch, and the account to which that part of what expires goes."""

    face_value: Money
    keeper: UUID


def _transfers(
    voucher: VoucherFacts, left: Money, bought: _Bought, funders: Mapping[UUID, Money]
) -> list[posting.NewTransfer]:
    """Share what is left in proportion to what the buyer and each funder put on the voucher."""
    receivers = [bought.keeper, *funders]
    parts = left.share([bought.face_value.cents, *(given.cents for given in funders.values())])
    entry = new_id()
    return [
        posting.NewTransfer(EXPIRY, voucher.id, receiver, part, entry=entry)
        for receiver, part in zip(receivers, parts, strict=True)
        if part
    ]


async def _funders(session: AsyncSession, origins: Sequence[UUID]) -> dict[UUID, dict[UUID, Money]]:
    """What each funder put on each chain of vouchers."""
    statement = (
        select(TopUp.origin_id, TopUp.funder_id, sum_of(TopUp.amount))
        .where(TopUp.origin_id.in_(origins))
        .group_by(TopUp.origin_id, TopUp.funder_id)
        .order_by(TopUp.origin_id, TopUp.funder_id)
    )
    rows = (await session.execute(statement)).all()
    return {
        origin: {funder: Money(amount) for _, funder, amount in group}
        for origin, group in groupby(rows, key=lambda row: row[0])
    }


async def _bought(session: AsyncSession, batches: Collection[UUID], breakage_to: BreakageTo) -> dict[UUID, _Bought]:
    rows = await session.execute(select(Batch.id, Batch.face_value, Batch.buyer_id).where(Batch.id.in_(batches)))
    return {
        batch: _Bought(Money(cents), buyer if breakage_to == "buyer" else single(Kind.BREAKAGE))
        for batch, cents, buyer in rows
    }
