"""Bringing schemas to the newest form: the shared one, and every programme's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from alembic import command

SHARED: Final = "public"
PROGRAMMES: Final = "programme"
"""The folder of the migrations of a programme's schema."""

_HERE: Final = Path(__file__).parent
_SCRIPTS: Final = next(folder for folder in (_HERE / "alembic", _HERE.parent / "alembic") if folder.is_dir())
_ONE_AT_A_TIME: Final = 0x0B01E


async def migrate_shared(engine: AsyncEngine) -> None:
    """Bring the shared schema to its newest form."""
    async with engine.begin() as connection:
        await _one_at_a_time(connection)
        await connection.run_sync(_upgrade, SHARED)


async def migrate_programme(engine: AsyncEngine, schema: str) -> None:
    """Bring one programme's schema to its newest form; create it if it is not there."""
    async with engine.begin() as connection:
        await build_programme(connection, schema)


async def build_programme(connection: AsyncConnection, schema: str) -> None:
    """As `migrate_programme`, in a transaction that goes on."""
    await _one_at_a_time(connection)
    quoted = connection.dialect.identifier_preparer.quote(schema)
    await connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {quoted}"))
    await connection.run_sync(_upgrade, schema)


def newest_revision() -> str:
    """The revision of a programme's schema in this version of Obole."""
    return ScriptDirectory.from_config(_config(PROGRAMMES)).get_current_head() or ""


async def programme_schemas(engine: AsyncEngine) -> Sequence[str]:
    """The schemas of all programmes, from the registry."""
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT schema_name FROM public.programmes ORDER BY slug"))
        return rows.scalars().all()


async def _one_at_a_time(connection: AsyncConnection) -> None:
    await connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))


def _upgrade(connection: Connection, schema: str) -> None:
    config = _config("shared" if schema == SHARED else PROGRAMMES)
    config.attributes.update(connection=connection, schema=schema)
    command.upgrade(config, "head")


def _config(kind: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("version_locations", str(_SCRIPTS / "versions" / kind))
    config.set_main_option("path_separator", "os")
    return config
