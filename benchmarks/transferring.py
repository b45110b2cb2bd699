"""The least that a transfer can cost: ``pgbench`` sends one statement that writes one row and updates two."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from api import embedded
from api.engines import Database
from benchmarks.ground import SHOPS, VOUCHERS

CLIENTS: Final = 64
GRACE: Final = 60
NAME: Final = "bare_transfers"

_TABLES: Final = f"""
CREATE TABLE accounts (id bigint PRIMARY KEY, debits bigint NOT NULL, credits bigint NOT NULL) WITH (fillfactor = 80);
CREATE TABLE transfers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, debit bigint NOT NULL, credit bigint NOT NULL,
    amount bigint NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO accounts SELECT i, 0, 0 FROM generate_series(1, {SHOPS + VOUCHERS}) AS i;
ANALYZE accounts
"""  # noqa: S608 - our own numbers

_TRANSFER: Final = """\\set shop random(1, {shops})
\\set voucher random({first}, {last})
WITH written AS (
    INSERT INTO transfers (debit, credit, amount) VALUES (:voucher, :shop, 1)
), spent AS (
    UPDATE accounts SET debits = debits + 1 WHERE id = :voucher
)
UPDATE accounts SET credits = credits + 1 WHERE id = :shop;
"""

_RATE: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_FAILED: Final = re.compile(r"number of failed transactions: ([0-9]+)")


class TransferFailed(Exception):
    """pgbench met an error."""


@dataclass(frozen=True, slots=True)
class Transferring:
    """pgbench, in a database of its own on the same server."""

    database: Database
    programs: Path
    home: Path

    def rate(self, *, shops: int, seconds: int) -> float:
        """Transfers a second, from any voucher to one of so many shops.

        :raises TransferFailed:
        """
        script = self.home / f"transfer-{shops}.sql"
        script.write_text(_TRANSFER.format(shops=shops, first=SHOPS + 1, last=SHOPS + VOUCHERS))
        command = [
            str(self.programs / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=1",
            f"--time={seconds}", f"--file={script}",
        ]  # fmt: skip
        said = subprocess.run(
            command, env=self._environment(), capture_output=True, text=True, timeout=seconds + GRACE, check=False
        )
        rate, failed = _RATE.search(said.stdout), _FAILED.search(said.stdout)
        if said.returncode or rate is None or failed is None or int(failed[1]):
            raise TransferFailed(said.stderr[-1000:] or said.stdout[-1000:])
        return float(rate[1])

    def _environment(self) -> dict[str, str]:
        url = self.database.owner
        return os.environ | {
            "PGHOST": str(url.query.get("host") or url.host or ""),
            "PGUSER": url.username or "postgres",
            "PGDATABASE": NAME,
        }


async def prepare(database: Database, home: Path) -> Transferring:
    """Make the tables."""
    admin = create_async_engine(database.owner, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {NAME}"))
    await admin.dispose()
    engine = create_async_engine(database.owner.set(database=NAME), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in _TABLES.split(";"):
            await connection.execute(text(statement))
    await engine.dispose()
    if database.server is None:
        raise TransferFailed("pgbench comes with the embedded server: unset OBOLE_DATABASE_URL")
    return Transferring(database, embedded.programs(database.server), home)
