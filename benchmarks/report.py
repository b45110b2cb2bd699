"""The figures as tables: printed, and kept with the machine they were measured on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks import accounts, closing, directory, issuing, redeeming, sheets
from benchmarks.accounts import Accounts
from benchmarks.archive import Archive
from benchmarks.closing import Closing
from benchmarks.directory import Directory
from benchmarks.issuing import Issuing
from benchmarks.redeeming import Place, Redeeming
from benchmarks.scanning import Scanning
from benchmarks.sheets import Sheets
from benchmarks.wrk import Load
from merchants.settlements.settling import AT_ONCE

RESULTS: Final = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Shown:
    """A table: a title, the heads of its columns, its rows, and what must be said with it."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured; what was not is none."""

    redeeming: Redeeming | None = None
    issuing: Issuing | None = None
    printing: Sheets | None = None
    directory: Directory | None = None
    scanning: Scanning | None = None
    closing: Closing | None = None
    accounts: Accounts | None = None
    archive: Archive | None = None


def tables(found: Measured) -> list[Shown]:
    """All that was measured."""
    return [
        *([_redeeming(found.redeeming), _latency(found.redeeming)] if found.redeeming else []),
        *([_issuing(found.issuing)] if found.issuing else []),
        *([_printing(found.printing)] if found.printing else []),
        *([_directory(found.directory)] if found.directory else []),
        *([_scanning(found.scanning)] if found.scanning else []),
        *([_closing(found.closing)] if found.closing else []),
        *([_accounts(found.accounts)] if found.accounts else []),
        *([_archive(found.archive)] if found.archive else []),
    ]


def show(console: Console, told: Mapping[str, str], shown: Iterable[Shown]) -> None:
    """Print."""
    for name, what in told.items():
        console.print(f"[dim]{name:>12}[/dim]  {what}", highlight=False)
    for one in shown:
        table = Table(*one.heads, title=one.title, title_justify="left", caption=one.note, caption_justify="left")
        for column in table.columns[1:]:
            column.justify = "right"
        for row in one.rows:
            table.add_row(*row)
        console.print()
        console.print(table)


def keep(told: Mapping[str, str], shown: Sequence[Shown], found: Measured) -> tuple[Path, Path]:
    """Keep the tables as Markdown, and every figure of every round as JSON."""
    RESULTS.mkdir(exist_ok=True)
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", f"{told['when'][:10]}-{told['machine'].partition(':')[0]}")
    measured = {kind: figures for kind, figures in asdict(found).items() if figures is not None}
    data: dict[str, Any] = {"measured on": dict(told), **measured}
    kept = RESULTS / f"{name}.json", RESULTS / f"{name}.md"
    kept[0].write_text(json.dumps(data, indent=2) + "\n")
    kept[1].write_text("\n".join(_markdown(told, shown)))
    return kept


def _scanning(found: Scanning) -> Shown:
    heads = ("", "photos", "read as a photo", "as a camera's frame", "by a bare zxing-cpp", "typical time")
    rows = tuple(
        (
            one.name, str(one.photos), *(f"{read / one.photos:.0%}" for read in (one.ours, one.frame, one.bare)),
            f"{one.typical * 1e3:.0f} ms",
        )
        for one in found.conditions
    )  # fmt: skip
    note = (
        "Codes of sheets that Obole printed eight to a page, each 25 mm wide and seen with 150 dots per inch, spoilt as"
        " named and packed as JPEG. Obole looks again, with noise and then with blur taken out, only where it found"
        " nothing; a frame of a running camera is not looked at a third time."
    )
    return Shown("Scanning photos of sheets", heads, rows, note)


def _redeeming(found: Redeeming) -> Shown:
    heads = ("", *(place.name for place in found.places))
    verdicts = (_verdict(met=place.share >= redeeming.GOAL) for place in found.places)
    rows = (
        ("redemptions/s", *(_rate(_rates(place.redeem)) for place in found.places)),
        ("constants/s", *(_rate(_rates(place.constant)) for place in found.places)),
        ("share of the constant (goal: 50 %)", *(_share(place) for place in found.places)),
        ("goal", *verdicts),
        ("bare transfers/s (pgbench)", *(_rate(place.bare) for place in found.places)),
        ("share of the bare transfer", *(f"{_of_bare(place):.0%}" for place in found.places)),
        ("server's processor time each", *(f"{median(place.processor) * 1e6:,.0f} µs" for place in found.places)),
    )
    note = (
        f"Medians; lowest and highest round in brackets, of shares all rounds. {found.answered:,} redemptions were"
        " answered 201 and are in the books, none was refused, and the audit is green."
    )
    return Shown("Redeeming over HTTP, 64 connections, one worker", heads, rows, note)


