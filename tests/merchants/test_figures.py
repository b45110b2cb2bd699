"""What a shop is paid for a period: exact, rounded once, and the same whichever way it is counted."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.ids import new_id
from ledger.money import ZERO, Money, total
from ledger.movements import Movement
from merchants.commission.prices import CommissionPart, Price
from merchants.movements import REDEMPTION, RETURN, UNDO, Moved
from merchants.settlements.figures import NOTHING, Brought, Figures, figures

SHOP = new_id()
NOON = datetime(2026, 10, 5, 10, tzinfo=UTC)
CHANGE = date(2026, 10, 16)
RATES = st.integers(0, 10_000)


def moved(kind: str, cents: int, *, days: int, since: int = 0, whole: int = 0, before: int = 0) -> Moved:
    at = NOON + timedelta(days=days)
    movement = Movement(SHOP, new_id(), kind, Money(cents), at, at - timedelta(days=since))
    return Moved(movement, Money(whole or abs(cents)), Money(before))


def redeemed(cents: int, *, days: int = 0) -> Moved:
    return moved(REDEMPTION, cents, days=days)


def undone(cents: int, *, days: int = 0, since: int = 0) -> Moved:
    """An undo of a redemption that was made ``since`` days before."""
    return moved(UNDO, -cents, days=days, since=since)


def returned(cents: int, *, days: int = 0, since: int = 0, of: int = 0, before: int = 0) -> Moved:
    """Goods that came back of a redemption that was made ``since`` days before, of which some had come back."""
    return moved(RETURN, -cents, days=days, since=since, whole=of, before=before)


def settled(
    *movements: Moved, rates: tuple[int, int] = (300, 300), vat: int = 2_000, brought: int = 0, minimum: int = 0
) -> Figures:
    """Rates before the 16th of October, and from then on."""
    return figures(
        movements,
        price_on=lambda day: Price(rates[day >= CHANGE]),
        vat_on=lambda _day: vat,
        vat_today=vat,
        before=Brought(Money(brought)),
        minimum=Money(minimum),
    )


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
def test_the_figures_add_up(some: list[Moved], rates: tuple[int, int], vat: int, brought: int) -> None:
    made = settled(*some, rates=rates, vat=vat, brought=brought)
    assert made.turnover == made.redeemed - made.undone - made.returned == total([one.movement.amount for one in some])
    assert made.redeemed >= ZERO
    assert min(made.undone, made.returned) >= ZERO
    assert made.returned == -total([one.movement.amount for one in some if one.movement.kind == RETURN])
    assert total([part.base for part in made.commission_parts]) == made.turnover
    assert made.paid + made.carried_forward == made.turnover - made.commission - made.vat + made.brought_forward
    assert made.paid >= ZERO >= made.carried_forward
    assert not (made.paid and made.carried_forward)


@given(movements, st.tuples(RATES, RATES), RATES)
def test_commission_and_vat_are_rounded_once_and_the_rest_is_kept(
    some: list[Moved], rates: tuple[int, int], vat: int
) -> None:
    made = settled(*some, rates=rates, vat=vat)
    exact = sum(one.movement.amount.cents * rates[one.sold_on >= CHANGE] for one in some)
    assert made.commission.cents * 10_000 + made.after.commission == exact
    assert made.vat.cents * 100_000_000 + made.after.vat == exact * vat
    assert -5_000 <= made.after.commission < 5_000
    assert -50_000_000 <= made.after.vat < 50_000_000


@given(movements, st.tuples(RATES, RATES), st.randoms(use_true_random=False))
def test_the_order_of_movements_does_not_matter(
    some: list[Moved], rates: tuple[int, int], chance: random.Random
) -> None:
    shuffled = list(some)
    chance.shuffle(shuffled)
    assert settled(*shuffled, rates=rates) == settled(*some, rates=rates)


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
    assert made.commission_parts == (
        CommissionPart(Price(300), Money(100_00), 300_00 * 100),
        CommissionPart(Price(500), Money(40_00), 200_00 * 100),
    )
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
    assert settled() == Figures(ZERO, ZERO, ZERO, ZERO, (), ZERO, 2_000, (), ZERO, NOTHING, NOTHING, ZERO, ZERO)


@pytest.mark.parametrize(("minimum", "paid", "carried"), [(96_39, 96_40, 0), (96_40, 96_40, 0), (96_41, 0, 96_40)])
def test_below_the_minimum_nothing_is_paid_and_all_of_it_is_carried(minimum: int, paid: int, carried: int) -> None:
    made = settled(redeemed(100_00), minimum=minimum)
    assert (made.paid, made.carried_forward) == (Money(paid), Money(carried))


def test_what_was_too_little_is_paid_with_the_next() -> None:
    assert settled(redeemed(100_00), brought=5_00, minimum=100_00).paid == Money(101_40)


def test_a_rate_of_vat_that_changed_shows_as_two_parts_and_an_undo_gives_back_at_the_old_one() -> None:
    made = figures(
        [undone(100_00, days=20, since=20), redeemed(300_00, days=20)],
        price_on=lambda _day: Price(300), vat_on=lambda day: 0 if day >= CHANGE else 2_000, vat_today=0,
    )  # fmt: skip
    assert made.vat_parts == ((0, Money(9_00), ZERO), (2_000, -Money(3_00), -Money(60)))
    assert (made.commission, made.vat, made.vat_rate_bp) == (Money(6_00), -Money(60), 0)
