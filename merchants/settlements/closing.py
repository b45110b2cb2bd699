"""Closing a period: one settlement for each shop that moved, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Table, Uuid, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances, posting, tallies
from ledger.chart import Kind, single
from ledger.days import Period, day_of
from ledger.ids import new_id
from ledger.money import ZERO, Money
from ledger.parallel import given, lists
from ledger.tallies import Movement
from merchants import programme
from merchants.invoices.issuing import invoice_settlements
from merchants.movements import MOVEMENTS, redemption_in
from merchants.numbering import one_at_a_time, take_numbers
from merchants.programme import Terms
from merchants.settlements.errors import PeriodNotOver
from merchants.settlements.figures import Figures, figures
from merchants.settlements.parties import parties
from merchants.settlements.queries import ClosingView, closing, closing_of
from merchants.shops.queries import ShopView, shops_by_id
from merchants.tables import Closing, Settlement, SettlementLine

SERIES: Final = "settlement"
ROWS_AT_ONCE: Final = 10_000

Progress = Callable[[int, int], None]
"""Told how many shops are settled, and of how many."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a shop comes to."""

    shop: ShopView
    figures: Figures
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A settlement about to be written."""

    id: UUID
    number: str
    shop: ShopView
    figures: Figures
    movements: tuple[Movement, ...]


async def close(
    session: AsyncSession, period: Period, *, at: datetime, progress: Progress = lambda _done, _of: None
) -> ClosingView:
    """Close a period for all shops. A period that is closed already is answered as it was closed.

    A settlement takes every movement up to the end of the period that no settlement took before: a redemption
    that was undone or returned after its settlement, or that was recorded late, is in the next one.

    :raises PeriodNotOver: until its last day is over
    """
    if period.ends > at:
        raise PeriodNotOver(last_day=period.last_day)
    issued_on = day_of(at)
    terms = await programme.terms_on(session, issued_on)
    await one_at_a_time(session, series=SERIES)
    closed = await closing_of(session, period)
    if closed is not None:
        return closed
    closing_id = new_id()
    await session.execute(
        insert(Closing).values(id=closing_id, first_day=period.first_day, last_day=period.last_day, closed_at=at)
    )
    drawn = await _draw(session, period, terms=terms, issued_on=issued_on)
    await _write(session, drawn, closing_id=closing_id, terms=terms, issued_on=issued_on, progress=progress)
    await _post(session, drawn, at=at)
    await invoice_settlements(session, [one.id for one in drawn], at=at)
    return await closing(session, closing_id)


async def _draw(session: AsyncSession, period: Period, *, terms: Terms, issued_on: date) -> list[_Drawn]:
    reckoned = await reckon(session, period, terms=terms)
    numbers = await take_numbers(
        session, series=SERIES, prefix=terms.number_prefix, year=issued_on.year, count=len(reckoned)
    )
    return [
        _Drawn(new_id(), number, one.shop, one.figures, one.movements)
        for number, one in zip(numbers, reckoned, strict=True)
    ]


async def reckon(session: AsyncSession, period: Period, *, terms: Terms) -> list[Reckoned]:
    """What each shop comes to that moved up to the end of a period; nothing is written.

    :param terms: of the day on which the settlements are issued
    """
    movements = await unsettled(session, before=period.ends)
    by_shop = {shop: tuple(moved) for shop, moved in groupby(movements, key=attrgetter("account"))}
    owed = await carried(session)
    shops = await shops_by_id(session, list(by_shop))
    commission_on = await commission_rates(session)
    return [
        Reckoned(shops[shop], figures(
            moved, commission_on=commission_on, vat_rate_bp=terms.vat_rate_bp,
            brought_forward=owed.get(shop, ZERO),
        ), moved)
        for shop, moved in by_shop.items()
    ]  # fmt: skip


async def unsettled(session: AsyncSession, *, before: datetime, shops: Sequence[UUID] | None = None) -> list[Movement]:
    """What moved before a moment and no settlement took yet, by shop; of these shops only, if they are named."""
    movements = await tallies.unsettled(
        session, kind=Kind.SHOP, transfer_kinds=MOVEMENTS, before=before, accounts=shops,
        settled=select(SettlementLine.transfer_id),
    )  # fmt: skip
    return await _sold_on(session, movements)


async def _sold_on(session: AsyncSession, movements: list[Movement]) -> list[Movement]:
    """The same; a return, which reverses no transfer as a whole, dated by the redemption that its document names."""
    named = {one.transfer: sold for one in movements if (sold := redemption_in(one.document)) is not None}
    first = await balances.transfers_by_id(session, list(named.values()))
    return [
        replace(one, first_at=first[named[one.transfer]].effective_at) if one.transfer in named else one
        for one in movements
    ]


async def carried(session: AsyncSession) -> dict[UUID, Money]:
    """What each shop still owed at its last settlement."""
    last = select(Settlement.shop_id, Settlement.carried_forward).ext(distinct_on(Settlement.shop_id))
    last = last.order_by(Settlement.shop_id, Settlement.id.desc())
    return {shop: Money(cents) for shop, cents in await session.execute(last)}


async def commission_rates(session: AsyncSession) -> Callable[[date], int]:
    """The commission rate, in basis points, that held on a day."""
    terms = await programme.all_terms(session)

    def commission_on(day: date) -> int:
        held = [one.commission_bp for since, one in terms if since <= day]
        return held[-1] if held else terms[0][1].commission_bp

    return commission_on


async def _write(
    session: AsyncSession,
    drawn: list[_Drawn],
    *,
    closing_id: UUID,
    terms: Terms,
    issued_on: date,
    progress: Progress,
) -> None:
    payable_on = issued_on + timedelta(days=terms.payment_days)
    for done, one in enumerate(drawn, start=1):
        await session.execute(
            insert(Settlement).values(
                id=one.id, number=one.number, closing_id=closing_id, shop_id=one.shop.id,
                issued_on=issued_on, payable_on=payable_on, parties=parties(terms, one.shop), **_columns(one.figures),
            )
        )  # fmt: skip
        progress(done, len(drawn))
    lines = [(movement.transfer, one.id) for one in drawn for movement in one.movements]
    for start in range(0, len(lines), ROWS_AT_ONCE):
        some = lines[start : start + ROWS_AT_ONCE]
        taken = given(
            transfer_id=[transfer for transfer, _ in some], settlement_id=[settlement for _, settlement in some]
        )
        await session.execute(_TAKE, taken)


def _columns(made: Figures) -> dict[str, Any]:
    return {
        "redeemed": made.redeemed.cents,
        "undone": made.undone.cents,
        "returned": made.returned.cents,
        "turnover": made.turnover.cents,
        "commission": made.commission.cents,
        "commission_parts": {str(rate): base.cents for rate, base in made.commission_parts},
        "vat_rate_bp": made.vat_rate_bp,
        "vat": made.vat.cents,
        "brought_forward": made.brought_forward.cents,
        "carried_forward": made.carried_forward.cents,
        "paid": made.paid.cents,
    }


async def _post(session: AsyncSession, drawn: list[_Drawn], *, at: datetime) -> None:
    transfers = [transfer for one in drawn for transfer in _transfers(one)]
    await posting.post(session, transfers, at=at)


def _transfers(one: _Drawn) -> Iterator[posting.NewTransfer]:
    """Commission, its VAT and the payout; what undos and returns give back goes the other way."""
    entry = new_id()
    shares = (
        ("commission", Kind.COMMISSION, one.figures.commission),
        ("commission_vat", Kind.VAT, one.figures.vat),
        ("payout", Kind.TRANSIT, one.figures.paid),
    )
    for kind, account, amount in shares:
        if amount > ZERO:
            yield posting.NewTransfer(kind, one.shop.id, single(account), amount, entry=entry, document=one.number)
        elif amount < ZERO:
            yield posting.NewTransfer(kind, single(account), one.shop.id, -amount, entry=entry, document=one.number)


_TAKEN: Final = lists(transfer_id=Uuid(), settlement_id=Uuid())
_TAKE: Final = insert(cast("Table", SettlementLine.__table__)).from_select(list(_TAKEN.c.keys()), select(_TAKEN))
