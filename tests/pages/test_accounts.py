"""The accounts at the desk: a month is closed by a deliberate tick, and its files are taken away."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from api.engines import Database
from api.settings import Settings
from ledger.money import Money
from merchants import programme
from tests import fec_reader
from tests.pages.desking import Desk, a_desk
from tests.pages.given import served
from tests.pages.ordering import SELLING, somebody
from vouchers import buyers

MARCH = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    """A programme that had 12,50 € of a company in March 2026."""
    async with served(database, settings, terms=SELLING) as live:
        made = await a_desk(live)
        await made.do(lambda session, _at: buyers.pay_in(session, made.buyer, Money.of("12,50"), at=MARCH))
        yield made


async def test_a_month_is_closed_by_who_ticks_it_and_its_files_are_taken_away(desk: Desk) -> None:
    accountant = await somebody(desk.live, "accountant", None, email="compta@programme.example")
    async with accountant.client(desk.live, "fr") as client:
        shown = (await client.get("/treiz/desk/accounts")).text
        assert 'href="/treiz/desk/accounts"' in shown
        assert "Aucun mois n'est encore arrêté" in shown
        assert "Arrêter les comptes de 03/2026" in shown
        asked = {"month": "2026-03"}
        assert (await client.post("/treiz/desk/accounts", data=asked)).status_code == 422
        later = await client.post("/treiz/desk/accounts", data={"month": "2026-04", "sure": "yes"})
        assert later.status_code == 422
        assert "le prochain est celui du 01/03/2026" in later.text
        done = await client.post("/treiz/desk/accounts", data=asked | {"sure": "yes"})
        assert done.status_code == 303
        closed = (await client.get(done.headers["location"])).text
        assert "Les comptes du mois sont arrêtés" in closed
        assert re.search(r"12,50\s€", closed)
        month = {"first": "2026-03", "last": "2026-03"}
        fec = await client.get("/treiz/desk/accounts/file", params=month | {"which": "fec"})
        assert fec.headers["content-disposition"] == f'attachment; filename="{SELLING.siren}FEC20260331.txt"'
        debit, credit = fec_reader.read(fec.content)
        assert (debit.account, credit.account, debit.debit, credit.credit) == ("512", "411", 1250, 1250)
        for which, begins in (("journal.csv", b"\xef\xbb\xbfjournal;"), ("balance.xlsx", b"PK")):
            file = await client.get("/treiz/desk/accounts/file", params=month | {"which": which})
            assert file.content.startswith(begins)
            assert file.headers["cache-control"] == "no-store"


async def test_what_cannot_be_written_is_said_on_the_page(desk: Desk) -> None:
    operator = await somebody(desk.live, "operator", None, email="op@programme.example")
    async with operator.client(desk.live, "en") as client:
        missing = await client.get("/treiz/desk/accounts/file", params={"first": "2026-03", "which": "fec"})
        assert missing.status_code == 422
        assert "is not closed" in missing.text
        for odd, status in (({}, 422), ({"first": "March"}, 422), ({"first": "2026-03", "which": "secrets"}, 404)):
            assert (await client.get("/treiz/desk/accounts/file", params=odd)).status_code == status
        await client.post("/treiz/desk/accounts", data={"month": "2026-03", "sure": "yes"})
        wrong = replace(SELLING, account_numbers={"bank": "BANK"})
        await desk.do(lambda session, _at: programme.set_terms(session, wrong, effective_from=date(2026, 4, 1)))
        refused = await client.get("/treiz/desk/accounts/file", params={"first": "2026-03", "which": "journal.csv"})
        assert refused.status_code == 422
        assert "obole programme terms --account bank=" in refused.text
