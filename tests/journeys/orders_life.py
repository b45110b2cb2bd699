"""A programme that sells, served by a process that is killed, with the Stripe double and a mail server around it.

What time would do is done by hand, since nobody waits in a test: while the server is dead, what it left behind becomes
an hour older; when it stands again, the very jobs that its clock enqueues each minute are put into its queue. The
server itself does them: it converges by the same code, and in the same process, as it would have a little later.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import keys, offices, people, visits
from api.auth.visitors import cookie_of
from api.engines import Database, runtime_engine
from api.installation import Installation, Town, in_transaction
from api.jobs.queue import job_queue
from api.settings import Settings
from tests import copies
from tests.databases import PROGRAMMES
from tests.journeys.orders_gates import KILLED, Fate, Gates, Step, gates_of
from tests.mail_server import Fault, MailServer
from tests.pages.given import SLUG, found
from tests.pages.ordering import SELLING, a_company
from tests.speaking import a_client
from tests.stripe_double.driving import Account

SERVER: Final = "tests.journeys.killed_server"
SECRET: Final = "whsec_of_the_killed"  # noqa: S105 - of the double's
FROM: Final = "bons@treiz.example"
PATIENCE: Final = 90
"""Seconds for what takes one, or tenths of one, on a machine that does nothing else."""

PEOPLE: Final = 6
TOTAL: Final = 12_360
"""Six vouchers of 20,00 €, 2.5 % of fee and 20 % of VAT on that, in cents."""

Asked = Callable[[], Awaitable[object]]


class Warm:
    """A process that has assembled the application, and a socket: its servers live until they are killed."""

    def __init__(self, program: copies.Program, port: int) -> None:
        self._program, self.port = program, port
        self._process: int | None = None

    @property
    def alive(self) -> bool:
        """Whether a server lives."""
        return self._process is not None

    async def start(self, **told: str) -> None:
        """Start a server with this in its environment."""
        await self._program.say(json.dumps(told))
        self._process = int(await self._program.line())

    async def kill(self) -> None:
        """Kill it as a power cut would; nothing happens if there is none."""
        if self._process is not None:
            os.kill(self._process, signal.SIGKILL)
            assert int(await self._program.line()) == -signal.SIGKILL, "it ended by itself"
            self._process = None


@asynccontextmanager
async def warm_server() -> AsyncIterator[Warm]:
    """The process and its socket."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        async with copies.running(SERVER, files=[listening.fileno()]) as program:
            assert await program.line() == "warm"
            warm = Warm(program, listening.getsockname()[1])
            try:
                yield warm
            finally:
                await warm.kill()


