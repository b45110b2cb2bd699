"""Whose money was spent: in proportion to what each put on the voucher, and all of it accounted for, to the cent."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledger.money import ZERO, Money, total
from vouchers.public_accounts.portions import Chain, Portion, portion

TOWN, REGION = UUID(int=1), UUID(int=2)
BAKER, BAR = UUID(int=10), UUID(int=11)
CENTS = st.integers(0, 9_000).map(Money)


def test_what_is_spent_is_shared_as_what_is_left_would_be() -> None:
    chain = Chain(
        Money.of("50"), {TOWN: Money.of("10")}, {BAKER: Money.of("12"), BAR: Money.of("18")}, left=Money.of("30")
    )
    assert portion(chain, TOWN) == Portion(
        Money.of("10"), Money.of("5"), {BAKER: Money.of("2"), BAR: Money.of("3")}
    )  # fmt: skip


def test_what_lapsed_and_what_came_back_are_told_apart() -> None:
    kept = Chain(Money.of("50"), {TOWN: Money.of("10")}, {BAKER: Money.of("30")}, lapsed=Money.of("30"))
    assert (portion(kept, TOWN).lapsed, portion(kept, TOWN).spent) == (Money.of("5"), {BAKER: Money.of("5")})
    back = replace(kept, spent={BAKER: Money.of("29")}, lapsed=Money.of("25,83"), expired=Money.of("5,17"))
    told = portion(back, TOWN)
    assert told.expired == Money.of("5,17")
    assert told.lapsed + total(list(told.spent.values())) == Money.of("4,83")


def test_one_who_added_nothing_has_no_part() -> None:
    assert portion(Chain(Money.of("50"), {TOWN: Money.of("10")}, {BAR: Money.of("60")}), REGION) == Portion()


@given(
    face=CENTS.filter(bool), added=st.tuples(CENTS, CENTS), shops=st.tuples(CENTS, CENTS), lapsed=CENTS,
    back=st.tuples(CENTS, CENTS), left=CENTS,
)  # fmt: skip
def test_a_portion_adds_up_whatever_happened(
    face: Money, added: tuple[Money, Money], shops: tuple[Money, Money], lapsed: Money, back: tuple[Money, Money],
    left: Money,
) -> None:  # fmt: skip
    """Even of sums that no voucher ever had: what is told of a funder's money is what it gave, no more, no less."""
    chain = Chain(face, {TOWN: added[0], REGION: added[1]}, {BAKER: shops[0], BAR: shops[1]}, lapsed, *back, left=left)
    for funder, gave in zip((TOWN, REGION), added, strict=True):
        told = portion(chain, funder)
        assert told.granted == gave
        assert told.missing == ZERO
        if back[0] + back[1] <= gave:
            assert min([told.left, told.lapsed, *told.spent.values()], default=ZERO) >= ZERO


@given(
    face=st.integers(1, 9_000), first=st.integers(1, 3_000), second=st.integers(0, 3_000),
    gone=st.lists(st.integers(0, 4_000), min_size=1, max_size=6),
)  # fmt: skip
def test_funders_and_buyer_together_spent_what_was_spent(face: int, first: int, second: int, gone: list[int]) -> None:
    left, spent = face + first + second, 0
    for cents in gone:
        taken = min(cents, left)
        left, spent = left - taken, spent + taken
    chain = Chain(Money(face), {TOWN: Money(first), REGION: Money(second)}, {BAR: Money(spent)}, left=Money(left))
    funded = total([total(list(portion(chain, one).spent.values())) for one in (TOWN, REGION)])
    exact = spent * (first + second) / (face + first + second)
    assert abs(funded.cents - exact) < 2


@given(parts=st.lists(st.tuples(CENTS, CENTS, CENTS), max_size=5))
def test_portions_of_many_vouchers_add_up_to_those_of_all(parts: list[tuple[Money, Money, Money]]) -> None:
    some = [
        portion(Chain(face, {TOWN: gave}, {BAR: spent}, left=face + gave), TOWN)
        for face, gave, spent in parts
        if face + gave
    ]
    every = Portion.of_all(some)
    assert every.granted == total([one.granted for one in some])
    assert every.missing == ZERO
    assert every.less(every) == Portion(spent=dict.fromkeys(every.spent, ZERO))
