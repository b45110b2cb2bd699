"""What the tests of merchants may ask for."""

from datetime import date

import pytest

from api.settings import Settings
from ledger.database import Sessions
from tests.given import Paper, Town, a_town


@pytest.fixture
async def town(sessions: Sessions, settings: Settings) -> Town:
    """A programme with three shops, each with a till."""
    return await a_town(sessions, settings, shops=3)


@pytest.fixture
async def voucher(town: Town) -> Paper:
    """One that is big enough for all of it."""
    return await town.voucher(worth="10 000,00 €", last_day=date(2030, 1, 1))
