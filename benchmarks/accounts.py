"""A FEC of a million lines, served over HTTP, beside a bare ``COPY`` of the same rows.

The server is one as `obole run` starts it; the most memory that it ever took is what the kernel says of its process.
The file is judged by `benchmarks.fec_judge`, which knows nothing of Obole.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Final

import httpx
import psycopg
from psycopg import sql

from api import clock
from api.auth.keys import make_key
from benchmarks import fec_judge
from benchmarks.fec_judge import FecWrong, Judged
from benchmarks.ground import SLUG, Ground
from benchmarks.serving import Server, serving
from ledger import posting
from ledger.chart import Kind, single
from ledger.days import day_of, months_later
from ledger.money import Money
from ledger.months import close_month, month_of
from ledger.posting import NewTransfer
from vouchers import buyers

TRANSFERS: Final = 500_000
"""Each is two lines."""

AT_ONCE: Final = 5_000
BUYERS: Final = 100
MEMORY: Final = 64_000_000
"""Bytes that a million lines may add to what the server took before."""

BARE: Final = """
COPY (
    SELECT journal, number, to_char(day, 'YYYYMMDD'), side.name, coalesce(document, transfers.id::text),
           to_char(effective_at, 'YYYYMMDD'), transfers.kind, debit, credit, closed_at
      FROM {lines} JOIN {transfers} ON transfers.id = transfer_id
      CROSS JOIN {months}
      CROSS JOIN LATERAL (VALUES (debit_account_id, amount, 0), (credit_account_id, 0, amount))
        AS both_sides (account, debit, credit)
      JOIN {accounts} AS side ON side.id = account
     ORDER BY place
) TO STDOUT
"""

Tell = Callable[[str], None]


@dataclass(slots=True)
class Accounts:
    """What was measured. Seconds and bytes, round by round."""

    transfers: int
    fec: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    """Seconds of the server's processor that the FEC took: the same on a busy machine."""
    size: int = 0
    before: int = 0
    """The most memory that the server took before."""
    peak: int = 0
    lines: int = 0
    entries: int = 0

    @property
    def times(self) -> float:
        """How many times as long as the bare COPY the FEC takes."""
        return median(self.fec) / median(self.bare)


async def measure(ground: Ground, *, rounds: int, tell: Tell) -> Accounts:
    """Measure in rounds, the FEC and the bare COPY one after the other.

    :raises FecWrong:
    """
    found = Accounts(TRANSFERS)
    tell(f"Posting {TRANSFERS:,} transfers …")
    month, key = await _fill(ground)
    _serve(ground, found, month, key, rounds, tell)
    return found


def _serve(ground: Ground, found: Accounts, month: date, key: str, rounds: int, tell: Tell) -> None:
    asked, headers = f"{month:%Y-%m}", {"authorization": f"Bearer {key}"}
    fec = ground.home / f"{'1' * 9}FEC{month:%Y%m%d}.txt"
    with (
        serving(ground.home) as server,
        httpx.Client(base_url=server.address, headers=headers, timeout=600, trust_env=False) as client,
    ):
        client.get("/api/v1/accounting/months").raise_for_status()
        found.before = _highest(server)
        for number in range(1, rounds + 1):
            used = server.seconds_used()
            found.fec.append(_download(client, "/api/v1/accounting/fec", {"month": asked}, fec))
            found.processor.append(server.seconds_used() - used)
            found.bare.append(_bare(ground))
            found.peak = _highest(server)
            tell(f"round {number}: {found.times:.1f} times the bare COPY, {found.peak / 1e6:.0f} MB at the highest")
    found.size = fec.stat().st_size
    _count(found, fec_judge.judge(fec))


def _count(found: Accounts, judged: Judged) -> None:
    if judged.lines != 2 * TRANSFERS:
        raise FecWrong(f"{judged.lines:,} lines")
    found.lines, found.entries = judged.lines, judged.entries


async def _fill(ground: Ground) -> tuple[date, str]:
    """Half a million payments of last month, which is closed then.

    :returns: the month's first day, and an operator's key
    """
    sessions = ground.town.sessions
    async with sessions.begin() as session:
        now = await clock.now(session)
        first = months_later(day_of(now).replace(day=1), -1)
        at = month_of(first).starts + timedelta(hours=8)
        owners = [
            (await buyers.register_buyer(session, buyers.NewBuyer("company", f"Œuvre n° {number}"), at=at)).id
            for number in range(BUYERS)
        ]
        _, key = await make_key(session, slug=SLUG, role="operator", subject=None, label="bench", at=now)
    for start in range(0, TRANSFERS, AT_ONCE):
        paid = [
            NewTransfer("payment", single(Kind.BANK), owners[number % BUYERS], Money(1 + number % 9_999))
            for number in range(start, start + AT_ONCE)
        ]
        async with sessions.begin() as session:
            await posting.post(session, paid, at=at + timedelta(minutes=start // AT_ONCE * 5))
    async with sessions.begin() as session:
        await close_month(session, month_of(first), by="bench", at=now)
    return first, key


def _download(client: httpx.Client, path: str, asked: dict[str, str], to: Path) -> float:
    started = time.perf_counter()
    with client.stream("GET", path, params=asked) as answer, to.open("wb") as file:
        answer.raise_for_status()
        for some in answer.iter_raw():
            file.write(some)
    return time.perf_counter() - started


def _bare(ground: Ground) -> float:
    schema = ground.town.registered.schema
    tables = {"lines": "accounting_lines", "transfers": "transfers", "months": "accounting_months"}
    names = {name: sql.Identifier(schema, table) for name, table in {**tables, "accounts": "accounts"}.items()}
    conninfo = ground.database.owner.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(conninfo) as connection, (ground.home / "bare").open("wb") as file:
        started = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy(sql.SQL(BARE).format(**names)) as copy:
            for some in copy:
                file.write(some)
        return time.perf_counter() - started


def _highest(server: Server) -> int:
    """The most memory that the server's process ever took, in bytes."""
    status = Path(f"/proc/{server.process}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
