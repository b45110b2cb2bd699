"""A company makes itself known and keeps its particulars; and nobody learns by it who is known here."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Browser
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import arrivals, links, offices, people
from api.auth.people import PersonView
from tests.pages.browser import a_page, pictured
from tests.pages.given import Live
from tests.pages.windows import House, Window, a_house, fault
from vouchers import buyers
from vouchers.buyers import BuyerView

NEW: Final = "/treiz/company/new"
SIREN: Final = "552100554"
TYPED: Final = {
    "siren": " 552 100 554 ", "company": "Savonnerie  du Port", "street": "3 rue de la Soude", "postcode": "13 008",
    "commune": "Marseille", "vat_number": "", "invoice_email": "", "name": "Camille Martin",
    "email": "Camille@Savonnerie.example",
}  # fmt: skip
WHERE: Final = {name: TYPED[name] for name in ("street", "postcode", "commune")}


@pytest.fixture
async def house(live: Live) -> AsyncIterator[House]:
    async with a_house(live) as house:
        yield house


async def test_a_company_makes_itself_known_and_orders_once_its_letter_was_opened(
    house: House, browser: Browser
) -> None:
    async with a_page(browser, width=390) as watched:
        page = watched.page
        await page.goto(house.live.home)
        await page.get_by_role("link", name="Commander pour votre entreprise").click()
        await page.get_by_label("SIREN").fill("552 100 555")
        await page.get_by_role("button", name="Continuer").click()
        await page.get_by_role("heading", name="7 points à corriger").wait_for()
        assert await page.get_by_label("SIREN").input_value() == "552 100 555"
        watched.forgive("status of 422")
        await page.goto(page.url)
        for name, value in TYPED.items():
            await page.locator(f"#{name}").fill(value)
        await pictured(watched, "company-new")
        await page.get_by_role("button", name="Continuer").click()
        await page.wait_for_url("**/company/sent")
        await pictured(watched, "company-sent")
        assert len(await house.links_made()) == 1
        camille = await _person(house, "camille@savonnerie.example")
        path = await house.do(lambda session: _invitation(session, camille))
        await page.goto(house.live.address + path)
        await page.get_by_role("button", name="Se connecter", exact=True).click()
        await page.get_by_role("link", name="Nouvelle commande").click()
        assert "Savonnerie du Port" in await page.locator("main").inner_text()
        await page.goto(f"{house.live.home}company")
        await pictured(watched, "company")
        await page.get_by_label("Commune").fill("Aix-en-Provence")
        await page.get_by_role("button", name="Enregistrer").click()
        await page.get_by_text("C'est enregistré").wait_for()
    company = (await _companies(house))[-1]
    assert (company.kind, company.siren, company.name) == ("company", SIREN, "Savonnerie du Port")
    assert (company.email, company.postcode, company.commune) == (
        "Camille@savonnerie.example", "13008", "Aix-en-Provence",
    )  # fmt: skip


async def test_every_fault_stands_beside_its_field_and_nothing_typed_is_lost(house: House) -> None:
    window = await house.window()
    for bad, said in (
        ({"siren": "552 100 555"}, "SIREN"),
        ({"siren": "000000000"}, "SIREN"),
        ({"siren": ""}, "Remplissez"),
        ({"company": "x" * 101}, "100"),
        ({"company": "www.casino.example"}, "site"),
        ({"street": "rue\u202e"}, "imprimer"),
        ({"postcode": "1300"}, "cinq chiffres"),
        ({"postcode": "٠١٢٣٤"}, "cinq chiffres"),
        ({"commune": "\t"}, "Remplissez"),
        ({"vat_number": "FR00552100554"}, "TVA"),
        ({"invoice_email": "compta@"}, "domaine"),
        ({"email": "camille@savonnerie.example\nBcc: tous@monde.example"}, "saut de ligne"),
        ({"name": ""}, "Remplissez"),
    ):
        ((field, _),) = bad.items()
        answer = await window.post(NEW, {**TYPED, **bad})
        assert said in fault(answer), (bad, fault(answer))
        assert f'id="{field}-fault"' in answer.text
        assert "3 rue de la Soude" in answer.text or field == "street"
    assert [one.id for one in await _companies(house)] == [house.company]
    assert (await window.post(NEW, TYPED, origin="https://evil.example")).status_code == 403
    assert [one.id for one in await _companies(house)] == [house.company]


async def test_neither_a_known_company_nor_a_known_address_is_answered_otherwise(house: House) -> None:
    marie = await house.in_window("marie", "buyer")
    jean = await house.person("jean", "buyer")
    gone = await house.person("gone", "buyer")
    await house.do(lambda session: people.disable(session, gone.id, at=gone.made_at))
    told = set()
    for email in ("new@savonnerie.example", "MARIE@savonnerie.example", jean.email, gone.email, "x@autre.example"):
        window = await house.window()
        answer = await window.post(NEW, {**TYPED, "email": email})
        assert answer.status_code == 303, answer.text
        told.add(f"{answer.headers['location']} {'set-cookie' in answer.headers}")
        told.add(re.sub(r"\s+", " ", (await window.get(answer.headers["location"])).text))
    assert len(told) == 2
    assert await marie.is_in(), "somebody else's typing signed her out"
    companies = await _companies(house)
    assert len([one for one in companies if one.siren == SIREN]) == 2, "each newcomer has a company of its own"
    held = await house.do(lambda session: _held(session, jean))
    assert held == [house.company], "somebody else's typing gave an office"


async def test_who_is_signed_in_acts_for_another_company_at_once(house: House) -> None:
    window = await house.in_window("marie", "buyer")
    before = window.token
    shown = await window.get(NEW)
    assert 'name="email"' not in shown.text
    typed = {name: value for name, value in TYPED.items() if name not in {"name", "email"}}
    answer = await window.post(NEW, {**typed, "company": "Atelier", "invoice_email": "compta@atelier.example"})
    assert answer.headers["location"] == "/treiz/orders/new?said=company-known"
    assert window.token != before
    assert "Atelier" in (await window.get("/treiz/orders/new")).text
    atelier = next(one for one in await _companies(house) if one.name == "Atelier")
    assert atelier.email == "compta@atelier.example"
    first = await window.get("/treiz/company")
    assert "Savonnerie du Port" in first.text
    assert f"/treiz/company?buyer={atelier.id}" in first.text
    assert "552 100 554" in (await window.get(f"/treiz/company?buyer={atelier.id}")).text


async def test_particulars_are_changed_by_who_acts_for_the_company_and_by_nobody_else(house: House) -> None:
    other = await house.new_company("Autre")
    marie, stranger = await house.in_window("marie", "buyer"), await house.in_window("paul", "buyer", of=other)
    typed = {**WHERE, "vat_number": "96 552100554", "invoice_email": "Compta@Savonnerie.EXAMPLE"}
    company = str(house.company)
    for window in (stranger, await house.in_window("anne", "accountant")):
        assert (await window.get(f"/treiz/company?buyer={company}")).status_code == 403
        assert (await window.post("/treiz/company", {**typed, "buyer": company})).status_code == 403
    assert (await (await house.window()).get("/treiz/company")).status_code == 303
    bad = await marie.post(
        "/treiz/company", {**typed, "buyer": company, "vat_number": "FR1", "invoice_email": "é@x.fr"}
    )
    assert {"TVA", "accentuées"} <= set(re.findall(r"\w+", fault(bad)))
    assert 'value="FR1"' in bad.text
    assert (await marie.post("/treiz/company", {**typed, "buyer": "no"})).status_code == 422
    good = await marie.post(
        "/treiz/company", {**typed, "buyer": company, "siren": "1", "name": "Volé", "kind": "person"}
    )
    assert good.headers["location"] == f"/treiz/company?buyer={company}&said=saved"
    (kept,) = [one for one in await _companies(house) if one.id == house.company]
    assert (kept.name, kept.kind, kept.street, kept.postcode) == (
        "Savonnerie du Port", "company", "3 rue de la Soude", "13008",
    )  # fmt: skip
    assert (kept.vat_number, kept.email) == ("FR96552100554", "Compta@savonnerie.example")


async def test_so_many_companies_from_one_place_and_then_no_more_for_an_hour(house: House) -> None:
    window = await house.window()
    for number in range(arrivals.MOST["company"]):
        assert (await _send(window, {"company": f"Atelier {number}"})).status_code == 303
        # the address is known by now: letters to it are counted all the same
    answer = await _send(window, {"email": "camille@SAVONNERIE.example"})
    assert "60 minutes" in fault(answer, 429)
    assert 'value="Savonnerie  du Port"' in answer.text
    for number in range(arrivals.MOST["company-address"] - arrivals.MOST["company"]):
        assert (await _send(window, {"email": f"x{number}@autre.example"})).status_code == 303
    assert (await _send(window, {"email": "last@autre.example"})).status_code == 429


async def _send(window: Window, changes: dict[str, str]) -> httpx.Response:
    return await window.post(NEW, {**TYPED, **changes})


async def _companies(house: House) -> list[BuyerView]:
    return await house.do(lambda session: buyers.buyers_page(session, limit=100))


async def _person(house: House, email: str) -> PersonView:
    found = await house.do(lambda session: people.find(session, email=email))
    assert found is not None
    return found


async def _invitation(session: AsyncSession, person: PersonView) -> str:
    return "/treiz" + await links.link_for(session, person.id, "invitation", await clock.now(session))


async def _held(session: AsyncSession, person: PersonView) -> list[UUID | None]:
    held = await offices.offices_of(session, [person.id])
    return [one.subject for one in held[person.id]]
