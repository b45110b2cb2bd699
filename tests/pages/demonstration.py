"""The demonstration, made once in a run: whoever asks for it has a copy of its own, on its first morning."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import fasteners
from sqlalchemy import URL, text

from api.demo.giving_life import Demo, give_life, kept
from api.engines import Database
from api.installation import Installation, Town, installation
from api.settings import Settings
from tests import HOME, databases
from tests.given import TERMS
from tests.pages.given import found

TEMPLATE: Final = "obole_demonstration"
FOLDER: Final = HOME / "demonstration"


@dataclass(frozen=True, slots=True)
class Begun:
    """The demonstration on its first morning, before any job ran."""

    here: Installation
    town: Town
    demo: Demo
    home: Path
    database: Database


@asynccontextmanager
async def a_demonstration(cluster: URL, home: Path) -> AsyncIterator[Begun]:
    """A copy of it, with what it keeps in files under ``home``."""
    await _made(cluster)
    await asyncio.to_thread(shutil.copytree, FOLDER, home, dirs_exist_ok=True)
    settings = Settings(home=home, pool_size=20, pool_timeout=10, jobs=False)
    demo = kept(home)
    assert demo is not None
    async with (
        databases.new_database(cluster, template=TEMPLATE) as database,
        installation(settings, database) as here,
    ):
        yield Begun(here, await here.town(demo.programme), demo, home, database)


async def _made(cluster: URL) -> None:
    """Make it, if no process of this run did yet; beside it the programmes of every test are founded, and empty."""
    with fasteners.InterProcessLock(HOME / "demonstrating"):
        async with databases.administering(cluster) as connection:
            known = await connection.execute(text("SELECT datname FROM pg_database"))
            if TEMPLATE in known.scalars().all():
                return
            await connection.execute(text(f"CREATE DATABASE {TEMPLATE} TEMPLATE {databases.TEMPLATE}"))
        settings, database = Settings(home=FOLDER), databases.at(cluster, TEMPLATE)
        await found(database, settings, TERMS)
        assert await give_life(settings, database, lambda _what, _done, _of: None)
