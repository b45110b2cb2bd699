"""Figures at the desk, without a screen: page, drawing and CSV say the same; paper too; who sees them, and who not."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from html import unescape
from typing import Final

import httpx
import pytest
from lxml import etree, html

from api.pages.desk.figures_asked import Offered, read
from api.pages.forms import Form
from ledger.days import day_of
from tests.given import Town
from tests.pages.given import Live
from tests.pages.holding import a_live_town
from tests.pages.ordering import a_company, somebody
from tests.vouchers.figures.given import open_bakery

SVG = "{http://www.w3.org/2000/svg}"
PAGE = "/treiz/desk/figures"
FORMULA = "=SUM(A1)"
PANELS = ("weeks", "circulation", "trades", "communes", "campaigns", "top-ups")
"""Those that are drawn, each in two forms."""

WRONG: Final[tuple[dict[str, str], ...]] = (
    {"span": "century"},
    {"span": "days"},
    {"span": "days", "first": "2026-02-30", "last": "2026-03-01"},
    {"span": "days", "first": "2026-03-02", "last": "2026-03-01"},
    {"span": "days", "first": "9999-12-31", "last": "9999-12-31"},
    {"span": "days", "first": "0001-01-01", "last": "0001-01-02"},
    {"span": "days", "first": "2024-01-01", "last": "2026-01-01"},
    {"span": "month", "trade": "nothing"},
    {"span": "month", "commune": "Atlantis"},
    {"span": "month", "campaign": "1"},
)


@pytest.fixture
async def town(live: Live) -> Town:
    """A town where, two weeks ago, 60 € were sold, 10 € added by a funder with a name to beware of, 25 € spent."""
    town = await a_live_town(live)
    now = town.at
    town.at = now - timedelta(days=14)
    funder = await town.new_funder(FORMULA, "10,00")
    voucher = await town.voucher(worth="60,00 €")
    await town.top_up(voucher, "10,00", funder=funder)
    await town.till.redeem(voucher, "25,00")
    town.at = now
    return town


@pytest.fixture
async def manager(live: Live, town: Town) -> AsyncIterator[httpx.AsyncClient]:
    async with (await somebody(live, "manager")).client(live) as client:
        yield client


def said(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ").split())


def tables(page: str) -> dict[str, list[list[str]]]:
    """The cells of each panel's table, by its slug."""
    return {
        section.get("aria-labelledby", ""): [
            [" ".join(cell.text_content().split()) for cell in row.iter("td", "th")] for row in section.iter("tr")
        ]
        for section in html.fromstring(page).iter("section")
    }


async def rows_of(client: httpx.AsyncClient, panel: str, **query: str) -> list[list[str]]:
    answer = await client.get(f"{PAGE}/{panel}.csv", params=query)
    assert answer.status_code == 200, panel
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def shown(cell: str) -> str:
    """A cell of a CSV as a page shows it."""
    return f"{cell} €" if "," in cell and cell.replace(",", "").lstrip("-").isdigit() else cell


def drawings(page: str) -> list[etree._Element]:
    found = []
    while (start := page.find('<svg class="chart ')) >= 0:
        end = page.index("</svg>", start) + len("</svg>")
        found.append(etree.fromstring(page[start:end]))
        page = page[end:]
    return found


async def test_the_manager_sees_what_was_sold_added_spent_and_brought_and_no_buyer(manager: httpx.AsyncClient) -> None:
    page = await manager.get(PAGE)
    assert page.status_code == 200
    told = said(page.text)
    for words in (
        "Vendu 60,00 €",
        "Dépensé en commerce 25,00 €",
        "En circulation 45,00 €",
        "Commerces qui ont encaissé 1 sur 1",
        "Dépensé par euro abondé 2,50 €",
        "La moitié servent en moins de 0 jour",
    ):
        assert words in told, words
    assert "Savonnerie" not in told
    assert 'aria-current="page">Chiffres' in page.text
    assert "style=" not in page.text
    names: list[str] = []
    for one in drawings(page.text):
        assert one.get("role") == "img"
        labels = (one.get("aria-labelledby") or "").split()
        assert [child.get("id") for child in one[:2]] == labels
        assert all((child.text or "").strip() for child in one[:2])
        names += labels
    assert len(names) == len(set(names)) == 4 * len(PANELS)


