"""What shops would be paid if a month were closed now: by the figures of settlements, and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import movements
from ledger.days import Period, day_of
from ledger.money import Money, total
from merchants import programme
from merchants.commission.pricing import pricing
from merchants.movements import MOVEMENTS, Moved
from merchants.settlements.closing import Reckoned, carried, reckon, reckoned, unsettled
from merchants.settlements.figures import NOTHING, Figures
from merchants.settlements.queries import closed_weeks, last_closed_day
from merchants.settlements.rounds import Round, shops_in
from merchants.shops import rhythms
from merchants.shops.queries import shop
from merchants.tables import SettlementLine


@dataclass(frozen=True, slots=True)
class Forecast:
    """A settlement that is not made yet.

    Days are the earliest: of the closing that takes these figures, the day after ``period`` is over; of the payout.
    """

    figures: Figures
    period: Period
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


async def preview(
    session: AsyncSession, asked: Round, *, at: datetime, chosen: Mapping[UUID, int] | None = None
) -> Preview:
    """What closing a period now would come to; of one that is not over, what it comes to so far.

    :param chosen: of a closing that is opened, the shops that it settles, each up to this number of its transfers
    :raises TermsMissing:
    """
    period, terms = asked.period, await programme.terms_on(session, day_of(at))
    if chosen is None:
        chosen = await shops_in(session, asked, terms=terms)
    shops = await reckon(session, period, terms=terms, shops=chosen)
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
    month = Period.month_of(first)
    return month if month.ends <= at else None


async def to_close(session: AsyncSession, *, at: datetime) -> list[Round]:
    """The weeks and months that are over and not closed, those first that ended first.

    Of weeks those in which a shop that is paid weekly, or left, moved and was not settled since; of months every one
    from the first open one on.

    :raises TermsMissing:
    """
    due = [Round(week, "weekly") for week in await _weeks_to_close(session, at=at)]
    month = await month_to_close(session, at=at)
    while month is not None and month.ends <= at:
        due.append(Round(month))
        month = Period.month_of(month.last_day + timedelta(days=1))
    return sorted(due, key=lambda one: (one.period.last_day, one.rhythm))


async def _weeks_to_close(session: AsyncSession, *, at: datetime) -> list[Period]:
    terms = await programme.terms_on(session, day_of(at))
    shops = await rhythms.paid_each_week(session, otherwise=terms.rhythm)
    days = await movements.unsettled_days(
        session, shops, transfer_kinds=MOVEMENTS, before=at, settled=select(SettlementLine.transfer_id)
    )
    weeks = {Period.week_of(day) for day in days}
    closed = await closed_weeks(session, since=days[0]) if days else set()
    return [week for week in weeks - closed if week.ends <= at]


async def _first_open_day(session: AsyncSession, *, before: datetime) -> date | None:
    closed = await last_closed_day(session)
    if closed is not None:
        return closed + timedelta(days=1)
    moved = await unsettled(session, before=before)
    return _oldest([one for some in moved.values() for one in some])


async def up_to_yesterday(session: AsyncSession, shop_id: UUID, *, at: datetime) -> Money:
    """What a shop would be paid if it asked now: of what it took up to the end of yesterday.

    :raises TermsMissing:
    """
    yesterday = day_of(at) - timedelta(days=1)
    coming = await preview(session, Round(Period(yesterday, yesterday), "on_demand", shop_id), at=at)
    return coming.paid


async def forecast(session: AsyncSession, shop_id: UUID, *, at: datetime) -> Forecast:
    """What a shop would be paid, had the present month ended now; or the week, if it is paid weekly.

    :raises ShopUnknown, TermsMissing:
    """
    today = day_of(at)
    terms = await programme.terms_on(session, today)
    weekly = (await rhythms.chosen(session, shop_id) or terms.rhythm) == "weekly"
    period = Period.month_of(today)
    if weekly and (week := Period.week_of(today)).last_day < period.last_day:
        period = week  # otherwise the month ends first, which settles all shops
    moved = (await unsettled(session, before=period.ends, shops=[shop_id])).get(shop_id, ())
    made = reckoned(
        await shop(session, shop_id), moved, charged=await pricing(session, [shop_id]), terms=terms,
        before=(await carried(session, [shop_id])).get(shop_id, NOTHING),
    )  # fmt: skip
    closes_on = period.last_day + timedelta(days=1)
    return Forecast(made, period, closes_on, closes_on + timedelta(days=terms.payment_days), _oldest(moved))


def _oldest(moved: Sequence[Moved]) -> date | None:
    return day_of(min(one.movement.at for one in moved)) if moved else None
