"""What the ledger's tests may ask for."""

import pytest

from ledger.database import Sessions
from tests.ledger.given import Town, a_town


@pytest.fixture
async def town(sessions: Sessions) -> Town:
    """Books with a voucher of 20 € in them."""
    return await a_town(sessions)
