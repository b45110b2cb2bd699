"""The job queue, in the database: what is enqueued in a transaction happens if that commits, and only then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import procrastinate
from sqlalchemy import URL

from api.engines import RUNTIME_ROLE
from api.installation import Installation
from api.jobs.sweeping import sweep_all

EVERY_MINUTE: Final = "* * * * *"
EVERY_TEN_MINUTES: Final = "*/10 * * * *"
CONNECTIONS: Final = 3
PATIENCE: Final = 5.0

PAUSE: Final = 1.0
"""Seconds from the end of a worker to the next one."""

_log = logging.getLogger(__name__)


def job_queue(installation: Installation, database: URL) -> procrastinate.App:
    """The queue of an installation and the jobs it knows."""
    connector = procrastinate.PsycopgConnector(
        conninfo=database.set(drivername="postgresql").render_as_string(hide_password=False),
        kwargs={"options": f"-c role={RUNTIME_ROLE}"},
        min_size=1,
        max_size=CONNECTIONS,
    )
    queue = procrastinate.App(connector=connector)

    @queue.periodic(cron=EVERY_MINUTE)
    @queue.task(name="sweep", queueing_lock="sweep", lock="sweep")
    async def sweep(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells the moment, the database knows it
        await sweep_all(installation)

    @queue.periodic(cron=EVERY_TEN_MINUTES)
    @queue.task(name="retry_stalled", queueing_lock="retry_stalled")
    async def retry_stalled(timestamp: int) -> None:  # noqa: ARG001
        """A job whose worker died stays "doing" for ever unless it is taken up again."""
        for job in await queue.job_manager.get_stalled_jobs():
            await queue.job_manager.retry_job(job)

    return queue


@asynccontextmanager
async def working(installation: Installation, database: URL) -> AsyncIterator[None]:
    """Work on the queue in the background, as long as the server runs."""
    queue = job_queue(installation, database)
    async with queue.open_async():
        worker = asyncio.create_task(_work(queue))
        try:
            yield
        finally:
            worker.cancel()
            # Without a database the worker cannot say goodbye; a job that it leaves is taken up again as stalled.
            await asyncio.wait([worker], timeout=PATIENCE)


async def _work(queue: procrastinate.App) -> None:
    """Work for ever: a worker ends when the database goes away, and another one begins when it may be back."""
    while True:
        try:
            await queue.run_worker_async(install_signal_handlers=False, concurrency=1, delete_jobs="successful")
        except Exception as error:  # noqa: BLE001 - whatever ended it, overdue holds must not wait for a restart
            _log.warning("the job queue stopped (%s); it starts again", type(error).__name__)
        await asyncio.sleep(PAUSE)
