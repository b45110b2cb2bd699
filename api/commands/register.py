"""`obole register`: take in the public register of establishments (INSEE, Sirene), from which shops are recruited."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer

from api import clock
from api.commands.opening import in_town
from api.commands.reading import InFile, Json, Slug
from api.commands.telling import as_json, bar, note, say
from api.installation import Town
from merchants.joining import establishments
from merchants.shops.checking import Checked, check_rows
from merchants.shops.reading import read_rows

AT_ONCE: Final = 2_000

app = typer.Typer(no_args_is_help=True, help="The public register of establishments: take it in.")


@app.command("import")
def import_(file: Annotated[Path, InFile.__metadata__[0]], slug: Slug = None, json: Json = False) -> None:
    """Take establishments into the register, from a CSV or XLSX in the form of INSEE's extracts.

    They are no shops yet: an application is prefilled from them, and an invitation begins with them. Lines that cannot
    be read are left out and counted; a second import brings what is known up to date.
    """
    content = file.read_bytes()

    async def work(town: Town) -> Checked:
        with bar("Reading"):
            rows = await asyncio.to_thread(read_rows, content, file.name)
        with bar("Checking"):
            checked = await asyncio.to_thread(check_rows, rows, frozenset())
        async with town.sessions.begin() as session:
            at = await clock.now(session)
            with bar("Taking in") as told:
                for start in range(0, len(checked.good), AT_ONCE):
                    some = checked.good[start : start + AT_ONCE]
                    await establishments.take_in(session, some, at=at)
                    told(start + len(some), len(checked.good))
        return checked

    checked = in_town(slug, work)
    bad = len({one.line for one in checked.bad})
    if json:
        as_json({"file": file, "establishments": len(checked.good), "left_out": bad})
        return
    say(f"{len(checked.good):,} establishments taken in.")
    if bad:
        note(f"{bad:,} lines left out; `obole shops import --dry-run` says what is wrong with each.")
