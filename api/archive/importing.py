"""Reading a programme's books back from one file: all of them, proved, or none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from api import migrating
from api.archive import container, inventory, manifest, sealing
from api.archive.errors import ArchiveDamaged, ArchiveOtherRevision, BooksNotProved, BooksNotTheSame
from api.archive.inventory import Table
from api.archive.manifest import Manifest, Part, Proved
from ledger.audit import Audit
from ledger.database import PROGRAMME, sessions_of
from merchants import registry
from merchants.registry import ProgrammeExists, Registered
from vouchers import keys, proofs
from vouchers.keys import Generation

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A programme that was read back, and what its audit came to."""

    registered: Registered
    said: Manifest
    audit: Audit


async def take_in(engine: AsyncEngine, master: bytes, *, path: Path, passphrase: str, told: Told) -> TakenIn:
    """Read an archive back. The shared schema must be migrated.

    The whole file is judged before anything is written; then all is written in one transaction, and proved in it.

    :param engine: as the owner of the database
    :param master: the newest master secret of this installation, which opens the code keys from now on
    :param told: how many parts are written, of how many
    :raises ArchiveUnreadable, ArchiveFormatUnknown, ArchiveOtherRevision, ArchiveDamaged, PassphraseWrong:
    :raises ProgrammeExists: if there is a programme of this slug
    :raises BooksNotProved, BooksNotTheSame: if the audit is not green, or comes to something else
    """
    with path.open("rb") as file, container.opened(file) as archive:
        said, carried = await asyncio.to_thread(_judged, archive, passphrase)
        await _refuse_known(engine, said)
        await asyncio.to_thread(_refuse_damaged, archive, said)
        async with engine.begin() as connection:
            return await _write(connection, archive, said, carried, master, told)


def refuse_unproved(said: Manifest, audit: Audit) -> None:
    """Books that were read back are proved, and come to what they came to when they were archived.

    :raises BooksNotProved, BooksNotTheSame:
    """
    if not audit.agrees:
        raise BooksNotProved(findings=len(audit.findings))
    if Proved.of(audit) != said.audit:
        raise BooksNotTheSame


def _judged(archive: ZipFile, passphrase: str) -> tuple[Manifest, list[Generation]]:
    """What the archive says of itself, and its code keys, if the passphrase opens it."""
    told, seal = container.told_of_itself(archive)
    said = manifest.read(told)
    opener = sealing.opener(passphrase, seal, told)
    newest = migrating.newest_revision()
    if said.revision != newest:
        raise ArchiveOtherRevision(archived=said.revision, here=newest)
    return said, [opener.unwrapped(one, said.programme.id) for one in said.code_keys]


async def _refuse_known(engine: AsyncEngine, said: Manifest) -> None:
    registry.schema_of(said.programme.slug)
    async with sessions_of(engine, schema="public").begin() as session:
        known = await registry.programmes(session)
    if any(one.slug == said.programme.slug or one.id == said.programme.id for one in known):
        raise ProgrammeExists(slug=said.programme.slug)


def _refuse_damaged(archive: ZipFile, said: Manifest) -> None:
    container.refuse_other_entries(archive, said)
    for part in said.parts:
        for _ in container.content(archive, part):
            pass


async def _write(
    connection: AsyncConnection,
    archive: ZipFile,
    said: Manifest,
    carried: Sequence[Generation],
    master: bytes,
    told: Told,
) -> TakenIn:
    whose = said.programme
    registered = Registered(whose.id, whose.slug, registry.schema_of(whose.slug), whose.created_at)
    await migrating.build_programme(connection, registered.schema)
    await connection.execution_options(schema_translate_map={PROGRAMME: registered.schema})
    async with AsyncSession(connection, expire_on_commit=False, autoflush=False) as session:
        await registry.register_again(session, registered)
        await _fill(session, archive, said, registered.schema, told)
        await keys.take_in(session, carried, programme=whose.id, master=master)
        await keys.key_ring(session, programme=whose.id, masters=[master])
        audit = await proofs.audit(session)
    refuse_unproved(said, audit)
    return TakenIn(registered, said, audit)


async def _fill(session: AsyncSession, archive: ZipFile, said: Manifest, schema: str, told: Told) -> None:
    """Every table of a schema that was just built, in the order that this schema asks for."""
    tables = await inventory.tables(session, schema)
    parts = {part.table: part for part in said.parts}
    for one in {table.name for table in tables} ^ set(parts):
        raise ArchiveDamaged(part=manifest.entry_of(one))
    driver = await inventory.raw(await session.connection())
    for number, table in enumerate(tables):
        told(number, len(tables))
        try:
            await _copy(driver, schema, table, archive, parts[table.name])
        except psycopg.Error as error:
            raise DBAPIError(f"COPY {table.name}", None, error) from error
    await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    await driver.execute(inventory.analysed(schema, tables))  # or the proofs would be planned for empty tables


async def _copy(driver: Any, schema: str, table: Table, archive: ZipFile, part: Part) -> None:
    async with driver.cursor() as cursor, cursor.copy(table.copied_in(schema)) as copy:
        for some in container.content(archive, part):
            await copy.write(some)
