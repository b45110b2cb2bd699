"""What the tests of pages may ask for: a served installation, a browser, a page of its own in it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser
from sqlalchemy import URL

from api.engines import Database
from api.settings import Settings
from tests import databases
from tests.founding import KEPT
from tests.pages.browser import Watched, a_browser, a_page
from tests.pages.demonstration import Begun, a_demonstration
from tests.pages.given import FOLDER, Live, founded, served
from tests.pages.styleguide import show_styleguide


@pytest.fixture
async def database(cluster: URL, tmp_path: Path) -> AsyncIterator[Database]:
    """Both programmes are founded in it, under the secret that is in the test's home."""
    template = await founded(cluster)
    shutil.copy(FOLDER / KEPT, tmp_path / KEPT)
    async with databases.new_database(cluster, template=template) as database:
        yield database


@pytest.fixture
async def live(database: Database, settings: Settings) -> AsyncIterator[Live]:
    """Served to the test alone."""
    async with served(database, settings) as live:
        yield live


@pytest.fixture(scope="module")
async def still_live(cluster: URL, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    """Served to the tests of a module: those that ask for it change nothing that another reads."""
    home = tmp_path_factory.mktemp("live")
    async with (
        databases.new_database(cluster, template=databases.TEMPLATE) as database,
        served(database, Settings(home=home, pool_timeout=10, jobs=False)) as live,
    ):
        yield live


@pytest.fixture(scope="module")
async def begun(cluster: URL, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Begun]:
    """The demonstration, a copy for the tests of a module."""
    async with a_demonstration(cluster, tmp_path_factory.mktemp("demo")) as begun:
        yield begun


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, started once."""
    async with a_browser() as browser:
        yield browser


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Watched]:
    """A window of its own, in French; what goes wrong in it fails the test."""
    async with a_page(browser) as watched:
        yield watched


@pytest.fixture(scope="module")
async def guide(still_live: Live) -> Live:
    """An installation that shows every part of which pages are made, and fails in every way."""
    show_styleguide(still_live.app)
    return still_live
