"""What a shop would be paid if the month were closed now: a forecast, by the figures of a settlement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import Period, day_of
from ledger.money import ZERO
from merchants import programme
from merchants.settlements.closing import carried, commission_rates, unsettled
from merchants.settlements.figures import Figures, figures


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


async def forecast(session: AsyncSession, shop_id: UUID, *, at: datetime) -> Forecast:
    """What a shop would be paid, had the present month ended now.

    :raises TermsMissing:
    """
    today = day_of(at)
    month = Period.month(f"{today:%Y-%m}")
    terms = await programme.terms_on(session, today)
    moved = await unsettled(session, before=month.ends, shops=[shop_id])
    owed = (await carried(session)).get(shop_id, ZERO)
    made = figures(
        moved, commission_on=await commission_rates(session), vat_rate_bp=terms.vat_rate_bp, brought_forward=owed
    )
    closes_on = month.last_day + timedelta(days=1)
    since = day_of(min(one.at for one in moved)) if moved else None
    return Forecast(made, month, closes_on, closes_on + timedelta(days=terms.payment_days), since)
