"""The judges leave the process as it was."""

from __future__ import annotations

import asyncio
import signal
import sys

from tests.merchants.invoices.judges import signals_as_they_are


async def test_the_event_loop_still_learns_that_a_process_ended() -> None:
    assert await ended() == 0
    with signals_as_they_are():
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    assert await ended() == 0


async def ended() -> int:
    """How a process ended."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    return await asyncio.wait_for(process.wait(), 20)
