"""A real PostgreSQL for the tests: one server a run, one migrated template, a database for each test that asks.

The server is started by the first test that needs it, under a file lock that the xdist workers share, and stopped
by the process that started the run, which leaves last.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

import fasteners
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from api import embedded, migrating
from api.engines import Database, owner_engine
from tests import HOME, leases, lending, server

PROGRAMMES: Final = {"treiz": "p_treiz", "alpes": "p_alpes"}
"""The programmes of the template, and their schemas."""

TEMPLATE: Final = "obole_template"


async def start() -> URL:
    """The server's own database, as superuser; the server and the template are made if they are not there yet."""
    with fasteners.InterProcessLock(HOME / "starting"):
        url = server_at(HOME)
        async with administering(url) as connection:
            known = await connection.execute(text("SELECT datname FROM pg_database"))
            if TEMPLATE not in known.scalars().all():
                await connection.execute(text(f"CREATE DATABASE {TEMPLATE}"))
                await _fill(at(url, TEMPLATE))
        return url


def server_at(home: Path, *, version: int = 18) -> URL:
    """Where a server under ``home`` is asked, made and started if need be."""
    return embedded.url_of(server.started(home, version=version))


def at(url: URL, name: str) -> Database:
    """A database of the server; owner and runtime share a login, as by default."""
    return Database(url.set(database=name), url.set(database=name))


@asynccontextmanager
async def new_database(url: URL, *, template: str) -> AsyncIterator[Database]:
    """A database that holds what the template holds, and is nobody else's meanwhile."""
    free = _FREE.setdefault(template, [])
    name = free.pop() if free else await _clone(url, template)
    try:
        yield at(url, name)
    finally:
        if await leases.restored(url.set(database=name), resting=lending.resting(name)):
            free.append(name)
        else:
            await leave(url, name)
            async with administering(url) as connection:
                await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


_FREE: Final[dict[str, list[str]]] = {}
"""Databases of this process that were put back, by their template."""

_CLONED: Final[dict[str, str]] = {}
"""The template of each database of this process."""


def template_of(database: Database) -> str | None:
    """Of what a database of this process is a clone."""
    return _CLONED.get(database.owner.database or "")


async def leave(url: URL, name: str) -> None:
    """Close all that this process keeps open of a database."""
    await lending.forget(name)
    await leases.forget(url.set(database=name))


async def _clone(url: URL, template: str) -> str:
    name = f"{lending.LEASED}{uuid4().hex}"
    await leave(url, template)
    async with administering(url) as connection:
        # With fsync off, copying the files is quicker than writing every block to the log.
        await connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    await leases.remember(url.set(database=name))
    _CLONED[name] = template
    return name


@asynccontextmanager
async def administering(url: URL) -> AsyncIterator[AsyncConnection]:
    """A connection on which each statement stands alone."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _fill(database: Database) -> None:
    async with owner_engine(database) as engine:
        await migrating.migrate_shared(engine)
        for slug, schema in PROGRAMMES.items():
            await migrating.migrate_programme(engine, schema)
            async with engine.begin() as connection:
                await connection.execute(
                    text("INSERT INTO public.programmes (id, slug, schema_name) VALUES (:id, :slug, :schema)"),
                    {"id": uuid4(), "slug": slug, "schema": schema},
                )
