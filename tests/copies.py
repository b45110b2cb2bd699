"""Programs that begin where this process stood before the first test: with the application imported, nothing opened.

To import it takes seconds, and the programs that tests kill are several. So this process is copied once, early; the
copy waits, and for each program that is asked for becomes two. A program is a process like any other, and dies of the
same signals; it speaks by its standard input and output.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import socket
import sys
import traceback
import warnings
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

LONGEST: Final = 65_536
"""Bytes of what a program is told when it begins."""

PATIENCE: Final = 90.0
"""Seconds for what takes one, on a machine that does nothing else."""

_waiting: Final[list[tuple[int, socket.socket]]] = []
"""The copy that waits: its process, and where it is asked."""


@dataclass(frozen=True, slots=True)
class Program:
    """Another process, to which lines are said, and which answers with lines."""

    says: asyncio.StreamReader
    hears: asyncio.StreamWriter

    async def say(self, line: str) -> None:
        self.hears.write(line.encode() + b"\n")
        await self.hears.drain()

    async def line(self) -> str:
        """What it says next; nothing when it has ended."""
        async with asyncio.timeout(PATIENCE):
            return (await self.says.readline()).decode().strip()

    async def end(self) -> None:
        """Say no more, and wait until it and all its copies are gone."""
        self.hears.write_eof()
        async with asyncio.timeout(PATIENCE):
            while await self.says.read(LONGEST):
                pass
        self.hears.close()


def begin() -> None:
    """Copy this process. To be called when it has imported what programs need, and before it opens anything."""
    ours, theirs = socket.socketpair()
    with warnings.catch_warnings():
        # Of a thread beside this one: where a run has several processes, one reads what they are told, and no more.
        warnings.simplefilter("ignore", DeprecationWarning)
        copy = os.fork()
    if copy:
        theirs.close()
        _waiting.append((copy, ours))
        return
    try:
        ours.close()
        _wait(theirs)
    finally:
        os._exit(0)


def end() -> None:
    """Let the copy go."""
    while _waiting:
        copy, asking = _waiting.pop()
        asking.shutdown(socket.SHUT_RDWR)  # whoever else of this process's children may hold it
        asking.close()
        os.waitpid(copy, 0)


@asynccontextmanager
async def running(
    module: str, *words: str, files: Sequence[int] = (), told: Mapping[str, str] | None = None
) -> AsyncIterator[Program]:
    """Run the ``main`` of a module with these words, and with these open files after them.

    :param told: what stands in its environment besides
    """
    ((_, asking),) = _waiting
    ours, theirs = socket.socketpair()
    with theirs:
        asked = json.dumps({"module": module, "words": words, "told": dict(told or {})}).encode()
        assert len(asked) < LONGEST
        socket.send_fds(asking, [asked], [theirs.fileno(), *files])
    program = Program(*await asyncio.open_connection(sock=ours))
    try:
        yield program
    finally:
        await program.end()


def _wait(asking: socket.socket) -> None:
    """Begin each program that is asked for, until nobody is there to ask."""
    gc.enable()
    warnings.simplefilter("default")  # to a test they are errors, to a server they are not
    while True:
        said, files, _, _ = socket.recv_fds(asking, LONGEST, 16)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not said:
            return
        asked = json.loads(said)
        program = importlib.import_module(asked["module"])  # by this process, for whoever asks for it again
        gc.freeze()
        if not os.fork():
            asking.close()
            _become(program, asked, files)
        for one in files:
            os.close(one)


def _become(program: Any, asked: Mapping[str, Any], files: Sequence[int]) -> None:
    """Be the program, and nothing afterwards."""
    spoken, *others = files
    sys.stdin, sys.stdout = os.fdopen(spoken), os.fdopen(os.dup(spoken), "w")
    os.environ.update(asked["told"])
    try:
        program.main(*asked["words"], *others)
        os._exit(0)
    except BaseException:  # noqa: BLE001 - whatever it is, it is told, and goes no further
        traceback.print_exc(file=sys.__stderr__)
        os._exit(1)
