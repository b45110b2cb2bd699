"""The busiest tills of the demonstration: who works there, what they closed each Saturday, codes that were misread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.demo.town import Till, moment
from api.tables import WrongCodes
from merchants.shops import cashiers
from vouchers import till_closing
from vouchers.errors import NothingToClose

NAMES: Final = (("Léa", "Sami"), ("Maud", "Karim"), ("Agnès",))
"""Of the cashiers of the busiest tills; the others tell nobody apart."""

MISREAD: Final = ((1, 2, "203.0.113.24"), (2, 1, "198.51.100.7"), (4, 37, "192.0.2.61"))
"""At which till, how many wrong codes, from which address (RFC 5737: nobody's)."""

SATURDAY: Final = 5

Act = Callable[[datetime], Awaitable[None]]


async def hire(session: AsyncSession, tills: Sequence[Till], *, at: datetime) -> list[Till]:
    """Let cashiers work at the busiest tills.

    :returns: all tills, those with their cashiers
    """
    staffed = []
    for till, names in zip(tills, NAMES, strict=False):
        there = [await cashiers.add_cashier(session, till.shop, name=name, at=at) for name in names]
        staffed.append(replace(till, cashiers=tuple(one.id for one in there)))
    return [*staffed, *tills[len(staffed) :]]


def closing_time(session: AsyncSession, tills: Sequence[Till], days: Iterable[date]) -> Iterator[tuple[datetime, Act]]:
    """Each Saturday evening the tills with cashiers are closed."""

    async def close(at: datetime) -> None:
        for till in tills:
            if till.cashiers:
                with suppress(NothingToClose):
                    await till_closing.close_till(session, till.id, actor=f"till:{till.id}", at=at)

    for day in days:
        if day.weekday() == SATURDAY:
            yield moment(day, 19, 40), close


async def mistype(session: AsyncSession, tills: Sequence[Till], *, at: datetime) -> None:
    """Codes that were presented and are no voucher's: two slips, and a till that seems to try its luck."""
    minute = at.replace(second=0, microsecond=0)
    for till, times, address in MISREAD:
        when = minute - timedelta(minutes=47 * till)
        for place in (f"till:{tills[till].id}", f"address:{address}", "all"):
            await session.execute(insert(WrongCodes).values(place=place, minute=when, times=times))
