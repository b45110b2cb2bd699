"""The days on which banks of the euro area settle transfers.

T2, the Eurosystem's settlement system (once TARGET2), is open on every day but Saturdays, Sundays, 1 January, Good
Friday, Easter Monday, 1 May, 25 and 26 December; SEPA credit transfers are settled on its business days.
Source: ECB, "Long-term calendar for TARGET closing days", 14 December 2000, in force since 2002; EPC125-05, SEPA Credit
Transfer Rulebook, "Banking Business Day".
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

SATURDAY: Final = 5

CLOSED_ON: Final = frozenset({(1, 1), (5, 1), (12, 25), (12, 26)})
"""Month and day of the closing days that fall on the same date each year."""

BEFORE_EASTER, AFTER_EASTER = timedelta(days=2), timedelta(days=1)


def is_target_day(day: date) -> bool:
    """Whether banks settle transfers on this day."""
    if day.weekday() >= SATURDAY or (day.month, day.day) in CLOSED_ON:
        return False
    sunday = easter(day.year)
    return day not in {sunday - BEFORE_EASTER, sunday + AFTER_EASTER}


def target_day_from(day: date) -> date:
    """This day, or the first after it on which banks settle transfers."""
    while not is_target_day(day):
        day += timedelta(days=1)
    return day


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar.

    Source: "anonymous Gregorian algorithm", Nature, 20 April 1876; in J. Meeus, Astronomical Algorithms, chapter 8.
    """
    golden, century, in_century = year % 19, year // 100, year % 100
    shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - shift + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
