"""The wire between the application and PostgreSQL, which can be cut just when a commit has been acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from api.engines import Database

_SOCKET: Final = ".s.PGSQL.5432"
_COMMITTED: Final = b"COMMIT\x00"
"""What PostgreSQL says when a commit is done (CommandComplete)."""


class Wire:
    """Passes everything on; loses the acknowledgement of the first commit of whoever speaks of a word, and hangs up."""

    def __init__(self, real: Path) -> None:
        self.word = b""
        self.lost = 0
        self._real = real / _SOCKET
        self._talks: set[asyncio.Task[None]] = set()

    def lose(self, word: str) -> None:
        """Lose the next commit of a connection on which this word is sent."""
        self.word = word.encode()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of the application."""
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        there, here = await asyncio.open_unix_connection(self._real)
        ours, theirs = (asyncio.create_task(one) for one in self._both(reader, writer, there, here))
        try:
            await asyncio.wait([ours, theirs], return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass
        finally:
            for one in (ours, theirs):
                one.cancel()
            await asyncio.gather(ours, theirs, return_exceptions=True)
            for end in (writer, here):
                end.transport.abort()
            self._talks.discard(talk)

    def _both(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there: asyncio.StreamReader,
        here: asyncio.StreamWriter,
    ) -> tuple[Coroutine[None, None, None], Coroutine[None, None, None]]:
        spoken = False

        async def asking() -> None:
            nonlocal spoken
            while some := await reader.read(65_536):
                spoken = spoken or (bool(self.word) and self.word in some)
                here.write(some)
                await here.drain()

        async def answering() -> None:
            while some := await there.read(65_536):
                if spoken and self.word and _COMMITTED in some:
                    self.word, self.lost = b"", self.lost + 1
                    return
                writer.write(some)
                await writer.drain()

        return asking(), answering()

    async def hang_up(self) -> None:
        """End all talks."""
        talks = list(self._talks)
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


@asynccontextmanager
async def wired(database: Database, folder: Path) -> AsyncIterator[tuple[Database, Wire]]:
    """A database behind a wire, whose socket is in a folder with a short name."""
    wire = Wire(Path(str(database.runtime.query["host"])))
    server = await asyncio.start_unix_server(wire.talk, folder / _SOCKET)
    try:
        behind = database.runtime.update_query_dict({"host": str(folder)})
        yield Database(database.owner, behind), wire
    finally:
        server.close()
        await wire.hang_up()
