"""Days and months as people in Paris live them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.days import Period, day_of, months_later, start_of
from ledger.errors import PeriodMalformed

DAYS = st.dates(date(1990, 1, 1), date(2120, 12, 31))


@given(st.datetimes(datetime(1990, 1, 1), datetime(2120, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_moment_lies_in_its_own_day_and_in_no_other(moment: datetime) -> None:
    day = day_of(moment)
    assert start_of(day) <= moment < start_of(day + timedelta(days=1))


@pytest.mark.parametrize(
    ("month", "hours"), [("2026-10", 745), ("2026-03", 743), ("2026-02", 672), ("2028-02", 696), ("2026-12", 744)]
)
def test_a_month_is_as_long_as_the_clocks_make_it(month: str, hours: int) -> None:
    period = Period.month(month)
    assert period.ends - period.starts == timedelta(hours=hours)


@given(DAYS)
def test_months_follow_each_other_without_gap_or_overlap(day: date) -> None:
    this = Period.month(f"{day:%Y-%m}")
    following = Period.month(f"{this.last_day + timedelta(days=1):%Y-%m}")
    assert this.ends == following.starts
    assert this.first_day <= day <= this.last_day


@given(DAYS, st.integers(0, 120))
def test_months_later_is_the_same_day_or_the_last_of_the_month(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_a_year_after_29_february_is_28_february() -> None:
    assert months_later(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)


@pytest.mark.parametrize(
    "typed",
    ["", "2026", "2026-13", "2026-00", "2026-1", "26-10", "2026-10-01", "2026/10", "octobre", "2026-W01", "20261",
     "9999-12", "0001-01", "2026-１0", "\0", "\ud800", "2026-10\n", " 2026-10", "9" * 10_000],
)  # fmt: skip
def test_what_is_not_a_month_is_refused(typed: str) -> None:
    with pytest.raises(PeriodMalformed) as refused:
        Period.month(typed)
    assert len(refused.value.typed) <= 40


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2026, 10, 2), date(2026, 10, 1)), (date.min, date(2026, 10, 1)), (date(2026, 10, 1), date.max)],
)
def test_a_period_that_ends_too_early_or_beyond_all_calendars_is_refused(first: date, last: date) -> None:
    with pytest.raises(PeriodMalformed):
        Period(first, last)


def test_a_period_may_be_one_day_even_the_one_of_25_hours() -> None:
    period = Period(date(2026, 10, 25), date(2026, 10, 25))
    assert period.starts == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert period.ends - period.starts == timedelta(hours=25)
