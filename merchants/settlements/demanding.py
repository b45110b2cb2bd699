"""A shop asks to be paid now: what it took up to the end of yesterday, once a day at most."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import Period, day_of
from ledger.money import ZERO, total
from merchants import programme
from merchants.numbering import one_at_a_time
from merchants.settlements.closing import reckon, unsettled
from merchants.settlements.errors import AskedToday, NothingOwed, PaidInRhythm
from merchants.settlements.opening import close
from merchants.settlements.queries import ClosingView, closing_on_demand
from merchants.settlements.rounds import Round, shops_in
from merchants.settlements.settling import SERIES, settle_all
from merchants.shops import rhythms
from merchants.shops.queries import shop


async def pay_now(session: AsyncSession, shop_id: UUID, *, at: datetime) -> ClosingView:
    """Close for one shop, which is paid on demand or left.

    :raises ShopUnknown, TermsMissing:
    :raises PaidInRhythm: if it is paid each week or month
    :raises AskedToday: if it was done today already
    :raises NothingOwed: if nothing would be paid
    """
    found = await shop(session, shop_id)
    today = day_of(at)
    terms = await programme.terms_on(session, today)
    rhythm = await rhythms.chosen(session, shop_id) or terms.rhythm
    if rhythm != "on_demand" and found.status != "left":
        raise PaidInRhythm(rhythm=rhythm)
    await one_at_a_time(session, series=SERIES)
    last_day = today - timedelta(days=1)
    if await closing_on_demand(session, shop_id, last_day=last_day) is not None:
        raise AskedToday
    await settle_all(session, at=at)  # what is opened is finished by now, unless another was opened in this moment
    moved = await unsettled(session, before=Period(last_day, last_day).ends, shops=[shop_id])
    days = [day_of(one.movement.at) for one in moved.get(shop_id, ())]
    period = Period(min(days, default=last_day), last_day)
    asked = Round(period, "on_demand", shop_id)
    coming = await reckon(session, period, terms=terms, shops=await shops_in(session, asked, terms=terms))
    if total([one.figures.paid for one in coming]) <= ZERO:
        raise NothingOwed
    return await close(session, period, rhythm="on_demand", shop=shop_id, at=at)
