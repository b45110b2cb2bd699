"""Reading closings, settlements and statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances
from ledger.balances import Posted
from ledger.database import sum_of
from ledger.days import Period
from ledger.money import Money
from merchants.commission.kept import parts_in, vat_parts_in
from merchants.movements import REDEMPTION, RETURN, UNDO, redemption_in, till_in
from merchants.settlements.errors import ClosingUnknown, SettlementUnknown
from merchants.settlements.figures import Brought, Figures
from merchants.settlements.parties import programme_in, shop_in
from merchants.settlements.seals import seals_of
from merchants.settlements.statement import LineKind, Statement, StatementLine
from merchants.shops.rhythms import Rhythm
from merchants.shops.tills import tills_by_id
from merchants.tables import Closing, Settlement, SettlementLine

_WHAT: Final[dict[str, LineKind]] = {REDEMPTION: "redemption", UNDO: "undo", RETURN: "return"}


@dataclass(frozen=True, slots=True)
class ClosingView:
    """A closed period and what it came to; while it is not finished, what it comes to so far.

    :param shops: how many are to be settled, of which ``settlements`` are
    :param shop: the one that asked, if it is on demand
    """

    id: UUID
    first_day: date
    last_day: date
    closed_at: datetime
    rhythm: Rhythm
    shop: UUID | None
    shops: int
    finished_at: datetime | None
    settlements: int
    turnover: Money
    commission: Money
    vat: Money
    paid: Money


@dataclass(frozen=True, slots=True)
class SettlementView:
    """What one shop is paid for one closing."""

    id: UUID
    number: str
    closing: UUID
    shop: UUID
    first_day: date
    last_day: date
    figures: Figures
    issued_on: date
    payable_on: date
    parties: dict[str, Any]
    rounded_alone: bool
    """Made when each document was rounded by itself and nothing of a cent was carried."""


async def closing_of(
    session: AsyncSession, period: Period, *, rhythm: Rhythm = "monthly", shop: UUID | None = None
) -> ClosingView | None:
    """The closing of a period, if it is closed, be it finished or not."""
    statement = _closings().where(
        Closing.first_day == period.first_day, Closing.last_day == period.last_day, Closing.rhythm == rhythm,
        Closing.shop_id.is_not_distinct_from(shop),
    )  # fmt: skip
    return await _maybe(session, statement)


async def closing_on_demand(session: AsyncSession, shop: UUID, *, last_day: date) -> ClosingView | None:
    """What a shop was paid on demand up to a day, if it was."""
    return await _maybe(session, _closings().where(Closing.shop_id == shop, Closing.last_day == last_day))


async def unfinished(session: AsyncSession) -> ClosingView | None:
    """The closing that is not finished, if there is one."""
    return await _maybe(session, _closings().where(Closing.finished_at.is_(None)))


async def _maybe(session: AsyncSession, statement: _Closings) -> ClosingView | None:
    row = (await session.execute(statement)).one_or_none()
    return _closing(row) if row else None


async def closing(session: AsyncSession, closing_id: UUID) -> ClosingView:
    """One closing.

    :raises ClosingUnknown:
    """
    row = (await session.execute(_closings().where(Closing.id == closing_id))).one_or_none()
    if row is None:
        raise ClosingUnknown(closing=closing_id)
    return _closing(row)


async def closings_page(session: AsyncSession, *, after: UUID | None = None, limit: int) -> list[ClosingView]:
    """Closings, newest first."""
    statement = _closings().order_by(Closing.id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(Closing.id < after)
    return [_closing(row) for row in await session.execute(statement)]


async def last_closed_day(session: AsyncSession) -> date | None:
    """The last day up to which every shop is settled; None before the first closing for all of them."""
    statement = select(func.max(Closing.last_day)).where(Closing.rhythm == "monthly")
    return (await session.execute(statement)).scalar_one()


async def closed_weeks(session: AsyncSession, *, since: date) -> set[Period]:
    """The weeks from a day on that are closed for the shops paid weekly."""
    statement = select(Closing.first_day, Closing.last_day).where(Closing.rhythm == "weekly", Closing.last_day >= since)
    return {Period(first, last) for first, last in await session.execute(statement)}


async def settlement(session: AsyncSession, settlement_id: UUID) -> SettlementView:
    """One settlement.

    :raises SettlementUnknown:
    """
    row = (await session.execute(_settlements().where(Settlement.id == settlement_id))).one_or_none()
    if row is None:
        raise SettlementUnknown(settlement=settlement_id)
    return _settlement(row)


async def settlement_by_number(session: AsyncSession, number: str) -> SettlementView | None:
    """The settlement of a number, if there is one."""
    row = (await session.execute(_settlements().where(Settlement.number == number))).one_or_none()
    return _settlement(row) if row else None


async def settlements_page(
    session: AsyncSession,
    *,
    closing: UUID | None = None,
    shop: UUID | None = None,
    after: UUID | None = None,
    limit: int,
    newest: bool = False,
) -> list[SettlementView]:
    """Settlements in the order of their numbers within a closing; or the newest first, from the beginning."""
    statement = _settlements().order_by(Settlement.id.desc() if newest else Settlement.id).limit(limit)
    if closing is not None:
        statement = statement.where(Settlement.closing_id == closing)
    if shop is not None:
        statement = statement.where(Settlement.shop_id == shop)
    if after is not None:
        statement = statement.where(Settlement.id > after)
    return [_settlement(row) for row in await session.execute(statement)]


async def statement(session: AsyncSession, settlement_id: UUID) -> Statement:
    """The statement of a settlement, from the ledger's own transfers; the same each time.

    :raises SettlementUnknown:
    """
    found = await settlement(session, settlement_id)
    made = found.figures
    return Statement(
        number=found.number,
        programme=programme_in(found.parties),
        shop=shop_in(found.parties),
        first_day=found.first_day,
        last_day=found.last_day,
        issued_on=found.issued_on,
        payable_on=found.payable_on,
        lines=await _lines(session, settlement_id, found.parties),
        gross=made.redeemed,
        undone=made.undone,
        returned=made.returned,
        turnover=made.turnover,
        commission_parts=made.commission_parts,
        commission=made.commission,
        vat_rate_basis_points=made.vat_rate_bp,
        vat=made.vat,
        brought_forward=made.brought_forward,
        carried_forward=made.carried_forward,
        paid=made.paid,
        iban_masked=found.parties["iban"],
        vat_parts=made.vat_parts,
        commission_rest=made.before.commission,
        minimum=made.minimum,
        seal=(await seals_of(session, [settlement_id]))[settlement_id],
    )


async def settlement_of(session: AsyncSession, transfer: UUID) -> UUID | None:
    """The settlement that took a redemption, an undo or a return, if one did."""
    statement = select(SettlementLine.settlement_id).where(SettlementLine.transfer_id == transfer)
    return (await session.execute(statement)).scalar_one_or_none()


async def _lines(session: AsyncSession, settlement_id: UUID, kept: Mapping[str, Any]) -> tuple[StatementLine, ...]:
    ids = select(SettlementLine.transfer_id).where(SettlementLine.settlement_id == settlement_id)
    transfers = await balances.transfers_by_id(session, list((await session.execute(ids)).scalars()))
    lines = await statement_lines(session, list(transfers.values()), kept)
    return tuple(sorted(lines, key=lambda line: (line.at, line.what != "redemption", line.reference)))


async def statement_lines(
    session: AsyncSession, transfers: Sequence[Posted], kept: Mapping[str, Any]
) -> list[StatementLine]:
    """What a statement says of these redemptions, undos and returns, in their order.

    :param kept: the parties of the settlement, with what its tills were called
    """
    sold = [one for transfer in transfers if (one := redemption_in(transfer.document)) is not None]
    first = await balances.transfers_by_id(session, sold)
    named = {till for transfer in (*transfers, *first.values()) if (till := till_in(transfer.document))}
    tills = await _labels(session, named, kept.get("tills", {}))

    def till_of(transfer: Posted) -> str:
        redeemed = redemption_in(transfer.document)
        return tills.get(till_in(first[redeemed].document if redeemed else transfer.document) or "", "")

    return [
        StatementLine(
            at=transfer.effective_at,
            what=_WHAT[transfer.kind],
            reference=reference(transfer.id),
            till=till_of(transfer),
            amount=transfer.amount if transfer.kind == REDEMPTION else -transfer.amount,
        )
        for transfer in transfers
    ]


async def _labels(session: AsyncSession, tills: Set[str], kept: Mapping[str, str]) -> Mapping[str, str]:
    """As the settlement keeps them; those made before it did have what the tills are called now."""
    missing = [UUID(till) for till in tills if till not in kept]
    if not missing:
        return kept
    return dict(kept) | {str(till.id): till.label for till in (await tills_by_id(session, missing)).values()}


def reference(transfer: UUID) -> str:
    """The short form of a redemption's id, as statements and receipts show it: its last eight hex digits."""
    return transfer.hex[-8:].upper()


