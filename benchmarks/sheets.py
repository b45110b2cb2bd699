"""Printing an order of ten thousand vouchers, beside the QR codes alone as the library makes them.

The order is printed as the server's job does it: read from the database part by part, drawn, written to a file, told
how far it is; in a process of its own (``python -m benchmarks.sheets``), whose highest memory is known.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import UUID

import pypdfium2 as pdfium
import zxingcpp
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_Q
from sqlalchemy import make_url

from api import clock
from api.engines import Database, runtime_engine
from api.installation import Installation, Town
from api.jobs.printing import print_order
from api.printing import path_of
from api.settings import Settings
from benchmarks.ground import PATIENCE, Ground
from ledger.database import sessions_of
from ledger.money import Money
from merchants.registry import Registered
from vouchers import buyers, codes
from vouchers.keys import key_ring
from vouchers.orders import drafting, fulfilling, paying, placing
from vouchers.orders.handing_out import printing
from vouchers.sheets_pdf import Layout

VOUCHERS: Final = 10_000
FACE_VALUE: Final = Money(50_00)
GOAL: Final = 1.0
"""A sheet, from the row in the database to the bytes on the disk, takes no longer than the library for its QR code."""

MEMORY: Final = 200_000_000
"""Bytes that the process may take at its highest."""

READ_BACK: Final = 50
BARE: Final = 500
"""How many bare QR codes are enough to know what one takes."""

Tell = Callable[[str], None]


class SheetsDiffer(Exception):
    """The file does not hold the vouchers of the order: the figures would mean nothing."""


@dataclass(slots=True)
class Printed:
    """Seconds for all vouchers in one layout, round by round, the highest memory in bytes, and the file's size."""

    layout: Layout
    seconds: list[float] = field(default_factory=list)
    peak: int = 0
    bytes: int = 0


@dataclass(slots=True)
class Sheets:
    """What was measured. ``bare`` is seconds for as many QR codes of the library, ``before`` memory without drawing."""

    vouchers: int
    layouts: tuple[Printed, ...] = (Printed("eight"), Printed("one"))
    bare: list[float] = field(default_factory=list)
    before: int = 0

    def times(self, printed: Printed) -> float:
        """How many times as long printing takes as the bare QR codes; of the medians."""
        return median(printed.seconds) / median(self.bare)


async def measure(ground: Ground, *, rounds: int, tell: Tell, vouchers: int = VOUCHERS) -> Sheets:
    """Measure in alternating rounds: print in both layouts, then make bare QR codes.

    :raises SheetsDiffer:
    """
    found = Sheets(vouchers)
    order = await _issued(ground, vouchers)
    for number in range(1, rounds + 1):
        for printed in found.layouts:
            said = await _print(ground, order, printed.layout)
            printed.seconds.append(said["seconds"])
            printed.peak = max(printed.peak, said["peak"])
            printed.bytes = said["bytes"]
            found.before = max(found.before, said["before"])
        found.bare.append(_bare() * vouchers)
        told = ", ".join(f"{one.layout} a page in {one.seconds[-1]:.1f} s" for one in found.layouts)
        tell(f"round {number}: {told}; bare QR codes in {found.bare[-1]:.1f} s")
    return found


async def _issued(ground: Ground, vouchers: int) -> UUID:
    """An order for people with names and a message, paid and issued."""
    people = tuple(drafting.Named(f"Camille Durand-{number}", FACE_VALUE) for number in range(vouchers))
    message = "Merci pour cette belle année, et joyeux Noël !"

    async with ground.town.sessions.begin() as session:
        at = await clock.now(session)
        giver = await buyers.register_buyer(session, buyers.NewBuyer("company", "Savonnerie du Port"), at=at)
        new = drafting.NewOrder(giver.id, named=people, message=message, label="Bench")
        order = await drafting.start(session, new, actor="bench", at=at)
        placed = await placing.place(session, order, version=1, method="transfer", actor="bench", at=at)
        await paying.record_transfer(session, order, placed.missing, reference="bench", actor="bench", at=at)
        await fulfilling.issue_order(session, order, keys=ground.town.keys, actor="bench", at=at)
        return order


async def _print(ground: Ground, order: UUID, layout: Layout) -> dict[str, Any]:
    async with ground.town.sessions.begin() as session:
        at = await clock.now(session)
        asked = await printing.ask_printing(session, order, layout=layout, language="fr", actor="bench", at=at)
    registered = ground.town.registered
    url = ground.database.runtime.render_as_string(hide_password=False)
    facts = [url, str(ground.home), registered.schema, registered.id.hex, asked.id.hex]
    said = await asyncio.to_thread(_in_a_process, facts)
    path = path_of(Settings(home=ground.home), asked.id)
    await asyncio.to_thread(_read_back, ground, path, 1 if layout == "one" else 8)
    size = path.stat().st_size
    path.unlink()
    async with ground.town.sessions.begin() as session:
        await printing.lose(session, asked.id, at=await clock.now(session))
    return {**said, "bytes": size}


def _in_a_process(facts: list[str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.sheets", *facts]
    said: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return said


def _read_back(ground: Ground, path: Path, on_a_page: int) -> None:
    """Some codes, read as a phone reads them, are genuine and all different."""
    document = pdfium.PdfDocument(path)
    if len(document) != -(-VOUCHERS // on_a_page):
        raise SheetsDiffer(f"{len(document)} pages")
    seen = set()
    for page in random.sample(range(len(document)), READ_BACK):
        picture = document[page].render(scale=150 / 72).to_pil().convert("L")
        for found in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)):
            seen.add(codes.read(found.text, ground.town.keys.keys))
    if len(seen) != READ_BACK * on_a_page:
        raise SheetsDiffer(f"{len(seen)} codes read on {READ_BACK} pages")


def _bare() -> float:
    """Seconds that the library takes for one QR code such as ours, its search for a mask included."""
    started = time.perf_counter()
    for number in range(BARE):
        code = QRCode(error_correction=ERROR_CORRECT_Q, border=0)
        code.add_data(f"https://bons-13.obole/v/{number:022d}", optimize=0)
        code.make(fit=True)
    return (time.perf_counter() - started) / BARE


async def _draw(url: str, home: str, schema: str, programme: str, asked: str) -> None:
    settings = Settings(home=Path(home), statement_timeout=PATIENCE)
    database = make_url(url)
    async with runtime_engine(Database(database, database), settings) as engine:
        sessions = sessions_of(engine, schema=schema)
        async with sessions.begin() as session:
            keys = await key_ring(session, programme=UUID(programme), masters=settings.master_secrets)
        town = Town(Registered(UUID(programme), schema, schema, datetime.now(UTC)), sessions, keys)
        before, started = _highest(), time.perf_counter()
        await print_order(Installation(settings, engine), town, UUID(asked))
        seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "before": before, "peak": _highest()}))


def _highest() -> int:
    """The most memory that this process ever took, in bytes."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    asyncio.run(_draw(*sys.argv[1:]))
