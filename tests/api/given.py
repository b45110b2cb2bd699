"""The doors to programmes that have lived since last month (``tests.api.lived``): what tests of the API start from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api import installation
from api.app import PREFIX
from api.engines import Database
from api.errors import PROBLEM, TYPE
from api.guessing import Guesses
from api.settings import Settings
from tests import lending
from tests.api.lived import SECRETS, Life, Lived
from tests.apps import an_app

SHOPS_FILE: Final = Path(__file__).parents[2] / "api" / "demo" / "data" / "shops_13.csv"
FRESH: Final = ""
"""For an Idempotency-Key of its own."""


class Door:
    """A client that holds one key, or none. Paths are those under the API's prefix."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, *, headers: Mapping[str, str] | None = None, **query: Any) -> httpx.Response:
        """GET; a path that holds the prefix already is taken as it is."""
        url = path if path.startswith(PREFIX) else PREFIX + path
        return await self.client.get(url, params=query or None, headers=headers)

    async def post(self, path: str, json: Any = None, *, key: str | None = FRESH, **more: Any) -> httpx.Response:
        """POST with an Idempotency-Key: a fresh one unless told, none if None."""
        headers = {**more.pop("headers", {}), **({} if key is None else {"Idempotency-Key": key or uuid4().hex})}
        body = {} if json is None else {"json": json}
        return await self.client.post(PREFIX + path, headers=headers, **body, **more)

    async def redeem(self, code: str, amount: int, *, key: str | None = FRESH, **more: Any) -> httpx.Response:
        """Redeem an amount in cents."""
        return await self.post("/redemptions", {"code": code, "amount": amount, **more}, key=key)

    async def every(self, path: str, **query: Any) -> tuple[list[dict[str, Any]], int]:
        """All items of a list, by its Link headers.

        :returns: the items, and how many pages they came on
        """
        items: list[dict[str, Any]] = []
        pages, answer = 1, await self.get(path, **query)
        while True:
            assert answer.status_code == 200, answer.text
            items += answer.json()["items"]
            if "next" not in answer.links:
                return items, pages
            answer = await self.get(answer.links["next"]["url"])
            pages += 1


@dataclass(slots=True)
class World:
    """An application that serves a clone of the life."""

    app: FastAPI
    database: Database
    treiz: Life
    alpes: Life
    doors: AsyncExitStack
    owner: AsyncEngine
    """One connection of the owner of the database: to know all tables takes a new one longer than to read them."""
    known: dict[str, str] | None = None
    """The fingerprint of its books, if nobody touched them since it was taken."""

    async def door(
        self, holder: str | None, *, of: Life | None = None, language: str = "en", address: str = "203.0.113.7"
    ) -> Door:
        """The door of the holder of a key of the life, or of a key's text; of nobody if None."""
        life = of or self.treiz
        headers = {"accept-language": language}
        if holder is not None:
            headers["authorization"] = f"Bearer {life.keys.get(holder, holder)}"
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 50_000))
        client = httpx.AsyncClient(transport=transport, base_url="http://obole.test", headers=headers)
        return Door(await self.doors.enter_async_context(client))

    async def town(self, life: Life | None = None) -> installation.Town:
        """The programme as the application works for it."""
        found: installation.Town = await self.app.state.installation.town((life or self.treiz).slug)
        return found

    async def as_owner(self, *statements: str) -> None:
        """Run SQL on the programme ``treiz`` as the owner of the database."""
        async with self._owning() as connection:
            for statement in statements:
                await connection.execute(text(statement))

    async def asked(self, statement: str) -> Any:
        """One value, as the owner, of the programme ``treiz``."""
        async with self._owning() as connection:
            return (await connection.execute(text(statement))).scalar_one()

    @asynccontextmanager
    async def _owning(self) -> AsyncIterator[AsyncConnection]:
        """The owner's connection, in a transaction; what one test's statement had set for it does not outlast it."""
        async with self.owner.begin() as connection:
            await connection.execute(text("RESET ALL"))
            await connection.execute(text("SET search_path = p_treiz, public"))
            yield connection

    async def books(self, *, but: Collection[str] = ("wrong_codes",)) -> dict[str, str]:
        """A fingerprint of every row of every table of every programme, but for the tables named."""
        async with self.owner.connect() as connection:
            found = await connection.execute(
                text(r"SELECT schemaname, tablename FROM pg_tables WHERE schemaname LIKE 'p\_%' ORDER BY 1, 2")
            )
            parts = [
                f"SELECT '{schema}.{table}', count(*) || ' ' ||"  # noqa: S608
                f" md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {schema}.{table} t"
                for schema, table in found
                if table not in but
            ]
            return {row[0]: row[1] for row in await connection.execute(text(" UNION ALL ".join(parts)))}


def problem(answer: httpx.Response, status: int, name: str | None = None) -> dict[str, Any]:
    """The problem that was answered, if it is well formed and this one."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == PROBLEM
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    if name is not None:
        assert told["type"] == TYPE + name, told
    return told


async def forget_guesses(world: World) -> None:
    """As a quarter of an hour later: no till waits for what it guessed."""
    await world.as_owner("DELETE FROM wrong_codes")
    world.app.state.guesses = Guesses()


@asynccontextmanager
async def a_world(database: Database, lived: Lived, home: Path, **settings: Any) -> AsyncIterator[World]:
    """Serve a database in which the life was lived; nothing runs in the background unless ``jobs`` is asked for."""
    chosen = {"secrets": SECRETS, "pool_size": 20, "pool_timeout": 10, "jobs": False, **settings}
    with an_app(Settings(home=home, **chosen), database) as app:
        async with app.router.lifespan_context(app), AsyncExitStack() as doors:
            owner = lending.engine(database.owner, pool_size=1, max_overflow=0, pool_pre_ping=True)
            doors.push_async_callback(owner.dispose)
            yield World(app, database, lived.treiz, lived.alpes, doors, owner)
