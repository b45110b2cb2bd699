"""What is done in every programme, one after the other: whatever fails in one keeps no other waiting."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from api.installation import Installation, Town
from merchants import registry

_log = logging.getLogger(__name__)


async def in_every_programme(here: Installation, work: Callable[[Town], Awaitable[object]], *, doing: str) -> None:
    """Do it; a programme that cannot even be opened, since its key is lost, keeps no other waiting either.

    :param doing: for the log, such as "sweeping"
    """
    async with here.shared.begin() as session:
        slugs = [one.slug for one in await registry.programmes(session)]
    for slug in slugs:
        try:
            await work(await here.town(slug))
        except Exception:  # noqa: BLE001 - whatever it is, one programme must not keep the others
            _log.exception("%s %s failed; the next round tries again", doing, slug)
