"""References: made right, read with forgiveness, and refused when they were mistyped."""

from __future__ import annotations

import string

import pytest
import stdnum.iso11649
from hypothesis import assume, given
from hypothesis import strategies as st

from vouchers.orders.paperwork.paper_errors import ReferenceInvalid
from vouchers.orders.paperwork.reference import LONGEST, check, creditor_reference, make, spell

ALPHABET = string.digits + string.ascii_uppercase
bodies = st.text(ALPHABET, min_size=1, max_size=LONGEST)

UNSEEN_SWAPS = {frozenset("1B"), frozenset("2M"), frozenset("3X")}
"""A digit d and the letter worth 11 times d: the one pair of neighbours whose swap leaves the remainder as it was."""


def test_the_example_of_the_standard_is_made() -> None:
    assert make("539007547034") == "RF18539007547034"


@given(bodies)
def test_what_is_made_is_right_for_us_and_for_others(body: str) -> None:
    made = make(body)
    assert made[4:] == body
    assert len(made) <= 25
    assert check(made) == made
    assert stdnum.iso11649.validate(made) == made


@given(bodies, st.sampled_from([" ", "\u00a0", "\u202f", ".", "-", ""]))
def test_spaces_and_small_letters_are_forgiven(body: str, between: str) -> None:
    made = make(body)
    assert check(f" {spell(made).replace(' ', between).lower()}\n") == made


@given(bodies, st.data())
def test_every_digit_for_another_digit_and_letter_for_another_letter_is_noticed(body: str, data: st.DataObject) -> None:
    made = make(body)
    at = data.draw(st.integers(2, len(made) - 1))
    kind = string.digits if made[at].isdigit() else string.ascii_uppercase
    wrong = data.draw(st.sampled_from(kind.replace(made[at], "")))
    with pytest.raises(ReferenceInvalid):
        check(made[:at] + wrong + made[at + 1 :])


@given(bodies, st.data())
def test_every_swap_of_neighbours_but_three_is_noticed(body: str, data: st.DataObject) -> None:
    made = make(body)
    at = data.draw(st.integers(2, len(made) - 2))
    one, other = made[at : at + 2]
    assume(one != other)
    assume(frozenset((one, other)) not in UNSEEN_SWAPS)
    with pytest.raises(ReferenceInvalid):
        check(made[:at] + other + one + made[at + 2 :])


@pytest.mark.parametrize("pair", sorted("".join(sorted(one)) for one in UNSEEN_SWAPS))
def test_those_three_are_known(pair: str) -> None:
    made = make(f"A{pair}C")
    assert check(made.replace(pair, pair[::-1])) == made.replace(pair, pair[::-1])


@given(st.text(max_size=40))
def test_anything_else_is_refused_by_name(typed: str) -> None:
    try:
        found = check(typed)
    except ReferenceInvalid:
        return
    assert stdnum.iso11649.is_valid(found)


@pytest.mark.parametrize(
    "typed",
    ["", "RF", "RF18", "RF00539007547034", "RF18539007547035", "XX18539007547034", "RF18" + "5" * 22,
     "RF1٨539007547034", "RF18539007547034 €"],
)  # fmt: skip
def test_what_is_no_reference_is_refused(typed: str) -> None:
    with pytest.raises(ReferenceInvalid):
        check(typed)


@pytest.mark.parametrize("body", ["", "abc", "A B", "É", "A" * 22])
def test_only_letters_and_digits_are_made_into_one(body: str) -> None:
    with pytest.raises(ReferenceInvalid):
        make(body)


def test_an_order_is_named_by_what_tells_it_from_others() -> None:
    assert creditor_reference("TREIZC-2026-000042") == make("TREIZC2026000042")
    assert creditor_reference("CHEQUESVILLEC-2026-000042") == make("EQUESVILLEC2026000042")
    assert spell(creditor_reference("TREIZC-2026-000042")) == "RF91 TREI ZC20 2600 0042"


@given(st.text(ALPHABET, min_size=1, max_size=13), st.integers(1, 10**9), st.integers(1, 10**9))
def test_two_orders_of_a_programme_never_have_the_same_reference(prefix: str, one: int, other: int) -> None:
    assume(one != other)
    numbers = [f"{prefix}-2026-{number:06d}" for number in (one, other)]
    assert len({creditor_reference(number) for number in numbers}) == 2
