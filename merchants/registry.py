"""The registry of programmes: which there are, and in which schema each keeps its books."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import Refusal
from ledger.ids import new_id
from merchants.tables import Programme

_SLUG: Final = re.compile(r"[a-z](?:[a-z0-9]|-(?=[a-z0-9])){1,30}")


class SlugMalformed(Refusal):
    """Not a slug: 2 to 31 lower-case letters, digits and single hyphens, a letter first."""

    def __init__(self, *, typed: str) -> None:
        self.typed = typed
        super().__init__(f"{typed!r} is not a slug.")


RESERVED: Final = (
    "api", "docs", "static", "health", "healthz", "readyz", "v", "till", "outbox", "webhooks", "language",
)  # fmt: skip
"""First parts of addresses that are the installation's own: a programme of such a name could not be reached."""


class SlugReserved(Refusal):
    """A slug that the installation's own pages have."""

    def __init__(self, *, slug: str) -> None:
        self.slug = slug
        super().__init__(f"{slug!r} is an address of the installation itself.")


class ProgrammeExists(Refusal):
    """There is a programme of this slug."""

    def __init__(self, *, slug: str) -> None:
        self.slug = slug
        super().__init__(f"There is a programme {slug!r} already.")


class ProgrammeUnknown(Refusal):
    """There is no programme of this slug."""

    def __init__(self, *, slug: str) -> None:
        self.slug = slug
        super().__init__(f"There is no programme {slug!r}.")


@dataclass(frozen=True, slots=True)
class Registered:
    """A programme in the registry."""

    id: UUID
    slug: str
    schema: str
    created_at: datetime


def schema_of(slug: str) -> str:
    """The schema of a programme.

    :raises SlugMalformed, SlugReserved:
    """
    if _SLUG.fullmatch(slug) is None:
        raise SlugMalformed(typed=slug[:40])
    if slug in RESERVED:
        raise SlugReserved(slug=slug)
    return "p_" + slug.replace("-", "_")


def slug_of(schema: str) -> str:
    """The slug of the programme in a schema: what `schema_of` was given."""
    return schema.removeprefix("p_").replace("_", "-")


async def register(session: AsyncSession, *, slug: str) -> Registered:
    """Enter a programme. Only the owner of the database may.

    :raises SlugMalformed, ProgrammeExists:
    """
    schema = schema_of(slug)
    if any(known.slug == slug for known in await programmes(session)):
        raise ProgrammeExists(slug=slug)
    await session.execute(insert(Programme).values(id=new_id(), slug=slug, schema_name=schema))
    return await programme(session, slug=slug)


async def register_again(session: AsyncSession, known: Registered) -> None:
    """Enter a programme that comes from another installation, under the id and since the moment that it has there.

    Only the owner of the database may.

    :raises SlugMalformed, SlugReserved, ProgrammeExists:
    """
    schema = schema_of(known.slug)
    if any(one.slug == known.slug or one.id == known.id for one in await programmes(session)):
        raise ProgrammeExists(slug=known.slug)
    row = {"id": known.id, "slug": known.slug, "schema_name": schema, "created_at": known.created_at}
    await session.execute(insert(Programme).values(**row))


async def programmes(session: AsyncSession) -> list[Registered]:
    """All programmes, by slug."""
    rows = await session.execute(select(Programme).order_by(Programme.slug))
    return [_registered(row) for row in rows.scalars()]


async def programme(session: AsyncSession, *, slug: str) -> Registered:
    """One programme.

    :raises ProgrammeUnknown:
    """
    row = (await session.execute(select(Programme).where(Programme.slug == slug))).scalar_one_or_none()
    if row is None:
        raise ProgrammeUnknown(slug=slug[:40])
    return _registered(row)


def _registered(row: Programme) -> Registered:
    return Registered(row.id, row.slug, row.schema_name, row.created_at)
