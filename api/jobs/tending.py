"""Every minute, in every programme: orders, messages that wait, sheets, cards, shops, holders, closings, invoices.

Jobs do all of this at once when it is wished for; this finds what a job that died, or a lost webhook, left behind.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from api.installation import Installation, Town
from api.jobs.cards import tend_cards
from api.jobs.closings import tend_closings
from api.jobs.extending import tend_extensions
from api.jobs.holders import tend_holders
from api.jobs.invoices import tend_invoices
from api.jobs.mailing import send_queued
from api.jobs.orders import tend_orders
from api.jobs.printing import tend_printings
from api.jobs.shops import tend_shops
from ledger.errors import Refusal

_log = logging.getLogger(__name__)

Tend = Callable[[Installation, Town], Awaitable[None]]

TENDED: Final[tuple[Tend, ...]] = (
    tend_orders, send_queued, tend_printings, tend_cards, tend_shops, tend_holders, tend_closings, tend_invoices,
    tend_extensions,
)  # fmt: skip


async def tend_all(installation: Installation) -> None:
    """Look after every programme; what fails in one keeps nothing else waiting."""
    for town in await installation.all_towns():
        for tend in TENDED:
            try:
                await tend(installation, town)
            except (SQLAlchemyError, Refusal, OSError):
                _log.exception("%s failed for %s; the next minute tries again", tend.__name__, town.registered.slug)
