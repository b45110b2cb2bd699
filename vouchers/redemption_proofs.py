"""The proof that redemptions, undos and returns say what their transfers say, and that none is missing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances, movements
from ledger.audit import NAMED_AT_MOST, Finding
from ledger.database import sum_of
from ledger.parallel import beyond, from_key
from merchants.movements import REDEMPTION, RETURN, UNDO, returned_from
from vouchers.tables import Redemption, Return, Undo

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
    undos = (await session.execute(_UNDOS)).all()
    reversals = await balances.reversals_of(session, [redemption for _, redemption in undos])
    findings += [
        Finding("undo", "redemption", redemption, "is undone, but its transfer is not reversed so")
        for undo, redemption in undos
        if reversals.get(redemption) != undo
    ]
    return [*findings, *await _wrong_returns(session), *await _missing(session)]


async def _wrong_returns(session: AsyncSession) -> list[Finding]:
    """Returns whose transfer says otherwise, and redemptions of which more went back than was spent."""
    findings = []
    rows = (await session.execute(_RETURNS)).all()
    if not rows:
        return []
    transfers = await balances.transfers_by_id(session, [row.id for row, _ in rows])
    for row, sold in rows:
        posted = transfers.get(row.id)
        said = (sold.shop_id, sold.voucher_id, row.amount, RETURN, returned_from(sold.id))
        if posted is None or (posted.debit, posted.credit, posted.amount.cents, posted.kind, posted.document) != said:
            findings.append(Finding("return", "redemption", sold.id, "was returned, but its transfer says otherwise"))
    findings += [
        Finding("return", "redemption", one, "gave back more than was spent")
        for one in (await session.execute(_TOO_MUCH)).scalars()
    ]
    return findings


async def _missing(session: AsyncSession) -> list[Finding]:
    """Redemptions, undos and returns that were posted, but of which nobody knows who did them, and where."""
    return [
        Finding(kind, "transfer", transfer, f"is posted as {kind}, but its {kind} is not there")
        for kind, transfer in await movements.not_among(session, _STRANGERS)
    ]


async def _redemptions(session: AsyncSession) -> AsyncIterator[Sequence[Redemption]]:
    after: UUID | None = None
    while some := (await session.execute(_SOME, {**from_key(after), "most": AT_ONCE})).scalars().all():
        yield some
        if len(some) < AT_ONCE:
            return
        after = some[-1].id
        session.expunge_all()


_SOME: Final = select(Redemption).where(beyond(Redemption.id)).order_by(Redemption.id).limit(bindparam("most"))
_UNDOS: Final = select(Undo.id, Undo.redemption_id)
_RETURNS: Final = select(Return, Redemption).join(Redemption, Redemption.id == Return.redemption_id)
_TOO_MUCH: Final = (
    select(Redemption.id)
    .join(Return, Return.redemption_id == Redemption.id)
    .outerjoin(Undo, Undo.redemption_id == Redemption.id)
    .group_by(Redemption.id, Undo.id)
    .having((sum_of(Return.amount) > Redemption.amount) | Undo.id.is_not(None))
)
_STRANGERS: Final = movements.strangers_of(
    {REDEMPTION: select(Redemption.id), UNDO: select(Undo.id), RETURN: select(Return.id)}, limit=NAMED_AT_MOST
)
