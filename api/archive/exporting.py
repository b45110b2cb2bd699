"""Writing a programme's whole books into one file, as they are at one moment."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, Final
from zipfile import ZipFile

import psycopg
from sqlalchemy import Column, MetaData, Text, select
from sqlalchemy import Table as SqlTable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from api.archive import inventory, sealing
from api.archive.container import writing
from api.archive.errors import BooksNotProved
from api.archive.inventory import Table
from api.archive.manifest import FORMAT, NAME, VERSION, Manifest, Part, Proved, Whose, entry_of
from api.archive.sealing import Opener
from ledger.database import PROGRAMME, sessions_of, snapshot_of
from merchants import registry
from merchants.registry import Registered
from vouchers import keys, proofs

Told = Callable[[int, int], None]

_REVISION: Final = SqlTable("alembic_version", MetaData(), Column("version_num", Text), schema=PROGRAMME)


@dataclass(frozen=True, slots=True)
class _Making:
    """What an archive is made with."""

    archive: ZipFile
    opener: Opener
    masters: tuple[bytes, ...]
    by: str
    at: datetime
    told: Told


async def export(
    engine: AsyncEngine,
    masters: tuple[bytes, ...],
    *,
    slug: str,
    path: Path,
    passphrase: str,
    by: str,
    at: datetime,
    told: Told,
) -> Manifest:
    """Write a programme's books to a file that is not there yet; whoever reads it may be only who writes it.

    :param engine: as the owner of the database
    :param masters: the master secrets, newest first
    :param told: how many parts are written, of how many
    :raises ProgrammeUnknown, PassphraseTooShort, NoUsableCodeKey:
    :raises BooksNotProved: if the audit is not green
    :raises FileExistsError:
    """
    opener = await asyncio.to_thread(sealing.new_opener, passphrase)
    async with sessions_of(engine, schema="public").begin() as session:
        found = await registry.programme(session, slug=slug)
    with _new_file(path) as file, ZipFile(file, "w") as archive:
        making = _Making(archive, opener, masters, by, at, told)
        async with snapshot_of(sessions_of(engine, schema=found.schema)) as session:
            return await _write(session, found, making)


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that nobody else reads; gone again if it was not written to its end."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            yield file
        except BaseException:
            path.unlink()
            raise


async def _write(session: AsyncSession, found: Registered, making: _Making) -> Manifest:
    audit = await proofs.audit(session)
    if not audit.agrees:
        raise BooksNotProved(findings=len(audit.findings))
    carried = await keys.generations(session, programme=found.id, masters=making.masters)
    parts = await _parts(session, found.schema, making)
    said = Manifest(
        format=FORMAT,
        version=VERSION,
        revision=(await session.execute(select(_REVISION.c.version_num))).scalar_one(),
        software=f"obole {version('obole')}",
        programme=Whose(id=found.id, slug=found.slug, created_at=found.created_at),
        made_by=making.by,
        made_at=making.at,
        audit=Proved.of(audit),
        code_keys=tuple(making.opener.wrapped(one, found.id) for one in carried),
        parts=parts,
        left_out=inventory.LEFT_OUT,
    )
    for name, content in ((NAME, said.written()), (sealing.NAME, making.opener.seal(said.written()).written())):
        with writing(making.archive, name) as entry:
            entry.write(content)
    return said


async def _parts(session: AsyncSession, schema: str, making: _Making) -> tuple[Part, ...]:
    tables = await inventory.tables(session, schema)
    driver = await inventory.raw(await session.connection())
    parts = []
    for number, table in enumerate(tables):
        making.told(number, len(tables))
        try:
            parts.append(await _part(driver, schema, table, making.archive))
        except psycopg.Error as error:
            raise DBAPIError(f"COPY {table.name}", None, error) from error
    return tuple(parts)


async def _part(driver: Any, schema: str, table: Table, archive: ZipFile) -> Part:
    with writing(archive, entry_of(table.name)) as entry:
        async with driver.cursor() as cursor:
            async with cursor.copy(table.copied_out(schema)) as copy:
                async for some in copy:
                    entry.write(some)
            rows = cursor.rowcount
    return Part(table=table.name, columns=table.columns, rows=rows, size=entry.size, sha256=entry.sha256)
