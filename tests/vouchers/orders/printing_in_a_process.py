"""Draws one printing, as the server's job does. Not imported by tests: run as a program of its own, to be killed."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import make_url

from api.engines import Database, runtime_engine
from api.installation import Installation, Town
from api.jobs.printing import print_order
from api.settings import Settings
from ledger.database import sessions_of
from merchants.registry import Registered
from vouchers.keys import key_ring


async def main(url: str, home: str, schema: str, programme: str, printing: str) -> None:
    """Draw it from the beginning to the end, unless killed."""
    settings = Settings(home=Path(home))
    database = make_url(url)
    async with runtime_engine(Database(database, database), settings) as engine:
        sessions = sessions_of(engine, schema=schema)
        async with sessions() as session:
            keys = await key_ring(session, programme=UUID(programme), masters=settings.master_secrets)
        town = Town(Registered(UUID(programme), schema, schema, datetime.now(UTC)), sessions, keys)
        await print_order(Installation(settings, engine), town, UUID(printing))


if __name__ == "__main__":
    os.nice(10)  # so that whoever means to kill it half-way is not late
    asyncio.run(main(*sys.argv[1:]))