_Closings = Select[UUID, date, date, datetime, str, UUID | None, int, datetime | None, int, int, int, int, int]


def _closings() -> _Closings:
    return (
        select(
            Closing.id, Closing.first_day, Closing.last_day, Closing.closed_at, Closing.rhythm, Closing.shop_id,
            Closing.shops, Closing.finished_at, func.count(Settlement.id), sum_of(Settlement.turnover),
            sum_of(Settlement.commission), sum_of(Settlement.vat), sum_of(Settlement.paid),
        )
        .outerjoin(Settlement, Settlement.closing_id == Closing.id)
        .group_by(Closing.id)
    )  # fmt: skip


def _closing(
    row: Row[UUID, date, date, datetime, str, UUID | None, int, datetime | None, int, int, int, int, int],
) -> ClosingView:
    id_, first, last, at, rhythm, shop, shops, finished, count, *sums = row
    return ClosingView(
        id_, first, last, at, cast("Rhythm", rhythm), shop, shops, finished, count, *(Money(cents) for cents in sums)
    )


def _settlements() -> Select[Settlement, date, date]:
    return select(Settlement, Closing.first_day, Closing.last_day).join(Closing, Closing.id == Settlement.closing_id)


def _settlement(found: Row[Settlement, date, date]) -> SettlementView:
    row, first_day, last_day = found
    made = Figures(
        redeemed=Money(row.redeemed),
        undone=Money(row.undone),
        returned=Money(row.returned),
        turnover=Money(row.turnover),
        commission_parts=parts_in(row.commission_parts),
        commission=Money(row.commission),
        vat_rate_bp=row.vat_rate_bp,
        vat_parts=vat_parts_in(
            row.vat_parts, rate=row.vat_rate_bp, commission=Money(row.commission), vat=Money(row.vat)
        ),
        vat=Money(row.vat),
        before=Brought(Money(row.brought_forward), row.commission_rest_before, row.vat_rest_before),
        after=Brought(Money(row.carried_forward), row.commission_rest, row.vat_rest),
        minimum=Money(row.minimum),
        paid=Money(row.paid),
    )
    return SettlementView(
        row.id, row.number, row.closing_id, row.shop_id, first_day, last_day, made,
        row.issued_on, row.payable_on, row.parties, not row.vat_parts,
    )  # fmt: skip
