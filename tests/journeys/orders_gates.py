"""Gates in the database: a transaction of the server stands in its commit until a test has decided its fate.

A deferred trigger on what the transaction writes waits for a lock that the test holds. The server is killed while it
stands there; then its commit is either let through, though whoever asked for it is dead, or lost with its connection.
So a process dies exactly before a commit or exactly after it, and no test has to sleep and hope.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

import psycopg

from api.engines import Database

KILLED: Final = "obole to be killed"
"""How the connections of the server name themselves (``PGAPPNAME``)."""

PATIENCE: Final = 60
"""Seconds that the connections of a dead server may take to end."""

Fate = Literal["lost", "through"]

_POINT: Final = 1
_BARRIER: Final = 2


@dataclass(frozen=True, slots=True)
class Step:
    """The commit that adds a row to a table of the programme, or changes one to what ``when`` says of ``NEW``."""

    deed: Literal["INSERT", "UPDATE"]
    table: str
    when: str = "true"


class Gates:
    """The gates of one database. At most one step stands behind a gate at a time."""

    def __init__(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        self._connection = connection
        self._shut: list[str] = []

    async def run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run SQL as the owner of the database, in the schema of the programme."""
        found = await self._connection.execute(statement, values or None)
        return await found.fetchall() if found.description else []

    async def shut(self, step: Step | None, barrier: Step | None = None) -> None:
        """Let a step stand, and whatever would overtake it: what stands at the ``barrier`` is always lost."""
        for number, one in ((_POINT, step), (_BARRIER, barrier)):
            if one is not None:
                await self.run(f"SELECT pg_advisory_lock({number})")
                await self.run(
                    f"CREATE CONSTRAINT TRIGGER gate_{number} AFTER {one.deed} ON {one.table} DEFERRABLE"
                    f" INITIALLY DEFERRED FOR EACH ROW WHEN ({one.when}) EXECUTE FUNCTION stand('{number}')"
                )
                self._shut.append(f"gate_{number} ON {one.table}")

    async def reached(self) -> bool:
        """Whether the server stands at the step."""
        return bool(await self.run(f"SELECT pid {_AT_GATE} AND objid = {_POINT}"))

    async def open(self, fate: Fate) -> None:
        """Decide what becomes of the commit of a server that is dead, and let everything pass from now on."""
        spared = _POINT if fate == "through" else 0
        await self.run(
            f"SELECT pg_terminate_backend(pid) {_OF_KILLED} AND pid NOT IN (SELECT pid {_AT_GATE} AND objid = {spared})"
        )
        await self.run("SELECT pg_advisory_unlock_all()")
        async with asyncio.timeout(PATIENCE):
            while await self.run(f"SELECT pid {_OF_KILLED}"):  # noqa: ASYNC110 - it happens in the database
                await asyncio.sleep(0.01)
        while self._shut:
            await self.run(f"DROP TRIGGER {self._shut.pop()}")


_AT_GATE: Final = (
    "FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_OF_KILLED: Final = f"FROM pg_stat_activity WHERE datname = current_database() AND application_name = '{KILLED}'"


@asynccontextmanager
async def gates_of(database: Database, schema: str) -> AsyncIterator[Gates]:
    """Gates in a database of the test's own."""
    address = database.owner.set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        gates = Gates(connection)
        await gates.run(f"SET search_path = {schema}, public")
        await gates.run(
            "CREATE FUNCTION public.stand() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint); RETURN NULL; END $$"
        )
        yield gates
