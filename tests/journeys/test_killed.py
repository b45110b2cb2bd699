"""Must show 5: the server killed at random moments under load, twenty times; what it acknowledged is there once."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
import psycopg
import pytest
from sqlalchemy import URL, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.engines import Database, runtime_engine
from api.settings import Settings
from ledger.database import sessions_of
from tests import copies, databases
from tests.api.lived import SECRETS, Life, Lived, live
from tests.speaking import a_client
from vouchers import proofs
from vouchers.tables import Redemption

KILLS: Final = 20
TILLS: Final = ("till", "neighbour", "other till")
TASKS: Final = 12
SERVER: Final = "tests.journeys.killed_server"


@dataclass(slots=True)
class Server:
    """The program that serves, and where."""

    program: copies.Program
    url: str

    async def start(self) -> int:
        """Start a server; answers its process."""
        await self.program.say("{}")
        return int(await self.program.line())

    async def kill(self, process: int) -> None:
        """Kill it as a power cut would, and see that it died of that."""
        os.kill(process, signal.SIGKILL)
        assert int(await self.program.line()) == -signal.SIGKILL


@asynccontextmanager
async def a_server(database: Database, home: Path) -> AsyncIterator[Server]:
    """The program, with the application assembled, and a socket on a free port of its own."""
    told = {
        "OBOLE_HOME": str(home), "OBOLE_SECRETS": SECRETS, "OBOLE_POOL_SIZE": "6",
        "OBOLE_DATABASE_URL": database.owner.render_as_string(hide_password=False),
    }  # fmt: skip
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        async with copies.running(SERVER, files=[listening.fileno()], told=told) as program:
            assert await program.line() == "warm"
            yield Server(program, f"http://127.0.0.1:{listening.getsockname()[1]}")


@dataclass(slots=True)
class Till:
    """A till that asks without pause, notes what it was told, and asks again what it was not."""

    client: httpx.AsyncClient
    codes: list[str]
    name: str
    asked: int = 0
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    unanswered: dict[str, str] = field(default_factory=dict)

    async def work(self) -> None:
        """Redeem a cent again and again, until cancelled."""
        while True:
            self.asked += 1
            await self.ask(f"{self.name}-{self.asked}", self.codes[self.asked % len(self.codes)])

    async def ask(self, key: str, code: str) -> None:
        """Ask once; until it is answered it counts as not answered."""
        self.unanswered[key] = code
        headers = {"Idempotency-Key": key}
        try:
            answer = await self.client.post("/api/v1/redemptions", json={"code": code, "amount": 1}, headers=headers)
        except httpx.TransportError:
            await asyncio.sleep(0.02)
            return
        if answer.status_code == 201:
            self.told[key] = answer.json()
            del self.unanswered[key]
        else:
            assert answer.status_code == 503, answer.text

    async def ask_again(self) -> None:
        """Ask what was not answered, under the keys it had, and be answered."""
        for key, code in list(self.unanswered.items()):
            await self.ask(key, code)
        assert not self.unanswered
        await self.client.aclose()


@pytest.fixture
async def lived(cluster: URL, tmp_path: Path) -> AsyncIterator[tuple[Database, Lived]]:
    """A database of its own in which both programmes have lived."""
    async with databases.new_database(cluster, template=databases.TEMPLATE) as database:
        yield database, await live(database, tmp_path)


async def test_a_server_killed_twenty_times_under_load_loses_nothing_and_does_nothing_twice(
    lived: tuple[Database, Lived], tmp_path: Path
) -> None:
    database, life = lived[0], lived[1].treiz
    async with (
        a_server(database, tmp_path) as server,
        commits_of(database) as commits,
        a_client(base_url=server.url) as base,
    ):
        tills = [a_till(server.url, life, number) for number in range(TASKS)]
        for number in range(KILLS):
            process = await server.start()
            await answering(base)
            working = [asyncio.create_task(till.work()) for till in tills]
            await asyncio.sleep(random.uniform(0.02, 0.3))
            if number % 2:
                await commits.next()
            await server.kill(process)
            await give_up(working)
            await hang_up(tills)
        assert await commits.count() > sum(len(till.told) for till in tills), "never killed between commit and answer"
        process = await server.start()
        await answering(base)
        await asyncio.gather(*(till.ask_again() for till in tills))
        await server.kill(process)
    await every_answer_is_in_the_books_once(database, tmp_path, life, tills)


@dataclass(frozen=True, slots=True)
class Commits:
    """A connection that PostgreSQL tells of each commit of a redemption, at once."""

    connection: psycopg.AsyncConnection[tuple[int]]

    async def next(self) -> None:
        """Wait for the next one: its answer cannot be far on its way yet."""
        await self.connection.execute("LISTEN redeemed")
        async for _ in self.connection.notifies(timeout=10, stop_after=1):
            break
        await self.connection.execute("UNLISTEN redeemed")

    async def count(self) -> int:
        """How many redemptions of a cent are in the books."""
        found = await self.connection.execute("SELECT count(*) FROM p_treiz.redemptions WHERE amount = 1")
        (count,) = await found.fetchone() or (0,)
        return count


@asynccontextmanager
async def commits_of(database: Database) -> AsyncIterator[Commits]:
    """Let the database tell of redemptions as they are committed."""
    address = database.owner.set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        await connection.execute(
            "CREATE FUNCTION p_treiz.tell() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_notify('redeemed', ''); RETURN NULL; END $$"
        )
        await connection.execute(
            "CREATE TRIGGER tell AFTER INSERT ON p_treiz.redemptions EXECUTE FUNCTION p_treiz.tell()"
        )
        yield Commits(connection)


def a_till(url: str, life: Life, number: int) -> Till:
    """A till with its key; its first vouchers are others' too."""
    headers = {"Authorization": f"Bearer {life.keys[TILLS[number % len(TILLS)]]}"}
    codes = [held.code for held in life.fresh[number % 3 : number % 3 + 6]]
    return Till(a_client(base_url=url, headers=headers, timeout=20), codes, f"t{number}")


