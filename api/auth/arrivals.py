"""What people bring about before anybody knows them, orders, companies, shops: counted by who asks, and bounded.

Each sends a letter to an address that was only typed. Counted in PostgreSQL, in the transaction that does it, so
that all processes count together and that what was refused for another reason is not counted.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final, Literal, cast

from sqlalchemy import Table, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.attempts import network_of
from api.tables import WrongCodes
from ledger.database import sum_of
from ledger.errors import Refusal
from vouchers.orders.lists.addresses import matching

What = Literal["order", "company", "application"]

REMEMBERED: Final = timedelta(hours=1)

MOST: Final[dict[str, int]] = {
    "order": 10, "order-address": 30, "company": 3, "company-address": 10,
    "application": 3, "application-address": 10,
}  # fmt: skip
"""In an hour: by the e-mail address that was typed, and by the network address that asks.

A telephone shares its network address with its neighbours: what one person never does in an hour, thirty may.
"""


class TooManyNewcomers(Refusal):
    """So many orders or companies came from one place within the hour that the next one must wait."""

    def __init__(self, *, minutes: int) -> None:
        self.minutes = minutes
        super().__init__(f"Too many in a short time: try again in {minutes} minutes.")


async def count(session: AsyncSession, what: What, *, email: str, address: str) -> None:
    """Count one, in the transaction that brings it about: it is taken back with it.

    :param email: canonical
    :raises TooManyNewcomers:
    """
    who = hashlib.sha256(matching(email).encode()).hexdigest()[:32]
    places = (f"{what}-address:{network_of(address)}", f"{what}:{who}")
    for place in places:  # in one order for all; whoever counts at the same moment waits here for the other
        await session.execute(_ADD, {"place": place, "times": 1})
    recent = (
        select(WrongCodes.place, sum_of(WrongCodes.times))
        .where(WrongCodes.place.in_(places), WrongCodes.minute > func.clock_timestamp() - REMEMBERED)
        .group_by(WrongCodes.place)
    )
    for row in await session.execute(recent):
        if row[1] > MOST[row[0].split(":", maxsplit=1)[0]]:
            raise TooManyNewcomers(minutes=int(REMEMBERED.total_seconds() // 60))


_ADDING: Final = insert(cast("Table", WrongCodes.__table__)).values(
    minute=func.date_trunc("minute", func.clock_timestamp())
)
_ADD: Final = _ADDING.on_conflict_do_update(
    index_elements=["place", "minute"], set_={"times": WrongCodes.times + _ADDING.excluded.times}
)
