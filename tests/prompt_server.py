"""A server for tests that begins and ends at once: uvicorn's own looks up every tenth of a second, again and again."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import uvicorn
from fastapi import FastAPI

TICK: Final = 1.0
"""Seconds after which the server looks what time it is, to say so in its answers."""

LOOKS: Final = 6_000
"""How often it is looked whether something came to its end, a hundredth of a second apart."""


class PromptServer(uvicorn.Server):
    """Told when to end, instead of looking whether it should."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()
        self.begun = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.begun.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), TICK)

    def end(self) -> None:
        self.should_exit = True
        self._told.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for one in sockets or ():
            one.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        for _ in range(LOOKS):
            if not state.connections and not state.tasks:
                break
            await asyncio.sleep(0.01)
        for server in self.servers:
            await server.wait_closed()
        await self.lifespan.shutdown()


@asynccontextmanager
async def answering(app: FastAPI, listening: socket.socket) -> AsyncIterator[None]:
    """Answer on a socket from this process.

    :raises RuntimeError: if the application does not start; it said why
    """
    server = PromptServer(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on"))
    serving = asyncio.create_task(server.serve([listening]))
    begun = asyncio.create_task(server.begun.wait())
    await asyncio.wait([serving, begun], return_when=asyncio.FIRST_COMPLETED)
    begun.cancel()
    try:
        if not server.started:
            raise RuntimeError("the application did not start")
        yield
    finally:
        server.end()
        await serving
