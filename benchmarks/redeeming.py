"""Redeeming over HTTP, beside a constant answer of the same server, beside a bare transfer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from benchmarks import transferring, wrk
from benchmarks.door import CONSTANT, REDEEM
from benchmarks.ground import SHOPS, Ground
from benchmarks.serving import Server, serving
from benchmarks.transferring import Transferring
from benchmarks.wrk import Load

GOAL: Final = 0.50
WARM_UP: Final = 3
SETTLES_WITHIN: Final = 20.0
_CREATED: Final = f"{REDEEM} 201"

Tell = Callable[[str], None]


class NotAsAnswered(Exception):
    """The books do not hold exactly what was answered: the figures would mean nothing."""


@dataclass(slots=True)
class Place:
    """What was measured at many shops, or at one, round by round."""

    name: str
    shops: int
    constant: list[Load] = field(default_factory=list)
    redeem: list[Load] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    """Seconds of processor time that the server took for one redemption."""
    bare: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Redemptions as a share of constant answers; of the medians."""
        return median(load.rate for load in self.redeem) / median(load.rate for load in self.constant)

    @property
    def shares(self) -> list[float]:
        """The same round by round, which shows what else the machine was doing."""
        return [one.rate / other.rate for one, other in zip(self.redeem, self.constant, strict=True)]


@dataclass(frozen=True, slots=True)
class Redeeming:
    """All that was measured, and what the books said afterwards."""

    places: tuple[Place, ...]
    answered: int
    in_the_books: int


async def measure(ground: Ground, *, rounds: int, seconds: int, tell: Tell) -> Redeeming:
    """Measure in alternating rounds.

    :raises NotAsAnswered: if one request failed, the audit found something, or an answer is not in the books
    """
    wrk.find()
    bare = await transferring.prepare(ground.database, ground.home)
    places = (Place("many shops", SHOPS), Place("one shop, one till", 1))
    with serving(ground.home) as server:
        run = _Run(ground, server, bare, tell)
        for path in (CONSTANT, REDEEM):
            await run.load(path, places[0], WARM_UP)
        for number in range(1, rounds + 1):
            for place in places:
                await run.round(place, number, seconds)
        answered = await _settled(ground, server)
    in_the_books = await ground.redemptions()
    findings = await ground.findings()
    if findings or answered != in_the_books:
        raise NotAsAnswered(f"{answered} answered, {in_the_books} in the books, audit: {findings[:3] or 'green'}")
    return Redeeming(places, answered, in_the_books)


@dataclass(slots=True)
class _Run:
    ground: Ground
    server: Server
    bare: Transferring
    tell: Tell
    loads: int = 0

    async def round(self, place: Place, number: int, seconds: int) -> None:
        """Constant, redemption, bare transfer; in every second round the other way round."""

        async def constant() -> None:
            place.constant.append(await self.load(CONSTANT, place, seconds))

        async def redeem() -> None:
            before = self.server.seconds_used()
            load = await self.load(REDEEM, place, seconds)
            place.redeem.append(load)
            place.processor.append((self.server.seconds_used() - before) / load.requests)

        async def transfer() -> None:
            place.bare.append(await asyncio.to_thread(self.bare.rate, shops=place.shops, seconds=seconds))

        steps = [constant, redeem, transfer]
        for step in steps if number % 2 else reversed(steps):
            await step()
        self.tell(
            f"round {number}, {place.name}: {place.redeem[-1].rate:,.0f} redemptions/s,"
            f" {place.constant[-1].rate:,.0f} constants/s, {place.bare[-1]:,.0f} bare transfers/s"
        )

    async def load(self, path: str, place: Place, seconds: int) -> Load:
        """:raises NotAsAnswered: if a request was refused or got no answer"""
        self.loads += 1
        keys = self.ground.keys_of_many if place.shops > 1 else self.ground.key_of_one
        found = await asyncio.to_thread(
            wrk.load, self.server.address, path, seconds=seconds, prefix=f"bench-{self.loads}-", keys=keys,
            codes=self.ground.codes, skip=self.loads * 997,
        )  # fmt: skip
        if found.refused or found.broken:
            raise NotAsAnswered(f"{found.refused} of {found.requests} answers were not 2xx, {found.broken} never came")
        return found


async def _settled(ground: Ground, server: Server) -> int:
    """How often the server answered 201 to a redemption. wrk leaves while up to 64 are in flight: they are awaited."""
    deadline = time.monotonic() + SETTLES_WITHIN
    answered = -1
    while time.monotonic() < deadline:
        before, answered = answered, server.answered().get(_CREATED, 0)
        if answered == before == await ground.redemptions():
            break
        await asyncio.sleep(0.5)
    return answered
