"""The gauges of a limited network: when they warn and alarm, and when they would reach the threshold of the law."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.days import months_later
from ledger.money import ZERO, Money, total
from vouchers.proving.errors import GaugeLimitsMalformed
from vouchers.proving.gauges import (
    DEFAULT,
    Limits,
    circulation_of,
    growth_reaches,
    months_up_to,
    payments_of,
    threshold_on,
    window_reaches,
)

TODAY = date(2026, 11, 30)
MILLION = Money.of("1000000")


@pytest.mark.parametrize(
    ("euros", "state", "share"),
    [
        ("0", "holds", 0), ("690000", "holds", 6_900), ("699999,99", "holds", 6_999), ("700000", "watch", 7_000),
        ("849999,99", "watch", 8_499), ("850000", "broken", 8_500), ("1000000", "broken", 10_000),
        ("1000000,01", "broken", 10_000),
    ],
)  # fmt: skip
def test_a_gauge_warns_at_seventy_and_alarms_at_eighty_five_per_cent(euros: str, state: str, share: int) -> None:
    amount = Money.of(euros)
    for gauge in (
        circulation_of(amount, {}, limits=DEFAULT, today=TODAY),
        payments_of({TODAY: amount}, limits=DEFAULT, today=TODAY),
    ):
        assert (gauge.state, gauge.share_bp) == (state, share)
        assert gauge.to_be_told is (amount > MILLION)  # the law says: as soon as it exceeds it


def test_a_programme_sets_its_own_limits() -> None:
    gauge = payments_of({TODAY: Money.of("500000")}, limits=Limits(4_000, 5_000), today=TODAY)
    assert gauge.state == "broken"


@pytest.mark.parametrize(("warn", "alarm"), [(0, 5_000), (-1, 5_000), (5_000, 5_000), (6_000, 5_000), (7_000, 10_001)])
def test_limits_that_would_never_warn_or_too_late_are_refused(warn: int, alarm: int) -> None:
    with pytest.raises(GaugeLimitsMalformed):
        Limits(warn, alarm)


def test_twelve_months_are_those_that_end_with_today() -> None:
    first_out, first_in = date(2025, 11, 30), date(2025, 12, 1)
    assert months_up_to(TODAY, 12).first_day == first_in
    paid = {first_out: Money(1), first_in: Money(20), TODAY: Money(300), TODAY + timedelta(days=1): Money(4_000)}
    assert payments_of(paid, limits=DEFAULT, today=TODAY).amount == Money(320)
    assert months_up_to(date(2028, 2, 29), 12).first_day == date(2027, 3, 1)


def test_each_gauge_names_its_article_and_its_threshold() -> None:
    circulation, payments = threshold_on("circulation", TODAY), threshold_on("payments", TODAY)
    assert (circulation.source, payments.source) == ("CMF art. L.525-6", "CMF art. L.521-3 II")
    assert circulation.ceiling == payments.ceiling == MILLION
    assert threshold_on("payments", date(2000, 1, 1)) == payments


def test_what_grows_by_a_thousand_a_day_reaches_the_threshold_on_a_day_that_one_can_count() -> None:
    quarter = months_up_to(TODAY, 3)
    days = (quarter.last_day - quarter.first_day).days + 1
    moved = {quarter.first_day + timedelta(days=n): Money.of("1000") for n in range(days)}
    gauge = circulation_of(Money.of("900000"), moved, limits=DEFAULT, today=TODAY)
    assert gauge.pace == Money.of("1000") * days
    assert gauge.reached_on == TODAY + timedelta(days=100)


def test_a_young_programme_is_judged_by_the_days_that_it_had() -> None:
    moved = {TODAY - timedelta(days=1): Money.of("10000"), TODAY: Money.of("10000")}
    gauge = circulation_of(Money.of("20000"), moved, limits=DEFAULT, today=TODAY)
    assert gauge.reached_on == TODAY + timedelta(days=98)


def test_what_shrinks_or_stands_still_never_reaches_it_and_what_is_there_is_there_today() -> None:
    assert growth_reaches(Money(5), Money(10), Fraction(0), TODAY) is None
    assert growth_reaches(Money(5), Money(10), Fraction(-1), TODAY) is None
    assert growth_reaches(Money(10), Money(10), Fraction(-1), TODAY) == TODAY
    assert growth_reaches(Money(5), MILLION, Fraction(1, 100), TODAY) is None  # in ten years, perhaps


def test_payments_that_stay_as_they_are_never_reach_it_though_they_add_up_for_ever() -> None:
    paid = {TODAY - timedelta(days=n): Money.of("2000") for n in range(365)}
    gauge = payments_of(paid, limits=DEFAULT, today=TODAY)
    assert gauge.amount == Money.of("730000")
    assert gauge.reached_on is None


days = st.integers(0, 400).map(lambda n: TODAY - timedelta(days=n))


@given(
    paid=st.dictionaries(days, st.integers(1, 5_000).map(Money), max_size=6),
    ceiling=st.integers(1, 60_000),
    a_day=st.fractions(0, 200, max_denominator=7),
)
@settings(max_examples=20)
def test_the_day_on_which_twelve_months_reach_it_is_the_first_of_which_this_is_so(
    paid: dict[date, Money], ceiling: int, a_day: Fraction
) -> None:
    def sum_on(day: date) -> Fraction:
        begins = months_later(day, -12)
        ahead = [TODAY + timedelta(days=n) for n in range(1, (day - TODAY).days + 1)]
        old = total([amount for one, amount in paid.items() if begins < one <= TODAY])
        return old.cents + a_day * sum(begins < one for one in ahead)

    found = window_reaches(paid, Money(ceiling), a_day, TODAY)
    last = (found or months_later(TODAY, 12)) - timedelta(days=1)
    before = [TODAY + timedelta(days=n) for n in range((last - TODAY).days + 1)]
    assert all(sum_on(day) < ceiling for day in before)
    assert found is None or sum_on(found) >= ceiling


@given(amount=st.integers(-100, 900), a_day=st.fractions(Fraction(1, 3), 50, max_denominator=9))
@settings(max_examples=40)
def test_a_growing_sum_reaches_it_on_the_first_day_on_which_it_is_there(amount: int, a_day: Fraction) -> None:
    found = growth_reaches(Money(amount), Money(1_000), a_day, TODAY)
    assert found is not None
    ahead = (found - TODAY).days
    assert amount + a_day * ahead >= 1_000 > amount + a_day * (ahead - 1)


def test_nothing_in_circulation_is_no_share_below_zero() -> None:
    assert circulation_of(ZERO - Money(1), {}, limits=DEFAULT, today=TODAY).share_bp == 0