@dataclass(slots=True)
class Life:
    """The programme, everything around it, and a buyer's client. ``order`` is the order of the test."""

    warm: Warm
    gates: Gates
    stripe: Account
    mail: MailServer
    here: Installation
    town: Town
    client: httpx.AsyncClient
    queue: procrastinate.App
    environment: dict[str, str]
    company: UUID
    kills: int = 0
    order: UUID = field(default_factory=lambda: UUID(int=0))
    _asking: list[asyncio.Task[object]] = field(default_factory=list)

    async def start(self) -> None:
        """Start the server and let a minute pass for it."""
        await self.warm.start(**self.environment)
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(httpx.TransportError):
                    if (await self.client.get("/readyz")).status_code == httpx.codes.OK:
                        break
                await asyncio.sleep(0.02)
        await self.minute()

    async def minute(self) -> None:
        """What the clock of the server enqueues each minute, and each ten."""
        for name in ("retry_stalled", "tend"):
            with suppress(AlreadyEnqueued):
                await self.queue.tasks[name].defer_async(timestamp=0)

    async def killed_at(
        self, step: Step, *fates: Fate, asked: Asked | None = None, barrier: Step | None = None
    ) -> None:
        """Start a server, ask something of it, kill it while it stands at this step; once for each fate."""
        for fate in fates:
            await self.gates.shut(step, barrier)
            await self._until_it_stands(asked, self.gates.reached)
            await self.kill(fate)

    async def killed_when(
        self, happened: Callable[[], Awaitable[bool]], *, asked: Asked | None = None, barrier: Step | None = None
    ) -> None:
        """The same, but it stands somewhere else: at Stripe's or at the mail server's."""
        await self.gates.shut(None, barrier)
        await self._until_it_stands(asked, happened)
        await self.kill("lost")

    async def kill(self, fate: Fate = "lost") -> None:
        """Kill the server, decide what becomes of its commit, and let an hour pass for what it left behind."""
        await self.warm.kill()
        self.kills += 1
        await self.gates.open(fate)
        for one in self._asking:
            with suppress(httpx.TransportError):
                await one
        self._asking.clear()
        await self.age()

    async def age(self) -> None:
        """What nobody looks after any more is an hour old."""
        await self.gates.run(
            "UPDATE public.procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'"
        )
        await self.gates.run("UPDATE mailings SET changed_at = changed_at - interval '1 hour' WHERE state = 'sending'")
        await self.gates.run(
            "UPDATE printings SET changed_at = changed_at - interval '1 minute' WHERE state IN ('asked', 'drawing')"
        )

    async def _until_it_stands(self, asked: Asked | None, stands: Callable[[], Awaitable[bool]]) -> None:
        if not self.warm.alive:
            await self.start()
        if asked is not None:
            self._asking.append(asyncio.ensure_future(asked()))
        await until(stands, meanwhile=self.minute)

    async def do(self, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
        """Work in one transaction of the test's own process."""
        return await in_transaction(self.town.sessions, work)

    async def asked(self, statement: str, *values: object) -> Any:
        """One value of the database."""
        ((found,),) = await self.gates.run(statement, *values)
        return found

    async def status(self) -> str:
        return str(await self.asked("SELECT status FROM orders WHERE id = %s", self.order))

    async def reaches(self, *statuses: str) -> None:
        """Wait, while minutes pass, until the order is in one of these."""

        async def there() -> bool:
            return await self.status() in statuses

        await until(there, meanwhile=self.minute)

    async def held_at_stripe(self, path: str) -> Callable[[], Awaitable[bool]]:
        """Let the next request to this path be done and never answered; whether it came."""
        before = len(await self.stripe.requests())
        await self.stripe.fail_next("held", path=path)

        async def came() -> bool:
            made = (await self.stripe.requests())[before:]
            return any(path in f"{one['method']} {one['path']}" and not one["status"] for one in made)

        return came

    def silent(self, address: str, fault: Fault) -> Callable[[], Awaitable[bool]]:
        """Let the mail server never answer about this address; whether it came to that."""
        self.mail.faults[address].append(fault)

        async def came() -> bool:
            return not self.mail.faults[address]

        return came


async def until(
    happened: Callable[[], Awaitable[bool]], *, meanwhile: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Wait until something has happened."""
    async with asyncio.timeout(PATIENCE):
        turns = 0
        while not await happened():
            turns += 1
            if meanwhile is not None and turns % 50 == 0:
                await meanwhile()
            await asyncio.sleep(0.02)


@asynccontextmanager
async def a_life(warm: Warm, database: Database, home: Path, stripe: Account, mail: MailServer) -> AsyncIterator[Life]:
    """Found a programme that takes cards, with a company whose assistant is signed in. No server runs yet."""
    base = f"http://127.0.0.1:{warm.port}"
    told = {
        "home": str(home), "port": str(warm.port), "pool_size": "6", "statement_timeout": "60000",
        "smtp_url": mail.url, "mail_from": FROM,
        "stripe": json.dumps({SLUG: {"secret_key": stripe.key, "webhook_secrets": [SECRET]}}),
        "stripe_api": stripe.address,
    }  # fmt: skip
    settings = Settings.model_validate(told)
    environment = {f"OBOLE_{name.upper()}": value for name, value in told.items()} | {
        "OBOLE_DATABASE_URL": database.owner.render_as_string(hide_password=False), "PGAPPNAME": KILLED,
    }  # fmt: skip
    await found(database, settings, SELLING)
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(runtime_engine(database, settings))
        gates = await stack.enter_async_context(gates_of(database, PROGRAMMES[SLUG]))
        here = Installation(settings, engine)
        stack.push_async_callback(here.cards.close)
        queue = job_queue(here, database.runtime)
        await stack.enter_async_context(queue.open_async())
        town = await here.town(SLUG)
        company = await a_company(town)
        client = await stack.enter_async_context(await _client(town, base, company))
        await stripe.hear(f"{base}/webhooks/stripe/{SLUG}", SECRET, events=["checkout.session.completed"])
        stack.push_async_callback(warm.kill)
        yield Life(warm, gates, stripe, mail, here, town, client, queue, environment, company)


async def _client(town: Town, base: str, company: UUID) -> httpx.AsyncClient:
    """The works council's own software and its assistant's browser in one: a key for the API, a cookie for pages."""

    async def work(session: AsyncSession) -> tuple[str, str]:
        at = await clock.now(session)
        _, key = await keys.make_key(session, slug=SLUG, role="buyer", subject=company, label="", at=at)
        who = await people.register(session, email="ce@savonnerie.example", name="Camille", language="fr", at=at)
        await offices.give(session, person=who.id, role="buyer", subject=company, by="test", at=at)
        return key, await visits.begin(session, person=who.id, browser="Chromium", at=at)

    key, token = await in_transaction(town.sessions, work)
    name, _ = cookie_of(SLUG, base)
    told = {"authorization": f"Bearer {key}", "cookie": f"{name}={token}", "origin": base}
    limits = httpx.Limits(max_keepalive_connections=0)  # the server that was spoken to last may be dead
    return a_client(base_url=base, headers=told, timeout=PATIENCE, limits=limits)
