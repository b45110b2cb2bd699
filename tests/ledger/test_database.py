"""What sessions leave behind on their connections."""

from __future__ import annotations

from sqlalchemy import text

from ledger import balances
from ledger.chart import Kind, single
from ledger.database import snapshot_of
from tests.ledger.given import Town

OFTEN = 30
"""Reads, after which each of a few connections was asked often enough to have prepared the statement."""


async def test_a_connection_keeps_what_it_has_prepared_when_it_only_reads(town: Town) -> None:
    for _ in range(OFTEN):
        async with snapshot_of(town.sessions) as session:
            await balances.balance(session, single(Kind.BANK))
    async with town.sessions.begin() as session:
        asked = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%accounts%'")
        assert (await session.execute(asked)).scalar_one() > 0