def _latency(found: Redeeming) -> Shown:
    heads = ("milliseconds", "p50", "p99", "longest")
    rows = tuple(
        (f"{what}, {place.name}", *(f"{median(values):,.1f}" for values in _latencies(loads)))
        for place in found.places
        for what, loads in (("redemption", place.redeem), ("constant", place.constant))
    )
    return Shown(
        "Latency with 64 connections asking as fast as they can", heads, rows, "Medians of the rounds, by wrk."
    )


def _issuing(found: Issuing) -> Shown:
    rows = (
        ("issue", *_seconds(found.issue), f"{found.vouchers / median(found.issue):,.0f}"),
        ("bare COPY of the same rows", *_seconds(found.copy), f"{found.vouchers / median(found.copy):,.0f}"),
        ("times as long (goal: 3)", f"{found.times:.2f}", _verdict(met=found.times <= issuing.GOAL), ""),
    )
    note = (
        f"{found.bytes / 2**20:,.0f} MiB of accounts, vouchers and transfers, copied as prepared bytes into tables with"
        " the same indexes, keys, checks and triggers; commits included."
    )
    return Shown(f"Issuing {found.vouchers:,} vouchers", ("", "median", "rounds", "vouchers/s"), rows, note)


def _printing(found: Sheets) -> Shown:
    layouts = found.layouts
    rows = (
        ("seconds", *(_seconds(one.seconds)[0] for one in layouts)),
        ("milliseconds a voucher", *(f"{median(one.seconds) / found.vouchers * 1e3:.2f}" for one in layouts)),
        ("of the bare QR codes (goal: 1)", *(f"{found.times(one):.2f}" for one in layouts)),
        ("goal", *(_verdict(met=found.times(one) <= sheets.GOAL) for one in layouts)),
        ("highest memory (goal: 200 MB)", *(f"{one.peak / 1e6:,.0f} MB" for one in layouts)),
        ("goal", *(_verdict(met=one.peak <= sheets.MEMORY) for one in layouts)),
        ("of which drawing", *(f"{(one.peak - found.before) / 1e6:,.0f} MB" for one in layouts)),
        ("file", *(f"{one.bytes / 1e6:,.1f} MB" for one in layouts)),
    )
    note = (
        f"Medians of the rounds, one process: read from the database, drawn, written, progress told. The bare QR codes,"
        f" as the library makes them with nothing drawn, took {median(found.bare):.1f} s. {sheets.READ_BACK} pages of"
        " each file were read back: every code is genuine."
    )
    heads = ("", *(f"{one.layout} a page" for one in layouts))
    return Shown(f"Printing an order of {found.vouchers:,} vouchers", heads, rows, note)


def _directory(found: Directory) -> Shown:
    rows = tuple(
        (
            one.name, f"{one.p50:.1f}", f"{one.p95:.1f}", _verdict(met=one.p95 <= directory.GOAL),
            f"{median(one.processor) * 1e3:.1f}", f"{one.bare_p50:.2f}", f"{one.p50 / one.bare_p50:.0f}",
        )
        for one in found.searches
    )  # fmt: skip
    heads = (
        "milliseconds",
        "p50",
        "p95",
        f"goal: {directory.GOAL:.0f}",
        "server's processor",
        "bare query",
        "times it",
    )
    note = (
        "A whole page over HTTP on the loopback, asked one after the other; the bare query is one SELECT of the names"
        " of such shops, in the same run, between the pages."
    )
    return Shown(f"The directory at {found.shops:,} shops", heads, rows, note)


