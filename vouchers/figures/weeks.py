"""Weeks of a period, as people in France live them: from Monday to Sunday, in Paris."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ledger.days import Period
from ledger.money import Money


@dataclass(frozen=True, slots=True)
class Week:
    """The days of one week that lie within a period; the first and the last may be shorter than seven."""

    first_day: date
    last_day: date


def weeks_of(period: Period) -> tuple[Week, ...]:
    """The weeks of a period, oldest first; together they are all of its days."""
    weeks: list[Week] = []
    first = period.first_day
    while first <= period.last_day:
        last = min(first + timedelta(days=6 - first.weekday()), period.last_day)
        weeks.append(Week(first, last))
        first = last + timedelta(days=1)
    return tuple(weeks)


def by_week(weeks: Sequence[Week], days: Iterable[tuple[date, Money]]) -> tuple[Money, ...]:
    """What days come to in each week; all of them lie within the weeks."""
    sums = [0] * len(weeks)
    starts = [one.first_day for one in weeks]
    for day, amount in days:
        sums[bisect_right(starts, day) - 1] += amount.cents
    return tuple(map(Money, sums))
