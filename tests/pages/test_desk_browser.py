"""The operator's desk in a browser: what its forms lead to, and what only comes of them looked at by axe."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from api.engines import Database
from api.settings import Settings
from tests.pages.browser import a_page, check_page, pictured
from tests.pages.desking import Desk, a_busy_desk, a_desk
from tests.pages.given import served
from tests.pages.ordering import SELLING


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    """A programme that sells, with a fee and a bank account, and a company that orders."""
    async with served(database, settings, terms=SELLING) as live:
        yield await a_desk(live)


async def test_stripes_account_disputes_and_a_refund_are_followed_in_a_browser(desk: Desk, browser: Browser) -> None:
    busy = await a_busy_desk(desk)
    async with a_page(browser) as watched:
        await busy.who.enter(watched.context, desk.live)
        page = watched.page
        await page.goto(f"{desk.live.home}desk/stripe")
        assert await page.locator(".proof-holds").count() == 1
        await pictured(watched, "desk-stripe")
        await desk.disputed(busy.carded, "pi_1")
        await page.reload()
        assert "-103,00" in (await page.locator(".proof-broken .balance-difference").inner_text())
        await check_page(watched)
        await page.goto(f"{desk.live.home}desk/disputes")
        assert "2 bons, portant 100,00" in (await page.locator("main").inner_text()).replace("\u00a0", " ")
        await page.goto(f"{desk.live.home}desk/orders/{busy.issued.id}")
        await page.locator("main").get_by_role("link", name="Rembourser").click()
        await page.get_by_label("Une partie").check()
        await page.get_by_label("Montant de la partie").fill("151")
        await page.get_by_label("Motif").fill("Deux départs")
        await page.get_by_role("button", name="Continuer").click()
        await page.get_by_text("Un point à corriger").wait_for()
        watched.forgive("status of 422")
        assert await page.get_by_label("Motif").input_value() == "Deux départs"
        await page.get_by_label("Montant de la partie").fill("100,00")
        await page.get_by_text("Rembourser aussi les frais").check()
        await page.get_by_text("Seulement sur certains bons").click()
        await pictured(watched, "desk-refund")
        await page.get_by_role("button", name="Continuer").click()
        await page.get_by_role("button", name="Rembourser 103,00").wait_for()
        await check_page(watched)
        await page.get_by_role("button", name="Rembourser 103,00").press("Enter")
        await page.get_by_role("heading", name="Virement à envoyer").wait_for()
        await page.goto(f"{desk.live.home}desk")
        assert await page.locator(".todo-row").count() == 3
        await pictured(watched, "desk-home")


async def test_money_is_recorded_in_a_browser_and_long_addresses_stay_within_a_telephone(
    desk: Desk, browser: Browser
) -> None:
    busy = await a_busy_desk(desk)
    async with a_page(browser) as watched:
        await busy.who.enter(watched.context, desk.live)
        page = watched.page
        await page.goto(f"{desk.live.home}desk")
        await page.get_by_role("link", name="Enregistrer un encaissement").click()
        await page.get_by_label("Montant").fill("205,00")
        await page.get_by_label("Référence, numéro ou payeur").fill("vir sepa savonnerie du port")
        await page.get_by_role("button", name="Trouver la commande").press("Enter")
        await page.get_by_text("Son acheteur ou son nom").wait_for()
        await check_page(watched, "desk-money")
        await page.get_by_role("link", name="Voir l'effet").first.click()
        await page.get_by_text("Il manque 1,00").wait_for()
        await pictured(watched, "desk-record")
        await page.get_by_role("button", name="Enregistrer 205,00").dblclick()
        await page.get_by_role("heading", name="205,00").wait_for()
        await desk.new_buyer("Hélène Marchand-Bellegarde", "person", "helene.marchandbellegarde@fournisseur.example")
        await page.goto(f"{desk.live.home}desk/buyers")
        await check_page(watched)
    assert len(await desk.payments(busy.waiting.id)) == 1
