"""A network between a browser and the server that can be cut: before a request, in its midst, or after its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

Cut = Literal["nowhere", "before", "during", "after"]

HALF = 200
"""Bytes of a request that still arrive when it is cut in its midst: less than its headers."""

POST = b"POST "


@dataclass(slots=True)
class Network:
    """What lies between. ``cut`` says where payments are lost from now on; ``answered`` counts bytes to the browser."""

    address: str
    upstream: tuple[str, int]
    cut: Cut = "nowhere"
    answered: int = 0
    lost: int = 0
    open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection of the browser."""
        self.open.add(writer)
        try:
            if self.cut == "before":
                self.lost += 1
                return
            there, back = await asyncio.open_connection(*self.upstream)
            self.open.add(back)
            answering = asyncio.create_task(self._answers(there, writer))
            await self._requests(reader, back)
            await answering
        finally:
            self.open.discard(writer)
            writer.close()

    async def heal(self) -> None:
        """Let everything through again."""
        self.cut = "nowhere"

    def hang_up(self) -> None:
        """Close what is open, so that the next request needs a connection of its own."""
        for one in list(self.open):
            one.close()

    async def _requests(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                if data.startswith(POST) and self.cut == "before":
                    self.lost += 1
                    break
                if data.startswith(POST) and self.cut == "during":
                    self.lost += 1
                    back.write(data[:HALF])
                    await back.drain()
                    break
                back.write(data)
                await back.drain()
        back.close()

    async def _answers(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await there.read(65_536):
                if self.cut == "after":
                    self.lost += 1
                    break
                self.answered += len(data)
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def a_network(address: str) -> AsyncIterator[Network]:
    """A network to a server, on a free port of the loopback."""
    parts = urlsplit(address)
    network = Network("", (str(parts.hostname), int(parts.port or 80)))
    server = await asyncio.start_server(network.carry, "127.0.0.1", 0)
    network.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield network
    finally:
        network.hang_up()
        server.close()