async def give_up(working: list[asyncio.Task[None]]) -> None:
    """Read the answers that are here already, and wait for no other."""
    await asyncio.wait(working, timeout=0.05)
    for one in working:
        one.cancel()
    for ended in await asyncio.gather(*working, return_exceptions=True):
        assert isinstance(ended, asyncio.CancelledError), ended


async def hang_up(tills: list[Till]) -> None:
    """Forget the connections of a server that is dead."""
    for till in tills:
        fresh = a_client(base_url=till.client.base_url, headers=till.client.headers, timeout=20)
        await till.client.aclose()
        till.client = fresh


async def answering(client: httpx.AsyncClient) -> None:
    """Wait until the server answers."""
    async with asyncio.timeout(30):
        while True:
            try:
                if (await client.get("/readyz", timeout=10)).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.02)


async def every_answer_is_in_the_books_once(database: Database, home: Path, life: Life, tills: list[Till]) -> None:
    """Each redemption that was told is there, each that is there was told, and everything adds up."""
    told = {UUID(one["id"]): one for till in tills for one in till.told.values()}
    assert len(told) == sum(len(till.told) for till in tills), "one redemption answered two keys"
    schema = databases.PROGRAMMES["treiz"]
    async with runtime_engine(database, Settings(home=home)) as engine, sessions_of(engine, schema=schema)() as session:
        kept = await of_a_cent(session)
        found = await proofs.audit(session)
    assert found.agrees, found.findings
    assert {str(one) for one in kept} == {str(one) for one in told}
    for one in told.values():
        assert kept[UUID(one["id"])] == (UUID(one["voucher"]), UUID(one["till"]), one["left"])
    assert len(told) == sum(till.asked for till in tills)


async def of_a_cent(session: AsyncSession) -> dict[UUID, tuple[UUID, UUID, int]]:
    """The redemptions of one cent, which no other part of the life made."""
    rows = await session.execute(
        select(Redemption.id, Redemption.voucher_id, Redemption.till_id, Redemption.left_after).where(
            Redemption.amount == 1
        )
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}
