"""The small chart of a statement: what a shop took, day by day, less what was undone and returned."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ledger.days import day_of
from ledger.formats import Language, shown_day
from merchants.charts.columns import columns
from merchants.charts.shapes import Drawing, Frame, Moments, Series, Speech
from merchants.settlements.statement import Statement, StatementLine
from merchants.settlements.statement_words import WORDS

BY_DAY: Final = 35
"""The longest period, in days, of which each day has its bar; a longer one is drawn by weeks."""

FRAME: Final = Frame(820.0, 132.0)
"""Across the page its letters come out at 7 points."""


@dataclass(frozen=True, slots=True)
class Takings:
    """Cents by the first day of each bar, oldest first; together they are the turnover.

    :param before: of days before the period: what was recorded late. None if there is nothing of them
    """

    by_day: bool
    starts: tuple[date, ...]
    cents: tuple[int, ...]
    before: int | None


def takings(first: date, last: date, lines: Sequence[StatementLine]) -> Takings:
    """What lines come to in each day (Europe/Paris) of a period, or in each of its weeks from Monday to Sunday."""
    days = [day_of(line.at) for line in lines]
    last = max([last, *days])
    by_day = (last - first).days < BY_DAY
    starts = _days(first, last) if by_day else _weeks(first, last)
    sums = [0] * (len(starts) + 1)
    for day, line in zip(days, lines, strict=True):
        sums[bisect_right(starts, day)] += line.amount.cents
    return Takings(by_day, tuple(starts), tuple(sums[1:]), sums[0] if any(day < first for day in days) else None)


def takings_chart(statement: Statement, language: Language) -> tuple[str, Drawing]:
    """What stands above the chart, and the chart."""
    words = WORDS[language]
    made = takings(statement.first_day, statement.last_day, statement.lines)
    short = [_short(day, language) for day in made.starts]
    whole = [shown_day(day, language) for day in made.starts]
    cents = list(made.cents)
    if made.before is not None:
        short, whole, cents = [words["before"], *short], [words["before"], *whole], [made.before, *cents]
    title = words["by day" if made.by_day else "by week"]
    series = Series(words["turnover"], tuple(cents))
    drawing = columns(Moments(tuple(short), tuple(whole)), [series], FRAME, Speech(language, words["evens out"]))
    return title, drawing


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _weeks(first: date, last: date) -> list[date]:
    """The first day, and every Monday after it."""
    monday = first + timedelta(days=7 - first.weekday())
    return [first, *(monday + timedelta(weeks=number) for number in range((last - monday).days // 7 + 1))]


def _short(day: date, language: Language) -> str:
    """``05/10`` in French, ``5 Oct`` in English, whose readers differ on 05/10."""
    if language == "fr":
        return f"{day:%d/%m}"
    number, month, _ = shown_day(day, language).split(" ")
    return f"{number} {month[:3]}"
