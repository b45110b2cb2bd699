"""What the tests of holders may ask for."""

import pytest

from api.settings import Settings
from ledger.database import Sessions
from tests.vouchers.orders.given import OrderTown, an_order_town


@pytest.fixture
async def orders(sessions: Sessions, settings: Settings) -> OrderTown:
    """A programme with a shop and a company that orders."""
    return await an_order_town(sessions, settings)
