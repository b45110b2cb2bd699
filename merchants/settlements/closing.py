"""What closing a period comes to for each shop that moved. Nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances, tallies
from ledger.chart import Kind
from ledger.days import Period
from ledger.money import ZERO, Money
from ledger.tallies import Movement
from merchants import programme
from merchants.movements import MOVEMENTS, redemption_in
from merchants.programme import Terms
from merchants.settlements.figures import Figures, figures
from merchants.shops.queries import ShopView, shops_by_id
from merchants.tables import Settlement, SettlementLine


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a shop comes to."""

    shop: ShopView
    figures: Figures
    movements: tuple[Movement, ...]


async def reckon(session: AsyncSession, period: Period, *, terms: Terms, shops: Mapping[UUID, int]) -> list[Reckoned]:
    """What these shops come to that moved up to the end of a period; nothing is written.

    :param terms: of the day on which the settlements are issued
    :param shops: each up to this number of the transfers on its account
    """
    movements = await unsettled(session, before=period.ends, through=shops)
    by_shop = {shop: tuple(moved) for shop, moved in groupby(movements, key=attrgetter("account"))}
    owed = await carried(session, list(by_shop))
    known = await shops_by_id(session, list(by_shop))
    commission_on = await commission_rates(session)
    return [
        Reckoned(known[shop], figures(
            moved, commission_on=commission_on, vat_rate_bp=terms.vat_rate_bp,
            brought_forward=owed.get(shop, ZERO),
        ), moved)
        for shop, moved in by_shop.items()
    ]  # fmt: skip


async def unsettled(
    session: AsyncSession, *, before: datetime, shops: Sequence[UUID] | None = None,
    through: Mapping[UUID, int] | None = None,
) -> list[Movement]:  # fmt: skip
    """What moved before a moment and no settlement took yet, by shop; of these shops only, if they are named.

    :param through: of these shops only, and of each up to this number of the transfers on its account
    """
    movements = await tallies.unsettled(
        session, kind=Kind.SHOP, transfer_kinds=MOVEMENTS, before=before, accounts=shops, through=through,
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


async def carried(session: AsyncSession, shops: Sequence[UUID]) -> dict[UUID, Money]:
    """What each of these shops still owed at its last settlement."""
    last = select(Settlement.shop_id, Settlement.carried_forward).ext(distinct_on(Settlement.shop_id))
    last = last.where(Settlement.shop_id.in_(shops))
    last = last.order_by(Settlement.shop_id, Settlement.id.desc())
    return {shop: Money(cents) for shop, cents in await session.execute(last)}


async def commission_rates(session: AsyncSession) -> Callable[[date], int]:
    """The commission rate, in basis points, that held on a day."""
    terms = await programme.all_terms(session)

    def commission_on(day: date) -> int:
        held = [one.commission_bp for since, one in terms if since <= day]
        return held[-1] if held else terms[0][1].commission_bp

    return commission_on


def columns(made: Figures) -> dict[str, Any]:
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
