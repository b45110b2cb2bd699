"""The proof that redemptions and undos say what their transfers say, and that none is missing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances, tallies
from ledger.audit import NAMED_AT_MOST, Finding
from merchants.movements import REDEMPTION, UNDO
from vouchers.tables import Redemption, Undo

AT_ONCE: Final = 5_000


async def redemption_findings(session: AsyncSession) -> list[Finding]:
    """Redemptions whose transfer is absent or says otherwise, undos that undo another, transfers that are neither."""
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
    return [*findings, *await _missing(session)]


async def _missing(session: AsyncSession) -> list[Finding]:
    """Redemptions and undos that were posted, but of which nobody knows who did them, and where."""
    kept = ((REDEMPTION, select(Redemption.id)), (UNDO, select(Undo.id)))
    return [
        Finding(kind, "transfer", transfer, f"is posted as {kind}, but its {kind} is not there")
        for kind, known in kept
        for transfer in await tallies.not_among(session, kind=kind, known=known, limit=NAMED_AT_MOST)
    ]


async def _redemptions(session: AsyncSession) -> AsyncIterator[Sequence[Redemption]]:
    statement = select(Redemption).order_by(Redemption.id).limit(AT_ONCE)
    some = (await session.execute(statement)).scalars().all()
    while some:
        yield some
        session.expunge_all()
        some = (await session.execute(statement.where(Redemption.id > some[-1].id))).scalars().all()
