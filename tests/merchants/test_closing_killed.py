"""Killed wherever it is, a closing goes on where it was: each shop settled once, numbers without a gap."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from api.engines import Database
from ledger.days import Period
from merchants.settlements import foreseeing, opening, queries
from merchants.settlements.figures import Figures
from merchants.settlements.queries import unfinished
from merchants.settlements.rounds import Round
from tests import copies, databases
from tests.given import Paper, Town
from tests.merchants.many_shops import open_shops, spend_daily

KILLS: Final = 20
DAYS: Final = 16
SHOPS: Final = 12
AT_ONCE: Final = 2
SEED: Final = 5


@dataclass(slots=True)
class Settlers:
    """A program that is warm, of which copies settle."""

    program: copies.Program

    async def start(self) -> int:
        """Let a copy begin.

        :returns: its process
        """
        await self.program.say("")
        return await self._told()

    async def done(self) -> float:
        """Let a copy do all there is.

        :returns: seconds
        """
        begun = time.monotonic()
        await self.start()
        assert await self._told() == 0
        return time.monotonic() - begun

    async def killed_after(self, seconds: float) -> bool:
        """Let a copy begin and kill it after a while; whether it was killed before it was done."""
        copy = await self.start()
        await asyncio.sleep(seconds)
        with suppress(ProcessLookupError):
            os.kill(copy, signal.SIGKILL)
        return await self._told() == -signal.SIGKILL

    async def _told(self) -> int:
        return int(await self.program.line())


@asynccontextmanager
async def settlers(town: Town, database: Database) -> AsyncIterator[Settlers]:
    url = database.owner.render_as_string(hide_password=False)
    words = (url, str(town.settings.home), databases.PROGRAMMES["treiz"], str(AT_ONCE))
    async with copies.running("tests.merchants.settling_in_a_process", *words) as program:
        assert await program.line() == "warm"
        yield Settlers(program)


async def test_killed_at_twenty_points_each_shop_is_settled_once_and_no_number_is_missing(
    town: Town, voucher: Paper, database: Database
) -> None:
    first = date(2026, 10, 5)
    await open_shops(town, SHOPS - len(town.tills))
    await spend_daily(town, voucher, days=DAYS)
    days = iter(first + timedelta(days=number) for number in range(DAYS))
    chance, kills = random.Random(SEED), 0
    foreseen: dict[date, dict[UUID, Figures]] = {}
    async with settlers(town, database) as program:
        foreseen |= await opened(town, next(days))
        whole = await program.done()
        while kills < KILLS:
            if await town.do(unfinished) is None:
                foreseen |= await opened(town, next(days))
            kills += await program.killed_after(chance.uniform(0, whole / 2))
        await program.done()
    assert await town.do(unfinished) is None
    await all_is_as_foreseen(town, foreseen)


async def opened(town: Town, day: date) -> dict[date, dict[UUID, Figures]]:
    """Open the closing of a day.

    :returns: what each shop would come to, were it settled at once
    """
    asked = Round(Period(day, day))
    coming = await town.do(lambda session: foreseeing.preview(session, asked, at=town.at))
    closing = await town.do(lambda session: opening.open_closing(session, asked, at=town.at))
    assert closing.finished_at is None
    assert closing.shops == len(coming.shops) == SHOPS
    return {day: {one.shop.id: one.figures for one in coming.shops}}


async def all_is_as_foreseen(town: Town, foreseen: dict[date, dict[UUID, Figures]]) -> None:
    settled = await town.settlements()
    assert len(settled) == len(foreseen) * SHOPS
    assert {(one.first_day, one.shop): one.figures for one in settled} == {
        (day, shop): figures for day, shops in foreseen.items() for shop, figures in shops.items()
    }
    assert sorted(one.number for one in settled) == [
        f"TREIZ-2026-{number:06d}" for number in range(1, len(settled) + 1)
    ]
    closings = await town.do(lambda session: queries.closings_page(session, limit=DAYS))
    assert all(one.finished_at and one.settlements == one.shops for one in closings)
    audit = await town.audit()
    assert audit.agrees, audit.findings
