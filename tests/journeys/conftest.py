"""What the journeys may ask for."""

import pytest

from api.settings import Settings
from ledger.database import Sessions
from tests.given import Town, a_town


@pytest.fixture
async def town(sessions: Sessions, settings: Settings) -> Town:
    """A programme with three shops, each with a till."""
    return await a_town(sessions, settings, shops=3)
