"""An installation: its database, its programmes, and how work is done in one of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, TypeVar

from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from api.card_desk import CardDesk
from api.engines import Database, runtime_engine
from api.enqueuing import enqueue
from api.reaching import Reach
from api.settings import Settings
from ledger.database import Sessions, sessions_of
from merchants import registry
from merchants.registry import Registered
from vouchers.keys import KeyRing, key_ring

SHARED: Final = "public"
FRESH_SECONDS: Final = 30.0
TRIES: Final = 8
FIRST_PAUSE: Final = 0.01

_AGAIN: Final = (pg.SerializationFailure, pg.DeadlockDetected)
_SAME_KEY: Final = frozenset({"pk_outcomes", "uq_vouchers_token_hash", "uq_vouchers_typed_hash"})

Answer = TypeVar("Answer")
Work = Callable[[AsyncSession], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Town:
    """A programme at work: its registration, its sessions, its code keys."""

    registered: Registered
    sessions: Sessions
    keys: KeyRing


@dataclass(slots=True)
class Installation:
    """What a process needs to work for any programme."""

    settings: Settings
    engine: AsyncEngine
    towns: dict[str, tuple[Town, float]] = field(default_factory=dict)
    """Each programme met so far, and when it was last read (by the process's own clock)."""
    desk: CardDesk | None = None
    reached: Reach | None = None

    @property
    def cards(self) -> CardDesk:
        """Where its programmes take cards."""
        if self.desk is None:
            self.desk = CardDesk(self.settings)
        return self.desk

    @property
    def reach(self) -> Reach:
        """How it reaches what shops have on the web."""
        if self.reached is None:
            self.reached = Reach(loopback=self.settings.shops_on_loopback)
        return self.reached

    @property
    def shared(self) -> Sessions:
        """Sessions for the registry only."""
        return sessions_of(self.engine, schema=SHARED)

    async def town(self, slug: str) -> Town:
        """A programme by its slug. Read again every half minute, since another process may have rotated its keys.

        :raises ProgrammeUnknown, NoUsableCodeKey:
        """
        known, read_at = self.towns.get(slug, (None, 0.0))
        moment = time.monotonic()
        if known is not None:
            if moment - read_at < FRESH_SECONDS:
                return known
            self.towns[slug] = (known, moment)  # whoever comes meanwhile goes on with what is known
        async with self.shared.begin() as session:
            registered = await registry.programme(session, slug=slug)
        self.towns[slug] = (await self._open(registered), moment)
        return self.towns[slug][0]

    async def town_in(self, schema: str) -> Town:
        """A programme by its schema.

        :raises ProgrammeUnknown, NoUsableCodeKey:
        """
        return await self.town(registry.slug_of(schema))

    async def all_towns(self) -> list[Town]:
        """Every programme of this installation."""
        async with self.shared.begin() as session:
            known = await registry.programmes(session)
        return [await self.town(one.slug) for one in known]

    async def _open(self, registered: Registered) -> Town:
        sessions = sessions_of(self.engine, schema=registered.schema)
        async with sessions.begin() as session:
            keys = await key_ring(session, programme=registered.id, masters=self.settings.master_secrets)
        return Town(registered, sessions, keys)


@asynccontextmanager
async def installation(settings: Settings, database: Database) -> AsyncIterator[Installation]:
    """Open an installation as the runtime role."""
    async with runtime_engine(database, settings) as engine:
        here = Installation(settings, engine)
        try:
            yield here
        finally:
            await here.cards.close()


async def in_transaction(sessions: Sessions, work: Work[Answer]) -> Answer:
    """Do work in one transaction, commit included; again from the start if it met another (decision 10).

    Met another: a serialisation failure, a deadlock, or an idempotency key or code that was written meanwhile.
    """
    for attempt in range(TRIES):
        try:
            async with sessions.begin() as session:
                answer = await work(session)
                await enqueue(session)
                return answer
        except DBAPIError as error:
            if attempt == TRIES - 1 or not met_another(error):
                raise
            await asyncio.sleep(FIRST_PAUSE * 2**attempt)
    raise AssertionError("unreachable")


def met_another(error: DBAPIError) -> bool:
    """Whether the same work may well succeed if it is done again."""
    if isinstance(error, IntegrityError) and isinstance(error.orig, pg.UniqueViolation):
        return error.orig.diag.constraint_name in _SAME_KEY
    return isinstance(error.orig, _AGAIN)
