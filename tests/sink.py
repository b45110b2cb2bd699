"""A website that is told things: it keeps what it is sent, and answers as a test wishes, well or badly."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Heard:
    """A request as it came."""

    line: str
    headers: dict[str, str]
    body: str


@dataclass(slots=True)
class Sink:
    """What was heard, and how the next ones are answered: with a status, or by a function that writes what it likes."""

    port: int = 0
    scheme: str = "http"
    heard: list[Heard] = field(default_factory=list)
    answer: int | Answer = 204
    more: str = ""
    """Further lines of the answer's head."""
    talks: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, path: str = "/obole", *, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        talk = asyncio.current_task()
        assert talk is not None
        self.talks.add(talk)
        try:
            await self._serve(reader, writer)
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            writer.transport.abort()
            self.talks.discard(talk)

    async def hang_up(self) -> None:
        """End all talks."""
        for talk in (talks := list(self.talks)):
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:]) if name}
            body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
            self.heard.append(Heard(head[0], headers, body))
            if callable(self.answer):
                await self.answer(writer)
            else:
                more = f"{self.more}\r\n" if self.more else ""
                writer.write(f"HTTP/1.1 {self.answer} X\r\ncontent-length: 0\r\n{more}\r\n".encode())
            await writer.drain()
            writer.close()
            await writer.wait_closed()


@asynccontextmanager
async def a_sink(*, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[Sink]:
    """Listen on the loopback."""
    sink = Sink(scheme="https" if tls else "http")
    server = await asyncio.start_server(sink.talk, host, port, ssl=tls)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
        await sink.hang_up()
