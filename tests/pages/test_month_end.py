"""Closing a month at the desk: shown first, closed once, and never with other figures than those that were shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from ledger.days import day_of, months_later
from tests.given import Town
from tests.pages.desking import hidden
from tests.pages.followed import plain
from tests.pages.given import Live
from tests.pages.holding import a_live_town
from tests.pages.ordering import somebody
from tests.till import Paper


@dataclass(slots=True)
class Ended:
    """A month that is over, in which a shop took 40,00 €, and who looks at it."""

    live: Live
    town: Town
    month: str
    voucher: Paper

    @property
    def page(self) -> str:
        return f"/treiz/desk/month-end/{self.month}"

    async def spend(self, typed: str) -> None:
        """Somebody spends in that month."""
        now, self.town.at = self.town.at, datetime.fromisoformat(f"{self.month}-05T10:00").replace(tzinfo=UTC)
        await self.town.till.redeem(self.voucher, typed)
        self.town.at = now


@pytest.fixture
async def ended(live: Live) -> Ended:
    town = await a_live_town(live)
    now = town.at
    month = f"{months_later(day_of(now).replace(day=1), -1):%Y-%m}"
    town.at = datetime.fromisoformat(f"{month}-02T10:00").replace(tzinfo=UTC) - timedelta(days=40)
    voucher = await town.voucher(worth="100,00 €")
    town.at = now
    found = Ended(live, town, month, voucher)
    await found.spend("40,00 €")
    return found


@pytest.fixture
async def operator(ended: Ended) -> AsyncIterator[httpx.AsyncClient]:
    async with (await somebody(ended.live, "operator")).client(ended.live) as client:
        yield client


async def test_a_month_is_looked_at_and_closed_once_however_often_it_is_sent(
    ended: Ended, operator: httpx.AsyncClient
) -> None:
    assert "Périodes à clôturer" in (await operator.get("/treiz/desk")).text
    assert f"/treiz/desk/month-end/{ended.month}" in (await operator.get("/treiz/desk/month-end")).text
    seen = await operator.get(ended.page)
    assert "38,56 €" in plain(seen.text)  # 40,00 € less 3 % and the VAT on them
    sent = {"once": hidden(seen.text, "once"), "seen": hidden(seen.text, "seen")}
    closed = await operator.post(ended.page, data=sent)
    again = await operator.post(ended.page, data=sent)
    assert closed.status_code == again.status_code == 303
    assert closed.headers["location"] == again.headers["location"]
    page = plain((await operator.get(closed.headers["location"])).text)
    assert "Le mois est clôturé" in page
    assert "Payer les commerces" in page
    assert "Périodes à clôturer" not in (await operator.get("/treiz/desk")).text
    assert "TREIZ-" in page
    (settlement,) = await ended.town.settlements()
    paper = await operator.get(f"/treiz/shop/{settlement.shop}/settlements/{settlement.id}.pdf")
    assert paper.content.startswith(b"%PDF")
    assert "Ce mois est déjà clôturé" in plain((await operator.get(ended.page)).text)


async def test_what_came_after_it_was_shown_is_shown_before_it_is_closed(
    ended: Ended, operator: httpx.AsyncClient
) -> None:
    seen = await operator.get(ended.page)
    await ended.spend("10,00 €")
    sent = {"once": hidden(seen.text, "once"), "seen": hidden(seen.text, "seen")}
    refused = await operator.post(ended.page, data=sent)
    assert refused.status_code == 422
    assert "Les montants ont changé" in plain(refused.text)
    assert "50,00 €" in plain(refused.text)
    assert await ended.town.settlements() == []
    mended = sent | {"seen": hidden(refused.text, "seen")}
    assert (await operator.post(ended.page, data=mended)).status_code == 303


async def test_a_month_that_is_not_over_is_shown_and_not_closed(ended: Ended, operator: httpx.AsyncClient) -> None:
    page = f"/treiz/desk/month-end/{day_of(ended.town.at):%Y-%m}"
    seen = await operator.get(page)
    assert "n'est pas terminé" in plain(seen.text)
    assert "Clôturer le mois" not in plain(seen.text)
    sent = await operator.post(page, data={"once": "6f2d41b7-35b0-4a4e-9a44-1f0e2b7c9d10", "seen": "1-4000-3856"})
    assert sent.status_code == 422
    assert await ended.town.settlements() == []


async def test_an_accountant_looks_and_does_not_close_and_nobody_else_looks(ended: Ended) -> None:
    async with (await somebody(ended.live, "accountant")).client(ended.live) as client:
        seen = await client.get(ended.page)
        assert seen.status_code == 200
        assert "Clôturer le mois" not in plain(seen.text)
        assert (await client.post(ended.page, data={"once": "x"})).status_code == 403
    async with (await somebody(ended.live, "manager", email="manager@programme.example")).client(ended.live) as client:
        for path in ("/treiz/desk/month-end", ended.page):
            assert (await client.get(path)).status_code == 403
        assert "/desk/month-end" not in (await client.get("/treiz/desk/shops")).text


@pytest.mark.parametrize("typed", ["2026-13", "october", "2026-1", "1899-12"])
async def test_what_is_no_month_is_said_to_be_none(operator: httpx.AsyncClient, typed: str) -> None:
    told = await operator.get(f"/treiz/desk/month-end/{typed}")
    assert told.status_code == 422
