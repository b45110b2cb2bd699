"""The counter: redemptions of many requests, done together (decision 9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.gathering import Gatherer
from api.installation import Town, in_transaction
from vouchers.redeeming import Answer, Asked, Receipt, redeem_many

AT_ONCE: Final = 128


class Counter:
    """Redeems for one programme in this process."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._gatherer: Gatherer[Asked, Receipt] = Gatherer(self._redeem, most=AT_ONCE)

    async def redeem(self, asked: Asked) -> Receipt:
        """Redeem. The answer is in the books when this returns.

        :raises: the refusals of ``vouchers.redeeming.redeem_many``
        """
        return await self._gatherer.ask(asked)

    async def drain(self) -> None:
        """Wait until nothing is in flight."""
        await self._gatherer.drain()

    async def _redeem(self, asked: Sequence[Asked]) -> Sequence[Receipt | Exception]:
        try:
            return await self._together(asked)
        except DBAPIError:
            if len(asked) == 1:
                raise
        # One of them is at fault; the others must not pay for it.
        return [await self._alone(one) for one in asked]

    async def _alone(self, one: Asked) -> Receipt | Exception:
        try:
            return (await self._together([one]))[0]
        except DBAPIError as error:
            return error

    async def _together(self, asked: Sequence[Asked]) -> list[Answer]:
        async def work(session: AsyncSession) -> list[Answer]:
            return await redeem_many(session, asked, at=await clock.now(session))

        return await in_transaction(self._town.sessions, work)


class Counters:
    """The counter of each programme of this process."""

    def __init__(self) -> None:
        self._counters: dict[str, Counter] = {}

    def of(self, town: Town) -> Counter:
        """The counter of a programme."""
        slug = town.registered.slug
        if slug not in self._counters:
            self._counters[slug] = Counter(town)
        return self._counters[slug]

    async def drain(self) -> None:
        """Wait until nothing is in flight anywhere."""
        for counter in self._counters.values():
            await counter.drain()
