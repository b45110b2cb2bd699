"""Which tables a programme's books are made of, in an order in which they can be read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any, Final

from psycopg import sql
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

LEFT_OUT: Final = (
    "alembic_version",  # stands in the manifest
    "code_keys",  # carried wrapped under the passphrase
    "one_time_links",  # of letters to sign in with: whoever waits for one asks again
    "pairings",  # of minutes, for a device beside the till
    "printings",  # their files lie in the old installation, for an hour
    "visits",  # everybody signs in anew
    "wrong_codes",  # counts of the last minutes
)
"""Tables whose rows stay behind."""

_SET: Final = (
    "SET LOCAL timezone TO 'UTC'", "SET LOCAL datestyle TO 'ISO, YMD'", "SET LOCAL intervalstyle TO 'postgres'",
    "SET LOCAL bytea_output TO 'hex'", "SET LOCAL extra_float_digits TO 1",
)  # fmt: skip
"""How values are written: the same on every server."""

_TABLES: Final = text(
    """
    SELECT pg_class.relname::text,
           array_agg(attname::text ORDER BY attnum) FILTER (WHERE attgenerated = ''),
           array_agg(attname::text ORDER BY array_position(indkey::int2[], attnum)) FILTER (WHERE attnum = ANY (indkey))
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
      LEFT JOIN pg_index ON indrelid = pg_class.oid AND indisprimary
     WHERE nspname = :schema AND relkind IN ('r', 'p') AND NOT relispartition
     GROUP BY pg_class.relname ORDER BY pg_class.relname
    """
)

_REFERENCES: Final = text(
    """
    SELECT child.relname::text, parent.relname::text FROM pg_constraint
      JOIN pg_class AS child ON child.oid = conrelid JOIN pg_class AS parent ON parent.oid = confrelid
      JOIN pg_namespace ON pg_namespace.oid = child.relnamespace
     WHERE nspname = :schema AND contype = 'f' AND conrelid <> confrelid
    """
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the columns that are kept of it, and those by which its rows are put in order."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    def copied_out(self, schema: str) -> sql.Composed:
        """The statement that gives all its rows."""
        return sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT (FORMAT csv, HEADER)").format(
            _names(self.columns), sql.Identifier(schema, self.name), _names(self.key)
        )

    def copied_in(self, schema: str) -> sql.Composed:
        """The statement that takes them back."""
        return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, HEADER match)").format(
            sql.Identifier(schema, self.name), _names(self.columns)
        )


async def tables(session: AsyncSession, schema: str) -> list[Table]:
    """The tables of a schema that are carried, those that others refer to first."""
    rows = await session.execute(_TABLES, {"schema": schema})
    found = {name: Table(name, tuple(columns), tuple(key)) for name, columns, key in rows if name not in LEFT_OUT}
    before: dict[str, set[str]] = {name: set() for name in found}
    for child, parent in await session.execute(_REFERENCES, {"schema": schema}):
        if child in found:
            before[child].add(parent)
    return [found[name] for name in TopologicalSorter(before).static_order()]


def analysed(schema: str, every: Sequence[Table]) -> sql.Composed:
    """The statement that counts what was taken back, for whoever plans questions about it."""
    return sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(sql.Identifier(schema, one.name) for one in every))


async def raw(connection: AsyncConnection) -> Any:
    """The driver's own connection, which copies; within the transaction that has begun, writing values as all do."""
    for one in _SET:
        await connection.execute(text(one))
    return (await connection.get_raw_connection()).driver_connection


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
