"""The small chart of a statement: each cent of the turnover is in one of its bars, whatever the period."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.formats import Language
from ledger.money import Money
from merchants.charts.shapes import Box, Drawing, Words
from merchants.settlements.statement import StatementLine
from merchants.settlements.statement_chart import takings, takings_chart
from tests.given import paris
from tests.merchants.given import bytes_of, lines_of, pages_of, statement

OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))


def line(at: datetime, cents: int) -> StatementLine:
    return StatementLine(at, "redemption" if cents > 0 else "undo", "E", "Caisse", Money(cents))


def words_of(drawing: Drawing) -> list[str]:
    return [shape.text for shape in drawing.shapes if isinstance(shape, Words)]


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(1, 500),
    st.lists(st.tuples(st.integers(-60 * 24, 500 * 24 - 1), st.integers(-9_999, 9_999)), max_size=20),
)
def test_the_bars_follow_on_and_add_up_to_the_turnover(first: date, days: int, moved: list[tuple[int, int]]) -> None:
    last = first + timedelta(days=days - 1)
    noon = datetime(first.year, first.month, first.day, 10, tzinfo=UTC)
    lines = [line(noon + timedelta(hours=hours), cents) for hours, cents in moved if hours < (days - 1) * 24]
    made = takings(first, last, lines)
    assert sum(made.cents) + (made.before or 0) == sum(one.amount.cents for one in lines)
    assert made.starts[0] == first
    assert made.starts[-1] <= last
    assert len(made.starts) == len(made.cents)
    if made.by_day:
        assert made.starts == tuple(first + timedelta(days=number) for number in range(days))
    else:
        assert days > 35
        assert all(one.weekday() == 0 for one in made.starts[1:])
        assert {(two - one).days for one, two in pairwise(made.starts[1:])} <= {7}
        assert (last - made.starts[-1]).days < 7


@pytest.mark.parametrize(("last", "by_day"), [(date(2026, 11, 4), True), (date(2026, 11, 5), False)])
def test_thirty_five_days_have_a_bar_each_and_thirty_six_are_drawn_by_weeks(last: date, by_day: bool) -> None:
    assert takings(date(2026, 10, 1), last, ()).by_day == by_day


def test_days_are_those_of_paris_and_what_was_recorded_late_stands_before_them() -> None:
    late, midnight, evening = paris("2026-09-30T23:59"), paris("2026-10-01T00:00"), paris("2026-10-31T23:59")
    made = takings(*OCTOBER, [line(late, 700), line(midnight, 500), line(midnight, -200), line(evening, 900)])
    assert made.before == 700
    assert (made.cents[0], made.cents[-1], sum(made.cents)) == (300, 900, 1_200)
    assert takings(*OCTOBER, [line(midnight, 500)]).before is None


@pytest.mark.parametrize(("language", "first", "before"), [("fr", "01/10", "avant"), ("en", "1 Oct", "before")])
def test_it_says_in_both_languages_what_each_bar_is(language: Language, first: str, before: str) -> None:
    lines = lines_of(40)
    made = statement((replace(lines[0], at=paris("2026-09-30T12:00")), *lines[1:]))
    title, drawing = takings_chart(made, language)
    words = [shape.text for shape in drawing.shapes if isinstance(shape, Words)]
    assert before in words
    said = [shape.said for shape in drawing.shapes if isinstance(shape, Box)]
    assert said
    assert title in pages_of(made, language)[0]
    assert first in [
        shape.text for shape in takings_chart(statement(lines), language)[1].shapes if isinstance(shape, Words)
    ]


def test_a_day_that_went_back_hangs_below_the_axis() -> None:
    lines = (line(paris("2026-10-02T12:00"), 1_000), line(paris("2026-10-05T12:00"), -2_500))
    _, drawing = takings_chart(statement(lines), "fr")
    up, down = [shape for shape in drawing.shapes if isinstance(shape, Box)]
    assert up.y < down.y
    assert up.y + up.height == pytest.approx(down.y)
    assert down.height == pytest.approx(2.5 * up.height)


def test_where_nothing_moved_there_is_no_chart_and_where_all_went_back_a_sentence() -> None:
    assert "Jour par jour" not in pages_of(statement())[0]
    noon = paris("2026-10-02T12:00")
    assert "Tout ce qui a été encaissé a été repris." in pages_of(statement((line(noon, 700), line(noon, -700))))[0]


def test_it_is_on_the_first_page_between_the_totals_and_the_operations() -> None:
    first, *_ = pages_of(statement(lines_of(300)))
    assert "Jour par jour, annulations et retours déduits" in first
    assert first.index("Comment ce montant") < first.index("Jour par jour") < first.index("Chaque opération")
    assert bytes_of(statement(lines_of(60))) == bytes_of(statement(lines_of(60)))
