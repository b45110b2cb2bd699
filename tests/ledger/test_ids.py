"""Ids sort by the moment they were made, and where it matters after those that another host made before."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from ledger.ids import new_ids


@given(count=st.integers(0, 20), ahead=st.integers(-(10**6), 10**6), chance=st.integers(0, 2**62 - 1))
def test_ids_sort_after_one_that_was_made_by_a_clock_that_was_ahead(count: int, ahead: int, chance: int) -> None:
    newest = UUID(int=(uuid7().int >> 62 << 62) + (ahead << 80) | chance)
    made = new_ids(count, after=newest)
    assert [newest, *made] == sorted({newest, *made})
    assert {(one.version, one.variant) for one in made} <= {(7, newest.variant)}
    assert len(made) == count


def test_more_than_fit_beside_each_other_still_rise() -> None:
    newest = UUID(int=uuid7().int + (10**9 << 80))
    made = new_ids(10_000, after=newest)
    assert [newest, *made] == sorted({newest, *made})
