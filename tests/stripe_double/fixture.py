"""Fixtures for tests that pay by card. Import both where they are used."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stripe_double.driving import Account, Double


@pytest.fixture(scope="session")
def stripe_double() -> Iterator[Double]:
    """The double, one process for all tests of a worker."""
    double = Double().start()
    try:
        yield double
    finally:
        double.stop()


@pytest.fixture
async def stripe_account(stripe_double: Double) -> Account:
    """A Stripe account of the test's own."""
    return await stripe_double.account()
