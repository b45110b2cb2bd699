"""What the tests of public money may ask for."""

import pytest

from api.settings import Settings
from ledger.database import Sessions
from tests.founding import Standing, lent
from tests.vouchers.orders.given import OrderTown


@pytest.fixture
def standing(request: pytest.FixtureRequest, standing: Standing | None) -> Standing | None:
    """A town that sells, for whoever asks for one."""
    return Standing(shops=1, sells=True) if "orders" in request.fixturenames else standing


@pytest.fixture
async def orders(sessions: Sessions, settings: Settings, standing: Standing | None) -> OrderTown:
    """A programme with a shop and a company that orders, whose funder holds 100 €."""
    town = lent(OrderTown, standing, sessions, settings)
    await town.pay_in("100,00", owner=town.funder)
    return town
