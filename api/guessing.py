"""Guessed codes: counted by till, by address and in all, and answered ever more slowly.

Wrong codes are counted in PostgreSQL, so that all processes count together, and while one count is being written
the next ones gather. A till that guesses waits before each answer; a till that does not never asks the database
about it, and waits for nobody else's guesses: what its address or the whole programme did slows a till only once it
has guessed itself.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter as Tally
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Integer, Table, Text, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.doorkeeper import Caller
from api.gathering import Gatherer
from api.installation import Town
from api.tables import WrongCodes
from ledger.database import Sessions, sum_of
from ledger.parallel import given, lists
from vouchers import codes
from vouchers.errors import CodeNotRecognised

FREE: Final = {"till": 10, "address": 100, "all": 100_000, "page": 30, "checkout": 5}
"""How many wrong codes of the last quarter of an hour cost no wait, by kind of place."""

REMEMBERED: Final = timedelta(minutes=15)
KEPT: Final = timedelta(days=7)
"""No wait depends on them for so long: the operator looks at what happened (`recent_guesses`), then addresses go."""

HONEST: Final = 3
"""Wrong codes of its own that a till may have and still wait for nobody else's: a cashier misreads now and then."""

LONGEST_WAIT: Final = 4.0
FIRST_WAIT: Final = 0.25
AT_ONCE: Final = 1_000
PLACES_KEPT: Final = 10_000


