"""Statements from the pages: the paper and its spreadsheets, and a page where anybody checks a seal."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from openpyxl import load_workbook
from pypdfium2 import PdfDocument

from ledger.database import Sessions
from ledger.days import Period, day_of, months_later
from ledger.money import Money
from merchants.settlements.queries import SettlementView
from tests.given import Town
from tests.ledger.given import by_hand
from tests.pages.followed import plain
from tests.pages.given import Live
from tests.pages.holding import a_live_town
from tests.pages.ordering import somebody


@dataclass(slots=True)
class Paid:
    """A shop that was settled for last month, in which it took 40,00 € and undid 12,50 €."""

    live: Live
    town: Town
    settlement: SettlementView

    @property
    def path(self) -> str:
        return f"/treiz/shop/{self.settlement.shop}/settlements/{self.settlement.id}"


@pytest.fixture
async def paid(live: Live) -> Paid:
    town = await a_live_town(live)
    now = town.at
    first = months_later(day_of(now).replace(day=1), -1)
    town.at = datetime(first.year, first.month, 2, 10, tzinfo=UTC)
    voucher = await town.voucher(worth="100,00 €")
    await town.till.redeem(voucher, "40,00")
    town.at += timedelta(hours=1)
    await town.undo(await town.till.redeem(voucher, "12,50"))
    town.at = now
    (settlement,) = await town.settlements(await town.close(Period.month(f"{first:%Y-%m}")))
    return Paid(live, town, settlement)


@pytest.fixture
async def shop(paid: Paid) -> AsyncIterator[httpx.AsyncClient]:
    who = await somebody(paid.live, "shop", paid.settlement.shop, email="patron@bar.example")
    async with who.client(paid.live) as client:
        yield client


def cents(typed: str) -> int:
    return Money.of(typed.removeprefix("-")).cents * (-1 if typed.startswith("-") else 1)


def seal_on(pdf: bytes) -> str:
    """What stands at the foot of the first page."""
    text = PdfDocument(pdf)[0].get_textpage().get_text_bounded().replace("\u00a0", " ")
    found = re.search(r"Sceau ([A-Z2-7]{4}(?:-[A-Z2-7]{4}){4}), à vérifier sur (\S+)", text)
    assert found, text
    assert found[2].endswith("/treiz/seal")
    return found[1]


async def test_a_shop_takes_its_statement_as_paper_and_for_a_spreadsheet(paid: Paid, shop: httpx.AsyncClient) -> None:
    listed = (await shop.get(f"/treiz/shop/{paid.settlement.shop}/settlements")).text
    files = {}
    for form, kind in (("pdf", "application/pdf"), ("csv", "text/csv"), ("xlsx", "spreadsheetml.sheet")):
        assert f'href="{paid.path}.{form}"' in listed
        answer = await shop.get(f"{paid.path}.{form}")
        assert kind in answer.headers["content-type"]
        assert answer.headers["content-disposition"] == f'attachment; filename="{paid.settlement.number}.{form}"'
        files[form] = answer.content
    assert (await shop.get(f"{paid.path}.exe")).status_code in {404, 422}

    rows = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig")), delimiter=";"))
    amounts = {row[0]: row[5] for row in rows if len(row) == 6}
    assert amounts["Total des bons"] == "40,00"
    assert amounts["Encaissements annulés (1)"] == "-12,50"
    assert amounts["Vous recevez"] == "38,56"
    lines = [row for row in rows if len(row) == 6 and re.fullmatch(r"\d\d:\d\d", row[1])]
    assert sum(cents(row[5]) for row in lines) == 4_000
    assert seal_on(files["pdf"]) in [row[1] for row in rows if row[:1] == ["Sceau"]]

    sheet = load_workbook(io.BytesIO(files["xlsx"])).active
    assert sheet is not None
    cells = [tuple(cell for cell in row if cell is not None) for row in sheet.iter_rows(values_only=True)]
    assert [row for row in cells if row[:1] == ("Vous recevez",)][-1][-1] == pytest.approx(38.56)
    assert sum(1 for row in cells if len(row) == 6 and row[1] in {line[1] for line in lines}) == len(lines) == 3


async def test_the_desk_offers_the_same_files_and_programs_are_given_the_same_bytes(
    paid: Paid, shop: httpx.AsyncClient
) -> None:
    async with (await somebody(paid.live, "operator")).client(paid.live) as desk:
        page = (await desk.get(f"/treiz/desk/month-end/closed/{paid.settlement.closing}")).text
        assert all(f'href="{paid.path}.{form}"' in page for form in ("pdf", "csv", "xlsx"))
        assert (await desk.get(f"{paid.path}.csv")).content == (await shop.get(f"{paid.path}.csv")).content


async def test_a_statement_of_another_shop_is_unknown_in_every_form(paid: Paid, shop: httpx.AsyncClient) -> None:
    other = await paid.town.open_shop(1)
    who = await somebody(paid.live, "shop", other.shop, email="autre@fournil.example")
    async with who.client(paid.live) as client:
        for form in ("pdf", "csv", "xlsx"):
            path = f"/treiz/shop/{other.shop}/settlements/{paid.settlement.id}.{form}"
            assert (await client.get(path)).status_code == 404
            assert (await client.get(f"{paid.path}.{form}")).status_code == 403


async def test_anybody_checks_a_seal_and_nobody_learns_anything_without_it(
    paid: Paid, shop: httpx.AsyncClient, owner: Sessions
) -> None:
    seal = seal_on((await shop.get(f"{paid.path}.pdf")).content)
    number = paid.settlement.number
    async with paid.live.client() as stranger:

        async def told(number: str, seal: str) -> str:
            answer = await stranger.get("/treiz/seal", params={"number": number, "seal": seal})
            assert answer.status_code == 200
            return plain(re.sub(r'value="[^"]*"', "", answer.text[answer.text.index("<main") :]))

        genuine = await told(f" {number.lower()} ", seal.lower().replace("-", " "))
        assert "Le sceau est authentique, et les livres le confirment" in genuine
        assert "38,56 €" in genuine
        wrong = await told(number, "A" * 20)
        assert "Aucun relevé de ce numéro ne porte ce sceau" in wrong
        assert wrong == await told("TREIZ-1999-000001", seal) == await told("\x00", "not a seal")
        assert "38,56" not in wrong
        asked = await stranger.get("/treiz/seal", params={"number": number})
        assert asked.status_code == 422
        assert "Remplissez ce champ" in plain(asked.text)
        assert "Vérifier un relevé" in plain((await stranger.get("/treiz/seal")).text)
        await by_hand(owner, "UPDATE settlements SET payable_on = payable_on + 1")
        assert "les livres disent autre chose" in await told(number, seal)
