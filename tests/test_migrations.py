"""The schemas: what migrations make is what the models say; migrating again, or beside others, changes nothing."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.engines import Database, owner_engine, runtime_engine
from api.migrating import migrate_programme, migrate_shared, programme_schemas
from api.settings import Settings
from ledger.database import PROGRAMME, Base, sessions_of
from tests import HOME, databases, server
from tests.ledger.given import a_town

PACKAGES = (
    "merchants", "merchants.bank", "merchants.joining", "merchants.payouts", "merchants.street", "vouchers",
    "vouchers.campaigns",
    "vouchers.holders", "vouchers.notices", "vouchers.online", "vouchers.orders", "vouchers.rules", "api",
    "vouchers.proving",
    "merchants.commission",
    "merchants.invoices",
)  # fmt: skip
for package in PACKAGES:
    importlib.import_module(f"{package}.tables")  # so that the metadata knows all models

COLUMNS_AND_CONSTRAINTS = """
    SELECT 'column' AS what, table_schema AS schema, table_name || '.' || column_name AS name,
           concat_ws(' ', data_type, is_nullable, column_default) AS is
      FROM information_schema.columns WHERE table_schema LIKE 'p\\_%' OR table_schema IN ('public', 'programme')
    UNION ALL
    SELECT 'constraint', connamespace::regnamespace::text, conrelid::regclass::text || '.' || conname,
           pg_get_constraintdef(oid)
      FROM pg_constraint
    UNION ALL
    SELECT 'index', schemaname, indexname, indexdef FROM pg_indexes
    UNION ALL
    SELECT 'trigger', relnamespace::regnamespace::text, relname || '.' || tgname, pg_get_triggerdef(pg_trigger.oid)
      FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal
    UNION ALL
    SELECT 'grant', table_schema, table_name, grantee || ' ' || privilege_type FROM information_schema.table_privileges
    UNION ALL
    SELECT 'column grant', table_schema, table_name || '.' || column_name, grantee || ' ' || privilege_type
      FROM information_schema.column_privileges
    ORDER BY 1, 2, 3, 4
