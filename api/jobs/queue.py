"""The job queue, in the database: what is enqueued in a transaction happens if that commits, and only then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, cast
from uuid import UUID

import procrastinate
from procrastinate.exceptions import AppNotOpen, ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from sqlalchemy import URL

from api.email.composing_shops import BankStep
from api.engines import RUNTIME_ROLE
from api.installation import Installation
from api.jobs.campaigns import reward_all
from api.jobs.cards import reconcile_all, send_refund
from api.jobs.closings import tend_closings
from api.jobs.extending import extend_batch
from api.jobs.holders import send_holder_letters
from api.jobs.invoices import draw_invoices, send_settlement_letters
from api.jobs.mailing import send_queued
from api.jobs.notices import send_all, send_due
from api.jobs.orders import advance_order
from api.jobs.people import send_link
from api.jobs.printing import print_order
from api.jobs.proofs import audit_books, prove_all
from api.jobs.shops import (
    send_application_letter,
    send_bank_letters,
    send_declined_letter,
    send_invitations,
    send_welcome_letter,
)
from api.jobs.sweeping import sweep_all
from api.jobs.tending import tend_all

EVERY_MINUTE: Final = "* * * * *"
EVERY_TEN_MINUTES: Final = "*/10 * * * *"
CONNECTIONS: Final = 3
AT_ONCE: Final = 3
"""How many jobs run beside each other: a file of ten thousand sheets must not keep an order waiting."""

PATIENCE: Final = 5.0
"""Seconds that a worker may take to end."""

GRACE: Final = 3.0
"""Seconds of these in which what it does may come to its end; then it is called off and queued again."""

AGAIN: Final = procrastinate.RetryStrategy(max_attempts=8, exponential_wait=4)
"""A letter that was put off is tried again after 4, 16, 64 … seconds, for a day."""

PAUSE: Final = 1.0
"""Seconds from the end of a worker to the next one."""

_log = logging.getLogger(__name__)


class Resumed(procrastinate.BaseRetryStrategy):
    """What a worker called off because it ends is queued again; what failed is not."""

    def get_retry_decision(
        self,
        *,
        exception: BaseException,
        job: Job,  # noqa: ARG002 - whatever job it is
    ) -> procrastinate.RetryDecision | None:
        called_off = isinstance(exception, asyncio.CancelledError)
        return procrastinate.RetryDecision(retry_in={"seconds": 0}) if called_off else None


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

    @queue.periodic(cron=EVERY_MINUTE)
    @queue.task(name="tend", queueing_lock="tend", lock="tend")
    async def tend(timestamp: int) -> None:  # noqa: ARG001
        await tend_all(installation)

    # Apart from what else is tended: a website that does not answer takes its time.
    @queue.periodic(cron=EVERY_MINUTE)
    @queue.task(name="tell_shops", queueing_lock="tell_shops", lock="tell_shops")
    async def tell_shops(timestamp: int) -> None:  # noqa: ARG001
        await send_all(installation)

    @queue.periodic(cron=EVERY_TEN_MINUTES)
    @queue.task(name="reconcile_cards", queueing_lock="reconcile_cards", lock="reconcile_cards")
    async def reconcile(timestamp: int) -> None:  # noqa: ARG001
        await reconcile_all(installation)

    @queue.periodic(cron=EVERY_TEN_MINUTES)
    @queue.task(name="reward", queueing_lock="reward", lock="reward")
    async def reward(timestamp: int) -> None:  # noqa: ARG001
        await reward_all(installation)

    # Done once past seven in Paris: a server that was away in the morning does it when it is back.
    @queue.periodic(cron=EVERY_TEN_MINUTES)
    @queue.task(name="prove", queueing_lock="prove", lock="prove")
    async def prove(timestamp: int) -> None:  # noqa: ARG001
        await prove_all(installation)

    _what_was_wished(queue, installation)

    @queue.periodic(cron=EVERY_MINUTE)
    @queue.task(name="retry_stalled", queueing_lock="retry_stalled")
    async def retry_stalled(timestamp: int) -> None:  # noqa: ARG001
        """A job whose worker died stays "doing" for ever, and keeps its lock, unless it is taken up again."""
        for job in await queue.job_manager.get_stalled_jobs():
            await _take_up(queue, job)

    return queue


async def _take_up(queue: procrastinate.App, job: Job) -> None:
    try:
        try:
            await queue.job_manager.retry_job(job)
        except UniqueViolation:
            # The next of its kind is queued, where only one may be: that one does the work, once this lets go.
            await queue.job_manager.finish_job(job, Status.FAILED, delete_job=True)
    except ConnectorException:
        _log.info("job %s was taken up by another worker meanwhile", job.id)


def _what_was_wished(queue: procrastinate.App, installation: Installation) -> None:
    """The jobs that transactions wish for (`ledger.wishes`); each names the schema of its programme."""

    @queue.task(name="advance_order", retry=Resumed())
    async def advance(schema: str, order: str) -> None:
        await advance_order(await installation.town_in(schema), UUID(order))

    @queue.task(name="send_mail", retry=Resumed())
    async def send(schema: str, order: str) -> None:  # noqa: ARG001 - the job is asked by an order and sends for all
        await send_queued(installation, await installation.town_in(schema))

    @queue.task(name="send_refund", retry=Resumed())
    async def give_back(schema: str, refund: str) -> None:
        await send_refund(installation, await installation.town_in(schema), UUID(refund))

    @queue.task(name="send_notices", retry=Resumed())
    async def send_told(schema: str) -> None:
        await send_due(installation, await installation.town_in(schema))

    @queue.task(name="print_order", retry=Resumed())
    async def print_sheets(schema: str, printing: str) -> None:
        await print_order(installation, await installation.town_in(schema), UUID(printing))

    @queue.task(name="send_holder_letters", retry=Resumed())
    async def send_to_holders(schema: str, letter: str) -> None:  # noqa: ARG001 - asked by one, sends all
        await send_holder_letters(installation, await installation.town_in(schema))

    @queue.task(name="sign_in_letter", retry=AGAIN)
    async def sign_in(schema: str, person: str) -> None:
        await send_link(installation, await installation.town_in(schema), UUID(person), "sign_in")

    @queue.task(name="invitation_letter", retry=AGAIN)
    async def invitation(schema: str, person: str) -> None:
        await send_link(installation, await installation.town_in(schema), UUID(person), "invitation")

    @queue.task(name="full_audit", retry=Resumed())
    async def audit(schema: str, audit: str) -> None:
        await audit_books(await installation.town_in(schema), UUID(audit))

    _what_was_wished_for_shops(queue, installation)
    _what_was_wished_at_the_desk(queue, installation)


def _what_was_wished_for_shops(queue: procrastinate.App, installation: Installation) -> None:
    """The jobs that write to shops, and that draw what they are sent."""

    @queue.task(name="shop_invitation_letter", retry=Resumed())
    async def invite(schema: str, invitation: str) -> None:  # noqa: ARG001 - asked by one, it sends all that wait
        await send_invitations(installation, await installation.town_in(schema))

    @queue.task(name="draw_invoices", retry=Resumed())
    async def draw(schema: str) -> None:
        await draw_invoices(await installation.town_in(schema))

    @queue.task(name="send_settlement_letters", retry=Resumed())
    async def send_papers(schema: str) -> None:
        await send_settlement_letters(installation, await installation.town_in(schema))

    @queue.task(name="application_letter", retry=AGAIN)
    async def confirm(schema: str, application: str) -> None:
        await send_application_letter(installation, await installation.town_in(schema), UUID(application))

    @queue.task(name="application_declined_letter", retry=AGAIN)
    async def decline(schema: str, application: str) -> None:
        await send_declined_letter(installation, await installation.town_in(schema), UUID(application))

    @queue.task(name="shop_welcome_letter", retry=AGAIN)
    async def welcome(schema: str, person: str, shop: str) -> None:
        await send_welcome_letter(installation, await installation.town_in(schema), UUID(person), UUID(shop))

    @queue.task(name="bank_change_letter", retry=AGAIN)
    async def tell_of_bank(schema: str, change: str, what: str) -> None:
        await send_bank_letters(installation, await installation.town_in(schema), UUID(change), cast("BankStep", what))


def _what_was_wished_at_the_desk(queue: procrastinate.App, installation: Installation) -> None:
    """The jobs for which the operator does not wait."""

    @queue.task(name="settle_closing", retry=Resumed())
    async def settle(schema: str, closing: str) -> None:  # noqa: ARG001 - asked by one, settles whatever is opened
        await tend_closings(installation, await installation.town_in(schema))

    @queue.task(name="extend_batch", retry=Resumed())
    async def extend(schema: str, extension: str) -> None:
        await extend_batch(await installation.town_in(schema), UUID(extension))


@asynccontextmanager
async def working(installation: Installation, database: URL) -> AsyncIterator[None]:
    """Work on the queue in the background, as long as the server runs."""
    async with working_on(job_queue(installation, database)):
        yield


@asynccontextmanager
async def working_on(queue: procrastinate.App) -> AsyncIterator[None]:
    """Work on a queue in the background. Leaving takes `PATIENCE` seconds at most, whatever is being done."""
    async with queue.open_async():
        worker = asyncio.create_task(_work(queue))
        try:
            yield
        finally:
            worker.cancel()
            # Without a database the worker cannot say goodbye; a job that it leaves is taken up again as stalled.
            _, late = await asyncio.wait([worker], timeout=PATIENCE)
            if late:
                asyncio.get_running_loop().set_exception_handler(_told_of)


def _told_of(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What a late worker says of the closed queue, when the process calls it off, tells nobody anything."""
    if not isinstance(context.get("exception"), AppNotOpen):
        loop.default_exception_handler(context)


async def _work(queue: procrastinate.App) -> None:
    """Work for ever: a worker ends when the database goes away, and another one begins when it may be back."""
    this = asyncio.current_task()
    while True:
        try:
            await queue.run_worker_async(
                install_signal_handlers=False, concurrency=AT_ONCE, delete_jobs="successful",
                shutdown_graceful_timeout=GRACE,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - whatever ended it, overdue holds must not wait for a restart
            if this is not None and this.cancelling():  # it could not say goodbye, which is no reason to begin again
                return
            _log.warning("the job queue stopped (%s); it starts again", type(error).__name__)
        await asyncio.sleep(PAUSE)
