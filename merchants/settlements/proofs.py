"""The proof that settlements are what their lines and their postings make, and that no number is missing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import Uuid, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import movements, tallies
from ledger.audit import Finding
from ledger.chart import Kind
from ledger.parallel import any_of, given
from merchants.commission.prices import UNITS
from merchants.commission.pricing import Pricing, pricing
from merchants.movements import REDEMPTION, Moved
from merchants.numbering import numbers_taken
from merchants.settlements.figures import figures
from merchants.settlements.moved import moved_by
from merchants.settlements.papers import paper_findings
from merchants.settlements.queries import SettlementView, settlements_page
from merchants.settlements.settling import SERIES
from merchants.tables import Closing, ClosingShop, Settlement, SettlementLine

AT_ONCE: Final = 200
"""Settlements whose lines are held at once."""


async def settlement_findings(session: AsyncSession) -> list[Finding]:
    """Settlements that disagree with the ledger, shops left out of a closing, gaps in numbers, papers that differ."""
    there = (await session.execute(_THERE)).scalar_one()
    found = []
    if there:
        found += [
            *await _wrong_lines(session), *await _wrong_figures(session), *await _broken_chains(session),
            *await _wrong_postings(session),
        ]  # fmt: skip
    return [*found, *await _left_out(session), *await _gaps(session, there), *await paper_findings(session)]


async def _wrong_lines(session: AsyncSession) -> list[Finding]:
    """Turnover against the sum of the transfers that the settlement took."""
    sums = await tallies.amounts_by_group(session, _LINES_OF_ALL)
    findings = []
    for id_, number, turnover in await session.execute(_TURNOVERS):
        came_in = sum(amount.cents * (1 if kind == REDEMPTION else -1) for kind, amount in sums.get(id_, {}).items())
        if came_in != turnover:
            detail = f"{number} says turnover {turnover} cents; its lines make {came_in}"
            findings.append(Finding("settlement", "settlement", id_, detail))
    return findings


async def _wrong_figures(session: AsyncSession) -> list[Finding]:
    """Every figure against what the lines make by the rules of their days, a few settlements at a time."""
    findings = []
    charged = await pricing(session, list((await session.execute(_SETTLED_SHOPS)).scalars()))
    after: UUID | None = None
    while some := await settlements_page(session, after=after, limit=AT_ONCE):
        moved = await _lines(session, [one.id for one in some])
        for one in some:
            if not _agrees(one, moved.get(one.id, []), charged):
                detail = f"{one.number} does not come to what its lines make by the rules of their days"
                findings.append(Finding("settlement", "settlement", one.id, detail))
        after = some[-1].id
    return findings


async def _lines(session: AsyncSession, settlements: Sequence[UUID]) -> dict[UUID, list[Moved]]:
    rows = await session.execute(_LINES, given(settlement=settlements))
    taken = {row.transfer_id: row.settlement_id for row in rows}
    lines: dict[UUID, list[Moved]] = {}
    for one in await moved_by(session, await movements.among(session, kind=Kind.SHOP, transfers=list(taken))):
        lines.setdefault(taken[one.movement.transfer], []).append(one)
    return lines


def _agrees(one: SettlementView, moved: Sequence[Moved], charged: Pricing) -> bool:
    kept = one.figures
    made = figures(
        moved, price_on=partial(charged.price, one.shop), vat_on=charged.vat, vat_today=kept.vat_rate_bp,
        before=kept.before, minimum=kept.minimum,
    )  # fmt: skip
    if one.rounded_alone:
        exact = sum(part.exact for part in made.commission_parts)
        return (
            made.commission_parts == kept.commission_parts and abs(exact - kept.commission.cents * UNITS) * 2 <= UNITS
        )
    return made == kept


async def _broken_chains(session: AsyncSession) -> list[Finding]:
    """What a settlement takes over against what the shop's last one left."""
    left: dict[UUID, tuple[int, ...]] = {}
    findings = []
    for id_, number, shop, *sums in await session.execute(_CHAINS):
        if tuple(sums[:3]) != left.get(shop, (0, 0, 0)):
            findings.append(
                Finding("settlement", "settlement", id_, f"{number} takes over what the last one did not leave")
            )
        left[shop] = tuple(sums[3:])
    return findings


async def _wrong_postings(session: AsyncSession) -> list[Finding]:
    """Commission, VAT and payout against what was posted under the settlement's number."""
    rows = (await session.execute(_POSTINGS)).all()
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
    return [
        Finding("settlement", "shop", shop, f"the closing of {first} to {last} left it out")
        for shop, first, last in await session.execute(_LEFT_OUT)
    ]


async def _gaps(session: AsyncSession, there: int) -> list[Finding]:
    taken = (await numbers_taken(session, [SERIES])).get(SERIES, 0)
    if there == taken:
        return []
    return [Finding("numbering", "settlement", None, f"{taken} numbers were taken, {there} settlements are there")]


_THERE: Final = select(func.count()).select_from(Settlement)
_TURNOVERS: Final = select(Settlement.id, Settlement.number, Settlement.turnover)
_SETTLED_SHOPS: Final = select(Settlement.shop_id).distinct()
_LINES_OF_ALL: Final = tallies.amounts_of(select(SettlementLine.transfer_id, SettlementLine.settlement_id))
_LINES: Final = select(SettlementLine.transfer_id, SettlementLine.settlement_id).where(
    SettlementLine.settlement_id == any_of("settlement", Uuid())
)
_CHAINS: Final = select(
    Settlement.id, Settlement.number, Settlement.shop_id,
    Settlement.brought_forward, Settlement.commission_rest_before, Settlement.vat_rest_before,
    Settlement.carried_forward, Settlement.commission_rest, Settlement.vat_rest,
).order_by(Settlement.id)  # fmt: skip
_POSTINGS: Final = select(
    Settlement.id, Settlement.number, Settlement.commission, Settlement.vat, Settlement.paid, Settlement.shop_id
)
_SETTLED: Final = exists().where(Settlement.closing_id == Closing.id, Settlement.shop_id == ClosingShop.shop_id)
_LEFT_OUT: Final = (
    select(ClosingShop.shop_id, Closing.first_day, Closing.last_day)
    .join(Closing, Closing.id == ClosingShop.closing_id)
    .where(Closing.finished_at.is_not(None), ~_SETTLED)
)
