"""Photos of vouchers read off the event loop, within bounds: a till that sends frames must not slow another's answer.

One frame of a device is read at a time; those that come meanwhile are turned away, and the device sends a fresher
one. Photos wait their turn in a short row.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

from ledger.errors import Refusal
from vouchers.qr_reading import read_frame, read_photo

AT_ONCE: Final = 1
WAITING_MOST: Final = 6
FRAME_BYTES: Final = 300_000
"""Of one frame of a camera: 1,000 pixels wide they weigh some 80,000."""

_READING: Final = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="scanning")


class ScanningBusy(Refusal):
    """So many photos wait to be read that this one had better be taken again in a moment."""

    def __init__(self) -> None:
        super().__init__("Many photos are being read; try again in a moment.")


class Scanning:
    """Reads photos for the tills of this process."""

    def __init__(self) -> None:
        self._at_work: set[UUID] = set()

    async def photo(self, device: UUID, content: bytes) -> list[str]:
        """What the QR codes in a photo that a device sent say.

        :raises ScanningBusy: also while another photo of this device is being read
        :raises PhotoTooLarge, PhotoUnreadable:
        """
        return await self._read(device, read_photo, content)

    async def frame(self, device: UUID, content: bytes) -> list[str]:
        """As `photo`, of one frame of a device's camera."""
        return await self._read(device, read_frame, content)

    async def _read(self, device: UUID, read: Callable[[bytes], list[str]], content: bytes) -> list[str]:
        async with self._turn(device):
            return await asyncio.get_running_loop().run_in_executor(_READING, read, content)

    @asynccontextmanager
    async def _turn(self, device: UUID) -> AsyncIterator[None]:
        if device in self._at_work or len(self._at_work) >= WAITING_MOST:
            raise ScanningBusy
        self._at_work.add(device)
        try:
            yield
        finally:
            self._at_work.discard(device)
