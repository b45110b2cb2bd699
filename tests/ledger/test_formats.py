"""One way to show a sum, a day, a rate; one way to read a month."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.formats import Language, shown_day, shown_money, shown_rate
from ledger.money import Money


@pytest.mark.parametrize(
    ("cents", "french", "english"),
    [
        (1250, "12,50 €", "€12.50"),
        (0, "0,00 €", "€0.00"),
        (5, "0,05 €", "€0.05"),
        (-5, "-0,05 €", "-€0.05"),
        (123_456_789, "1 234 567,89 €", "€1,234,567.89"),
        (-100_000, "-1 000,00 €", "-€1,000.00"),
    ],
)
def test_a_sum_is_shown_as_each_language_writes_it(cents: int, french: str, english: str) -> None:
    assert shown_money(Money(cents)) == french.replace(" ", "\u00a0")
    assert shown_money(Money(cents), "en") == english


@pytest.mark.parametrize(("language", "shown"), [("fr", "03/04/2026"), ("en", "3 April 2026")])
def test_a_day_cannot_be_taken_for_another(language: Language, shown: str) -> None:
    assert shown_day(date(2026, 4, 3), language) == shown


@pytest.mark.parametrize(
    ("basis_points", "french", "english"),
    [(250, "2,5 %", "2.5%"), (2000, "20 %", "20%"), (0, "0 %", "0%"), (10, "0,1 %", "0.1%"), (5, "0,05 %", "0.05%"),
     (10_000, "100 %", "100%"), (1000, "10 %", "10%")],
)  # fmt: skip
def test_a_rate_is_shown_without_idle_zeros(basis_points: int, french: str, english: str) -> None:
    assert shown_rate(basis_points) == french.replace(" ", "\u00a0")
    assert shown_rate(basis_points, "en") == english
