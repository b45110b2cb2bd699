"""What these tests may ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.stripe_double.driving import Account
from tests.stripe_double.given import Webhook
from tests.stripe_double.refusing import API_VERSION


@pytest.fixture
async def raw(stripe_account: Account) -> AsyncIterator[httpx.AsyncClient]:
    """A bare client with the account's key."""
    headers = {"Authorization": f"Bearer {stripe_account.key}", "Stripe-Version": API_VERSION}
    async with httpx.AsyncClient(base_url=stripe_account.address, headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    """A webhook that keeps what it is sent."""
    with Webhook.open() as webhook:
        yield webhook
