"""Days and periods as people in France live them: Europe/Paris, half-open in UTC underneath (decision 11)."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

from ledger.errors import PeriodMalformed

PARIS: Final = ZoneInfo("Europe/Paris")
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2999
_WEEK: Final = re.compile(r"(?P<year>[0-9]{4})-W(?P<week>[0-9]{2})")


def day_of(moment: datetime) -> date:
    """The day in Paris at this moment."""
    return moment.astimezone(PARIS).date()


def start_of(day: date) -> datetime:
    """The moment, in UTC, at which this day begins in Paris."""
    return datetime.combine(day, time.min, tzinfo=PARIS).astimezone(UTC)


def months_later(day: date, months: int) -> date:
    """The same day of the month, or its last day: 31 January and one month is 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in Paris, first and last included.

    :raises PeriodMalformed: if it ends before it begins, or is not of this millennium or the last century
    """

    first_day: date
    last_day: date

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.first_day.year <= self.last_day.year <= LAST_YEAR or self.first_day > self.last_day:
            raise PeriodMalformed(typed=f"{self.first_day}..{self.last_day}")

    @classmethod
    def month(cls, typed: str) -> Self:
        """A month written ``2026-10``.

        :raises PeriodMalformed: if it is not one
        """
        try:
            first = date.fromisoformat(f"{typed}-01")
            return cls(first, first.replace(day=monthrange(first.year, first.month)[1]))
        except ValueError:
            raise PeriodMalformed(typed=typed[:40]) from None

    @classmethod
    def week(cls, typed: str) -> Self:
        """A week written ``2026-W45``, Monday to Sunday (ISO 8601, 3.1.1.23).

        :raises PeriodMalformed: if it is not one
        """
        found = _WEEK.fullmatch(typed)
        try:
            if found is None:
                raise PeriodMalformed(typed=typed[:40])
            return cls.week_of(date.fromisocalendar(int(found["year"]), int(found["week"]), 1))
        except ValueError:
            raise PeriodMalformed(typed=typed[:40]) from None

    @classmethod
    def week_of(cls, day: date) -> Self:
        """The week of a day, Monday to Sunday."""
        monday = day - timedelta(days=day.weekday())
        return cls(monday, monday + timedelta(days=6))

    @classmethod
    def month_of(cls, day: date) -> Self:
        """The month of a day."""
        return cls(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))

    @property
    def starts(self) -> datetime:
        """Its first moment, in UTC."""
        return start_of(self.first_day)

    @property
    def ends(self) -> datetime:
        """The first moment after it, in UTC."""
        return start_of(self.last_day + timedelta(days=1))
