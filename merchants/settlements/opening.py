"""Opening a closing: everything that decides what it comes to is fixed at once; its shops are settled afterwards.

Closings come one after the other, since what a shop still owes goes from one into the next: to open one while another
is not finished finishes that one first.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import BigInteger, Table, Uuid, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import Period, day_of
from ledger.ids import new_id
from ledger.parallel import given, lists
from ledger.wishes import wish
from merchants import programme
from merchants.numbering import one_at_a_time
from merchants.settlements.errors import PeriodNotOver
from merchants.settlements.queries import ClosingView, closing, closing_of
from merchants.settlements.rounds import Round, shops_in
from merchants.settlements.settling import SERIES, Progress, settle_all
from merchants.shops.rhythms import Rhythm
from merchants.tables import Closing, ClosingShop

SETTLE: Final = "settle_closing"
"""The job that settles what is opened."""


async def open_closing(session: AsyncSession, asked: Round, *, at: datetime) -> ClosingView:
    """Open it. One that was opened before is answered as it stands.

    A closing takes every movement of its shops up to the end of the period that no settlement took before: a
    redemption that was undone or returned after its settlement, or that was recorded late, is in the next one.

    :raises PeriodNotOver: until its last day is over
    :raises TermsMissing:
    """
    period = asked.period
    if period.ends > at:
        raise PeriodNotOver(last_day=period.last_day)
    terms_id, terms = await programme.terms_held(session, day_of(at))
    await one_at_a_time(session, series=SERIES)
    known = await closing_of(session, period, rhythm=asked.rhythm, shop=asked.shop)
    if known is not None:
        return known
    await settle_all(session, at=at)  # nothing, if whoever opens did it in parts before: `api.settling`
    shops = await shops_in(session, asked, terms=terms)
    closing_id = new_id()
    await session.execute(
        insert(Closing).values(
            id=closing_id, first_day=period.first_day, last_day=period.last_day, closed_at=at, rhythm=asked.rhythm,
            shop_id=asked.shop, terms_id=terms_id, shops=len(shops), finished_at=None if shops else at,
        )
    )  # fmt: skip
    await session.execute(_CHOOSE, {"closing": closing_id, **given(shop=shops.keys(), through=shops.values())})
    return await closing(session, closing_id)


async def begin(session: AsyncSession, asked: Round, *, at: datetime) -> ClosingView:
    """Open it, and let a job settle it once this transaction is committed.

    :raises PeriodNotOver, TermsMissing:
    """
    opened = await open_closing(session, asked, at=at)
    if opened.finished_at is None:
        wish(session, SETTLE, closing=str(opened.id))
    return opened


async def close(
    session: AsyncSession, period: Period, *, rhythm: Rhythm = "monthly", shop: UUID | None = None, at: datetime,
    progress: Progress = lambda _done, _of: None,
) -> ClosingView:  # fmt: skip
    """Open a closing and settle all of its shops in this one transaction.

    :raises PeriodNotOver, TermsMissing:
    """
    opened = await open_closing(session, Round(period, rhythm, shop), at=at)
    if opened.finished_at is not None:
        return opened
    await settle_all(session, at=at, progress=progress)
    return await closing(session, opened.id)


_CHOSEN: Final = lists(shop=Uuid(), through=BigInteger())
_CHOOSE: Final = insert(cast("Table", ClosingShop.__table__)).from_select(
    ["closing_id", "shop_id", "through"], select(bindparam("closing", type_=Uuid()), _CHOSEN.c.shop, _CHOSEN.c.through)
)
