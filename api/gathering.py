"""Batching across requests: while one batch is in flight, the next gathers (decision 9)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

FEW: Final = 32
"""So many go together in any case. Of more only half go, so that their way in and out and the database's work on the
other half overlap; all at once, one would wait for the other."""

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Gatherer(Generic[Asked, Answer]):
    """Turns many single questions into few batches. An answer may be an exception: it is raised where it was asked.

    :param work: answers a batch, in order; if it fails, every question of the batch fails with it
    :param most: how many questions a batch takes
    """

    def __init__(
        self, work: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer | Exception]]], *, most: int
    ) -> None:
        self._work = work
        self._most = most
        self._waiting: deque[tuple[Asked, asyncio.Future[Answer]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Answer:
        """Ask, and wait for the batch that takes the question along.

        A caller that gives up does not undo what its batch does.
        """
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await future

    async def drain(self) -> None:
        """Wait until nothing is in flight."""
        while self._running is not None:
            await asyncio.wait([self._running])

    async def _run(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(0)  # let requests that are ready now join
                await self._answer([self._waiting.popleft() for _ in range(self._how_many())])
        finally:
            self._running = None

    def _how_many(self) -> int:
        waiting = len(self._waiting)
        return min(self._most, waiting, max(FEW, (waiting + 1) // 2))

    async def _answer(self, batch: Sequence[tuple[Asked, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._work([asked for asked, _ in batch])
        except Exception as error:  # noqa: BLE001 - whatever it is, those who asked are told
            answers = [error] * len(batch)
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
