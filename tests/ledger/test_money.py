"""Money: whole cents, exact; sharing it out loses nothing; what people type is read or refused, never guessed."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import AmountMalformed
from ledger.formats import LANGUAGES, Language, shown_money
from ledger.money import BIGINT_MAX, ZERO, Money, rounded, total

CENTS = st.integers(-BIGINT_MAX, BIGINT_MAX)
AMOUNTS = CENTS.map(Money)
SOME = st.integers(-(10**12), 10**12).map(Money)


@given(SOME, st.lists(st.integers(0, 10**9), min_size=1, max_size=50).filter(any))
def test_sharing_loses_no_cent_and_no_part_is_a_cent_or_more_from_its_due(amount: Money, weights: list[int]) -> None:
    parts = amount.share(weights)
    assert total(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.cents - Fraction(amount.cents * weight, sum(weights))) < 1


@given(SOME, st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(any))
def test_who_weighs_nothing_gets_nothing(amount: Money, weights: list[int]) -> None:
    assert all(not part for part, weight in zip(amount.share(weights), weights, strict=True) if weight == 0)


@given(st.integers(0, 10**12), st.lists(st.integers(1, 10**6), min_size=1, max_size=20))
def test_who_weighs_more_never_gets_less(cents: int, weights: list[int]) -> None:
    by_weight = sorted(zip(weights, (part.cents for part in Money(cents).share(weights)), strict=True))
    assert all(a[1] <= b[1] for a, b in pairwise(by_weight) if a[0] < b[0])


def test_the_earlier_part_gets_the_odd_cent() -> None:
    assert Money(100).share([1, 1, 1]) == [Money(34), Money(33), Money(33)]


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [-1], [3, -1]])
def test_weights_that_share_nothing_out_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(100).share(weights)


@pytest.mark.parametrize(
    "cents",
    [12.0, 0.1, float("nan"), float("inf"), True, False, "12", None, Decimal(12), Fraction(12), 2**63, -(2**63)],
)
def test_only_whole_cents_that_fit_the_database_are_money(cents: object) -> None:
    with pytest.raises(AmountMalformed):
        Money(cents)  # type: ignore[arg-type]


def test_a_number_of_five_thousand_digits_is_refused_like_any_other() -> None:
    with pytest.raises(AmountMalformed):
        Money(10**5_000)


@pytest.mark.parametrize("times", [1.5, 0.2, float("nan")])
def test_money_is_not_multiplied_by_a_float(times: float) -> None:
    with pytest.raises(AmountMalformed):
        Money(100) * times  # type: ignore[operator]


def test_a_sum_that_no_longer_fits_is_refused_and_not_wrapped() -> None:
    with pytest.raises(AmountMalformed):
        Money(BIGINT_MAX) + Money(1)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("12,50 €", 1250),
        ("12.5", 1250),
        ("1 250", 125_000),
        ("1\u202f250,00\u00a0€", 125_000),
        ("€1", 100),
        ("€ 12.50", 1250),
        ("-12,50 €", -1250),
        ("−0,01", -1),
        ("-€3", -300),
        ("  7 ", 700),
        ("0", 0),
        ("-0,00", 0),
        ("007", 700),
        ("1 234 567,89", 123_456_789),
        ("92233720368547758,07", BIGINT_MAX),
    ],
)
def test_what_people_type_is_read(typed: str, cents: int) -> None:
    assert Money.of(typed) == Money(cents)


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "€", "-", ",50", "12,", "12,505", "1,250.00", "1.250,00", "12,50,00", "1e3", "NaN", "inf", "douze",
        "12 50", "12€50", "1 2", "12, 50", "1 25", "1  250", "12 50,00", "--1", "+1", "€1€x", "0x10", "1_000",
        "٣", "１２", "\0", "12\0", "\ud800", "9" * 18, "92233720368547758,08", "9" * 100_000, "=1+1",
    ],
)  # fmt: skip
def test_what_could_be_misread_is_refused(typed: str) -> None:
    with pytest.raises(AmountMalformed) as refused:
        Money.of(typed)
    assert len(refused.value.typed) <= 40


@given(st.text())
def test_any_text_is_read_or_refused(typed: str) -> None:
    with suppress(AmountMalformed):
        assert isinstance(Money.of(typed), Money)


@given(AMOUNTS, st.sampled_from(["fr", "plain"]))
def test_what_is_shown_in_french_or_plainly_is_read_back(amount: Money, how: str) -> None:
    typed = shown_money(amount, "fr") if how == "fr" else str(amount).removesuffix(" EUR")
    assert Money.of(typed) == amount


@given(AMOUNTS, st.sampled_from(LANGUAGES))
def test_what_is_shown_holds_every_digit(amount: Money, language: Language) -> None:
    digits = "".join(char for char in shown_money(amount, language) if char.isdigit())
    assert int(digits) == abs(amount.cents)
    assert ("-" in shown_money(amount, language)) == (amount < ZERO)


@given(SOME, SOME, st.integers(-1000, 1000))
def test_money_counts_like_whole_numbers(a: Money, b: Money, times: int) -> None:
    assert (a + b).cents == a.cents + b.cents
    assert a - b == a + -b
    assert (a * times).cents == a.cents * times
    assert (a < b) == (a.cents < b.cents)
    assert bool(a) == (a != ZERO)
    assert total([a, b, -a]) == b


def test_money_is_not_a_number() -> None:
    assert Money(1) != 1
    with pytest.raises((TypeError, AttributeError)):
        Money(1) + 1  # type: ignore[operator]


@pytest.mark.parametrize(
    ("exact", "cents"),
    [("1/2", 1), ("-1/2", -1), ("3/2", 2), ("5/2", 3), ("49/100", 0), ("-5/2", -3), ("-49/100", 0), ("7", 7)],
)
def test_half_a_cent_is_rounded_away_from_zero(exact: str, cents: int) -> None:
    assert rounded(Fraction(exact)) == Money(cents)


@given(st.fractions(min_value=-(10**9), max_value=10**9))
def test_rounding_moves_by_half_a_cent_at_most(exact: Fraction) -> None:
    assert abs(rounded(exact).cents - exact) <= Fraction(1, 2)
