"""Letters to holders over a real mail server: once, whatever the server does; what it puts off goes later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import text

from api.engines import Database
from api.jobs.holders import send_holder_letters, tend_holders
from api.settings import Settings
from tests.given import Town
from tests.mail_server import MailServer, Received, mail_server
from tests.pages.given import Live, served
from tests.pages.holding import ANNE, BORIS, a_live_town, path_of


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
    """With a voucher that two people want to keep."""
    town = await a_live_town(live)
    path = path_of(town, await town.voucher())
    async with live.client() as client:
        for one in (ANNE, BORIS):
            assert (await client.post(f"{path}/keep", data={"email": one})).status_code == 303
    return town


async def states(town: Town) -> dict[str, str]:
    async with town.sessions() as session:
        rows = await session.execute(text("SELECT email, state FROM p_treiz.holder_letters"))
        return {row.email: row.state for row in rows}


def link_in(live: Live, letter: Received) -> str:
    plain = letter.message.get_body(("plain",))
    assert plain is not None
    return next(word for word in plain.get_content().split() if "/held/" in word).removeprefix(live.address)


async def test_three_workers_at_once_send_each_letter_once_and_its_link_works(
    live: Live, town: Town, server: MailServer
) -> None:
    here, served_town = live.app.state.installation, await live.town()
    server.faults[ANNE] = ["greylisted"]
    await asyncio.gather(*(send_holder_letters(here, served_town) for _ in range(3)))
    await tend_holders(here, served_town)
    assert sorted(one.to for one in server.received) == [ANNE, BORIS]
    assert await states(town) == {ANNE: "sent", BORIS: "sent"}
    await tend_holders(here, served_town)
    assert len(server.received) == 2
    async with live.client() as client:
        opened = [(await client.get(link_in(live, one))).status_code for one in server.received]
    assert opened == [200, 200]


async def test_what_is_put_off_goes_later_and_what_is_refused_does_not(
    live: Live, town: Town, server: MailServer
) -> None:
    here, served_town = live.app.state.installation, await live.town()
    server.faults[ANNE] = ["greylisted"]
    server.faults[BORIS] = ["refused"]
    await send_holder_letters(here, served_town)
    assert await states(town) == {ANNE: "queued", BORIS: "refused"}
    await send_holder_letters(here, served_town)
    assert [one.to for one in server.received] == [ANNE]
    assert await states(town) == {ANNE: "sent", BORIS: "refused"}


async def test_what_may_have_left_is_doubtful_and_its_link_works_all_the_same(
    live: Live, town: Town, server: MailServer
) -> None:
    here, served_town = live.app.state.installation, await live.town()
    server.faults[ANNE] = ["taken, unsaid"]
    for _ in range(2):
        await send_holder_letters(here, served_town)
    assert (await states(town))[ANNE] == "doubtful"
    (came,) = [one for one in server.received if one.to == ANNE]
    async with live.client() as client:
        assert (await client.post(link_in(live, came), data={"do": "keep"})).status_code == 303
