"""Secrets wrapped under another one: opened by it alone, as what they are, and unchanged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouchers.wrapping import SECRET_BYTES, WRAPPED_BYTES, unwrap, wrap

SECRETS = st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES)
UNDER = st.binary(min_size=16, max_size=64)


@given(SECRETS, UNDER, UNDER)
def test_what_is_wrapped_is_opened_by_the_same_secret_and_by_no_other(one: bytes, under: bytes, other: bytes) -> None:
    wrapped = wrap(one, under=under, context=b"a key")
    assert len(wrapped) == WRAPPED_BYTES
    assert one not in wrapped
    assert unwrap(wrapped, under=under, context=b"a key") == one
    assert unwrap(wrapped, under=under, context=b"another key") is None
    # HMAC pads a short key with zeros: two that differ by those alone are one.
    if other.rstrip(b"\0") != under.rstrip(b"\0"):
        assert unwrap(wrapped, under=other, context=b"a key") is None


@given(SECRETS, st.integers(0, WRAPPED_BYTES * 8 - 1))
def test_one_bit_changed_opens_nothing(one: bytes, bit: int) -> None:
    wrapped = bytearray(wrap(one, under=b"u" * 32, context=b""))
    wrapped[bit // 8] ^= 1 << bit % 8
    assert unwrap(bytes(wrapped), under=b"u" * 32, context=b"") is None


def test_the_same_secret_never_looks_the_same_twice() -> None:
    assert len({wrap(b"s" * 32, under=b"u" * 32, context=b"")[16:48] for _ in range(20)}) == 20


@pytest.mark.parametrize("size", [0, 31, 33])
def test_what_has_another_length_is_neither_wrapped_nor_opened(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        wrap(bytes(size), under=b"u" * 32, context=b"")
    assert unwrap(bytes(size + 32), under=b"u" * 32, context=b"") is None
