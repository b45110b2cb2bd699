"""Databases that are used again: a clone of a template is put back to what the template held once a test is over.

Cloning copies some hundred files; putting rows back touches only the tables that a test wrote to, as PostgreSQL's own
counts tell. What they held stands in a schema of its own beside them, where no test looks. A test that changed anything
but rows leaves a trace there too, and its database is used no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy import URL

GONE: Final = 200
"""Times, a hundredth of a second apart, that the connections of a test are waited for."""

_REMEMBER: Final = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
_OTHERS: Final = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL(%s)
"""
_RESTORERS: Final[dict[URL, psycopg.AsyncConnection[tuple[object, ...]]]] = {}
"""The connections by which databases are put back: each stays open as long as its database is used."""


async def remember(url: URL) -> None:
    """Keep beside them what all tables of a database hold now."""
    connection = await _restorer(url)
    await connection.execute(_REMEMBER.encode())


async def forget(url: URL) -> None:
    """A database is not put back any more."""
    found = _RESTORERS.pop(url, None)
    if found is not None:
        await found.close()


async def close() -> None:
    """No database is put back any more."""
    for url in list(_RESTORERS):
        await forget(url)


async def restored(url: URL, *, resting: Sequence[int]) -> bool:
    """Put back what all tables of a database held.

    :param resting: processes of the server that may stay connected, since they do nothing
    :returns: whether it could be: not if something else than rows was changed, or somebody stays connected
    """
    connection = await _restorer(url)
    for _ in range(GONE):
        if not await _asked(connection, _OTHERS, [list(resting)]):
            break
        await connection.execute("SELECT pg_sleep(0.01)")
    else:
        return False
    if await _asked(connection, "SELECT testing.altered()"):
        return False
    await connection.execute("SELECT testing.restore()")
    await connection.execute("SELECT testing.count_anew()")
    return True


async def _restorer(url: URL) -> psycopg.AsyncConnection[tuple[object, ...]]:
    """The connection that puts a database back; a new one if a test stopped the server meanwhile."""
    if url in _RESTORERS:
        try:
            await _RESTORERS[url].execute("SELECT 1")
        except psycopg.OperationalError:
            await forget(url)
    if url not in _RESTORERS:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        _RESTORERS[url] = await psycopg.AsyncConnection.connect(plain, autocommit=True)
        # No trigger may stand in the way, not even those that keep the books from being changed.
        await _RESTORERS[url].execute("SET session_replication_role = replica")
    return _RESTORERS[url]


async def _asked(
    connection: psycopg.AsyncConnection[tuple[object, ...]], question: str, given: Sequence[object] = ()
) -> object:
    row = await (await connection.execute(question.encode(), given)).fetchone()
    assert row is not None
    return row[0]
