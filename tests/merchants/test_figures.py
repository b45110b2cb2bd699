"""What a shop is paid for a period: exact, rounded once, and the same whichever way it is counted."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.ids import new_id
from ledger.money import ZERO, Money, total
from ledger.tallies import Movement
from merchants.movements import REDEMPTION, RETURN, UNDO
from merchants.settlements.figures import Figures, figures

SHOP = new_id()
NOON = datetime(2026, 10, 5, 10, tzinfo=UTC)
CHANGE = date(2026, 10, 16)
RATES = st.integers(0, 10_000)


def redeemed(cents: int, *, days: int = 0) -> Movement:
    at = NOON + timedelta(days=days)
    return Movement(SHOP, new_id(), REDEMPTION, Money(cents), at, at)


def undone(cents: int, *, days: int = 0, since: int = 0) -> Movement:
    """An undo of a redemption that was made ``since`` days before."""
    at = NOON + timedelta(days=days)
    return Movement(SHOP, new_id(), UNDO, Money(-cents), at, at - timedelta(days=since))


def settled(*movements: Movement, rates: tuple[int, int] = (300, 300), vat: int = 2_000, brought: int = 0) -> Figures:
    """Rates before the 16th of October, and from then on."""
    return figures(
        movements,
        commission_on=lambda day: rates[day >= CHANGE],
        vat_rate_bp=vat,
        brought_forward=Money(brought),
    )


def returned(cents: int, *, days: int = 0, since: int = 0) -> Movement:
    """Goods that came back of a redemption that was made ``since`` days before."""
    return replace(undone(cents, days=days, since=since), kind=RETURN)


movements = st.lists(
    st.builds(
        lambda cents, days, since, back: back(cents, days=days, since=since) if since else redeemed(cents, days=days),
        st.integers(1, 500_000),
        st.integers(0, 25),
        st.sampled_from([0, 0, 0, 1, 12]),
        st.sampled_from([undone, returned]),
    ),
    max_size=30,
)


@given(movements, st.tuples(RATES, RATES), RATES, st.integers(-100_000, 0))
def test_the_figures_add_up(some: list[Movement], rates: tuple[int, int], vat: int, brought: int) -> None:
    made = settled(*some, rates=rates, vat=vat, brought=brought)
    assert made.turnover == made.redeemed - made.undone - made.returned == total([movement.amount for movement in some])
    assert made.redeemed >= ZERO
    assert min(made.undone, made.returned) >= ZERO
    assert made.returned == -total([movement.amount for movement in some if movement.kind == RETURN])
    assert total([base for _, base in made.commission_parts]) == made.turnover
    assert made.paid + made.carried_forward == made.turnover - made.commission - made.vat + made.brought_forward
    assert made.paid >= ZERO >= made.carried_forward
    assert not (made.paid and made.carried_forward)


@given(movements, st.tuples(RATES, RATES), RATES)
def test_commission_and_vat_are_rounded_once_half_away_from_zero(
    some: list[Movement], rates: tuple[int, int], vat: int
) -> None:
    def rounded(exact: Decimal) -> int:
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))

    made = settled(*some, rates=rates, vat=vat)
    exact = sum(
        (Decimal(move.amount.cents) * rates[move.first_at >= datetime(2026, 10, 16, tzinfo=UTC)] for move in some),
        Decimal(0),
    )
    assert made.commission.cents == rounded(exact / 10_000)
    assert made.vat.cents == rounded(Decimal(made.commission.cents) * vat / 10_000)


@given(movements, st.tuples(RATES, RATES), st.randoms(use_true_random=False))
def test_the_order_of_movements_does_not_matter(
    some: list[Movement], rates: tuple[int, int], chance: random.Random
) -> None:
    shuffled = list(some)
    chance.shuffle(shuffled)
    assert settled(*shuffled, rates=rates) == settled(*some, rates=rates)


@given(movements, movements, st.tuples(RATES, RATES))
def test_two_settlements_come_to_one_within_two_cents_of_rounding(
    first: list[Movement], second: list[Movement], rates: tuple[int, int]
) -> None:
    one = settled(*first, *second, rates=rates)
    two = [settled(*some, rates=rates) for some in (first, second)]
    assert abs(one.commission.cents - sum(each.commission.cents for each in two)) <= 1
    assert abs(one.vat.cents - sum(each.vat.cents for each in two)) <= 2


@given(st.integers(1, 500_000), st.tuples(RATES, RATES), st.integers(0, 25))
def test_what_is_undone_has_cost_nothing_whatever_the_rate_became(
    cents: int, rates: tuple[int, int], later: int
) -> None:
    made = settled(redeemed(cents), undone(cents, days=later, since=later), rates=rates)
    assert (made.turnover, made.commission, made.vat, made.paid) == (ZERO,) * 4


def test_three_percent_of_twelve_euros_fifty_and_its_vat() -> None:
    made = settled(redeemed(12_50))
    assert (made.commission, made.vat, made.paid) == (Money(38), Money(8), Money(12_04))


def test_half_a_cent_goes_up_on_the_whole_document_and_not_line_by_line() -> None:
    made = settled(redeemed(50), redeemed(50), redeemed(50))
    assert made.commission == Money(5)


def test_a_rate_changed_in_the_middle_shows_as_two_parts() -> None:
    made = settled(redeemed(100_00), redeemed(40_00, days=11), rates=(300, 500))
    assert made.commission_parts == ((300, Money(100_00)), (500, Money(40_00)))
    assert made.commission == Money(5_00)


@pytest.mark.parametrize(("brought", "paid", "carried"), [(0, 96_40, 0), (-96_40, 0, 0), (-100_00, 0, -3_60)])
def test_a_debt_is_taken_off_and_what_remains_of_it_carried_on(brought: int, paid: int, carried: int) -> None:
    made = settled(redeemed(100_00), brought=brought)
    assert (made.paid, made.carried_forward) == (Money(paid), Money(carried))


def test_undos_alone_give_commission_and_vat_back_and_leave_a_debt() -> None:
    made = settled(undone(100_00, since=12))
    assert (made.commission, made.vat) == (-Money(3_00), -Money(60))
    assert (made.paid, made.carried_forward) == (ZERO, -Money(96_40))


def test_a_period_without_movement_is_nothing() -> None:
    assert settled() == Figures(ZERO, ZERO, ZERO, ZERO, (), ZERO, 2_000, ZERO, ZERO, ZERO, ZERO)
