"""The bank's statements at the desk and by API: a file is read, its lines are told, a line is decided once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from api.engines import Database
from api.errors import explain
from api.settings import Settings
from ledger.money import Money
from merchants.bank import queries
from merchants.bank.errors import BankFileBroken
from tests.merchants.bank.given import document, entry, statement, transaction
from tests.pages.desking import Desk, a_desk, operator
from tests.pages.followed import plain
from tests.pages.given import served
from tests.pages.ordering import SELLING
from vouchers.orders.errors import MoneyMoved


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    """A programme that sells, with a fee and a bank account, and a company that orders."""
    async with served(database, settings, terms=SELLING) as live:
        yield await a_desk(live)


async def sent(client: httpx.AsyncClient, content: bytes) -> httpx.Response:
    return await client.post("/treiz/desk/bank", files={"file": ("releve.xml", content, "application/xml")})


async def test_a_file_is_read_and_what_waits_is_decided_on_a_page(desk: Desk) -> None:
    sure, other = await desk.placed(), await desk.placed()
    content = document(
        statement(
            entry("103.00", transaction("103.00", reference=sure.reference or "")),
            entry("103.00", transaction("103.00", name="SAVONNERIE", words="cheques Noel")),
            entry("4.50", way="DBIT", info="FRAIS"),
            entry("7.00", currency="USD"),
            closing="1201.50",
        )
    )
    async with (await operator(desk)).client(desk.live) as client:
        broken = await sent(client, content[:-9])
        assert (broken.status_code, plain(explain(BankFileBroken(line=2), "fr").detail) in plain(broken.text)) == (
            422, True,
        )  # fmt: skip
        read = await sent(client, content)
        assert read.status_code == 303
        told = plain((await client.get(read.headers["location"])).text)
        for words in ("Enregistrée dans les livres", "Pas comprise", "7.00 USD", "cheques Noel"):
            assert words in told
        assert "Le compte n'est pas bon" not in told
        again = await client.get((await sent(client, content)).headers["location"])
        assert "rien n'a changé" in plain(again.text)
        assert (await desk.order(sure.id)).status == "paid"
        page = await client.get("/treiz/desk/bank")
        line, fees = re.findall(r"/treiz/desk/bank/entries/[0-9a-f-]+", page.text)
        seen = (await client.get(line)).text
        answer = answer_for(seen, str(other.id))
        await desk.paid(other, Money.of("3,00"))
        moved = await client.post(line, data={"do": "order", "order": answer})
        assert (moved.status_code, plain(explain(MoneyMoved(), "fr").detail) in plain(moved.text)) == (422, True)
        answer = answer_for(moved.text, str(other.id))
        assert (await client.post(line, data={"do": "order", "order": answer})).status_code == 303
        assert (await desk.giver()).free == Money.of("3,00")
        twice = await client.post(line, data={"do": "order", "order": answer})
        assert twice.status_code == 422
        assert (await client.post(fees, data={"do": "explain", "note": ""})).status_code == 422
        assert (await client.post(fees, data={"do": "explain", "note": "Frais"})).status_code == 303
        assert "Aucune ligne n'attend" in plain((await client.get("/treiz/desk/bank")).text)
    async with desk.town.sessions() as session:
        states = [one.state for one in await queries.entries_page(session, limit=9)]
    assert states == ["recorded", "recorded", "explained", "refused"]


def answer_for(text: str, order: str) -> str:
    """What the page sends for an order."""
    (found,) = re.findall(rf'type="radio"[^>]+value="(order:{order}:[0-9]+)"', text)
    return str(found)
