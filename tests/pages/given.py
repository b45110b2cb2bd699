"""A server that serves pages to real browsers, on a database of the test's own."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import fasteners
import httpx
from fastapi import FastAPI
from sqlalchemy import URL, text

from api.engines import Database, runtime_engine
from api.installation import Town
from api.jobs.queue import job_queue
from api.settings import Settings
from ledger import posting
from ledger.database import sessions_of
from merchants import programme, registry
from merchants.programme import Terms
from tests import HOME, databases
from tests.apps import an_app
from tests.databases import PROGRAMMES
from tests.given import OPENED, TERMS
from tests.prompt_server import answering
from tests.speaking import a_client
from vouchers import keys

SLUG: Final = "treiz"
SINCE: Final = date(2020, 1, 1)
TEMPLATE: Final = "obole_founded"
FOLDER: Final = HOME / TEMPLATE
"""The home of that installation, with the secret of its codes."""

PATIENCE: Final = 60
"""Seconds that an answer may take on a busy machine."""


@dataclass(slots=True)
class Live:
    """An installation that is served: its address, its application, and clients for it."""

    address: str
    app: FastAPI
    settings: Settings
    database: Database

    @property
    def home(self) -> str:
        """The first page of the programme ``treiz``."""
        return f"{self.address}/{SLUG}/"

    async def town(self, slug: str = SLUG) -> Town:
        """A programme, to put into it what a test needs."""
        town: Town = await self.app.state.installation.town(slug)
        return town

    async def work(self) -> None:
        """Do what waits in the queue, and what that asks for, until nothing waits: nothing does so by itself here."""
        queue = job_queue(self.app.state.installation, self.database.runtime)
        async with queue.open_async():
            await queue.run_worker_async(
                wait=False, listen_notify=False, install_signal_handlers=False, delete_jobs="successful"
            )

    def client(self, language: str = "fr", **headers: str) -> httpx.AsyncClient:
        """A browser without a screen: it asks for pages, says where its forms come from, keeps cookies."""
        told = {"accept": "text/html", "accept-language": language, "origin": self.address, **headers}
        return a_client(base_url=self.address, headers=told, timeout=PATIENCE)


@asynccontextmanager
async def served(database: Database, settings: Settings, *, terms: Terms = TERMS) -> AsyncIterator[Live]:
    """Serve a migrated database from this process, on a free port of the loopback; both its programmes are founded."""
    if databases.template_of(database) != TEMPLATE:
        await found(database, settings, terms)
    elif terms != TERMS:
        await rule(database, settings, terms)
    async with serving(database, settings) as live:
        yield live


@asynccontextmanager
async def serving(database: Database, settings: Settings) -> AsyncIterator[Live]:
    """Serve a database with whatever is in it."""
    with closing(_socket()) as listening, ExitStack() as opened:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        settings = settings.model_copy(update={"port": port})
        app = opened.enter_context(an_app(settings, database))
        async with answering(app, listening):
            yield Live(f"http://127.0.0.1:{port}", app, settings, database)


def _socket() -> socket.socket:
    """One that says it speaks TCP: only then does ``asyncio`` not let the end of an answer wait for its beginning."""
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)


async def founded(cluster: URL) -> str:
    """A template in which both programmes are founded by the usual terms; made once in a run."""
    with fasteners.InterProcessLock(HOME / "founding"):
        async with databases.administering(cluster) as connection:
            known = await connection.execute(text("SELECT datname FROM pg_database"))
            if TEMPLATE not in known.scalars().all():
                await databases.leave(cluster, databases.TEMPLATE)
                await connection.execute(text(f"CREATE DATABASE {TEMPLATE} TEMPLATE {databases.TEMPLATE}"))
                await found(databases.at(cluster, TEMPLATE), Settings(home=FOLDER), TERMS)
    return TEMPLATE


async def rule(database: Database, settings: Settings, terms: Terms) -> None:
    """Let other rules hold in both programmes since their founding."""
    async with runtime_engine(database, settings) as engine:
        for slug, schema in PROGRAMMES.items():
            async with sessions_of(engine, schema=schema).begin() as session:
                await programme.set_terms(session, _named(terms, slug), effective_from=SINCE)


async def found(database: Database, settings: Settings, terms: Terms) -> None:
    """Let the programmes ``treiz`` and ``alpes`` open their books, have rules since 2020 and a code key."""
    async with runtime_engine(database, settings) as engine:
        for slug, schema in PROGRAMMES.items():
            async with sessions_of(engine, schema=schema).begin() as session:
                registered = await registry.programme(session, slug=slug)
                await posting.open_books(session)
                await programme.set_terms(session, _named(terms, slug), effective_from=SINCE)
                await keys.rotate(session, programme=registered.id, masters=settings.master_secrets, at=OPENED)


def _named(terms: Terms, slug: str) -> Terms:
    return terms if slug == SLUG else replace(terms, name=f"Programme {slug}", number_prefix=slug.upper())
