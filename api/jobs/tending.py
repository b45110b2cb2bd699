"""Every minute, in every programme: orders, messages that wait, sheets, cards, shops, holders, closings, invoices.

Jobs do all of this at once when it is wished for; this finds what a job that died, or a lost webhook, left behind.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from api.installation import Installation, Town
from api.jobs.cards import tend_cards
from api.jobs.closings import tend_closings
from api.jobs.everywhere import in_every_programme
from api.jobs.extending import tend_extensions
from api.jobs.holders import tend_holders
from api.jobs.invoices import tend_invoices, tend_settlement_letters
from api.jobs.mailing import send_queued
from api.jobs.orders import tend_orders
from api.jobs.printing import tend_printings
from api.jobs.shops import tend_shops

_log = logging.getLogger(__name__)

Tend = Callable[[Installation, Town], Awaitable[None]]

TENDED: Final[tuple[Tend, ...]] = (
    tend_orders, send_queued, tend_printings, tend_cards, tend_shops, tend_holders, tend_closings, tend_invoices,
    tend_settlement_letters, tend_extensions,
)  # fmt: skip


async def tend_all(installation: Installation) -> None:
    """Look after every programme; what fails in one keeps nothing else waiting."""
    await in_every_programme(installation, partial(_tend, installation), doing="tending")


async def _tend(installation: Installation, town: Town) -> None:
    for tend in TENDED:
        try:
            await tend(installation, town)
        except Exception:  # noqa: BLE001 - whatever it is, one thing must not keep the others
            _log.exception("%s failed for %s; the next minute tries again", tend.__name__, town.registered.slug)
