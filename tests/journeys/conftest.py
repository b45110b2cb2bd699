"""What the journeys may ask for."""

import pytest

from api.settings import Settings
from ledger.database import Sessions
from tests.founding import Standing, lent
from tests.given import Town


@pytest.fixture
def standing(request: pytest.FixtureRequest) -> Standing | None:
    """A town of three shops, for whoever asks for it."""
    return Standing(shops=3) if "town" in request.fixturenames else None


@pytest.fixture
def town(sessions: Sessions, settings: Settings, standing: Standing | None) -> Town:
    """A programme with three shops, each with a till."""
    return lent(Town, standing, sessions, settings)
