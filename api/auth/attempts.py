"""Attempts to sign in and letters asked for: counted in PostgreSQL by person and by address, ever slower, then refused.

Attempts are counted before they are looked at, so that many at once are not one; one that succeeds is taken back.
An address whose password is being guessed from everywhere is refused for a while, but a letter still opens.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final, Literal, cast

from sqlalchemy import Table, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.tables import WrongCodes
from ledger.database import Sessions, sum_of
from ledger.errors import Refusal
from vouchers.orders.lists.addresses import AddressInvalid, canonical, matching

What = Literal["password", "letter", "pin", "holder"]

REMEMBERED: Final = timedelta(minutes=15)
FIRST_WAIT: Final = 0.25
LONGEST_WAIT: Final = 8.0


@dataclass(frozen=True, slots=True)
class Bound:
    """How many attempts of a quarter of an hour cost no wait, and how many there may be."""

    free: int
    most: int


BOUNDS: Final[dict[str, Bound]] = {
    "password": Bound(free=5, most=20),
    "password-address": Bound(free=40, most=200),
    "letter": Bound(free=3, most=5),
    "letter-address": Bound(free=20, most=40),
    "pin": Bound(free=3, most=10),
    "pin-address": Bound(free=30, most=100),
    "holder": Bound(free=4, most=8),
    "holder-address": Bound(free=20, most=60),
}
"""By person, as named by the e-mail address that was typed, and by the network address that asks.

``holder``: letters that somebody who holds a voucher, or lost one, asks for. A cashier who types a ``pin`` is named by
its id, in place of an e-mail address."""


class TooManyAttempts(Refusal):
    """So many attempts that the next one must wait."""

    def __init__(self, *, minutes: int) -> None:
        self.minutes = minutes
        super().__init__(f"Too many attempts: try again in {minutes} minutes.")


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that was counted: where, in which minute, and how long it waits for its answer (seconds)."""

    places: tuple[str, ...]
    minute: datetime
    pause: float


async def attempt(sessions: Sessions, what: What, *, email: str, address: str) -> Attempt:
    """Count an attempt, and wait as long as those before it ask for; no connection is held meanwhile.

    :raises TooManyAttempts: it is not counted then, so that nobody is kept out for longer than a quarter of an hour
    """
    counted = await count(sessions, what, email=email, address=address)
    if counted.pause:
        await asyncio.sleep(counted.pause)
    return counted


async def count(sessions: Sessions, what: What, *, email: str, address: str) -> Attempt:
    """As `attempt`, without the wait."""
    places = _places(what, email, address)
    async with sessions.begin() as session:
        before = await _recent(session, places)
        if any(before.get(place, 0) >= _bound(place).most for place in places):
            raise TooManyAttempts(minutes=int(REMEMBERED.total_seconds() // 60))
        minute = (await session.execute(select(func.date_trunc("minute", func.clock_timestamp())))).scalar_one()
        for place in places:
            await session.execute(_ADD, {"place": place, "minute": minute, "times": 1})
        after = await _recent(session, places)
    return Attempt(places, minute, max(pause(_bound(place), after[place]) for place in places))


async def forgive(sessions: Sessions, counted: Attempt) -> None:
    """Take an attempt back that succeeded."""
    statement = (
        update(WrongCodes)
        .where(WrongCodes.place.in_(counted.places), WrongCodes.minute == counted.minute, WrongCodes.times > 0)
        .values(times=WrongCodes.times - 1)
        .execution_options(synchronize_session=False)
    )
    async with sessions.begin() as session:
        await session.execute(statement)


def pause(bound: Bound, times: int) -> float:
    """How many seconds the attempt of this number waits."""
    over = times - bound.free
    return min(FIRST_WAIT * 2.0 ** min(over - 1, 10), LONGEST_WAIT) if over > 0 else 0.0


def network_of(address: str) -> str:
    """An address as it is counted: in version 6 a household has 2^64 of them, so that its network counts."""
    try:
        read = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network(f"{read}/64", strict=False)) if isinstance(read, IPv6Address) else str(read)


def _places(what: What, email: str, address: str) -> tuple[str, ...]:
    """In one order for all, so that two never wait for each other. No address is kept in clear."""
    try:
        known_as = matching(canonical(email))
    except AddressInvalid:
        known_as = email
    who = hashlib.sha256(known_as.encode(errors="replace")).hexdigest()[:32]
    return (f"{what}-address:{network_of(address)}", f"{what}:{who}")


def _bound(place: str) -> Bound:
    return BOUNDS[place.split(":", maxsplit=1)[0]]


async def _recent(session: AsyncSession, places: tuple[str, ...]) -> dict[str, int]:
    statement = (
        select(WrongCodes.place, sum_of(WrongCodes.times))
        .where(WrongCodes.place.in_(places), WrongCodes.minute > func.clock_timestamp() - REMEMBERED)
        .group_by(WrongCodes.place)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


_ADDING: Final = insert(cast("Table", WrongCodes.__table__))
_ADD: Final = _ADDING.on_conflict_do_update(
    index_elements=["place", "minute"], set_={"times": WrongCodes.times + _ADDING.excluded.times}
)
