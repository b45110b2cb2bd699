"""When a shop is open: read as people type it, answered in Paris time, whatever the night does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.days import PARIS, day_of
from merchants.street.errors import HoursMalformed
from merchants.street.hours import (
    DAY,
    LATEST,
    Closure,
    Hours,
    Span,
    closures_to_keep,
    read_day,
    shown_spans,
    to_keep,
    typed_spans,
)
from tests.given import paris

MORNING_AND_AFTERNOON = (Span(0, 540, 750), Span(0, 840, 1140))


@pytest.mark.parametrize(
    "typed",
    [
        "9h-12h30, 14h-19h", "9h-12h30 14h-19h", "9:00–12:30 / 14:00–19:00", "9 h – 12 h 30, 14 h – 19 h",
        "09.00-12.30 ; 14.00-19.00", "9h à 12h30 et 14h à 19h", "14-19, 9-12:30", "9:00 to 12:30 & 14:00 to 19:00",
        "9\u00a0h\u00a0–\u00a012\u00a0h\u00a030, 14\u00a0h\u00a0–\u00a019\u00a0h",
    ],
)  # fmt: skip
def test_hours_are_read_as_people_type_them(typed: str) -> None:
    assert read_day(0, typed) == MORNING_AND_AFTERNOON


@pytest.mark.parametrize("typed", ["", " ", "fermé", "Fermé", "closed", "–"])
def test_a_day_without_hours_is_closed(typed: str) -> None:
    assert read_day(0, typed) == ()


@pytest.mark.parametrize(
    "typed",
    ["9h", "9h-25h", "9h-9h75", "25h-26h", "matin", "9h-12h, 11h-13h", "10h-9h59", "9h-12h,,",
     "9-10 11-12 13-14 15-16 17-18", "٩h-١٢h", "9h-12h<b>", "-9h-12h"],
)  # fmt: skip
def test_what_cannot_be_hours_is_refused(typed: str) -> None:
    with pytest.raises(HoursMalformed):
        read_day(0, typed)


def test_hours_are_shown_in_both_languages_and_typed_again_as_they_were() -> None:
    assert shown_spans(MORNING_AND_AFTERNOON, "fr") == "9\u00a0h – 12\u00a0h\u00a030, 14\u00a0h – 19\u00a0h"
    assert shown_spans(MORNING_AND_AFTERNOON, "en") == "9:00 – 12:30, 14:00 – 19:00"
    assert typed_spans(read_day(4, "18h-2h")) == "18:00-2:00"
    assert read_day(4, "0h-24h") == (Span(4, 0, DAY),)


spans = st.tuples(st.integers(0, DAY - 1), st.integers(1, LATEST)).filter(
    lambda one: one[0] < one[1] and (one[1] < DAY or one[1] - DAY < one[0])
)


@given(spans)
def test_any_range_survives_being_shown_typed_and_kept(one: tuple[int, int]) -> None:
    span = Span(3, *one)
    for written in (typed_spans([span]), shown_spans([span], "fr"), shown_spans([span], "en")):
        assert read_day(3, written) == (span,)
    assert Hours.kept(to_keep([span]), "", []).week == (span,)


BAR = Hours(
    week=(*read_day(0, "9h-12h, 14h-19h"), *read_day(5, "18h-2h")),
    closures=(Closure(date(2026, 12, 21), date(2026, 12, 28)),),
)


@pytest.mark.parametrize(
    ("moment", "closes", "opens"),
    [
        ("2026-10-05 08:59", None, "2026-10-05 09:00"),
        ("2026-10-05 09:00", "2026-10-05 12:00", "2026-10-05 14:00"),
        ("2026-10-05 12:00", None, "2026-10-05 14:00"),
        ("2026-10-05 18:59", "2026-10-05 19:00", "2026-10-10 18:00"),
        ("2026-10-10 23:30", "2026-10-11 02:00", "2026-10-12 09:00"),
        ("2026-10-11 01:59", "2026-10-11 02:00", "2026-10-12 09:00"),
        ("2026-10-11 02:00", None, "2026-10-12 09:00"),
        ("2026-12-21 10:00", None, "2027-01-02 18:00"),  # closed, the Saturday in between too
        ("2026-12-20 01:00", "2026-12-20 02:00", "2027-01-02 18:00"),  # what began before the closure runs to its end
    ],
)  # fmt: skip
def test_a_shop_is_open_as_the_clock_on_its_wall_says(moment: str, closes: str | None, opens: str) -> None:
    at = paris(moment)
    assert BAR.closes_after(at) == (paris(closes) if closes else None)
    assert BAR.open_at(at) is (closes is not None)
    assert BAR.opens_after(at) == paris(opens)


def test_the_night_on_which_clocks_change_keeps_the_hours_of_the_wall() -> None:
    """25 October 2026: three o'clock comes twice, and the bar closes at two, the first time."""
    at = paris("2026-10-25 01:30")
    closes = BAR.closes_after(at)
    assert closes is not None
    assert (closes - at, day_of(closes)) == (timedelta(minutes=30), date(2026, 10, 25))
    spring = Hours(week=read_day(5, "22h-6h"))
    closed = spring.closes_after(paris("2027-03-28 01:00"))
    assert closed is not None
    assert closed.astimezone(PARIS).hour == 6


def test_a_shop_that_says_nothing_is_neither_open_nor_closed() -> None:
    assert not Hours().known
    assert Hours().opens_after(paris("2026-10-05 10:00")) is None
    closures = (Closure(date(2026, 12, 24), date(2026, 12, 26)),)
    assert Hours.kept([], "", closures_to_keep(closures)).closures == closures
