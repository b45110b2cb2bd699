"""The databases of the tests: whatever a test did to one, the next finds what the template holds."""

from __future__ import annotations

from typing import Final

import pytest
from sqlalchemy import URL, text

from api.engines import owner_engine, runtime_engine
from api.settings import Settings
from tests import databases

WRITTEN: Final = """
    INSERT INTO p_treiz.outcomes (caller, key, request, outcome) VALUES (gen_random_uuid(), 'once', '', '{}')
"""
FOUND: Final = "SELECT string_agg(p::text, ' ' ORDER BY slug) FROM public.programmes p"


async def done(cluster: URL, *statements: str, asked: str = FOUND) -> tuple[str, str]:
    """Do something to a database of one's own.

    :returns: which database it was, and what it held before
    """
    async with databases.new_database(cluster, template=databases.TEMPLATE) as database:
        assert database.owner.database is not None
        async with owner_engine(database) as engine, engine.begin() as connection:
            before = (await connection.execute(text(asked))).scalar_one()
            for statement in statements:
                await connection.execute(text(statement))
        return database.owner.database, str(before)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO public.programmes (id, slug, schema_name) VALUES (gen_random_uuid(), 'more', 'p_more')",
        "UPDATE public.programmes SET slug = slug || 'x'",
        "DELETE FROM public.programmes WHERE slug = 'alpes'",
        "UPDATE public.programmes SET schema_name = schema_name",
    ],
)
async def test_rows_are_put_back_and_the_database_is_used_again(cluster: URL, statement: str) -> None:
    name, before = await done(cluster, statement)
    assert await done(cluster) == (name, before)
    assert await done(cluster) == (name, before)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.more (a int)",
        "ALTER TABLE public.programmes DISABLE TRIGGER ALL",
        "TRUNCATE p_treiz.numbers",
        "GRANT DELETE ON p_treiz.transfers TO obole_runtime",
    ],
)
async def test_a_database_of_which_more_than_rows_was_changed_is_used_no_more(cluster: URL, statement: str) -> None:
    name, before = await done(cluster, statement)
    other, found = await done(cluster)
    assert other != name
    assert found == before


async def test_sequences_begin_again(cluster: URL) -> None:
    asked = "SELECT nextval('public.procrastinate_jobs_id_seq')"
    name, first = await done(cluster, asked, asked, asked=asked)
    assert await done(cluster, asked=asked) == (name, first)


async def test_an_engine_is_lent_again_with_its_connection_and_what_was_written_by_it_is_put_back(
    cluster: URL, settings: Settings
) -> None:
    async def used() -> tuple[str | None, int, int]:
        async with (
            databases.new_database(cluster, template=databases.TEMPLATE) as database,
            runtime_engine(database, settings) as engine,
            engine.begin() as connection,
        ):
            process = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            found = (await connection.execute(text("SELECT count(*) FROM p_treiz.outcomes"))).scalar_one()
            await connection.execute(text(WRITTEN))
        return database.owner.database, process, found

    first = await used()
    assert first[2] == 0
    assert await used() == first
    assert await used() == first
