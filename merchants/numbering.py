"""Numbers of documents: one series a programme, a kind of document and a year, without a gap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, cast, get_args

from sqlalchemy import Table, Text, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.database import sum_of
from ledger.parallel import any_of, given
from merchants.tables import Number

DIGITS: Final = 6

Letters = Literal["", "A", "AR", "C", "F", "FC", "R", "V"]
"""What may follow the programme's prefix, by kind of document; settlements have none."""

SETTLEMENTS: Final = "settlement"
"""The series of settlements: whoever decides what they come to waits for whoever closes."""


def confusable(prefix: str, other: str) -> bool:
    """Whether documents of two kinds could bear one number, if the prefix was one of these and then the other."""
    if prefix == other:
        return False
    return not {prefix + one for one in get_args(Letters)}.isdisjoint(other + one for one in get_args(Letters))


async def take_numbers(
    session: AsyncSession, *, series: str, prefix: str, letters: Letters = "", year: int, count: int
) -> list[str]:
    """The next ``count`` numbers, such as ``TREIZ-2026-000123``.

    They are taken under a lock that lasts until the end of the transaction: if it fails, they were never given,
    and two transactions never wait in vain for each other's numbers.
    """
    last: int = (await session.execute(_TAKE, {"series": series, "year": year, "last": count})).scalar_one()
    return [f"{prefix}{letters}-{year}-{number:0{DIGITS}d}" for number in range(last - count + 1, last + 1)]


async def numbers_taken(session: AsyncSession, series: Iterable[str]) -> dict[str, int]:
    """How many numbers of each of these series were given, over all years; those of which none was are absent."""
    return {one: int(taken) for one, taken in await session.execute(_TAKEN, given(series=series))}


async def one_at_a_time(session: AsyncSession, *, series: str) -> None:
    """Let transactions that give numbers of a series wait for each other, whatever their year."""
    await take_numbers(session, series=f"{series} lock", prefix="", year=0, count=0)


_NUMBERS: Final = cast("Table", Number.__table__)
_NEW: Final = insert(_NUMBERS)
_TAKE: Final = _NEW.on_conflict_do_update(
    index_elements=[_NUMBERS.c.series, _NUMBERS.c.year], set_={"last": _NUMBERS.c.last + _NEW.excluded.last}
).returning(_NUMBERS.c.last)
_TAKEN: Final = (
    select(_NUMBERS.c.series, sum_of(_NUMBERS.c.last))
    .where(_NUMBERS.c.series == any_of("series", Text()))
    .group_by(_NUMBERS.c.series)
)
