"""The proofs page: green at first sight, red with the number and the way to mend it, and a letter in the morning."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from api.engines import Database
from api.jobs.proofs import prove_morning
from api.settings import Settings
from ledger.database import Sessions
from tests.given import Town
from tests.ledger.given import by_hand
from tests.mail_server import MailServer, mail_server
from tests.pages.followed import plain
from tests.pages.given import Live, served
from tests.pages.holding import a_live_town
from tests.pages.ordering import somebody

OPERATOR = "op@programme.example"
PROOFS = "/treiz/desk/proofs"
LIMITS = "/treiz/desk/proofs/limits"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
async def live(database: Database, settings: Settings, server: MailServer) -> AsyncIterator[Live]:
    """Served by an installation that has a mail server."""
    told = {"smtp_url": f"{server.url}?starttls=never", "mail_from": "bons@treiz.example"}
    async with served(database, settings.model_copy(update=told)) as live:
        yield live


@pytest.fixture
async def town(live: Live) -> Town:
    """In which a voucher of 100,00 € was bought, and 40,00 € of it spent."""
    town = await a_live_town(live)
    voucher = await town.voucher(worth="100,00 €")
    await town.till.redeem(voucher, "40,00 €")
    return town


@pytest.fixture
async def operator(live: Live, town: Town) -> AsyncIterator[httpx.AsyncClient]:
    async with (await somebody(live, "operator", email=OPERATOR)).client(live) as client:
        yield client


async def morning(live: Live) -> None:
    await prove_morning(live.app.state.installation, await live.town())


async def yesterday(owner: Sessions) -> None:
    """What was kept this morning was kept a day before."""
    await by_hand(
        owner,
        "UPDATE proof_mornings SET day = day - 1, reckoned_at = reckoned_at - interval '1 day'",
        "UPDATE proof_letters SET day = day - 1",
    )


async def test_all_of_it_is_green_and_the_first_page_says_so(operator: httpx.AsyncClient) -> None:
    page = plain((await operator.get(PROOFS)).text)
    assert "Tout tient, au" in page
    assert "n'a pas encore été auditée" in page
    home = (await operator.get("/treiz/desk")).text
    assert f'href="{PROOFS}"' in home
    assert "voir si tout tient" in plain(home)
