"""What the API's tests may ask for. A ``world`` is the test's own; ``still`` is shared by tests that leave no trace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import URL

from tests import databases
from tests.api.given import Door, World, a_world, forget_guesses
from tests.api.lived import Lived, live

GUESSED: Final = ("wrong_codes", "outcomes")
"""Tables in which a refusal may leave a trace."""


@pytest.fixture(scope="session")
async def lived(cluster: URL, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lived]:
    """A database in which both programmes have lived, to be cloned."""
    async with databases.new_database(cluster, template=databases.TEMPLATE) as database:
        yield await live(database, tmp_path_factory.mktemp("lived"))


@pytest.fixture
async def world(cluster: URL, lived: Lived, tmp_path: Path) -> AsyncIterator[World]:
    """The test's own."""
    async with (
        databases.new_database(cluster, template=lived.template) as database,
        a_world(database, lived, tmp_path) as world,
    ):
        yield world


@pytest.fixture(scope="module")
async def still(cluster: URL, lived: Lived, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Shared by the tests of a module: those that ask for it change nothing."""
    home = tmp_path_factory.mktemp("still")
    async with (
        databases.new_database(cluster, template=lived.template) as database,
        a_world(database, lived, home) as world,
    ):
        yield world


@pytest.fixture
async def operator(world: World) -> Door:
    """The operator of the test's own world."""
    return await world.door("operator")


@pytest.fixture
async def till(world: World) -> Door:
    """The first till of the test's own world."""
    return await world.door("till")


@pytest.fixture
async def nothing_half_written(still: World) -> AsyncIterator[None]:
    """Whatever was sent, the books are the same afterwards; refusals that a key keeps stand in ``outcomes``."""
    await forget_guesses(still)
    # What the books were when the test before was over they are still: only tests that ask for this touch them.
    before = still.known or await still.books(but=GUESSED)
    still.known = None
    yield
    assert await still.books(but=GUESSED) == before
    still.known = before
