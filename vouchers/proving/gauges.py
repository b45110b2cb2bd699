"""The two gauges of a limited network, and when each would reach the threshold of the law. Pure.

Whoever issues vouchers that only a limited network accepts needs no licence, but tells the supervisor (ACPR) as soon as
the electronic money in circulation exceeds 1,000,000 € (CMF art. L.525-6), or the payments of the twelve months past
do (CMF art. L.521-3 II).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, Literal

from ledger.days import Period, months_later
from ledger.money import ZERO, Money, total
from vouchers.proving.errors import GaugeLimitsMalformed
from vouchers.proving.states import State

Name = Literal["circulation", "payments"]

WHOLE: Final = 10_000
"""Basis points in a whole."""

MONTHS_OF_PACE: Final = 3
FURTHEST: Final = 3_653
"""Days ahead that are foreseen at most, which is ten years: what comes later is no more than a guess."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """What the law says of a gauge: above which sum the supervisor is told, since which day, by which article."""

    name: Name
    ceiling: Money
    since: date
    source: str


THRESHOLDS: Final[tuple[Threshold, ...]] = (
    # Created by law 2013-100 of 28 January 2013.
    Threshold("circulation", Money(100_000_000), date(2013, 1, 30), "CMF art. L.525-6"),
    # Since law 2016-1321 of 7 October 2016; directive (EU) 2015/2366, art. 37 (2).
    Threshold("payments", Money(100_000_000), date(2016, 10, 9), "CMF art. L.521-3 II"),
)
"""A change of law is another line with its day; the last one of a gauge that holds on a day counts."""


@dataclass(frozen=True, slots=True)
class Limits:
    """At which shares of the threshold a gauge warns and alarms, in basis points.

    :raises GaugeLimitsMalformed: unless 0 < warn < alarm ≤ 100 %
    """

    warn_bp: int
    alarm_bp: int

    def __post_init__(self) -> None:
        if not 0 < self.warn_bp < self.alarm_bp <= WHOLE:
            raise GaugeLimitsMalformed


DEFAULT: Final = Limits(7_000, 8_500)
"""Until a programme sets its own: 70 % leaves time to write to the supervisor, 85 % is when it should be written."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A gauge as it stands.

    :param pace: what the last three months brought, or what there was of them
    :param reached_on: when it would be at the threshold at that pace; none if never within ten years
    """

    threshold: Threshold
    limits: Limits
    amount: Money
    pace: Money
    reached_on: date | None

    @property
    def share_bp(self) -> int:
        """How much of the threshold it is, in basis points, rounded down; zero if it is below zero."""
        return max(self.amount.cents * WHOLE // self.threshold.ceiling.cents, 0)

    @property
    def state(self) -> State:
        """By its limits."""
        if self.share_bp >= self.limits.alarm_bp:
            return "broken"
        return "watch" if self.share_bp >= self.limits.warn_bp else "holds"

    @property
    def to_be_told(self) -> bool:
        """The supervisor must be told by now."""
        return self.amount > self.threshold.ceiling


def threshold_on(name: Name, day: date) -> Threshold:
    """What the law says on a day; before there was a law, what it said first."""
    known = [one for one in THRESHOLDS if one.name == name]
    return max((one for one in known if one.since <= day), key=lambda one: one.since, default=known[0])


def months_up_to(day: date, months: int) -> Period:
    """The months that end with a day, the day included: the 12 up to 30 November begin on 1 December."""
    return Period(months_later(day, -months) + timedelta(days=1), day)


def pace_of(by_day: Mapping[date, Money], day: date, *, since_before: bool) -> tuple[Money, Fraction]:
    """What the last three months brought in all, and in cents a day.

    :param since_before: whether there was anything before them; if not, they begin on the first day that brought some
    """
    window = months_up_to(day, MONTHS_OF_PACE)
    inside = {one: amount for one, amount in by_day.items() if window.first_day <= one <= day and amount}
    begins = window.first_day if since_before else min(inside, default=window.first_day)
    brought = total(list(inside.values()))
    return brought, Fraction(brought.cents, (day - begins).days + 1)


def growth_reaches(amount: Money, ceiling: Money, a_day: Fraction, today: date) -> date | None:
    """When a sum that grows by so many cents a day is at the ceiling; today if it is there, none if never."""
    if amount >= ceiling:
        return today
    if a_day <= 0:
        return None
    days = -(-Fraction(ceiling.cents - amount.cents) // a_day)
    return today + timedelta(days=int(days)) if days <= FURTHEST else None


def window_reaches(by_day: Mapping[date, Money], ceiling: Money, a_day: Fraction, today: date) -> date | None:
    """When the sum of twelve months is at the ceiling, if each day to come brings so many cents and old days drop out.

    After a year every day in it is one to come, so that the sum stays what it is.
    """
    for ahead in range((months_later(today, 12) - today).days + 1):
        day = today + timedelta(days=ahead)
        begins = months_up_to(day, 12).first_day
        kept = sum(amount.cents for one, amount in by_day.items() if begins <= one <= today)
        to_come = min(ahead, (day - begins).days + 1)
        if kept + a_day * to_come >= ceiling.cents:
            return day
    return None


def circulation_of(amount: Money, moved: Mapping[date, Money], *, limits: Limits, today: date) -> Gauge:
    """The gauge of what is in circulation, from what moved on each day of the last three months at least."""
    threshold = threshold_on("circulation", today)
    window = months_up_to(today, MONTHS_OF_PACE)
    before = amount - total([one for day, one in moved.items() if day >= window.first_day])
    pace, a_day = pace_of(moved, today, since_before=before != ZERO)
    return Gauge(threshold, limits, amount, pace, growth_reaches(amount, threshold.ceiling, a_day, today))


def payments_of(by_day: Mapping[date, Money], *, limits: Limits, today: date) -> Gauge:
    """The gauge of payments, from what was paid on each day of the last twelve months."""
    threshold, year = threshold_on("payments", today), months_up_to(today, 12)
    inside = {day: amount for day, amount in by_day.items() if year.first_day <= day <= today}
    window = months_up_to(today, MONTHS_OF_PACE)
    pace, a_day = pace_of(inside, today, since_before=any(day < window.first_day for day in inside))
    amount = total(list(inside.values()))
    return Gauge(threshold, limits, amount, pace, window_reaches(inside, threshold.ceiling, a_day, today))
