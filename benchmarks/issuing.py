"""Issuing a batch, beside a bare COPY of the very same rows into tables with the same indexes, keys and triggers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Final
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import URL

from api import clock
from benchmarks.ground import Ground
from ledger.money import Money
from vouchers import issuing

GOAL: Final = 3.0
FACE_VALUE: Final = Money(50_00)

_OF_BATCH: Final = {
    "accounts": "id IN (SELECT id FROM {}.vouchers WHERE batch_id = %(batch)s)",
    "vouchers": "batch_id = %(batch)s",
    "transfers": "entry_id = %(batch)s AND kind = 'issue'",
}
"""What issuing a batch writes by the thousand, in the order in which foreign keys allow it."""

_BEFORE: Final = {
    "accounts": "id = %(buyer)s",
    "buyers": "id = %(buyer)s",
    "batches": "id = %(batch)s",
}
"""The single rows to which the others refer; copied before the clock starts."""

Tell = Callable[[str], None]


class RowsDiffer(Exception):
    """The copy does not hold the rows that were issued: the figures would mean nothing."""


@dataclass(slots=True)
class Issuing:
    """Seconds, round by round, each commit included."""

    vouchers: int
    issue: list[float] = field(default_factory=list)
    copy: list[float] = field(default_factory=list)
    bytes: int = 0

    @property
    def times(self) -> float:
        """How many times as long issuing takes as a bare copy; of the medians."""
        return median(self.issue) / median(self.copy)


async def measure(ground: Ground, *, rounds: int, vouchers: int, tell: Tell) -> Issuing:
    """Measure in alternating rounds: issue, then copy what was issued.

    :raises RowsDiffer:
    """
    found = Issuing(vouchers)
    for number in range(1, rounds + 1):
        started = time.perf_counter()
        batch = await _issue(ground, vouchers)
        found.issue.append(time.perf_counter() - started)
        rows, singles = _export(ground, batch)
        found.bytes = sum(len(part) for parts in rows.values() for part in parts)
        found.copy.append(_copy(ground, rows, singles))
        _compare(ground, batch, vouchers)
        tell(f"round {number}: issued in {found.issue[-1]:.2f} s, copied in {found.copy[-1]:.2f} s")
    return found


async def _issue(ground: Ground, vouchers: int) -> UUID:
    new = issuing.NewBatch(ground.buyer, FACE_VALUE, vouchers, on_credit=True)
    async with ground.town.sessions.begin() as session:
        at = await clock.now(session)
        return await issuing.issue(session, new, keys=ground.town.keys, actor="bench", at=at)


Rows = dict[str, list[bytes]]


def _export(ground: Ground, batch: UUID) -> tuple[Rows, Rows]:
    """The rows of a batch as PostgreSQL's binary COPY writes them, and the single rows they refer to."""
    schema = ground.town.registered.schema
    with psycopg.connect(_conninfo(ground.database.owner)) as connection:

        def read(table: str, condition: str) -> list[bytes]:
            query = sql.SQL("COPY (SELECT * FROM {}.{} WHERE {}) TO STDOUT (FORMAT BINARY)").format(
                sql.Identifier(schema), sql.Identifier(table), sql.SQL(condition).format(sql.Identifier(schema))
            )
            literal = query.as_string(connection) % {"batch": f"'{batch}'", "buyer": f"'{ground.buyer}'"}
            with connection.cursor() as cursor, cursor.copy(literal.encode()) as copy:
                return [bytes(part) for part in copy]

        rows = {table: read(table, condition) for table, condition in _OF_BATCH.items()}
        return rows, {table: read(table, condition) for table, condition in _BEFORE.items()}


def _copy(ground: Ground, rows: Rows, singles: Rows) -> float:
    """Copy into the bare programme as the runtime role; the seconds that the many rows took, commit included."""
    with psycopg.connect(_conninfo(ground.database.owner), options="-c role=obole_runtime") as connection:
        known = sql.SQL("SELECT count(*) FROM {}.buyers").format(sql.Identifier(ground.bare.registered.schema))
        if connection.execute(known).fetchone() != (0,):
            singles = {"batches": singles["batches"]}
        _write(ground, connection, singles)
        connection.commit()
        started = time.perf_counter()
        _write(ground, connection, rows)
        connection.commit()
        return time.perf_counter() - started


def _write(ground: Ground, connection: psycopg.Connection, rows: Rows) -> None:
    for table, parts in rows.items():
        query = sql.SQL("COPY {}.{} FROM STDIN (FORMAT BINARY)").format(
            sql.Identifier(ground.bare.registered.schema), sql.Identifier(table)
        )
        data = b"".join(parts)
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            copy.write(data)


def _compare(ground: Ground, batch: UUID, vouchers: int) -> None:
    with psycopg.connect(_conninfo(ground.database.owner)) as connection:
        sums = []
        for town in (ground.town, ground.bare):
            query = sql.SQL(
                "SELECT count(*), sum(credits_posted), min(t.digest), max(t.digest) FROM {0}.vouchers AS v"
                " JOIN {0}.accounts AS a ON a.id = v.id JOIN {0}.transfers AS t ON t.credit_account_id = v.id"
                " AND t.entry_id = v.batch_id WHERE v.batch_id = %s"
            ).format(sql.Identifier(town.registered.schema))
            sums.append(connection.execute(query, [batch]).fetchone())
    if sums[0] != sums[1] or sums[0] is None or sums[0][0] != vouchers:
        raise RowsDiffer(f"{sums[0]} issued, {sums[1]} copied")


def _conninfo(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
