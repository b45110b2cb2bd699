"""``python -m benchmarks``: what the work of a programme costs here, printed as it is, and kept."""

from __future__ import annotations

import argparse
import asyncio
import atexit
import gc
import sys
import tempfile
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Final

from rich.console import Console

from benchmarks import accounts, archive, closing, directory, issuing, redeeming, report, scanning, sheets, wrk
from benchmarks.archive import ArchiveWrong
from benchmarks.closing import ClosingDiffers
from benchmarks.directory import DirectoryDiffers
from benchmarks.fec_judge import FecWrong
from benchmarks.ground import Ground, ground
from benchmarks.issuing import RowsDiffer
from benchmarks.machine import machine
from benchmarks.redeeming import NotAsAnswered
from benchmarks.report import Measured
from benchmarks.scanning import NothingToScan
from benchmarks.serving import NotServing
from benchmarks.sheets import SheetsDiffer
from benchmarks.transferring import TransferFailed
from benchmarks.wrk import WrkMissing

KINDS: Final = ("scanning", "redeeming", "issuing", "printing", "directory", "closing", "accounts", "archive")
WORTHLESS: Final = (
    WrkMissing, NotServing, NotAsAnswered, RowsDiffer, SheetsDiffer, DirectoryDiffers, NothingToScan, TransferFailed,
    ClosingDiffers, FecWrong, ArchiveWrong,
)  # fmt: skip
"""What makes the figures worthless."""


def main() -> int:
    """Measure, print, keep; 1 if something makes the figures worthless."""
    asked = _arguments()
    console = Console()
    gc.freeze()  # what is imported is no garbage, as `obole` tells Python too
    atexit.register(gc.unfreeze)
    try:
        asyncio.run(_measure(console, asked))
    except WORTHLESS as error:
        console.print(str(error), style="red", markup=False)
        return 1
    return 0


async def _measure(console: Console, asked: argparse.Namespace) -> None:
    wanted = {asked.only} if asked.only else set(KINDS)
    version = wrk.version() if "redeeming" in wanted else None
    tell: Callable[[str], None] = console.print
    told = machine(None, None)
    found = Measured(scanning=scanning.measure(tell=tell) if "scanning" in wanted else None)
    if wanted - {"scanning"}:
        with tempfile.TemporaryDirectory(prefix="obole-bench-") as home:
            tell("Preparing a programme with 100 shops and 10,000 vouchers …")
            async with ground(Path(home)) as place:
                told = machine(await place.version(), version)
                found = await _in_a_programme(place, found, wanted, asked, tell)
    shown = report.tables(found)
    report.show(console, told, shown)
    if not asked.forget:
        kept = report.keep(told, shown, found)
        console.print("\nKept as " + " and ".join(str(path) for path in kept))


async def _in_a_programme(
    place: Ground, found: Measured, wanted: Collection[str], asked: argparse.Namespace, tell: Callable[[str], None]
) -> Measured:
    rounds = asked.rounds
    if "redeeming" in wanted:
        found = replace(
            found, redeeming=await redeeming.measure(place, rounds=rounds, seconds=asked.seconds, tell=tell)
        )
    if "issuing" in wanted:
        found = replace(found, issuing=await issuing.measure(place, rounds=rounds, vouchers=asked.vouchers, tell=tell))
    if "printing" in wanted:
        found = replace(found, printing=await sheets.measure(place, rounds=rounds, tell=tell))
    if "directory" in wanted:
        found = replace(found, directory=await directory.measure(place, rounds=rounds, tell=tell))
    if "closing" in wanted:
        found = replace(found, closing=await closing.measure(place, rounds=rounds, tell=tell))
    if "accounts" in wanted:
        found = replace(found, accounts=await accounts.measure(place, rounds=rounds, tell=tell))
    if "archive" in wanted:
        found = replace(found, archive=archive.measure(place, tell=tell))
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, 100), metavar="N", help="alternating rounds")
    parser.add_argument("--seconds", type=int, default=10, choices=range(1, 600), metavar="N", help="of each load")
    parser.add_argument("--vouchers", type=int, default=100_000, choices=range(1, 100_001), metavar="N", help="issued")
    parser.add_argument("--only", choices=KINDS, help="measure one of them")
    parser.add_argument("--forget", action="store_true", help="do not keep the results")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
