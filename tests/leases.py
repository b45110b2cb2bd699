"""Databases that are used again: a clone of a template is put back to what the template held once a test is over.

Cloning copies some hundred files; putting rows back touches only the tables that a test wrote to, as PostgreSQL's own
counts tell. What they held stands in a schema of its own beside them, where no test looks. A test that changed anything
but rows leaves a trace there too, and its database is used no more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy import URL

GONE: Final = 200
"""Times, a hundredth of a second apart, that the connections of a test are waited for."""

_REMEMBER: Final = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
_OTHERS: Final = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def remember(url: URL) -> None:
    """Keep beside them what all tables of a database hold now."""
    async with await _superuser(url) as connection:
        await connection.execute(_REMEMBER.encode())


async def restored(url: URL) -> bool:
    """Put back what all tables of a database held.

    :returns: whether it could be: not if something else than rows was changed, or somebody stays connected
    """
    async with await _superuser(url) as connection:
        for _ in range(GONE):
            if not await _asked(connection, _OTHERS):
                break
            await connection.execute("SELECT pg_sleep(0.01)")
        else:
            return False
        if await _asked(connection, "SELECT testing.altered()"):
            return False
        # No trigger may stand in the way, not even those that keep the books from being changed.
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("SELECT testing.restore()")
        await connection.execute("SELECT testing.count_anew()")
        return True


async def _superuser(url: URL) -> psycopg.AsyncConnection[tuple[object, ...]]:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return await psycopg.AsyncConnection.connect(plain, autocommit=True)


async def _asked(connection: psycopg.AsyncConnection[tuple[object, ...]], question: str) -> object:
    row = await (await connection.execute(question.encode())).fetchone()
    assert row is not None
    return row[0]
