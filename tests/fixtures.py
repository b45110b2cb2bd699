"""What every test may ask for. ``database`` is a clone of the migrated template, the test's own.

A plugin of pytest, which `tests.conftest` loads in processes that run tests.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import hypothesis
import pytest
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


def pytest_unconfigure() -> None:
    copies.end()


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
