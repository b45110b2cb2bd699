"""What closing a period comes to for each of its shops. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import movements
from ledger.chart import Kind
from ledger.days import Period
from ledger.money import ZERO, Money
from ledger.movements import Movement
from merchants.commission.kept import parts_kept, vat_parts_kept
from merchants.commission.pricing import Pricing, pricing
from merchants.movements import MOVEMENTS, Moved
from merchants.programme import Terms
from merchants.settlements.figures import NOTHING, Brought, Figures, figures
from merchants.settlements.moved import moved_by
from merchants.shops.queries import ShopView, shops_by_id
from merchants.tables import Settlement, SettlementLine


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a shop comes to."""

    shop: ShopView
    figures: Figures
    movements: tuple[Movement, ...]


async def reckon(session: AsyncSession, period: Period, *, terms: Terms, shops: Mapping[UUID, int]) -> list[Reckoned]:
    """What these shops come to with what moved up to the end of a period; nothing is written.

    :param terms: of the day on which the settlements are issued
    :param shops: each up to this number of the transfers on its account
    """
    by_shop = await unsettled(session, before=period.ends, through=shops)
    last = await carried(session, list(shops))
    known = await shops_by_id(session, list(shops))
    charged = await pricing(session, list(shops))
    return [
        Reckoned(
            known[one],
            reckoned(known[one], moved, charged=charged, terms=terms, before=last.get(one, NOTHING)),
            tuple(each.movement for each in moved),
        )
        for one in sorted(shops)
        for moved in (by_shop.get(one, ()),)
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
    session: AsyncSession, *, before: datetime, shops: Sequence[UUID] | None = None,
    through: Mapping[UUID, int] | None = None,
) -> dict[UUID, tuple[Moved, ...]]:  # fmt: skip
    """What moved before a moment and no settlement took yet, by shop; of these shops only, if they are named.

    :param through: of these shops only, and of each up to this number of the transfers on its account
    """
    found = await movements.unsettled(
        session, kind=Kind.SHOP, transfer_kinds=MOVEMENTS, before=before, accounts=shops, through=through,
        settled=select(SettlementLine.transfer_id),
    )  # fmt: skip
    moved = await moved_by(session, found)
    return {shop: tuple(some) for shop, some in groupby(moved, key=lambda one: one.movement.account)}


async def carried(session: AsyncSession, shops: Sequence[UUID] | None = None) -> dict[UUID, Brought]:
    """What the last settlement of each shop left to the next one; of these shops only, if they are named."""
    last = select(
        Settlement.shop_id, Settlement.carried_forward, Settlement.commission_rest, Settlement.vat_rest
    ).ext(distinct_on(Settlement.shop_id))  # fmt: skip
    if shops is not None:
        last = last.where(Settlement.shop_id.in_(shops))
    last = last.order_by(Settlement.shop_id, Settlement.id.desc())
    return {shop: Brought(Money(cents), *rests) for shop, cents, *rests in await session.execute(last)}


def columns(made: Figures) -> dict[str, Any]:
    return {
        "redeemed": made.redeemed.cents,
        "undone": made.undone.cents,
        "returned": made.returned.cents,
        "turnover": made.turnover.cents,
        "commission": made.commission.cents,
        "commission_parts": parts_kept(made.commission_parts),
        "vat_rate_bp": made.vat_rate_bp,
        "vat": made.vat.cents,
        "vat_parts": vat_parts_kept(made.vat_parts),
        "brought_forward": made.brought_forward.cents,
        "carried_forward": made.carried_forward.cents,
        "commission_rest_before": made.before.commission,
        "commission_rest": made.after.commission,
        "vat_rest_before": made.before.vat,
        "vat_rest": made.after.vat,
        "minimum": made.minimum.cents,
        "paid": made.paid.cents,
    }
