"""What the tests of funders' accounts may ask for."""

import pytest

from api.settings import Settings
from ledger.database import Sessions
from tests.founding import Standing, lent
from tests.vouchers.orders.given import OrderTown


@pytest.fixture
def standing(request: pytest.FixtureRequest) -> Standing | None:
    """A town that sells, for whoever asks for it."""
    return Standing(shops=1, sells=True) if "orders" in request.fixturenames else None


@pytest.fixture
def orders(sessions: Sessions, settings: Settings, standing: Standing | None) -> OrderTown:
    """A programme with a shop and a company that orders; its funder has paid in nothing."""
    return lent(OrderTown, standing, sessions, settings)
