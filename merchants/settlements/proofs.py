"""The proof that settlements are what their lines and their postings make, and that no number is missing."""

from __future__ import annotations

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import tallies
from ledger.audit import Finding
from ledger.chart import Kind
from merchants.movements import REDEMPTION
from merchants.settlements.settling import SERIES
from merchants.tables import Closing, ClosingShop, Number, Settlement, SettlementLine


async def settlement_findings(session: AsyncSession) -> list[Finding]:
    """Settlements that do not agree with the ledger, shops left out of a closing, and gaps in the numbers."""
    return [
        *await _wrong_lines(session), *await _wrong_postings(session), *await _left_out(session), *await _gaps(session),
    ]  # fmt: skip


async def _wrong_lines(session: AsyncSession) -> list[Finding]:
    """Turnover against the sum of the transfers that the settlement took."""
    members = select(SettlementLine.transfer_id, SettlementLine.settlement_id)
    sums = await tallies.amounts_by_group(session, members)
    rows = await session.execute(select(Settlement.id, Settlement.number, Settlement.turnover))
    findings = []
    for id_, number, turnover in rows:
        came_in = sum(amount.cents * (1 if kind == REDEMPTION else -1) for kind, amount in sums.get(id_, {}).items())
        if came_in != turnover:
            detail = f"{number} says turnover {turnover} cents; its lines make {came_in}"
            findings.append(Finding("settlement", "settlement", id_, detail))
    return findings


async def _wrong_postings(session: AsyncSession) -> list[Finding]:
    """Commission, VAT and payout against what was posted under the settlement's number."""
    statement = select(
        Settlement.id, Settlement.number, Settlement.commission, Settlement.vat, Settlement.paid, Settlement.shop_id
    )
    rows = (await session.execute(statement)).all()
    posted = await tallies.net_by_document(session, Kind.SHOP, [row.number for row in rows])
    findings = []
    for row in rows:
        said = {"commission": -row.commission, "commission_vat": -row.vat, "payout": -row.paid}
        made = {kind: amount.cents for kind, amount in posted.get(row.number, {}).items()}
        if {kind: cents for kind, cents in said.items() if cents} != made:
            findings.append(Finding("settlement", "settlement", row.id, f"{row.number} is not what was posted for it"))
    return findings


async def _left_out(session: AsyncSession) -> list[Finding]:
    """Shops that a closing chose and did not settle, though it is said to be finished."""
    settled = exists().where(Settlement.closing_id == Closing.id, Settlement.shop_id == ClosingShop.shop_id)
    statement = (
        select(ClosingShop.shop_id, Closing.first_day, Closing.last_day)
        .join(Closing, Closing.id == ClosingShop.closing_id)
        .where(Closing.finished_at.is_not(None), ~settled)
    )
    return [
        Finding("settlement", "shop", shop, f"the closing of {first} to {last} left it out")
        for shop, first, last in await session.execute(statement)
    ]


async def _gaps(session: AsyncSession) -> list[Finding]:
    given = (await session.execute(select(func.count()).select_from(Settlement))).scalar_one()
    statement = select(func.coalesce(func.sum(Number.last), 0)).where(Number.series == SERIES)
    taken = int((await session.execute(statement)).scalar_one())
    if given == taken:
        return []
    return [Finding("numbering", "settlement", None, f"{taken} numbers were taken, {given} settlements are there")]