async def test_table_drawing_and_csv_say_the_same_and_no_cell_runs_anything(manager: httpx.AsyncClient) -> None:
    page = (await manager.get(PAGE)).text
    on_page = tables(page)
    for panel in (*PANELS, "delays"):
        rows = await rows_of(manager, panel)
        written = [[shown(cell).removeprefix("'").replace("\u00a0", " ") for cell in row] for row in rows]
        assert (on_page[panel] or written[:1]) == written, panel
    bars = [(one.text or "").replace("\u00a0", " ") for one in drawings(page)[0].iter(f"{SVG}title")][1:]
    (week,) = [row for row in on_page["weeks"][1:] if row[1] != "0,00 €" or row[2] != "0,00 €"]
    assert week[1:] == ["60,00 €", "25,00 €", "10,00 €", "0,00 €"]
    assert bars == [f"{week[0]} – Vendu : 60,00 €", f"{week[0]} – Dépensé : 25,00 €"]
    (_, row) = await rows_of(manager, "top-ups")
    assert row == [f"'{FORMULA}", "2,50", "10,00", "1", "25,00"]
    english = await rows_of(manager, "top-ups", lang="en")
    assert (english[0][0], english[1][1]) == ("Funder", "2.50")
    assert (await manager.get(f"{PAGE}/bank.csv")).status_code == 404


async def test_the_paper_says_the_same_each_time(manager: httpx.AsyncClient) -> None:
    paper = await manager.get(f"{PAGE}.pdf", params={"lang": "en"})
    assert paper.headers["content-type"] == "application/pdf"
    told = await asyncio.create_subprocess_exec(
        "pdftotext", "-layout", "-", "-", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    text = (await told.communicate(paper.content))[0].decode()
    for words in (
        "Figures",
        "€60.00",
        "Sold and spent, week by week",
        "Cafés and bars",
        "€25.00",
        "Page 1 / 2",
        FORMULA,
    ):
        assert words in text, words
    assert paper.content == (await manager.get(f"{PAGE}.pdf", params={"lang": "en"})).content


async def test_one_trade_one_commune_other_days_and_what_is_asked_wrongly(
    manager: httpx.AsyncClient, town: Town
) -> None:
    cafes = said((await manager.get(PAGE, params={"span": "quarter", "trade": "cafes", "commune": "Marseille"})).text)
    assert "Dépensé, semaine par semaine" in cafes
    assert "Dépensé en commerce 25,00 €" in cafes
    assert "En circulation 45,00" not in cafes
    today = day_of(town.at).isoformat()
    alone = said((await manager.get(PAGE, params={"span": "days", "first": today, "last": today})).text)
    assert "Dépensé en commerce 0,00 €" in alone
    assert "Rien sur cette période" in alone
    for span in ("month", "year"):
        assert (await manager.get(PAGE, params={"span": span})).status_code == 200
    for wrong in WRONG[-2:]:
        page = await manager.get(PAGE, params=wrong)
        assert page.status_code == 422, wrong
        assert 'aria-invalid="true"' in page.text, wrong


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_asked_wrongly_is_told_beside_its_field(wrong: dict[str, str]) -> None:
    form = Form(typed={name: [value] for name, value in wrong.items()}, sent=True)
    asked = read(form, Offered([], [], [], []), date(2026, 3, 10))
    assert set(form.faults) <= {"span", "first", "last", "trade", "commune", "campaign"}
    assert form.faults
    assert asked.all_shops
    assert asked.period.last_day == date(2026, 3, 10)


async def test_who_does_not_run_the_programme_sees_nothing_of_it(live: Live, town: Town) -> None:
    buyer = await somebody(live, "buyer", await a_company(await live.town()), email="b@b.example")
    shop = await somebody(live, "shop", town.till.shop, email="s@s.example")
    for one in (buyer, shop):
        async with one.client(live) as client:
            for path in (PAGE, f"{PAGE}.pdf", f"{PAGE}/weeks.csv"):
                assert (await client.get(path)).status_code == 403, path


async def test_a_shop_that_never_took_a_voucher_is_named_with_a_way_to_write_to_it(
    manager: httpx.AsyncClient, town: Town
) -> None:
    await town.open_shop(1)
    bakery = await open_bakery(town)
    page = (await manager.get(PAGE)).text
    _, first, second = tables(page)["quiet-shops"]
    assert (first[0], first[4], second[0]) == ("Fournil Łódź", "jamais", "Aux bons pains")
    assert "/treiz/shops/39051825600024" in page  # the manager may not look into what a shop takes
    assert str(bakery.shop) not in page
    assert 'href="mailto:pain%40aix.example"' in page
    assert [row[5] for row in await rows_of(manager, "quiet-shops")] == ["E-mail", "", "pain@aix.example"]
