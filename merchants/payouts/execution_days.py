"""On which day a run may be executed: a day on which banks settle, today before the cut-off only, within a year."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from ledger.days import PARIS, day_of, months_later
from merchants.payouts.errors import CutOffPassed, ExecutionDayClosed, ExecutionDayPast, ExecutionDayTooFar
from merchants.payouts.target_days import is_target_day, target_day_from

CUT_OFF: Final = 11
"""The hour in Paris from which today is too late.

Each bank sets its own near the end of the business day (directive 2015/2366, art. 78). This one is earlier: the file
must still be sent, and the bank may want it signed.
"""

MONTHS_AHEAD: Final = 12
"""Nobody plans payouts further ahead: a day that lies there was mistyped."""


def earliest_day(at: datetime) -> date:
    """The first day on which a file that is approved at this moment can be executed."""
    today = day_of(at)
    late = at.astimezone(PARIS).hour >= CUT_OFF
    return target_day_from(today + timedelta(days=1) if late else today)


def latest_day(at: datetime) -> date:
    """The last day that is not too far ahead."""
    return months_later(day_of(at), MONTHS_AHEAD)


def check_execution_day(day: date, *, at: datetime) -> None:
    """Nothing, if a file that is approved at this moment can be executed on this day.

    :raises ExecutionDayPast, ExecutionDayTooFar, ExecutionDayClosed, CutOffPassed:
    """
    earliest, latest = earliest_day(at), latest_day(at)
    if day < day_of(at):
        raise ExecutionDayPast(day=day, earliest=earliest)
    if day > latest:
        raise ExecutionDayTooFar(day=day, latest=latest)
    if not is_target_day(day):
        raise ExecutionDayClosed(day=day, open_on=target_day_from(day))
    if day < earliest:
        raise CutOffPassed(hour=CUT_OFF, earliest=earliest)
