"""Fixtures for tests that pay by card."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Final

import pytest

from tests.stripe_double.driving import Account, Double

if TYPE_CHECKING:
    from vouchers.orders.cards.stripe_gateway import StripeGateway


AGAIN: Final = 0.01
"""Seconds before a request that was not answered is sent again for the first time."""


@pytest.fixture(scope="session")
def stripe_double() -> Iterator[Double]:
    """The double, one process for all tests of a worker; who gets no answer asks it again at once."""
    from stripe import HTTPClient  # noqa: PLC0415 the library takes long to import

    HTTPClient.INITIAL_DELAY = AGAIN  # type: ignore[assignment]  # the library says half a second
    double = Double().start()
    try:
        yield double
    finally:
        double.stop()


@pytest.fixture
async def stripe_account(stripe_double: Double) -> Account:
    """A Stripe account of the test's own."""
    return await stripe_double.account()


@pytest.fixture
async def stripe_gateway(stripe_account: Account) -> AsyncIterator[StripeGateway]:
    """Ours, at the test's own account."""
    from vouchers.orders.cards.stripe_gateway import StripeGateway  # noqa: PLC0415 the library takes long to import

    gateway = StripeGateway(secret_key=stripe_account.key, base=stripe_account.address)
    yield gateway
    await gateway.close()
