"""What shops would be paid if a month were closed now: by the figures of settlements, and nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import Period, day_of
from ledger.money import Money, total
from merchants import programme
from merchants.commission.pricing import pricing
from merchants.movements import Moved
from merchants.settlements.closing import Reckoned, carried, reckon, reckoned, unsettled
from merchants.settlements.figures import NOTHING, Figures
from merchants.settlements.queries import last_closed_day
from merchants.shops.queries import shop


@dataclass(frozen=True, slots=True)
class Forecast:
    """A settlement that is not made yet.

    Days are the earliest: of the closing that takes these figures, the day after ``month`` is over; of the payout.
    """

    figures: Figures
    month: Period
    closes_on: date
    payable_on: date
    since: date | None
    """The day of the oldest movement in it; None if there is none."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What closing a period now would come to, and for each shop, the largest sums first."""

    period: Period
    shops: tuple[Reckoned, ...]
    turnover: Money
    commission: Money
    vat: Money
    paid: Money
    carried: Money
    """What is left to next settlements: below zero what shops owe, above zero what is too little to be paid."""


async def preview(session: AsyncSession, period: Period, *, at: datetime) -> Preview:
    """What closing a period now would come to; of one that is not over, what it comes to so far.

    :raises TermsMissing:
    """
    terms = await programme.terms_on(session, day_of(at))
    shops = await reckon(session, period, terms=terms)
    every = [one.figures for one in shops]
    return Preview(
        period, tuple(sorted(shops, key=lambda one: one.figures.turnover.cents, reverse=True)),
        total([one.turnover for one in every]), total([one.commission for one in every]),
        total([one.vat for one in every]), total([one.paid for one in every]),
        total([one.carried_forward for one in every]),
    )  # fmt: skip


async def month_to_close(session: AsyncSession, *, at: datetime) -> Period | None:
    """The first month that is over, has something to settle and is not closed; none if there is none.

    After a closing it is the month that follows it, even if shops took nothing in it.
    """
    first = await _first_open_day(session, before=at)
    if first is None:
        return None
    month = Period.month(f"{first:%Y-%m}")
    return month if month.ends <= at else None


async def _first_open_day(session: AsyncSession, *, before: datetime) -> date | None:
    closed = await last_closed_day(session)
    if closed is not None:
        return closed + timedelta(days=1)
    moved = await unsettled(session, before=before)
    return _oldest([one for some in moved.values() for one in some])


async def forecast(session: AsyncSession, shop_id: UUID, *, at: datetime) -> Forecast:
    """What a shop would be paid, had the present month ended now.

    :raises TermsMissing:
    """
    today = day_of(at)
    month = Period.month(f"{today:%Y-%m}")
    terms = await programme.terms_on(session, today)
    moved = (await unsettled(session, before=month.ends, shops=[shop_id])).get(shop_id, ())
    made = reckoned(
        await shop(session, shop_id), moved, charged=await pricing(session, [shop_id]), terms=terms,
        before=(await carried(session)).get(shop_id, NOTHING),
    )  # fmt: skip
    closes_on = month.last_day + timedelta(days=1)
    return Forecast(made, month, closes_on, closes_on + timedelta(days=terms.payment_days), _oldest(moved))


def _oldest(moved: Sequence[Moved]) -> date | None:
    return day_of(min(one.movement.at for one in moved)) if moved else None
