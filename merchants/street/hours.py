"""When a shop is open: ranges of a week, and days on which it is closed all the same. Pure; times are those of Paris.

A range belongs to the day on which it begins and may end after midnight: a bar's Saturday runs until Sunday at two.
On a day that is closed, none of its ranges begins; what began the evening before runs to its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final, Self

from ledger.days import PARIS, day_of
from ledger.formats import Language
from merchants.shops.spelling import shown
from merchants.street.errors import HoursMalformed

DAY: Final = 24 * 60
"""Minutes."""
LATEST: Final = DAY + 8 * 60
"""A range ends at eight in the morning of the next day at the latest."""
RANGES_A_DAY: Final = 4
CLOSURES_MOST: Final = 30
LONGEST_NOTE: Final = 200
LOOKED_AHEAD: Final = 31
"""Days among which the next opening is looked for."""

_CLOSED: Final = frozenset({"", "-", "–", "ferme", "fermé", "fermée", "closed"})
_TIME: Final = r"(\d{1,2})\s*(?:[h:.]\s*(\d{2})?)?"
_RANGE: Final = re.compile(rf"\s*{_TIME}\s*(?:-|–|—|à|a|to)\s*{_TIME}\s*(?:,|;|/|et|and|&|$|(?=\s|$))", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of a day of the week (0 is Monday), in minutes after its midnight; ``closes`` may be after the next."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True, order=True)
class Closure:
    """Days on which the shop is closed, first and last included."""

    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Hours:
    """When a shop is open. Without any range nobody knows, which is not the same as closed."""

    week: tuple[Span, ...] = ()
    note: str = ""
    closures: tuple[Closure, ...] = ()

    @classmethod
    def kept(cls, hours: Sequence[Any], note: str, closed_days: Sequence[Any]) -> Self:
        """As the tables hold it (`merchants.street.tables.ShopPage`)."""
        closures = (Closure(date.fromisoformat(first), date.fromisoformat(last)) for first, last in closed_days)
        return cls(tuple(Span(*one) for one in hours), note, tuple(closures))

    @property
    def known(self) -> bool:
        """Whether it says when it is open at all."""
        return bool(self.week)

    def spans_on(self, weekday: int) -> tuple[Span, ...]:
        """The ranges of a day of the week, earliest first."""
        return tuple(one for one in self.week if one.weekday == weekday)

    def closed_on(self, day: date) -> bool:
        """Whether it is closed on a day on which it might be open."""
        return any(one.first_day <= day <= one.last_day for one in self.closures)

    def open_at(self, at: datetime) -> bool:
        """Whether it is open at a moment."""
        return self.closes_after(at) is not None

    def closes_after(self, at: datetime) -> datetime | None:
        """When it closes, of a shop that is open at this moment; None of one that is not."""
        today = day_of(at)
        for day in (today, today - timedelta(days=1)):
            for opens, closes in self._of(day):
                if opens <= at < closes:
                    return closes
        return None

    def opens_after(self, at: datetime) -> datetime | None:
        """When it opens next, within a month; None if it does not, or if nobody knows."""
        today = day_of(at)
        for ahead in range(LOOKED_AHEAD + 1):
            for opens, _ in self._of(today + timedelta(days=ahead)):
                if opens > at:
                    return opens
        return None

    def _of(self, day: date) -> list[tuple[datetime, datetime]]:
        """From when until when it is open, of the ranges that begin on a day."""
        if self.closed_on(day):
            return []
        return [(_moment(day, one.opens), _moment(day, one.closes)) for one in self.spans_on(day.weekday())]


def read_day(weekday: int, typed: str) -> tuple[Span, ...]:
    """The ranges of a day as a person types them: ``9h-12h30, 14h-19h``, ``18:00 - 2:00``; nothing or ``fermé``: none.

    What ends before it begins ends after midnight.

    :raises HoursMalformed:
    """
    text = " ".join(typed.lower().split())
    if text in _CLOSED:
        return ()
    found: list[Span] = []
    start = 0
    while start < len(text):
        one = _RANGE.match(text, start)
        if one is None or len(found) == RANGES_A_DAY:
            raise HoursMalformed(typed=shown(typed))
        found.append(_span(weekday, one, typed))
        start = one.end()
    found.sort()
    if any(later.opens < earlier.closes for earlier, later in pairwise(found)):
        raise HoursMalformed(typed=shown(typed))
    return tuple(found)


def shown_time(minutes: int, language: Language) -> str:
    """``9 h 30`` in French, ``9:30`` in English."""
    hours, rest = divmod(minutes % DAY, 60)
    if minutes == DAY:
        hours = 24
    if language == "en":
        return f"{hours}:{rest:02d}"
    return f"{hours}\u00a0h\u00a0{rest:02d}" if rest else f"{hours}\u00a0h"


def shown_spans(spans: Iterable[Span], language: Language) -> str:
    """``9 h – 12 h 30, 14 h – 19 h``; the empty text for none."""
    return ", ".join(f"{shown_time(one.opens, language)} – {shown_time(one.closes, language)}" for one in spans)


def typed_spans(spans: Iterable[Span]) -> str:
    """As a field of a form begins: ``9:00-12:30, 14:00-19:00``."""
    return ", ".join(f"{_clock(one.opens)}-{_clock(one.closes)}" for one in spans)


def to_keep(spans: Iterable[Span]) -> list[list[int]]:
    """Ranges as the tables hold them."""
    return [[one.weekday, one.opens, one.closes] for one in sorted(spans)]


def closures_to_keep(closures: Iterable[Closure]) -> list[list[str]]:
    """Closed days as the tables hold them."""
    return [[one.first_day.isoformat(), one.last_day.isoformat()] for one in sorted(closures)]


def _span(weekday: int, one: re.Match[str], typed: str) -> Span:
    opens = int(one[1]) * 60 + int(one[2] or 0)
    closes = int(one[3]) * 60 + int(one[4] or 0)
    minutes_right = int(one[2] or 0) < 60 and int(one[4] or 0) < 60  # noqa: PLR2004 - an hour has sixty
    if closes <= opens and closes < DAY:
        closes += DAY
    if not minutes_right or opens >= DAY or not opens < closes <= LATEST or (int(one[3]) * 60 > DAY):
        raise HoursMalformed(typed=shown(typed))
    return Span(weekday, opens, closes)


def _clock(minutes: int) -> str:
    hours = 24 if minutes == DAY else minutes % DAY // 60
    return f"{hours}:{minutes % 60:02d}"


def _moment(day: date, minutes: int) -> datetime:
    """A time of a day as the clock on the wall shows it, whatever the night of a change of time does."""
    days, minutes = divmod(minutes, DAY)
    on = day + timedelta(days=days)
    return datetime(on.year, on.month, on.day, minutes // 60, minutes % 60, tzinfo=PARIS).astimezone(UTC)
