"""What every test may ask for. ``database`` is a clone of the migrated template, the test's own."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Final

import hypothesis
import pytest
import uvloop
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from api.engines import Database, owner_engine, runtime_engine
from api.settings import Settings
from ledger.database import Sessions, sessions_of
from tests import compiling, copies, databases, founding, hashing, leases, lending
from tests.founding import Standing
from tests.stripe_double.fixture import stripe_account, stripe_double, stripe_gateway  # noqa: F401 fixtures
from tests.thoroughness import examples

# httpx looks for it several times in each request, in every folder; Python remembers only what it finds.
if importlib.util.find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # so Python is told that it is not there

# Before what follows makes this process another than a server is.
copies.begin()

hypothesis.settings.register_profile("obole", deadline=None, print_blob=True, max_examples=examples(40))
hypothesis.settings.load_profile("obole")

compiling.share()
hashing.cheaply()


FIRST: Final = (
    "tests/journeys/", "tests/pages/", "tests/api/test_jobs.py", "tests/vouchers/orders/",
    "tests/api/test_database_trouble.py", "tests/vouchers/holders/", "tests/vouchers/campaigns/", "tests/api/",
    "tests/vouchers/test_sheets_pdf.py", "tests/merchants/test_reading.py", "tests/vouchers/", "tests/test_",
)  # fmt: skip
"""Where the files are that take longest: a run of several processes ends with short ones, none waiting for another.

What sleeps more than it works stands between what works, not all together.
"""

GARBAGE: Final = 50_000
"""Objects that are made before it is looked for garbage: tests make many, and keep few."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(
        key=lambda item: next((at for at, folder in enumerate(FIRST) if item.nodeid.startswith(folder)), len(FIRST))
    )


def pytest_collection_finish() -> None:
    """What is there when the tests begin is there when they end: it need not be looked through for garbage."""
    gc.freeze()
    gc.set_threshold(GARBAGE)
    gc.enable()


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that serves in production too."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_unconfigure(config: pytest.Config) -> None:
    gc.unfreeze()  # at the very end it is garbage: libraries look whether it went
    copies.end()
    if hasattr(config, "workerinput"):
        databases.leave_server()
    else:
        databases.stop()


@pytest.fixture(scope="session")
async def cluster() -> AsyncIterator[URL]:
    """The server, as superuser, with the migrated template in it."""
    lending.open_here()
    yield await databases.start()
    await lending.close()
    await leases.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation under a folder of the test's own, with room for 20 connections.

    Nothing runs in the background: what would run later a test runs when it wants, or asks for with ``jobs``.
    """
    return Settings(home=tmp_path, pool_size=20, pool_timeout=10, jobs=False)


@pytest.fixture
def standing() -> Standing | None:
    """What stands in the test's database already: where it is a town, the folder's own fixture says which."""
    return None


@pytest.fixture
async def database(cluster: URL, standing: Standing | None) -> AsyncIterator[Database]:
    """Migrated, with the programmes ``treiz`` and ``alpes``, and not a row in their books but of what stands there."""
    template = await founding.founded(cluster, standing) if standing else databases.TEMPLATE
    async with databases.new_database(cluster, template=template) as database:
        yield database


@pytest.fixture
async def engine(database: Database, settings: Settings) -> AsyncIterator[AsyncEngine]:
    """As the runtime role."""
    async with runtime_engine(database, settings) as engine:
        yield engine


@pytest.fixture
def sessions(engine: AsyncEngine) -> Sessions:
    """Of the programme ``treiz``, as the runtime role."""
    return sessions_of(engine, schema=databases.PROGRAMMES["treiz"])


@pytest.fixture
def alpes(engine: AsyncEngine) -> Sessions:
    """Of the programme ``alpes``, as the runtime role."""
    return sessions_of(engine, schema=databases.PROGRAMMES["alpes"])


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[Sessions]:
    """Of the programme ``treiz``, as the owner of the database, here a superuser."""
    async with owner_engine(database) as engine:
        yield sessions_of(engine, schema=databases.PROGRAMMES["treiz"])