class Guesses:
    """Reads codes, and makes guessing slow."""

    def __init__(self) -> None:
        self._recent: dict[tuple[str, str], tuple[int, float]] = {}
        self._queues: dict[tuple[str, str], asyncio.Lock] = {}
        self._counting: dict[str, Gatherer[tuple[str, ...], None]] = {}

    async def read(self, caller: Caller, presented: str, address: str) -> UUID:
        """The lookup hash of a code that proves itself, without a query.

        :raises CodeNotRecognised: after a wait, if this till or address has guessed before
        """
        await self.wait(caller, address)
        try:
            return UUID(bytes=codes.read(presented, caller.town.keys.keys))
        except CodeNotRecognised:
            await self.wrong(caller, address)
            raise

    async def read_link(self, towns: Sequence[Town], presented: str, address: str) -> tuple[Town, UUID]:
        """The programme of a link that somebody opened, and its lookup hash.

        Nobody has to say who they are here, so what is wrong is counted by address alone, apart from what tills
        present: a visitor of a shop must not make its till wait.

        :param towns: the programmes whose link it may be, always in the same order
        :raises CodeNotRecognised: after a wait, if this address has guessed before
        """
        if towns:
            await self._wait(towns[0].registered.slug, _page(address))
        for town in towns:
            with suppress(CodeNotRecognised):
                return town, UUID(bytes=codes.read(presented, town.keys.keys))
        await self.wrong_link(towns, address)
        raise CodeNotRecognised

    async def wrong_link(self, towns: Sequence[Town], address: str) -> None:
        """Count a wrong link, in the first programme: whose it was meant to be, it does not tell."""
        if towns:
            await self._gatherer(towns[0]).ask((_page(address),))

    async def read_at_checkout(self, town: Town, presented: str, *, checkout: UUID, address: str) -> UUID:
        """The lookup hash of a code that a holder enters on the page of a checkout.

        Counted by checkout and by address, apart from what tills present, as for links: whoever guesses there keeps
        neither a shop's till waiting nor the next customer of its website.

        :raises CodeNotRecognised: after a wait, if this checkout or address has guessed before
        """
        for place in _checkout(checkout, address):
            await self._wait(town.registered.slug, place)
        try:
            return UUID(bytes=codes.read(presented, town.keys.keys))
        except CodeNotRecognised:
            await self.wrong_at_checkout(town, checkout=checkout, address=address)
            raise

    async def wrong_at_checkout(self, town: Town, *, checkout: UUID, address: str) -> None:
        """Count a wrong code of a checkout."""
        await self._gatherer(town).ask(_checkout(checkout, address))

    async def wait(self, caller: Caller, address: str) -> None:
        """Make a place that has guessed wait."""
        for place in self._slowing(caller, address):
            await self._wait(caller.town.registered.slug, place)

    def delay(self, caller: Caller, address: str) -> float:
        """How many seconds a code waits that this till presents now, if nobody else is in the queue."""
        slug = caller.town.registered.slug
        return sum(self.pause(slug, place) for place in self._slowing(caller, address))

    def _slowing(self, caller: Caller, address: str) -> tuple[str, ...]:
        """The places whose wrong codes count for this till: its own first."""
        own, *others = _places(caller, address)
        guessed = self._times(caller.town.registered.slug, own) > HONEST
        return (own, *others) if guessed else (own,)

    async def _wait(self, slug: str, place: str) -> None:
        pause = self.pause(slug, place)
        if pause:
            # One after the other: asking many times at once does not make guessing faster.
            async with self._queues.setdefault((slug, place), asyncio.Lock()):
                await asyncio.sleep(pause)

    async def wrong(self, caller: Caller, address: str) -> None:
        """Count a wrong code: malformed, forged, or of no voucher."""
        await self._gatherer(caller.town).ask(_places(caller, address))

    def pause(self, slug: str, place: str) -> float:
        """How many seconds a code waits at a place: ``till:…``, ``address:…``, ``page:…``, ``checkout:…``, ``all``."""
        over = self._times(slug, place) - FREE[place.split(":", maxsplit=1)[0]]
        if over <= 0:
            return 0.0
        return min(FIRST_WAIT * float(1 << min(over // 5, 10)), LONGEST_WAIT)

    def _times(self, slug: str, place: str) -> int:
        times, counted = self._recent.get((slug, place), (0, 0.0))
        return times if time.monotonic() - counted <= REMEMBERED.total_seconds() else 0

    def _forget_stale(self) -> None:
        if len(self._recent) > PLACES_KEPT:
            oldest = time.monotonic() - REMEMBERED.total_seconds()
            self._recent = {place: seen for place, seen in self._recent.items() if seen[1] > oldest}
            self._queues = {place: queue for place, queue in self._queues.items() if queue.locked()}

    def _gatherer(self, town: Town) -> Gatherer[tuple[str, ...], None]:
        slug = town.registered.slug
        if slug not in self._counting:

            async def count(asked: Sequence[tuple[str, ...]]) -> Sequence[Exception | None]:
                tally = Tally(place for places in asked for place in places)
                self._forget_stale()
                for place, times in (await _count(town.sessions, tally)).items():
                    self._recent[slug, place] = (times, time.monotonic())
                return [None] * len(asked)

            self._counting[slug] = Gatherer(count, most=AT_ONCE)
        return self._counting[slug]


async def wrong_codes(sessions: Sessions) -> dict[str, int]:
    """How many wrong codes came from where in the last quarter of an hour; for the operator."""
    async with sessions.begin() as session:
        statement = (
            select(WrongCodes.place, sum_of(WrongCodes.times))
            .where(WrongCodes.minute > func.clock_timestamp() - REMEMBERED)
            .group_by(WrongCodes.place)
        )
        return {row[0]: row[1] for row in await session.execute(statement)}


@dataclass(frozen=True, slots=True)
class Guessed:
    """Wrong codes of one place (``till:…``, ``address:…``, ``page:…``): how many, and between which minutes."""

    place: str
    times: int
    first: datetime
    last: datetime


async def recent_guesses(session: AsyncSession, kind: str, *, limit: int) -> list[Guessed]:
    """From which places of a kind wrong codes came while they are kept, those with most first; for the operator."""
    times = sum_of(WrongCodes.times)
    statement = (
        select(WrongCodes.place, times, func.min(WrongCodes.minute), func.max(WrongCodes.minute))
        .where(WrongCodes.place.startswith(f"{kind}:", autoescape=True))
        .group_by(WrongCodes.place)
        .order_by(times.desc(), WrongCodes.place)
        .limit(limit)
    )
    return [Guessed(*row) for row in await session.execute(statement)]


async def forget_old(sessions: Sessions) -> None:
    """Delete counts that no wait depends on any more."""
    async with sessions.begin() as session:
        await session.execute(delete(WrongCodes).where(WrongCodes.minute < func.clock_timestamp() - KEPT))


async def _count(sessions: Sessions, tally: Tally[str]) -> dict[str, int]:
    places = sorted(tally)
    async with sessions.begin() as session:
        await session.execute(_ADD, given(place=places, times=[tally[place] for place in places]))
        recent = (
            select(WrongCodes.place, sum_of(WrongCodes.times))
            .where(WrongCodes.place.in_(places), WrongCodes.minute > func.clock_timestamp() - REMEMBERED)
            .group_by(WrongCodes.place)
        )
        return {row[0]: row[1] for row in await session.execute(recent)}


def _page(address: str) -> str:
    return f"page:{address}"


def _checkout(checkout: UUID, address: str) -> tuple[str, ...]:
    return (f"checkout:{checkout}", _page(address), "all")


def _places(caller: Caller, address: str) -> tuple[str, ...]:
    return (f"till:{caller.subject or caller.key}", f"address:{address}", "all")


_TALLY: Final = lists(place=Text(), times=Integer())
_ADDING: Final = insert(cast("Table", WrongCodes.__table__)).from_select(
    ["place", "minute", "times"],
    select(_TALLY.c.place, func.date_trunc("minute", func.clock_timestamp()), _TALLY.c.times),
)
_ADD: Final = _ADDING.on_conflict_do_update(
    index_elements=["place", "minute"], set_={"times": WrongCodes.times + _ADDING.excluded.times}
)
