"""Opening the books for a command: the settings, the database, the programme it is about."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from api.engines import find_database
from api.installation import Installation, Town, installation
from api.settings import Settings

PATIENCE: Final = 600_000
"""Milliseconds that a statement of a command may take: nobody waits at a counter for it."""

Answer = TypeVar("Answer")


class NoProgramme(Exception):
    """There is no programme to work for yet."""


def in_town(slug: str | None, work: Callable[[Town], Awaitable[Answer]]) -> Answer:
    """Do a command's work in the programme that was named, or in the only one there is."""

    async def do() -> Answer:
        async with books() as opened:
            return await work(await chosen(opened, slug))

    return asyncio.run(do())


def in_session(slug: str | None, work: Callable[[AsyncSession, Town], Awaitable[Answer]]) -> Answer:
    """As `in_town`, in one transaction that is committed at the end."""

    async def do(town: Town) -> Answer:
        async with town.sessions.begin() as session:
            return await work(session, town)

    return in_town(slug, do)


@asynccontextmanager
async def books() -> AsyncIterator[Installation]:
    """The installation, with the patience of a command."""
    settings = patient(Settings())
    database = find_database(settings)
    async with installation(settings, database) as opened:
        yield opened


async def chosen(opened: Installation, slug: str | None) -> Town:
    """The programme that was named, or the only one there is.

    :raises ProgrammeUnknown, NoProgramme:
    """
    if slug is not None:
        return await opened.town(slug)
    towns = await opened.all_towns()
    if not towns:
        raise NoProgramme
    if len(towns) > 1:
        slugs = ", ".join(town.registered.slug for town in towns)
        raise typer.BadParameter(f"There are several programmes; say which with --programme: {slugs}.")
    return towns[0]


def patient(settings: Settings) -> Settings:
    """The same settings, but with time for long statements."""
    return settings.model_copy(update={"statement_timeout": max(PATIENCE, settings.statement_timeout)})
