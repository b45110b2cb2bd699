"""Settles what is opened, as the job does, to be killed. A program of its own, that `tests.copies` runs.

For each line it reads it becomes two: the copy settles until it is done or killed. Processes are told when they begin,
and how the copies ended.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.orm import configure_mappers

from api.engines import Database, runtime_engine
from api.settings import Settings
from api.settling import settle
from ledger.database import sessions_of


async def work(url: str, home: str, schema: str, most: int) -> None:
    """Settle all there is."""
    database = make_url(url)
    async with runtime_engine(Database(database, database), Settings(home=Path(home))) as engine:
        await settle(sessions_of(engine, schema=schema), most=most)


def main(url: str, home: str, schema: str, most: str) -> None:
    """For each line read, a copy that works; its process is told, then how it ended."""
    configure_mappers()
    asyncio.run(work(url, home, schema, int(most)))  # nothing is opened yet: it only becomes warm
    gc.freeze()
    print("warm", flush=True)
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            asyncio.run(work(url, home, schema, int(most)))
            os._exit(0)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
