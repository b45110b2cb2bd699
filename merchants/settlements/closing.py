"""Closing a period: one settlement for each shop that moved, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Table, Uuid, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting, tallies
from ledger.chart import Kind, single
from ledger.days import Period, day_of
from ledger.ids import new_id
from ledger.money import ZERO, Money
from ledger.parallel import given, lists
from ledger.tallies import Movement
from merchants import programme
from merchants.commission.pricing import Pricing, pricing
from merchants.movements import MOVEMENTS, Moved
from merchants.numbering import SETTLEMENTS, one_at_a_time, take_numbers
from merchants.programme import Terms
from merchants.settlements.errors import PeriodNotOver
from merchants.settlements.figures import NOTHING, Brought, Figures, figures
from merchants.settlements.kept import parts_kept, vat_parts_kept
from merchants.settlements.moved import moved_by
from merchants.settlements.parties import parties
from merchants.settlements.queries import ClosingView, closing, closing_of
from merchants.shops.queries import ShopView, shops_by_id
from merchants.shops.tills import labels_by_shop
from merchants.tables import Closing, Settlement, SettlementLine

SERIES: Final = SETTLEMENTS
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
    by_shop = await unsettled(session, before=period.ends)
    last = await carried(session)
    shops = await shops_by_id(session, [*by_shop, *(one for one in last if one not in by_shop)])
    waiting = [
        one for one, brought in last.items()
        if one not in by_shop and ZERO < brought.amount >= minimum_for(shops[one], terms)
    ]  # fmt: skip
    charged = await pricing(session, [*by_shop, *waiting])
    return [
        Reckoned(
            shops[one],
            reckoned(shops[one], moved, charged=charged, terms=terms, before=last.get(one, NOTHING)),
            tuple(each.movement for each in moved),
        )
        for one, moved in sorted((by_shop | dict.fromkeys(waiting, ())).items())
    ]


def reckoned(shop: ShopView, moved: Sequence[Moved], *, charged: Pricing, terms: Terms, before: Brought) -> Figures:
    """What a shop comes to that moved so, and brings that forward."""
    return figures(
        moved, price_on=partial(charged.price, shop.id), vat_on=charged.vat, vat_today=terms.vat_rate_bp,
        before=before, minimum=minimum_for(shop, terms),
    )  # fmt: skip


def minimum_for(shop: ShopView, terms: Terms) -> Money:
    """What a shop must be owed to be paid: the programme's minimum or its own, whichever is more.

    One that left is paid whatever it is owed.
    """
    return ZERO if shop.status == "left" else Money(max(terms.minimum_payout, shop.minimum_payout))


async def unsettled(
    session: AsyncSession, *, before: datetime, shops: Sequence[UUID] | None = None
) -> dict[UUID, tuple[Moved, ...]]:
    """What moved before a moment and no settlement took yet, by shop; of these shops only, if they are named."""
    movements = await tallies.unsettled(
        session, kind=Kind.SHOP, transfer_kinds=MOVEMENTS, before=before, accounts=shops,
        settled=select(SettlementLine.transfer_id),
    )  # fmt: skip
    moved = await moved_by(session, movements)
    return {shop: tuple(some) for shop, some in groupby(moved, key=lambda one: one.movement.account)}


async def carried(session: AsyncSession) -> dict[UUID, Brought]:
    """What the last settlement of each shop left to the next one."""
    last = select(
        Settlement.shop_id, Settlement.carried_forward, Settlement.commission_rest, Settlement.vat_rest
    ).ext(distinct_on(Settlement.shop_id))  # fmt: skip
    last = last.order_by(Settlement.shop_id, Settlement.id.desc())
    return {shop: Brought(Money(cents), *rests) for shop, cents, *rests in await session.execute(last)}


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
    tills = await labels_by_shop(session, [one.shop.id for one in drawn])
    for done, one in enumerate(drawn, start=1):
        await session.execute(
            insert(Settlement).values(
                id=one.id, number=one.number, closing_id=closing_id, shop_id=one.shop.id,
                issued_on=issued_on, payable_on=payable_on,
                parties=parties(terms, one.shop, tills.get(one.shop.id, {})), **_columns(one.figures),
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
        "commission_parts": parts_kept(made),
        "vat_rate_bp": made.vat_rate_bp,
        "vat": made.vat.cents,
        "vat_parts": vat_parts_kept(made),
        "brought_forward": made.brought_forward.cents,
        "carried_forward": made.carried_forward.cents,
        "commission_rest_before": made.before.commission,
        "commission_rest": made.after.commission,
        "vat_rest_before": made.before.vat,
        "vat_rest": made.after.vat,
        "minimum": made.minimum.cents,
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
