"""Connections to PostgreSQL: as the owner for migrations, as the runtime role for everything else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from api import embedded
from api.settings import Settings

RUNTIME_ROLE: Final = "obole_runtime"
"""May read and add; may not update or delete a transfer."""


@dataclass(frozen=True, slots=True)
class Database:
    """Where the books are kept, and as whom to connect."""

    owner: URL
    runtime: URL
    server: embedded.PostgresServer | None = None


def find_database(settings: Settings) -> Database:
    """The database of the settings; the embedded one is started.

    :raises api.settings.SettingsRefused: if the embedded server does not start
    """
    if settings.database_url:
        owner = make_url(settings.database_url).set(drivername="postgresql+psycopg")
        runtime = make_url(settings.runtime_database_url or owner).set(drivername="postgresql+psycopg")
        return Database(owner, runtime)
    server = embedded.start(settings.home)
    owner = embedded.url_of(server)
    return Database(owner, owner, server)


@asynccontextmanager
async def owner_engine(database: Database) -> AsyncIterator[AsyncEngine]:
    """For migrations: the owner, one connection at a time."""
    engine = create_async_engine(database.owner, poolclass=NullPool, use_native_hstore=False)
    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def runtime_engine(database: Database, settings: Settings) -> AsyncIterator[AsyncEngine]:
    """For everything else: the runtime role, with deadlines on statements and locks."""
    options = (
        f"-c role={RUNTIME_ROLE} -c statement_timeout={settings.statement_timeout}"
        f" -c lock_timeout={settings.statement_timeout // 3} -c idle_in_transaction_session_timeout=60000"
        f" -c timezone=UTC"
    )
    engine = create_async_engine(
        database.runtime,
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.pool_timeout,
        pool_pre_ping=True,
        hide_parameters=True,  # what a statement was given may be an address or lead to a code: not for logs
        use_native_hstore=False,  # which it would ask the server for, and nothing here is kept so
        connect_args={"options": options, "connect_timeout": 5},
    )
    try:
        yield engine
    finally:
        await asyncio.shield(engine.dispose())
