"""Killed wherever it is, a closing goes on where it was: each shop settled once, numbers without a gap."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
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
from tests import databases
from tests.given import Paper, Town
from tests.merchants.many_shops import open_shops, spend_daily

KILLS: Final = 20
DAYS: Final = 16
SHOPS: Final = 12
AT_ONCE: Final = 2
SEED: Final = 5
PATIENCE: Final = 60.0
"""Seconds for whatever a copy does."""


@dataclass(slots=True)
class Settlers:
    """A program that is warm, of which copies settle."""

    process: subprocess.Popen[str]

    async def is_warm(self) -> int:
        """Wait until it is.

        :returns: its process
        """
        return await self._told()

    async def start(self) -> int:
        """Let a copy begin.

        :returns: its process
        """
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
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
        assert self.process.stdout is not None
        return int(await asyncio.wait_for(asyncio.to_thread(self.process.stdout.readline), PATIENCE))


def begun(town: Town, database: Database) -> subprocess.Popen[str]:
    """The program. Not a child of the event loop: another test may have replaced its handler of SIGCHLD."""
    url = database.owner.render_as_string(hide_password=False)
    command = [
        sys.executable, "-m", "tests.merchants.settling_in_a_process", url, str(town.settings.home),
        databases.PROGRAMMES["treiz"], str(AT_ONCE),
    ]  # fmt: skip
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)


@asynccontextmanager
async def settlers(town: Town, database: Database) -> AsyncIterator[Settlers]:
    with begun(town, database) as process:
        assert process.stdin is not None
        try:
            program = Settlers(process)
            assert await program.is_warm() == process.pid
            yield program
        finally:
            process.stdin.close()
            try:
                await asyncio.to_thread(process.wait, PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


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
