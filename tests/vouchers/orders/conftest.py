"""What the tests of orders may ask for."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.settings import Settings
from ledger.database import Sessions
from tests.founding import Standing, lent
from tests.stripe_double.driving import Account
from tests.stripe_double.fixture import stripe_account, stripe_double
from tests.vouchers.orders.cards import CardTown, a_card_town
from tests.vouchers.orders.given import OrderTown

__all__ = ["stripe_account", "stripe_double"]


@pytest.fixture
def standing(request: pytest.FixtureRequest, standing: Standing | None) -> Standing | None:
    """A town that sells, for whoever asks for one."""
    return Standing(shops=1, sells=True) if "orders" in request.fixturenames else standing


@pytest.fixture
def orders(sessions: Sessions, settings: Settings, standing: Standing | None) -> OrderTown:
    """A programme with a shop and a company that orders; a service fee of 2.5 %."""
    return lent(OrderTown, standing, sessions, settings)


@pytest.fixture
async def cards(orders: OrderTown, engine: AsyncEngine, stripe_account: Account) -> AsyncIterator[CardTown]:
    """The same, taking cards at the double; its time is the present."""
    async with a_card_town(orders, engine, stripe_account) as town:
        yield town
