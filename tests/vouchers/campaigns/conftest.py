"""What the tests of campaigns may ask for."""

import pytest

from api.settings import Settings
from ledger.database import Sessions
from tests.given import Town, a_town


@pytest.fixture
async def town(sessions: Sessions, settings: Settings) -> Town:
    """A programme with three shops, each with a till, whose funder holds 100 €."""
    town = await a_town(sessions, settings, shops=3)
    await town.pay_in("100,00", owner=town.funder)
    return town
