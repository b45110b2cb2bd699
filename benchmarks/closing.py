"""Closing a period of 2,000 shops as the job does it, beside a bare COPY of the very same rows in one transaction.

The copy goes into tables with the same indexes, keys and triggers; nothing is read for it, reckoned or locked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from typing import Final
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.installation import in_transaction
from benchmarks.directory import invented
from benchmarks.ground import VOUCHERS, Ground
from ledger.database import PROGRAMME, Base
from ledger.days import Period, day_of
from ledger.errors import Refusal
from ledger.money import Money
from merchants.settlements import opening, settling
from merchants.settlements.rounds import Round
from merchants.shops import registering, tills
from merchants.shops.queries import shops_page
from vouchers import codes, redeeming
from vouchers.redeeming import Asked

SHOPS: Final = 2_000
EACH: Final = 10
"""Redemptions of each shop in a round."""

GOAL: Final = 8.0
"""Times as long as the bare copy."""

LONGEST: Final = 1.0
"""Seconds that one part may take: for so long the accounts of its shops are locked."""

AT_ONCE: Final = 1_000

_ONCE: Final = {
    "accounts": "kind IN ('voucher', 'shop')",
    "shops": "true",
    "terms": "true",
}
_BEFORE: Final = {
    "transfers": "kind = 'redemption' AND id IN (SELECT transfer_id FROM {0}.settlement_lines AS l JOIN"
    " {0}.settlements AS s ON s.id = l.settlement_id WHERE s.closing_id = %(closing)s)",
    "closings": "id = %(closing)s",
}
_WRITTEN: Final = {
    "closing_shops": "closing_id = %(closing)s",
    "settlements": "closing_id = %(closing)s",
    "settlement_lines": "settlement_id IN (SELECT id FROM {0}.settlements WHERE closing_id = %(closing)s)",
    "transfers": "document IN (SELECT number FROM {0}.settlements WHERE closing_id = %(closing)s)",
}
"""What a closing writes by the thousand, in the order in which foreign keys allow it."""

Tell = Callable[[str], None]
Rows = dict[str, bytes]


class ClosingDiffers(Exception):
    """Not every shop was settled, or the copy holds other rows: the figures would mean nothing."""


@dataclass(slots=True)
class Closing:
    """Seconds, round by round, each commit included; ``longest`` is the longest part of each round."""

    shops: int
    movements: int
    open: list[float] = field(default_factory=list)
    settle: list[float] = field(default_factory=list)
    longest: list[float] = field(default_factory=list)
    copy: list[float] = field(default_factory=list)

    @property
    def times(self) -> float:
        """How many times as long closing takes as a bare copy; of the medians."""
        return (median(self.open) + median(self.settle)) / median(self.copy)


async def measure(ground: Ground, *, rounds: int, tell: Tell) -> Closing:
    """Measure in alternating rounds: every shop redeems, the day is closed, its rows are copied.

    :raises ClosingDiffers:
    """
    found = Closing(SHOPS, SHOPS * EACH)
    async with ground.town.sessions.begin() as session:
        at = await clock.now(session)
        doors = await _fill(session, at)
    for number in range(1, rounds + 1):
        at += timedelta(days=1)  # it has not come yet: the books of this programme run ahead
        await _spend(ground, doors, at)
        closing = await _close(ground, found, at)
        found.copy.append(_copy(ground, closing, first=number == 1))
        tell(
            f"round {number}: opened in {found.open[-1]:.2f} s, settled in {found.settle[-1]:.2f} s,"
            f" copied in {found.copy[-1]:.2f} s"
        )
    if findings := await ground.findings():
        raise ClosingDiffers("; ".join(findings))
    return found


async def _fill(session: AsyncSession, at: datetime) -> list[UUID]:
    """Invented shops beside those that are there, until there are two thousand; a till for each of all."""
    known = await shops_page(session, limit=SHOPS)
    new = await registering.register_all(session, invented(SHOPS - len(known)), actor="bench", at=at)
    await registering.set_statuses(session, new, "accepted", actor="bench", at=at)
    shops = [*(one.id for one in known), *new]
    return [(await tills.open_till(session, shop, label="Caisse 2", at=at)).id for shop in shops]


async def _spend(ground: Ground, doors: list[UUID], at: datetime) -> None:
    keys = ground.town.keys.keys
    typed = ground.codes.read_text().split()
    papers = [UUID(bytes=codes.read(one, keys)) for one in typed]
    asked = [
        Asked(doors[number % SHOPS], papers[number % VOUCHERS], Money(1 + number % 97))
        for number in range(SHOPS * EACH)
    ]
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        answers = await in_transaction(ground.town.sessions, partial(redeeming.redeem_many, asked=some, at=at))
        if refused := next((one for one in answers if isinstance(one, Refusal)), None):
            raise ClosingDiffers(str(refused))


async def _close(ground: Ground, found: Closing, at: datetime) -> UUID:
    day = day_of(at)
    asked, sessions = Round(Period(day, day)), ground.town.sessions
    after = at + timedelta(days=1)
    started = time.perf_counter()
    opened = await in_transaction(sessions, partial(opening.open_closing, asked=asked, at=after))
    found.open.append(time.perf_counter() - started)
    parts = []
    while True:
        begun = time.perf_counter()
        part = await in_transaction(sessions, partial(settling.settle_some, at=after))
        if part is None:
            break
        parts.append(time.perf_counter() - begun)
    found.settle.append(sum(parts))
    found.longest.append(max(parts))
    if opened.shops != SHOPS:
        raise ClosingDiffers(f"{opened.shops} shops were settled")
    return opened.id


def _copy(ground: Ground, closing: UUID, *, first: bool) -> float:
    """Copy the rows of a closing into the bare programme; the seconds that it took, commit included."""
    with psycopg.connect(_conninfo(ground.database.owner)) as connection:
        before = _export(connection, ground, closing, {**(_ONCE if first else {}), **_BEFORE})
        rows = _export(connection, ground, closing, _WRITTEN)
    with psycopg.connect(_conninfo(ground.database.owner), options="-c role=obole_runtime") as connection:
        _write(connection, ground, before)
        connection.commit()
        started = time.perf_counter()
        _write(connection, ground, rows)
        connection.commit()
        took = time.perf_counter() - started
        count = sql.SQL("SELECT count(*) FROM {} WHERE closing_id = %s").format(
            sql.Identifier(ground.bare.registered.schema, "settlements")
        )
        if connection.execute(count, [closing]).fetchone() != (SHOPS,):
            raise ClosingDiffers("the copy holds other settlements")
    return took


def _export(connection: psycopg.Connection, ground: Ground, closing: UUID, wanted: Mapping[str, str]) -> Rows:
    """Rows as PostgreSQL's binary COPY writes them."""
    schema = sql.Identifier(ground.town.registered.schema)
    rows: Rows = {}
    for table, condition in wanted.items():
        query = sql.SQL("COPY (SELECT {} FROM {}.{} WHERE {}) TO STDOUT (FORMAT BINARY)").format(
            _columns(table), schema, sql.Identifier(table), sql.SQL(condition).format(schema)
        )
        literal = query.as_string(connection) % {"closing": f"'{closing}'"}
        with connection.cursor() as cursor, cursor.copy(literal.encode()) as copy:
            rows[table] = b"".join(bytes(part) for part in copy)
    return rows


def _write(connection: psycopg.Connection, ground: Ground, rows: Rows) -> None:
    for table, data in rows.items():
        query = sql.SQL("COPY {}.{} ({}) FROM STDIN (FORMAT BINARY)").format(
            sql.Identifier(ground.bare.registered.schema), sql.Identifier(table), _columns(table)
        )
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            copy.write(data)


def _columns(table: str) -> sql.Composable:
    """All of them, but for what PostgreSQL computes itself."""
    names = [one.name for one in Base.metadata.tables[f"{PROGRAMME}.{table}"].columns if one.computed is None]
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _conninfo(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
