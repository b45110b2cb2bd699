"""Seals: another fact is another seal, and what is typed off a paper is read as it was printed."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants.settlements.seals import as_printed, seal

FACTS: dict[str, Any] = {
    "number": "TREIZ-2026-000123", "issued_on": date(2026, 11, 1), "paid": 1_250, "commission_parts": {"300": 1_300},
    "parties": {"shop": {"name": "Fournil Łódź"}, "iban": None, "tills": {"1": "Caisse 1"}},
}  # fmt: skip
DIGEST = "ab" * 32


def test_a_seal_on_paper_is_the_same_for_good() -> None:
    """What is printed cannot be printed anew: this value may never change."""
    assert seal(FACTS, lines=2, digest=DIGEST) == "3KD3-5TD4-KCUR-LEU2-IA3U"


def test_the_order_in_which_facts_are_kept_does_not_matter() -> None:
    assert seal(dict(reversed(FACTS.items())), lines=2, digest=DIGEST) == seal(FACTS, lines=2, digest=DIGEST)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("paid",), 1_251), (("issued_on",), date(2026, 11, 2)), (("number",), "TREIZ-2026-000124"),
        (("commission_parts", "300"), 1_301), (("parties", "iban"), "FR76 •••• 0189"),
        (("parties", "shop", "name"), "Fournil Lodz"), (("parties", "tills", "1"), "Caisse 2"),
    ],
)  # fmt: skip
def test_another_fact_is_another_seal(path: tuple[str, ...], value: object) -> None:
    other = deepcopy(FACTS)
    within = other
    for name in path[:-1]:
        within = within[name]
    within[path[-1]] = value
    assert seal(other, lines=2, digest=DIGEST) != seal(FACTS, lines=2, digest=DIGEST)


def test_another_transfer_or_one_less_is_another_seal() -> None:
    assert len({seal(FACTS, lines=2, digest=DIGEST), seal(FACTS, lines=2, digest="ac" * 32),
                seal(FACTS, lines=1, digest=DIGEST)}) == 3  # fmt: skip


@given(st.integers(0, 10**6), st.sampled_from(["", " ", "-", ". "]), st.booleans(), st.booleans())
def test_what_is_typed_is_read_as_it_was_printed(number: int, between: str, small: bool, misread: bool) -> None:
    printed = seal({"number": number}, lines=0, digest="")
    typed = printed.replace("-", between)
    typed = typed.translate(str.maketrans("OIB", "018")) if misread else typed
    assert as_printed(typed.lower() if small else typed) == printed


@pytest.mark.parametrize("typed", ["", "K7QM", "K7QM-4TZP-ABCD-EFGH-23456", "é" * 20, "二" * 20])
def test_what_cannot_be_a_seal_is_none(typed: str) -> None:
    assert as_printed(typed) is None
