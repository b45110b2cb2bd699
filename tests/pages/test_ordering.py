"""An order made through its pages: from a spreadsheet with mistakes to a placed order, with scripts and without."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID

import openpyxl
import pytest
from playwright.async_api import Browser, FilePayload

from api.engines import Database
from api.pages.orders.telling import folded
from api.settings import Settings
from tests.pages.browser import Watched, a_page, pictured
from tests.pages.given import Live, served
from tests.pages.ordering import SELLING, a_buyer, a_company, somebody
from vouchers.orders import queries
from vouchers.orders.history import OrderEventView


@pytest.fixture
async def live(database: Database, settings: Settings) -> AsyncIterator[Live]:
    """A programme that sells, with a fee and a bank account."""
    async with served(database, settings, terms=SELLING) as live:
        yield live


def spreadsheet(people: int, *mistakes: tuple[str, str, str, object]) -> FilePayload:
    """A list as a company keeps it, with some lines that cannot stand."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Prénom et nom", "Adresse e-mail", "Matricule", "Montant"])
    for number in range(1, people + 1 - len(mistakes)):
        sheet.append([f"Personne {number}", f"p{number}@savonnerie.example", f"M{number:03d}", 50])
    for mistake in mistakes:
        sheet.append(list(mistake))
    out = BytesIO()
    book.save(out)
    return {"name": "liste.xlsx", "mimeType": "application/octet-stream", "buffer": out.getvalue()}


MISTAKES = (
    ("Zoé Oubli", "zoe@", "M900", 50),
    ("", "sans.nom@savonnerie.example", "M901", 50),
    ("Ada Trop", "ada@savonnerie.example", "M902", 5000),
)


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_list_with_three_mistakes_is_imported_mended_and_ordered(
    live: Live, browser: Browser, scripts: bool
) -> None:
    name = "order" if scripts else None
    async with a_page(browser, scripts=scripts) as watched:
        await (await a_buyer(live)).enter(watched.context, live)
        page = watched.page
        await page.goto(f"{live.home}orders")
        await page.get_by_role("link", name="Nouvelle commande").first.click()
        await _seen(watched, name, "new")
        await page.get_by_label("Comment appelez-vous cette commande ?").fill("Noël 2026")
        await page.get_by_label("quel événement").select_option("christmas")
        await page.get_by_role("button", name="Continuer").click()
        await page.get_by_label("Fichier CSV ou Excel").set_input_files([spreadsheet(12, *MISTAKES)])
        await page.get_by_role("button", name="Importer").click()
        await page.get_by_role("heading", name="3 lignes à corriger").wait_for()
        await _seen(watched, name, "mend")
        await page.locator("#email-0").fill("zoe@savonnerie.example")
        await page.locator("#name-1").fill("Grace Hopper")
        await page.get_by_role("button", name="Vérifier ces lignes").click()
        await page.get_by_role("heading", name="Une ligne à corriger").wait_for()
        assert await page.locator("#amount-0").input_value() == "5000"
        await page.locator("#amount-0").fill("50,00")
        await page.get_by_role("button", name="Vérifier ces lignes").click()
        await page.get_by_role("heading", name="12 personnes").wait_for()
        await _seen(watched, name, "people")
        await page.get_by_role("link", name="Continuer").first.click()
        await page.get_by_label("Par e-mail").check()
        await page.get_by_label("Un message sur chaque bon").fill("Joyeux Noël à toutes et à tous !")
        await _seen(watched, name, "giving")
        await page.get_by_role("button", name="Continuer").click()
        await page.get_by_text("À payer").wait_for()
        await _seen(watched, name, "check")
        assert "618,00" in (await page.locator(".sums").inner_text()).replace("\u202f", " ")
        await page.get_by_role("button", name="Valider la commande").click()
        await page.get_by_role("status").filter(has_text="Votre commande est passée.").wait_for()
        order = UUID(page.url.split("/orders/")[1][:36])
    async with (await live.town()).sessions() as session:
        found = await queries.order(session, order)
        people = await queries.beneficiaries_of(session, order)
    assert (found.status, found.method, found.handing, found.occasion) == (
        "awaiting_payment", "transfer", "email", "christmas",
    )  # fmt: skip
    assert [one.name for one in people[-3:]] == ["Zoé Oubli", "Grace Hopper", "Ada Trop"]