"""


@pytest.fixture
async def owning(database: Database) -> AsyncIterator[AsyncEngine]:
    async with owner_engine(database) as engine:
        yield engine


async def shape(engine: AsyncEngine) -> list[tuple[str, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(COLUMNS_AND_CONSTRAINTS))]


async def test_what_the_migrations_make_is_what_the_models_say(owning: AsyncEngine) -> None:
    await migrate_programme(owning, PROGRAMME)
    async with owning.connect() as connection:
        assert await connection.run_sync(differences) == []


def differences(connection: Connection) -> list[object]:
    ours = {(table.schema, table.name) for table in Base.metadata.tables.values()}

    def is_ours(name: str | None, kind: str, parents: dict[str, str | None]) -> bool:
        if kind == "schema":
            return name in {None, "public", PROGRAMME}
        if kind == "table":
            # The job queue is procrastinate's; alembic keeps its own table in each schema.
            return (parents["schema_name"] or "public", name) in ours or not is_foreign(str(name))
        return True

    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True, "include_name": is_ours, "compare_type": True, "compare_server_default": True,
        },
    )  # fmt: skip
    # Named in full, as the models do: otherwise what is on the search path loses its schema.
    connection.execute(text("SET search_path TO pg_catalog"))
    connection.dialect.default_schema_name = "pg_catalog"
    return list(compare_metadata(context, Base.metadata))


def is_foreign(table: str) -> bool:
    return table.startswith("procrastinate_") or table == "alembic_version"


async def test_check_constraints_and_partial_indexes_are_those_of_the_models(owning: AsyncEngine) -> None:
    """Alembic does not compare them: so a schema is made from the models, and both are read from the catalogue."""
    await migrate_programme(owning, PROGRAMME)
    async with owning.begin() as connection:
        await connection.execute(text("CREATE SCHEMA modelled"))
        mapped = await connection.execution_options(schema_translate_map={PROGRAMME: "modelled"})
        tables = [table for table in Base.metadata.sorted_tables if table.schema == PROGRAMME]
        await mapped.run_sync(lambda sync: Base.metadata.create_all(sync, tables, checkfirst=False))
        assert await checks_and_indexes(connection, "modelled") == await checks_and_indexes(connection, PROGRAMME)


async def checks_and_indexes(connection: AsyncConnection, schema: str) -> set[tuple[str, ...]]:
    rows = await connection.execute(
        text(
            """
            SELECT relname, conname, pg_get_constraintdef(pg_constraint.oid) FROM pg_constraint
              JOIN pg_class ON pg_class.oid = conrelid
             WHERE connamespace::regnamespace::text = :schema AND relname <> 'alembic_version'
            UNION ALL
            SELECT tablename, indexname, indexdef FROM pg_indexes
             WHERE schemaname = :schema AND tablename <> 'alembic_version'
            """
        ),
        {"schema": schema},
    )
    return {tuple(part.replace(f"{schema}.", "") for part in row) for row in rows}


async def test_migrating_twice_changes_nothing(owning: AsyncEngine) -> None:
    before = await shape(owning)
    await migrate_shared(owning)
    for schema in databases.PROGRAMMES.values():
        await migrate_programme(owning, schema)
    assert await shape(owning) == before


async def test_a_new_programme_beside_an_old_one_leaves_it_as_it_is(
    owning: AsyncEngine, database: Database, settings: Settings
) -> None:
    async with runtime_engine(database, settings) as engine:
        town = await a_town(sessions_of(engine, schema="p_treiz"))
        before = await shape(owning)
        await migrate_programme(owning, "p_arles")
        after = await shape(owning)
        assert [row for row in after if row[1] != "p_arles" and "p_arles" not in row[2]] == before
        assert (await town.audit()).agrees
        beside = await a_town(sessions_of(engine, schema="p_arles"))
        await beside.spend("1,00")
        assert (await town.audit()).transfers == 2


async def test_every_programme_has_the_same_shape(owning: AsyncEngine) -> None:
    found = {schema: set[tuple[str, ...]]() for schema in databases.PROGRAMMES.values()}
    for row in await shape(owning):
        if row[1] in found:
            found[row[1]].add(tuple(part.replace(f"{row[1]}.", "") for part in (row[0], *row[2:])))
    treiz, alpes = found.values()
    assert treiz == alpes
    assert len(treiz) > 100


async def test_no_programme_refers_to_another_or_to_the_shared_tables_other_than_the_registry(
    owning: AsyncEngine,
) -> None:
    async with owning.connect() as connection:
        rows = await connection.execute(
            text(
                """
                SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
                  JOIN pg_class ON pg_class.oid = confrelid
                 WHERE contype = 'f' AND connamespace::regnamespace::text LIKE 'p\\_%'
                   AND relnamespace <> connamespace AND confrelid <> 'public.programmes'::regclass
                """
            )
        )
        assert rows.all() == []
        sequences = await connection.execute(
            text("SELECT sequence_name FROM information_schema.sequences WHERE sequence_schema LIKE 'p\\_%'")
        )
        assert sequences.all() == []


async def test_the_registry_names_the_schema_of_every_programme(owning: AsyncEngine) -> None:
    assert list(await programme_schemas(owning)) == ["p_alpes", "p_treiz"]


@pytest.mark.parametrize("schema", ["p_l'été", 'p_"x"; DROP SCHEMA p_treiz CASCADE; --', "P_Haut"])
async def test_a_schema_of_any_name_is_only_a_name(owning: AsyncEngine, schema: str) -> None:
    await migrate_programme(owning, schema)
    async with owning.connect() as connection:
        names = (await connection.execute(text("SELECT nspname FROM pg_namespace"))).scalars().all()
    assert {schema, "p_treiz", "p_alpes"} <= set(names)


@pytest.fixture
def another_server() -> Iterator[URL]:
    """PostgreSQL 16, the oldest that is promised, on which no Obole has ever been."""
    home = Path(tempfile.mkdtemp(prefix="sixteen-", dir=HOME))
    yield databases.server_at(home, version=16)
    server.stop(home)


async def test_an_owner_who_is_no_superuser_but_may_create_roles_migrates_an_empty_server(
    another_server: URL, settings: Settings
) -> None:
    async with databases.administering(another_server) as connection:
        await connection.execute(text("CREATE ROLE steward LOGIN CREATEROLE"))
        await connection.execute(text("CREATE DATABASE stewarded OWNER steward"))
    database = databases.at(another_server.set(username="steward"), "stewarded")
    async with owner_engine(database) as engine:
        await migrate_shared(engine)
        await migrate_programme(engine, "p_treiz")
    async with runtime_engine(database, settings) as engine:
        town = await a_town(sessions_of(engine, schema="p_treiz"))
        await town.spend("12,50 €")
        assert (await town.audit()).agrees
