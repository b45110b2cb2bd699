"""``python -m benchmarks``: what redeeming, issuing, printing and scanning cost here, printed as it is, and kept."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from benchmarks import issuing, redeeming, report, scanning, sheets, wrk
from benchmarks.ground import ground
from benchmarks.issuing import RowsDiffer
from benchmarks.machine import machine
from benchmarks.redeeming import NotAsAnswered
from benchmarks.scanning import NothingToScan
from benchmarks.serving import NotServing
from benchmarks.sheets import SheetsDiffer
from benchmarks.transferring import TransferFailed
from benchmarks.wrk import WrkMissing


def main() -> int:
    """Measure, print, keep; 1 if something makes the figures worthless."""
    asked = _arguments()
    console = Console()
    try:
        asyncio.run(_measure(console, asked))
    except (WrkMissing, NotServing, NotAsAnswered, RowsDiffer, SheetsDiffer, NothingToScan, TransferFailed) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    return 0


async def _measure(console: Console, asked: argparse.Namespace) -> None:
    wanted = (asked.only,) if asked.only else ("redeeming", "issuing", "printing", "scanning")
    version = wrk.version() if "redeeming" in wanted else None
    tell: Callable[[str], None] = console.print
    redeemed = issued = printed = None
    told = machine(None, None)
    scanned = scanning.measure(tell=tell) if "scanning" in wanted else None
    if set(wanted) - {"scanning"}:
        with tempfile.TemporaryDirectory(prefix="obole-bench-") as home:
            console.print("Preparing a programme with 100 shops and 10,000 vouchers …")
            async with ground(Path(home)) as place:
                told = machine(await place.version(), version)
                if "redeeming" in wanted:
                    redeemed = await redeeming.measure(place, rounds=asked.rounds, seconds=asked.seconds, tell=tell)
                if "issuing" in wanted:
                    issued = await issuing.measure(place, rounds=asked.rounds, vouchers=asked.vouchers, tell=tell)
                if "printing" in wanted:
                    printed = await sheets.measure(place, rounds=asked.rounds, tell=tell)
    shown = report.tables(redeemed, issued, printed, scanned)
    report.show(console, told, shown)
    if not asked.forget:
        kept = report.keep(told, shown, redeemed, issued, printed, scanned)
        console.print("\nKept as " + " and ".join(str(path) for path in kept))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, 100), metavar="N", help="alternating rounds")
    parser.add_argument("--seconds", type=int, default=10, choices=range(1, 600), metavar="N", help="of each load")
    parser.add_argument("--vouchers", type=int, default=100_000, choices=range(1, 100_001), metavar="N", help="issued")
    parser.add_argument("--only", choices=("redeeming", "issuing", "printing", "scanning"), help="measure one")
    parser.add_argument("--forget", action="store_true", help="do not keep the results")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