async def test_of_a_long_list_everybody_can_be_found_seen_and_taken_out(live: Live) -> None:
    buyer = await a_buyer(live)
    pasted = "Nom;E-mail;Montant\n" + "\n".join(
        f"Personne {at:03d};p{at:03d}@savonnerie.example;50" for at in range(1, 121)
    )
    async with buyer.client(live) as client:
        path = (await client.post("/treiz/orders/new", data={"how": "names"})).headers["location"]
        brought = await client.post(path, data={"do": "paste", "pasted": pasted})
        assert brought.headers["location"] == f"{path}?from=120&said=list-taken"
        last = (await client.get(brought.headers["location"])).text
        assert ("Personne 100" in last, "Personne 101" in last, "Personne 120" in last) == (False, True, True)
        assert "101 à 120 sur 120" in last
        assert 'href="?from=51"' in last
        found = (await client.get(f"{path}?q=P077@")).text
        assert (found.count("remove:"), "remove:77" in found) == (1, True)
        stale = await client.post(f"{path}?q=p077", data={"do": "remove:77", "version": "1"})
        assert stale.status_code == 422, "somebody changed the list since: nobody else is taken out by its place"
        (version,) = set(re.findall(r'name="version" value="(\d+)"', found))
        gone = await client.post(f"{path}?q=p077", data={"do": "remove:77", "version": version})
        assert gone.headers["location"] == f"{path}?q=p077"
        assert "Personne 077" not in (await client.get(gone.headers["location"])).text
        beyond = (await client.get(f"{path}?from=99999")).text
        assert "101 à 119 sur 119" in beyond
        assert "1 à 50 sur 119" in (await client.get(f"{path}?from=x")).text
        check = (await client.get(path.replace("/people", "/check"))).text
        assert "Bon à savoir" in check
        assert "à regarder" not in check


def test_changes_made_in_a_row_are_told_once() -> None:
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    events = [
        OrderEventView(what, who, {}, at + timedelta(minutes=minute))
        for minute, (what, who) in enumerate(
            [("started", "a"), ("changed", "a"), ("changed", "a"), ("changed", "b"), ("placed", "b"), ("changed", "b")]
        )
    ]
    told = [(one.what, one.actor, one.at.minute) for one in folded(events)]
    assert told == [
        ("started", "a", 0),
        ("changed", "a", 2),
        ("changed", "b", 3),
        ("placed", "b", 4),
        ("changed", "b", 5),
    ]


async def test_numbers_of_vouchers_keep_what_was_typed_beside_the_fault(live: Live) -> None:
    buyer = await a_buyer(live)
    async with buyer.client(live) as client:
        begun = await client.post("/treiz/orders/new", data={"how": "numbers"})
        assert begun.status_code == 303
        path = begun.headers["location"]
        bad = await client.post(path, data={"quantity-1": "douze", "face-1": "3", "quantity-2": "", "face-2": ""})
        assert bad.status_code == 422
        assert 'value="douze"' in bad.text
        assert "quantity-1-fault" in bad.text
        assert "face-1-fault" in bad.text
        more = await client.post(path, data={"quantity-1": "10", "face-1": "20", "do": "more"})
        assert 'id="quantity-2"' in more.text
        good = await client.post(path, data={"quantity-1": "10", "face-1": "20", "quantity-2": "1", "face-2": "12,50"})
        assert good.headers["location"].endswith("/giving")


async def test_another_buyers_order_is_as_unknown_as_one_that_never_was(live: Live) -> None:
    mine = await a_buyer(live)
    town = await live.town()
    other = await somebody(live, "buyer", await a_company(town, "Autre"), email="autre@autre.example")
    async with mine.client(live) as client:
        begun = await client.post("/treiz/orders/new", data={"how": "names"})
    order = begun.headers["location"].split("/orders/")[1][:36]
    never = "01a204d2-0860-74ce-a8b1-a57a89cfe4e9"
    async with other.client(live) as client:
        for step in ("people", "vouchers", "giving", "check", "template.csv", "logo.png"):
            seen = await client.get(f"/treiz/orders/{order}/{step}")
            nothing = await client.get(f"/treiz/orders/{never}/{step}")
            assert (seen.status_code, nothing.status_code) == (404, 404), step
            assert seen.text.replace(order, "") == nothing.text.replace(never, "")
        for step in ("people", "vouchers", "giving", "check"):
            answer = await client.post(f"/treiz/orders/{order}/{step}", data={"do": "empty", "version": "1"})
            assert answer.status_code in {404, 422}, step


async def _seen(watched: Watched, name: str | None, step: str) -> None:
    """Make the pictures of the page."""
    if name is not None:
        await pictured(watched, f"{name}-{step}")