def _closing(found: Closing) -> Shown:
    rows = (
        ("opened: shops and movements fixed", *_seconds(found.open)),
        ("settled, part by part", *_seconds(found.settle)),
        ("bare COPY of the same rows", *_seconds(found.copy)),
        (f"times as long (goal: {closing.GOAL:.0f})", f"{found.times:.1f}", _verdict(met=found.times <= closing.GOAL)),
        ("the longest part", *_seconds(found.longest)),
        (f"goal: {closing.LONGEST:.0f} s", "", _verdict(met=max(found.longest) <= closing.LONGEST)),
    )
    note = (
        f"{found.movements:,} redemptions settled; a part is one transaction of {AT_ONCE} shops, commit included. The"
        " copy writes the settlements, their lines and their transfers in one transaction, with the same indexes, keys,"
        " checks and triggers; nothing is read for it or reckoned. The audit is green."
    )
    return Shown(f"Closing a day of {found.shops:,} shops", ("", "median", "rounds"), rows, note)


def _accounts(found: Accounts) -> Shown:
    added = found.peak - found.before
    rows = (
        ("the FEC over HTTP", *_seconds(found.fec), f"{found.lines / median(found.fec):,.0f}"),
        ("of which the server's processor", *_seconds(found.processor), ""),
        ("bare COPY of the same rows", *_seconds(found.bare), f"{found.lines / median(found.bare):,.0f}"),
        ("times as long as the bare COPY", f"{found.times:.1f}", "", ""),
        ("memory of the server before", f"{found.before / 1e6:.0f} MB", "", ""),
        ("highest memory of the server", f"{found.peak / 1e6:.0f} MB", "", ""),
        ("of which for the files (goal: 64 MB)", f"{added / 1e6:.0f} MB", _verdict(met=added <= accounts.MEMORY), ""),
    )
    note = (
        "One server process, asked for the file again and again; its memory is the kernel's high-water mark (VmHWM)."
        f" The FEC has {found.size / 1e6:,.0f} MB and {found.entries:,} entries; a reader that knows nothing of Obole"
        f" found every rule kept."
    )
    return Shown(f"Accounts: a FEC of {found.lines:,} lines", ("", "median", "rounds", "lines/s"), rows, note)


def _archive(found: Archive) -> Shown:
    named = (("written", found.written), ("read back", found.read_back))
    rows = tuple(
        (name, f"{seconds:.0f} s", f"{peak / 1e6:.0f} MB", f"{(peak - found.small[1]) / 1e6:.0f} MB")
        for name, (seconds, peak) in named
    )
    note = (
        f"{found.unpacked / 1e6:,.0f} MB, {found.size / 1e6:,.0f} MB packed. The seconds hold the audit before it is"
        " written and after it is read back. A small command lists the programmes."
    )
    heads = ("", "seconds", "highest memory", "more than a small command")
    return Shown(f"A programme of {found.transfers:,} transfers as one archive", heads, rows, note)


def _markdown(told: Mapping[str, str], shown: Sequence[Shown]) -> Iterable[str]:
    yield "# Measured\n"
    yield from (f"- {name}: {what}" for name, what in told.items())
    for one in shown:
        yield f"\n## {one.title}\n"
        yield from (_line(one.heads), "|---" + "|---:" * (len(one.heads) - 1) + "|", *(_line(row) for row in one.rows))
        yield f"\n{one.note}"
    yield ""


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _rates(loads: Iterable[Load]) -> list[float]:
    return [load.rate for load in loads]


def _rate(rates: Sequence[float]) -> str:
    return f"{median(rates):,.0f} [{min(rates):,.0f}–{max(rates):,.0f}]"


def _share(place: Place) -> str:
    return f"{place.share:.0%} [" + ", ".join(f"{share:.0%}" for share in place.shares) + "]"


def _of_bare(place: Place) -> float:
    return median(_rates(place.redeem)) / median(place.bare)


def _latencies(loads: Sequence[Load]) -> Iterable[list[float]]:
    return [load.p50 for load in loads], [load.p99 for load in loads], [load.longest for load in loads]


def _seconds(seconds: Sequence[float]) -> tuple[str, str]:
    return f"{median(seconds):.2f} s", ", ".join(f"{one:.2f}" for one in seconds)


def _verdict(*, met: bool) -> str:
    return "met" if met else "missed"
