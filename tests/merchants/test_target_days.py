"""The days on which banks settle transfers, and those that may be chosen at a moment."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import pytest

from ledger.errors import Refusal
from merchants.payouts.errors import CutOffPassed, ExecutionDayClosed, ExecutionDayPast, ExecutionDayTooFar
from merchants.payouts.execution_days import CUT_OFF, check_execution_day, earliest_day, latest_day
from merchants.payouts.target_days import easter, is_target_day, target_day_from
from tests.given import paris

# Source: the ECB's calendars of TARGET closing days on weekdays.
CLOSED: Final = {
    2025: ("01-01", "04-18", "04-21", "05-01", "12-25", "12-26"),
    2026: ("01-01", "04-03", "04-06", "05-01", "12-25"),
    2027: ("01-01", "03-26", "03-29"),
    2028: ("04-14", "04-17", "05-01", "12-25", "12-26"),
}


@pytest.mark.parametrize("year", CLOSED)
def test_banks_are_closed_at_weekends_and_on_the_closing_days_of_the_year(year: int) -> None:
    every = [date(year, 1, 1) + timedelta(days=days) for days in range(365)]
    closed = [f"{day:%m-%d}" for day in every if day.weekday() < 5 and not is_target_day(day)]
    assert tuple(closed) == CLOSED[year]
    assert not any(is_target_day(day) for day in every if day.weekday() >= 5)


def test_easter_is_where_the_church_has_it() -> None:
    # The earliest and the latest there are, and some between.
    known = {1818: "03-22", 1943: "04-25", 2000: "04-23", 2008: "03-23", 2026: "04-05", 2038: "04-25", 2285: "03-22"}
    assert {year: f"{easter(year):%m-%d}" for year in known} == known


def test_french_holidays_are_working_days_of_banks() -> None:
    assert all(is_target_day(date(2026, month, day)) for month, day in ((7, 14), (11, 11), (5, 8), (5, 14)))


def test_today_is_possible_until_the_cut_off_in_paris_and_then_the_next_working_day() -> None:
    thursday = "2026-12-24"
    assert earliest_day(paris(f"{thursday}T{CUT_OFF - 1}:59:59")) == date(2026, 12, 24)
    # After it come Christmas, which is a Friday, and a weekend that begins with the 26th.
    assert earliest_day(paris(f"{thursday}T{CUT_OFF}:00")) == date(2026, 12, 28)
    assert earliest_day(paris("2026-07-14T10:00")) == date(2026, 7, 14)
    assert target_day_from(date(2027, 3, 26)) == date(2027, 3, 30)


@pytest.mark.parametrize(
    ("day", "at", "refusal"),
    [
        ("2026-12-03", "2026-12-04T09:00", ExecutionDayPast),
        ("2026-12-04", "2026-12-04T11:00", CutOffPassed),
        ("2026-12-05", "2026-12-04T09:00", ExecutionDayClosed),
        ("2026-12-25", "2026-12-04T09:00", ExecutionDayClosed),
        ("2027-12-06", "2026-12-04T09:00", ExecutionDayTooFar),
    ],
)
def test_a_day_on_which_no_bank_would_pay_is_refused(day: str, at: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        check_execution_day(date.fromisoformat(day), at=paris(at))


def test_what_a_refusal_offers_instead_is_possible() -> None:
    at: datetime = paris("2026-12-24T15:00")
    offered = set[date]()
    for days in range(-3, 370):
        day = date(2026, 12, 24) + timedelta(days=days)
        try:
            check_execution_day(day, at=at)
            offered.add(day)
        except (ExecutionDayPast, CutOffPassed) as refused:
            offered.add(refused.earliest)
        except ExecutionDayClosed as refused:
            offered.add(refused.open_on)
        except ExecutionDayTooFar as refused:
            offered.add(target_day_from(refused.latest))
    assert max(offered) <= latest_day(at)
    for day in offered:
        check_execution_day(day, at=at)
