"""`obole proofs`: whether everything adds up, proof by proof."""

from __future__ import annotations

import asyncio
from typing import Final

import typer
from rich.text import Text

from api import clock
from api.commands.door import REFUSED
from api.commands.opening import NoProgramme, books
from api.commands.reading import Json, Slug
from api.commands.telling import as_json, bar, money, out, table
from api.installation import Town
from ledger.database import snapshot_of
from vouchers.proving import everything
from vouchers.proving.everything import Line, Proofs
from vouchers.proving.states import State

WORDS: Final[dict[State, str]] = {"holds": "holds", "watch": "watch", "broken": "BROKEN"}


def proofs(slug: Slug = None, json: Json = False) -> None:
    """Reckon the proofs now; of the full audit, the last one that was done (`obole audit` does one now).

    All programmes, unless one is named. Exit code 1 if a proof is broken.
    """
    found = asyncio.run(_prove(slug))
    if json:
        as_json({"programmes": [_report(one, made) for one, made in found.items()]})
    else:
        for one, made in found.items():
            _tell(one, made)
    if any(made.state == "broken" for made in found.values()):
        raise typer.Exit(REFUSED)


async def _prove(slug: str | None) -> dict[str, Proofs]:
    async with books() as opened:
        towns = [await opened.town(slug)] if slug else await opened.all_towns()
        if not towns:
            raise NoProgramme
        with bar("Proving"):
            return {town.registered.slug: await _of(town) for town in towns}


async def _of(town: Town) -> Proofs:
    async with snapshot_of(town.sessions) as session:
        return await everything.prove(session, at=await clock.now(session))


def _tell(slug: str, made: Proofs) -> None:
    rows = [(one.proof, WORDS[one.state], _number(one)) for one in made.lines]
    table(("proof", "state", "number"), rows, title=slug)
    broken = sum(one.state == "broken" for one in made.lines)
    said = f"{broken} of {len(rows)} proofs do not hold." if broken else "Everything adds up."
    out().print(Text(said, style="bold red" if broken else "green"))


def _number(one: Line) -> str:
    parts = ["" if one.amount is None else money(one.amount), "" if one.count is None else f"({one.count})"]
    return " ".join(part for part in parts if part)


def _report(slug: str, made: Proofs) -> dict[str, object]:
    return {"programme": slug, "state": made.state, "at": made.at, "proofs": made.lines}
