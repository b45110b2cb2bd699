"""What the tests of orders may ask for."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.settings import Settings
from ledger.database import Sessions
from tests.stripe_double.driving import Account
from tests.stripe_double.fixture import stripe_account, stripe_double
from tests.vouchers.orders.cards import CardTown, a_card_town
from tests.vouchers.orders.given import OrderTown, an_order_town

__all__ = ["stripe_account", "stripe_double"]


@pytest.fixture
async def orders(sessions: Sessions, settings: Settings) -> OrderTown:
    """A programme with a shop and a company that orders; a service fee of 2.5 %."""
    return await an_order_town(sessions, settings)


@pytest.fixture
async def cards(
    sessions: Sessions, engine: AsyncEngine, settings: Settings, stripe_account: Account
) -> AsyncIterator[CardTown]:
    """The same, taking cards at the double; its time is the present."""
    async with a_card_town(sessions, engine, settings, stripe_account) as town:
        yield town
