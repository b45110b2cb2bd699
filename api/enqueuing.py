"""From wishes to jobs: written to the queue by the very connection that commits what they are about (decision 12)."""

from __future__ import annotations

from typing import Final

import procrastinate
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.database import PROGRAMME
from ledger.wishes import take_wishes

_QUEUE: Final = procrastinate.App(connector=procrastinate.PsycopgConnector())
"""Only a way to write: it is never opened, since the transaction brings its own connection."""


async def enqueue(session: AsyncSession) -> None:
    """Write what this transaction wishes to the queue; to be called last before the commit."""
    wishes = take_wishes(session)
    if not wishes:
        return
    connection = await session.connection()
    options = await session.run_sync(lambda held: held.connection().get_execution_options())
    schema = options["schema_translate_map"][PROGRAMME]
    raw = (await connection.get_raw_connection()).driver_connection
    for one in wishes:
        facts = dict(one.facts)
        lock = ":".join((schema, one.name, *facts.values()))
        task = _QUEUE.configure_task(one.name, allow_unknown=True, lock=lock, connection=raw)
        await task.defer_async(schema=schema, **facts)
