"""`obole programme export` and `obole programme import`: a programme's whole books as one file, and back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer

from api import clock, migrating
from api.archive import exporting, importing
from api.archive.importing import TakenIn
from api.archive.manifest import Manifest
from api.commands.opening import patient
from api.commands.reading import Json
from api.commands.telling import as_json, bar, facts, note
from api.engines import find_database, owner_engine
from api.settings import Settings
from ledger.database import sessions_of

ACTOR: Final = "command line"

File = Annotated[Path, typer.Argument(dir_okay=False, help="The archive.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Whose first line is the passphrase; it is asked for if not given."),
]


def export(
    slug: Annotated[str, typer.Argument(help="Which programme.")],
    file: File,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """Write a programme's whole books to one file that another installation reads back."""
    said = asyncio.run(_export(slug, file, _passphrase(passphrase_file, twice=True)))
    if json:
        as_json(_told(said))
        return
    facts(str(file), _told(said))
    note("It holds names, addresses and bank accounts: keep it as you keep a backup, and the passphrase elsewhere.")


def import_(file: File, passphrase_file: PassphraseFile = None, json: Json = False) -> None:
    """Read a programme's whole books back from an archive: all of them, proved, or none."""
    taken = asyncio.run(_import(file, _passphrase(passphrase_file, twice=False)))
    if json:
        as_json(_told(taken.said))
        return
    facts(taken.registered.slug, _told(taken.said))
    note("The audit is green. Let the old installation serve this programme no more: letters would leave from both.")


def _passphrase(file: Path | None, *, twice: bool) -> str:
    if file is not None:
        with file.open(encoding="utf-8", errors="surrogateescape") as lines:
            return lines.readline()
    typed: str = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=twice, err=True)
    return typed


async def _export(slug: str, file: Path, passphrase: str) -> Manifest:
    settings = patient(Settings())
    async with owner_engine(find_database(settings)) as owner:
        async with sessions_of(owner, schema="public").begin() as session:
            at = await clock.now(session)
        with bar("Writing") as told:
            return await exporting.export(
                owner, settings.master_secrets, slug=slug, path=file, passphrase=passphrase, by=ACTOR, at=at, told=told
            )


async def _import(file: Path, passphrase: str) -> TakenIn:
    settings = patient(Settings())
    async with owner_engine(find_database(settings)) as owner:
        await migrating.migrate_shared(owner)
        with bar("Reading") as told:
            master = settings.master_secrets[0]
            return await importing.take_in(owner, master, path=file, passphrase=passphrase, told=told)


def _told(said: Manifest) -> dict[str, object]:
    return {
        "programme": said.programme.slug, "made_at": said.made_at, "revision": said.revision,
        "accounts": said.audit.accounts, "transfers": said.audit.transfers,
        "tables": len(said.parts), "rows": sum(part.rows for part in said.parts),
    }  # fmt: skip
