"""The proof that redemptions and undos say what their transfers say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances
from ledger.audit import Finding
from merchants.movements import REDEMPTION
from vouchers.tables import Redemption, Undo

AT_ONCE: Final = 5_000


async def redemption_findings(session: AsyncSession) -> list[Finding]:
    """Redemptions whose transfer is absent or says otherwise, and undos that undo another transfer."""
    findings: list[Finding] = []
    async for some in _redemptions(session):
        transfers = await balances.transfers_by_id(session, [row.id for row in some])
        for row in some:
            posted = transfers.get(row.id)
            said = (row.voucher_id, row.shop_id, row.amount, REDEMPTION)
            if posted is None or (posted.debit, posted.credit, posted.amount.cents, posted.kind) != said:
                findings.append(Finding("redemption", "redemption", row.id, "is not what its transfer says"))
    undos = (await session.execute(select(Undo.id, Undo.redemption_id))).all()
    reversals = await balances.reversals_of(session, [redemption for _, redemption in undos])
    findings += [
        Finding("undo", "redemption", redemption, "is undone, but its transfer is not reversed so")
        for undo, redemption in undos
        if reversals.get(redemption) != undo
    ]
    return findings


async def _redemptions(session: AsyncSession) -> AsyncIterator[Sequence[Redemption]]:
    statement = select(Redemption).order_by(Redemption.id).limit(AT_ONCE)
    some = (await session.execute(statement)).scalars().all()
    while some:
        yield some
        session.expunge_all()
        some = (await session.execute(statement.where(Redemption.id > some[-1].id))).scalars().all()
