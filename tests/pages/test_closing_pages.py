"""Closings as the desk and a shop see them: how far they are, for whom, and down to the transfers they are made of."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from api.auth.permissions import Role
from ledger.days import Period, day_of
from merchants.settlements import opening
from merchants.settlements.rounds import Round
from merchants.shops import rhythms
from merchants.shops.rhythms import Rhythm
from tests.given import Town
from tests.pages.desking import hidden
from tests.pages.followed import plain
from tests.pages.given import Live
from tests.pages.holding import a_live_town
from tests.pages.ordering import somebody

DESK = "/treiz/desk/month-end"


class Spent:
    """A shop took 40,00 € ten days ago."""

    def __init__(self, live: Live, town: Town) -> None:
        self.live, self.town = live, town
        self.day = day_of(town.at - timedelta(days=10))

    @property
    def shop(self) -> UUID:
        return self.town.till.shop

    @property
    def settlements(self) -> str:
        return f"/treiz/shop/{self.shop}/settlements"

    @asynccontextmanager
    async def seen_by(self, role: Role, subject: UUID | None = None) -> AsyncIterator[httpx.AsyncClient]:
        who = await somebody(self.live, role, subject, email=f"{role}@programme.example")
        async with who.client(self.live) as client:
            yield client

    async def choose(self, rhythm: Rhythm) -> None:
        work = partial(rhythms.choose, shop_id=self.shop, rhythm=rhythm, actor="op", at=self.town.at)
        await self.town.do(work)


@pytest.fixture
async def spent(live: Live) -> Spent:
    town = await a_live_town(live)
    found, now = Spent(live, town), town.at
    town.at = datetime.combine(found.day, datetime.min.time(), UTC) + timedelta(hours=10)
    voucher = await town.voucher(worth="100,00 €", valid_from=found.day)
    await town.till.redeem(voucher, "40,00")
    town.at = now
    return found


async def test_a_week_is_closed_for_the_shops_that_are_paid_weekly(spent: Spent) -> None:
    week = f"{spent.day:%G-W%V}"
    async with spent.seen_by("operator") as client:
        assert week not in (await client.get(DESK)).text
        await spent.choose("weekly")
        assert f"{DESK}/{week}" in (await client.get(DESK)).text
        seen = await client.get(f"{DESK}/{week}")
        assert "commerces payés chaque semaine" in plain(seen.text)
        sent = {"once": hidden(seen.text, "once"), "seen": hidden(seen.text, "seen")}
        closed = await client.post(f"{DESK}/{week}", data=sent)
        assert "La semaine est clôturée" in plain((await client.get(closed.headers["location"])).text)
        assert "Cette semaine est déjà clôturée" in plain((await client.get(f"{DESK}/{week}")).text)
    assert [one.first_day for one in await spent.town.settlements()] == [Period.week_of(spent.day).first_day]


async def test_a_closing_under_way_tells_how_far_it_is_until_the_job_has_finished_it(spent: Spent) -> None:
    asked = Round(Period(spent.day, spent.day))
    opened = await spent.town.do(lambda session: opening.begin(session, asked, at=spent.town.at))
    here = f"{DESK}/closed/{opened.id}"
    async with spent.seen_by("accountant") as client:
        page = (await client.get(here)).text
        assert "0 commerces sur 1 sont réglés" in plain(page)
        assert '<progress max="100" value="0">' in page
        assert 'http-equiv="refresh"' in page
        assert (await client.get(f"{here}/state")).json() == {"state": "working", "percent": 0}
        await spent.live.work()
        assert (await client.get(f"{here}/state")).json() == {"state": "finished", "percent": 100}
        page = (await client.get(here)).text
        assert "<progress" not in page
        assert "refresh" not in page
        assert "TREIZ-" in page


async def test_a_closing_that_stands_still_names_the_shops_that_it_cannot_settle(spent: Spent) -> None:
    asked, here = Round(Period(spent.day, spent.day)), f"{DESK}/closed"
    opened = await spent.town.do(
        lambda session: opening.open_closing(session, asked, at=spent.town.at - timedelta(minutes=11))
    )
    async with spent.seen_by("accountant") as client:
        page = plain((await client.get(f"{here}/{opened.id}")).text)
    assert "Pas encore réglés" in page
    assert "Bar Pierre" in page


async def test_every_figure_leads_down_to_its_transfers(spent: Spent) -> None:
    closed = await spent.town.close(Period(spent.day, spent.day))
    (settled,) = await spent.town.settlements(closed)
    async with spent.seen_by("accountant") as client:
        down = f"{DESK}/settlements/{settled.id}"
        assert down in (await client.get(f"{DESK}/closed/{closed.id}")).text
        page = (await client.get(down)).text
        assert "40,00 €" in plain(page)
        entries = re.findall(rf'href="({DESK}/entries/[0-9a-f-]+)"', page)
        assert len(set(entries)) == 2
        booked, taken = [plain((await client.get(one)).text) for one in entries]
        assert all(sum_ in booked for sum_ in ("1,20 €", "0,24 €", "38,56 €", settled.number))
        assert "Bon d'achat" in taken
        assert "Bar Pierre" in taken
        assert "Le règlement qui l'a pris" in taken
        assert (await client.get(f"{DESK}/entries/{settled.id}")).status_code == 404
        assert (await client.get(f"{down}?after={settled.id}")).status_code == 200
    async with spent.seen_by("manager") as client:
        assert [(await client.get(one)).status_code for one in (down, entries[0])] == [403, 403]


async def test_a_shop_chooses_to_be_paid_when_it_asks_and_asks_once_a_day(spent: Spent) -> None:
    async with spent.seen_by("shop", spent.shop) as client:
        assert "Être payé maintenant" not in plain((await client.get(spent.settlements)).text)
        early = await client.post(spent.settlements, data={"do": "now", "once": "6f2d41b7-35b0-4a4e-9a44-1f0e2b7c9d10"})
        assert early.status_code == 422
        assert "Choisissez d'abord d'être payé à la demande" in plain(early.text)
        chosen = await client.post(spent.settlements, data={"rhythm": "on_demand"})
        page = (await client.get(chosen.headers["location"])).text
        assert "38,56 € vous seraient versés" in plain(page)
        asked = {"do": "now", "once": hidden(page, "once")}
        done, again = [await client.post(spent.settlements, data=asked) for _ in range(2)]
        assert done.headers["location"] == again.headers["location"]
        assert "C'est demandé" in plain((await client.get(done.headers["location"])).text)
        other = await client.post(spent.settlements, data={"do": "now", "once": str(spent.shop)})
        assert "déjà été demandé aujourd'hui" in plain(other.text)
    assert len(await spent.town.settlements()) == 1


async def test_what_is_opened_is_settled_apart_from_what_a_shop_asks_for(spent: Spent) -> None:
    town, now = spent.town, spent.town.at
    await spent.choose("on_demand")
    await town.do(partial(opening.begin, asked=Round(Period(spent.day, spent.day)), at=now))
    town.at = datetime.combine(spent.day, datetime.min.time(), UTC) + timedelta(days=1, hours=10)
    await town.till.redeem(await town.voucher(worth="10,00 €", valid_from=spent.day), "10,00")
    town.at = now
    async with spent.seen_by("shop", spent.shop) as client:
        page = (await client.get(spent.settlements)).text
        done = await client.post(spent.settlements, data={"do": "now", "once": hidden(page, "once")})
    assert done.status_code == 303
    written = "SELECT count(*), count(DISTINCT xmin::text) FROM p_treiz.settlements"
    assert tuple((await town.do(lambda session: session.execute(text(written)))).one()) == (2, 2)


async def test_a_rhythm_that_was_not_offered_is_not_kept(spent: Spent) -> None:
    async with spent.seen_by("operator") as client:
        assert (await client.post(spent.settlements, data={"rhythm": "hourly"})).status_code == 422
        assert (await client.post(spent.settlements, data={"rhythm": "programme"})).status_code == 303
    assert await spent.town.do(lambda session: rhythms.chosen(session, spent.shop)) is None


async def test_who_only_looks_chooses_nothing(spent: Spent) -> None:
    async with spent.seen_by("accountant") as client:
        assert "Vous souhaitez être payé" not in plain((await client.get(spent.settlements)).text)
        assert (await client.post(spent.settlements, data={"rhythm": "weekly"})).status_code == 403
        assert (await client.post(spent.settlements, data={"do": "now"})).status_code == 403
