"""Engines that one test leaves to the next: to connect costs a test more than most of what it asks then.

PostgreSQL starts a process for each connection, which reads the catalogue anew and compiles every trigger. An engine
that was asked for in the same words, for a database that is used again, is the same one, its connections open.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any, Final

from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

LEASED: Final = "t_"
"""How the names of databases begin that are used again."""

MOST_CONNECTIONS: Final = 3
"""Of one engine: a test that had more of them at once was about that."""

MOST_ENGINES: Final = 24

_LEFT: Final = text("SELECT pg_backend_pid(), pg_stat_force_next_flush()")
"""Who it is; and what it wrote is counted when it has answered, not a second later: `tests.leases` goes by that."""

_free: Final[list[LentEngine]] = []
_loops: Final[list[asyncio.AbstractEventLoop]] = []


class LentEngine(AsyncEngine):
    """Who disposes of it gives it back."""

    __slots__ = ("asked", "pids")

    def __init__(self, engine: AsyncEngine, asked: str) -> None:
        super().__init__(engine.sync_engine)
        self.asked = asked
        self.pids: list[int] = []

    async def dispose(self, close: bool = True) -> None:
        """Keep it for the next who asks for such a one, if everything that was lent from it has come back."""
        if asyncio.get_running_loop() not in _loops or not await self._left():
            await super().dispose(close)
            return
        _free.append(self)
        if len(_free) > MOST_ENGINES:
            await _free.pop(0).end()

    async def end(self) -> None:
        """Close its connections."""
        await super().dispose()

    async def _left(self) -> bool:
        """Whether its connections rest; what they did is counted then."""
        pool = self.pool
        assert isinstance(pool, QueuePool)
        if pool.checkedout() or not 0 < pool.checkedin() <= MOST_CONNECTIONS:
            return False
        try:
            async with AsyncExitStack() as lent:
                all_ = [await lent.enter_async_context(self.connect()) for _ in range(pool.checkedin())]
                self.pids = [(await one.execute(_LEFT)).one()[0] for one in all_]
        except SQLAlchemyError:
            return False
        return True


def engine(url: URL, **asked: Any) -> AsyncEngine:
    """As ``create_async_engine``, for a pool of connections; one that is free and was asked for as this one is."""
    said = sorted((name, value) for name, value in asked.items() if name != "execution_options")  # alike everywhere
    words = repr((url.render_as_string(hide_password=False), said))
    found = next((one for one in _free if one.asked == words), None)
    if found is not None:
        _free.remove(found)
        return found
    made = create_async_engine(url, **asked)
    return LentEngine(made, words) if _is_leased(url) and isinstance(made.pool, QueuePool) else made


def open_here() -> None:
    """Engines are left to others from now on where this loop runs."""
    _loops.append(asyncio.get_running_loop())


async def close() -> None:
    """Nobody asks for one any more."""
    _loops.clear()
    while _free:
        await _free.pop().end()


async def forget(database: str) -> None:
    """Close all connections to a database: nobody may have one when it is cloned, or dropped."""
    for one in [one for one in _free if one.url.database == database]:
        _free.remove(one)
        await one.end()


def resting(database: str) -> list[int]:
    """The processes of the server that wait for the next test."""
    return [pid for one in _free if one.url.database == database for pid in one.pids]


def _is_leased(url: URL) -> bool:
    return (url.database or "").startswith(LEASED)
