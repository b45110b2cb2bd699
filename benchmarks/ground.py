"""An installation to measure in: a programme with real shops and their tills, and vouchers with money on them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import MetaData, Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.keys import make_key
from api.engines import Database, find_database, owner_engine
from api.founding import found
from api.installation import Town, installation
from api.migrating import migrate_shared
from api.settings import Settings
from ledger.database import PROGRAMME
from ledger.money import Money
from merchants.programme import Terms
from merchants.shops import registering, tills
from merchants.shops.checking import check_rows
from merchants.shops.reading import read_rows
from vouchers import buyers, codes, issuing
from vouchers.proofs import audit
from vouchers.queries import vouchers_page

SLUG: Final = "bench"
BARE: Final = "bare"
"""A second programme, with the same tables, keys and triggers, into which rows are copied bare."""

SHOPS: Final = 100
VOUCHERS: Final = 10_000
WORTH: Final = Money(1_000_00)
"""Each redemption takes a cent, so that no voucher is ever spent."""

PATIENCE: Final = 600_000
"""Milliseconds that a statement of the benchmark itself may take."""

_REDEMPTIONS: Final = Table("redemptions", MetaData(), schema=PROGRAMME)

TERMS: Final = Terms(
    name="Bench", legal_name="Chambre de mesure", siren="000130005", street="1 place de la Mesure", postcode="13001",
    commune="Marseille", contact="bench@obole.example", number_prefix="BENCH",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ground:
    """Where is measured."""

    home: Path
    database: Database
    town: Town
    bare: Town
    buyer: UUID

    @property
    def keys_of_many(self) -> Path:
        """The till keys of all shops, one a line."""
        return self.home / "keys"

    @property
    def key_of_one(self) -> Path:
        """The key of one till."""
        return self.home / "key"

    @property
    def codes(self) -> Path:
        """The typed codes of all vouchers, one a line."""
        return self.home / "codes"

    async def redemptions(self) -> int:
        """How many redemptions the books hold."""
        async with self.town.sessions.begin() as session:
            rows = await session.execute(select(func.count()).select_from(_REDEMPTIONS))
            return rows.scalar_one()

    async def findings(self) -> list[str]:
        """What the audit of the programme finds."""
        async with self.town.sessions.begin() as session:
            return [str(finding) for finding in (await audit(session)).findings]

    async def version(self) -> str:
        """Which PostgreSQL this is, and that its commits are real."""
        async with self.town.sessions.begin() as session:
            names = ("server_version", "fsync", "synchronous_commit", "full_page_writes")
            said = [(await session.execute(text(f"SHOW {name}"))).scalar_one() for name in names]
        return f"{said[0]} (" + ", ".join(f"{n}={v}" for n, v in zip(names[1:], said[1:], strict=True)) + ")"


@asynccontextmanager
async def ground(home: Path) -> AsyncIterator[Ground]:
    """Prepare an installation in an empty folder; its server stops when this ends."""
    settings = Settings(home=home, statement_timeout=PATIENCE, database_url="", secrets="")
    database = find_database(settings)
    try:
        async with owner_engine(database) as engine:
            await migrate_shared(engine)
            for slug in (SLUG, BARE):
                since = datetime.now(UTC)
                await found(engine, settings, slug=slug, terms=TERMS, effective_from=date(2026, 1, 1), at=since)
        async with installation(settings, database) as here:
            town = await here.town(SLUG)
            async with town.sessions.begin() as session:
                buyer = await _fill(session, town, home)
            yield Ground(home, database, town, await here.town(BARE), buyer)
    finally:
        if database.server is not None:
            database.server.cleanup()


async def _fill(session: AsyncSession, town: Town, home: Path) -> UUID:
    at = await clock.now(session)
    buyer = (await buyers.register_buyer(session, buyers.NewBuyer("company", "Acheteur de mesure"), at=at)).id
    keys = await _open_tills(session, at)
    _write(home / "keys", keys)
    _write(home / "key", keys[:1])
    new = issuing.NewBatch(buyer, WORTH, VOUCHERS, on_credit=True)
    batch = await issuing.issue(session, new, keys=town.keys, actor="bench", at=at)
    issued = await vouchers_page(session, batch=batch, limit=VOUCHERS)
    _write(home / "codes", [codes.spell(codes.derive(town.keys.current, one.facts.id).typed) for one in issued])
    return buyer


async def _open_tills(session: AsyncSession, at: datetime) -> list[str]:
    content = (resources.files("api") / "demo" / "data" / "shops_13.csv").read_bytes()
    shops = check_rows(read_rows(content, "shops_13.csv"), frozenset()).good[:SHOPS]
    keys = []
    for shop in await registering.register_all(session, shops, actor="bench", at=at):
        await registering.set_status(session, shop, "accepted", actor="bench", at=at)
        till = await tills.open_till(session, shop, label="Caisse 1", at=at)
        _, key = await make_key(session, slug=SLUG, role="till", subject=till.id, label="bench", at=at)
        keys.append(key)
    return keys


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n")
    os.chmod(path, 0o600)  # noqa: PTH101
