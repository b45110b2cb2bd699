"""From a settlement down to its transfers: each line with the entry that made it, and the entry that booked it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances
from merchants.movements import REDEMPTION
from merchants.settlements.queries import SettlementView, reference, settlement, statement_lines
from merchants.settlements.statement import StatementLine
from merchants.tables import SettlementLine


@dataclass(frozen=True, slots=True)
class Traced:
    """A line of a settlement, its transfer and the entry in which that stands.

    :param voucher: the short form of the voucher's id; it opens nothing
    """

    line: StatementLine
    transfer: UUID
    entry: UUID
    voucher: str


async def traced(
    session: AsyncSession, settlement_id: UUID, *, after: UUID | None = None, limit: int
) -> list[Traced]:  # fmt: skip
    """The lines of a settlement in the order of their transfers' ids, from above ``after``."""
    ids = select(SettlementLine.transfer_id).where(SettlementLine.settlement_id == settlement_id)
    if after is not None:
        ids = ids.where(SettlementLine.transfer_id > after)
    wanted = list((await session.execute(ids.order_by(SettlementLine.transfer_id).limit(limit))).scalars())
    found = await balances.transfers_by_id(session, wanted)
    transfers = [found[one] for one in wanted]
    kept = (await settlement(session, settlement_id)).parties
    return [
        Traced(line, one.id, one.entry, reference(one.debit if one.kind == REDEMPTION else one.credit))
        for one, line in zip(transfers, await statement_lines(session, transfers, kept), strict=True)
    ]


async def booked(session: AsyncSession, found: SettlementView) -> UUID | None:
    """The entry of a settlement: commission, VAT and payout; none if all of them are nought."""
    return await balances.entry_under(session, found.shop, document=found.number)
