"""What expires, at the desk: looked at, extended once by who may, and done by the job."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from api.jobs.extending import tend_extensions
from ledger.days import day_of
from tests.given import Town
from tests.pages.desking import hidden
from tests.pages.followed import plain
from tests.pages.given import Live
from tests.pages.holding import a_live_town
from tests.pages.ordering import somebody


@pytest.fixture
async def town(live: Live) -> Town:
    return await a_live_town(live)


async def test_a_batch_that_expires_soon_is_extended_once_by_the_operator(live: Live, town: Town) -> None:
    today = day_of(town.at)
    voucher = await town.voucher(worth="50,00 €", last_day=today + timedelta(days=20), label="Noël")
    await town.till.redeem(voucher, "8,00")
    page = f"/treiz/desk/expiry/{voucher.batch}"
    async with (await somebody(live, "operator")).client(live) as client:
        assert 'href="/treiz/desk/expiry"' in (await client.get("/treiz/desk/money")).text
        seen = await client.get("/treiz/desk/expiry")
        assert "42,00 € dans les douze mois" in plain(seen.text)
        assert page in seen.text
        for month, listed in ((f"{today + timedelta(days=20):%Y-%m}", True), ("2199-01", False)):
            assert (page in (await client.get("/treiz/desk/expiry", params={"month": month})).text) == listed
        assert (await client.get("/treiz/desk/expiry", params={"month": "mars"})).status_code == 422
        form = {"once": hidden((await client.get(page)).text, "once"), "reason": "Travaux dans la rue"}
        later = today + timedelta(days=200)
        for wrong in ("", "demain", f"{today:%d/%m/%Y}"):
            assert (await client.post(page, data=form | {"last_day": wrong})).status_code == 422
        done = [await client.post(page, data=form | {"last_day": later.isoformat()}) for _ in range(2)]
        assert [one.status_code for one in done] == [303, 303]
        assert "0 bons pour l'instant" in plain((await client.get(page)).text)
        await tend_extensions(live.app.state.installation, await live.town())
        assert (await town.view(voucher)).facts.last_day == later
        told = plain((await client.get(page)).text)
        assert "Travaux dans la rue" in told
        assert "1 bon prolongé" in told
        assert (await client.get(f"/treiz/desk/expiry/{UUID(int=1)}")).status_code == 404


async def test_nobody_else_extends(live: Live, town: Town) -> None:
    voucher = await town.voucher()
    for role in ("accountant", "manager"):
        who = await somebody(live, role, email=f"{role}@programme.example")
        async with who.client(live) as client:
            assert [one.status_code for one in await _asked(client, voucher.batch)] == [403, 403, 403]


async def _asked(client: httpx.AsyncClient, batch: UUID) -> list[httpx.Response]:
    page = f"/treiz/desk/expiry/{batch}"
    return [await client.get("/treiz/desk/expiry"), await client.get(page), await client.post(page, data={"once": "x"})]
