"""`obole migrate` and `obole demo`: bring schemas to their newest form; give life to the demonstration."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from api import migrating
from api.commands import welcome
from api.commands.opening import patient
from api.commands.telling import ACCENT, bar, err, note, say
from api.demo import giving_life as demo
from api.demo.giving_life import Demo
from api.engines import Database, find_database, owner_engine
from api.settings import Settings

LASTS: Final = "some twenty seconds"


def migrate() -> None:
    """Bring the database to the newest form: the shared schema and every programme's."""
    settings = patient(Settings())
    database = find_database(settings)
    schemas = asyncio.run(migrate_all(database))
    say(f"The shared schema and {len(schemas)} programmes are in their newest form.")


def demo_() -> None:
    """Make a programme to try: real shops, three companies, more than two months of vouchers and orders."""
    settings = patient(Settings())
    database = find_database(settings)
    made = asyncio.run(bring_to_life(settings, database))
    if made is None:
        note(f"The demonstration {demo.SLUG} is there already; nothing is changed.")
    known = made or demo.kept(settings.home)
    if known is not None:
        welcome.tell_people(known, settings.base_url, outbox=settings.mail_server is None)
        welcome.tell_keys(known, settings.home)


async def migrate_all(database: Database) -> Sequence[str]:
    """Migrate everything; answers the schemas of the programmes there are."""
    async with owner_engine(database) as owner:
        await migrating.migrate_shared(owner)
        schemas = await migrating.programme_schemas(owner)
        with bar("Migrating") as told:
            for done, schema in enumerate(schemas, start=1):
                await migrating.migrate_programme(owner, schema)
                told(done, len(schemas))
    return schemas


async def bring_to_life(settings: Settings, database: Database) -> Demo | None:
    """The demonstration, with bars for its two parts; on no terminal, one line before."""
    console = err()
    columns = (TextColumn("{task.description:<16}"), BarColumn(complete_style=ACCENT), TaskProgressColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, of: int) -> None:
            if not tasks and not console.is_terminal:
                note(f"Making the demonstration {demo.SLUG}; it takes {LASTS}.")
            task = tasks.get(what)
            if task is None:
                task = tasks[what] = shown.add_task(what)
            shown.update(task, completed=done, total=of)

        return await demo.give_life(settings, database, told)
