"""What stands in the books of an installation: pages say it as it is, no catalogue has words for it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.installation import Town
from merchants.shops.places import commune_named
from tests.databases import PROGRAMMES
from tests.pages.untranslated import facts_of


async def facts_of_the_books(town: Town) -> set[str]:
    """Those of a programme, and of the others that the first page of the installation names."""
    texts: set[str] = set()
    async with town.sessions.begin() as session:
        for schema in {town.registered.schema, *PROGRAMMES.values()}:
            texts |= await texts_of_the_books(session, schema)
    return facts_of(texts | {name for one in texts if (name := commune_named(one))})


async def texts_of_the_books(session: AsyncSession, schema: str) -> set[str]:
    """Every text in every table of a programme."""
    columns = await session.execute(
        text(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = :schema AND data_type IN ('text', 'jsonb')"
        ),
        {"schema": schema},
    )
    found: set[str] = set()
    for table, column, kind in columns.all():
        rows = await session.execute(text(f'SELECT DISTINCT "{column}" FROM {schema}."{table}"'))  # noqa: S608 - of the catalogue
        for value in rows.scalars():
            found |= {value} if kind == "text" and value else set(_leaves(value))
    return found


def _leaves(value: Any) -> Collection[str]:
    match value:
        case str():
            return {value}
        case dict():
            return {leaf for one in value.values() for leaf in _leaves(one)}
        case list():
            return {leaf for one in value for leaf in _leaves(one)}
        case _:
            return set()
