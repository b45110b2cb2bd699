"""Founding a programme: its schema, its books, its first code key, its rules. As the owner of the database."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from api.migrating import migrate_programme
from api.settings import Settings
from ledger import posting
from ledger.database import sessions_of
from merchants import programme, registry
from merchants.programme import Terms
from merchants.registry import Registered
from vouchers import keys


async def found(
    engine: AsyncEngine, settings: Settings, *, slug: str, terms: Terms, effective_from: date, at: datetime
) -> Registered:
    """Create a programme. The shared schema must be migrated.

    If it fails half-way, the programme is not registered and founding it again goes on.

    :param engine: as the owner of the database
    :raises SlugMalformed, ProgrammeExists, TermsMalformed, SirenInvalid, VatNumberInvalid, IbanInvalid, BicInvalid:
    """
    schema = registry.schema_of(slug)
    shared = sessions_of(engine, schema="public")
    async with shared.begin() as session:
        if any(one.slug == slug for one in await registry.programmes(session)):
            raise registry.ProgrammeExists(slug=slug)
    await migrate_programme(engine, schema)
    async with sessions_of(engine, schema=schema).begin() as session:
        registered = await registry.register(session, slug=slug)
        await posting.open_books(session)
        await keys.rotate(session, programme=registered.id, masters=settings.master_secrets, at=at)
        await programme.set_terms(session, terms, effective_from=effective_from)
    return registered
