"""What people come for, done by the keyboard alone, and without scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page
from sqlalchemy import URL

from api.settings import Settings
from tests import databases
from tests.pages import desking, followed
from tests.pages.browser import Watched, a_page
from tests.pages.given import Live, served
from tests.pages.keyboard import Hand, Keyboard, Pointer
from tests.pages.ordering import SELLING, SignedIn, a_company, somebody
from tests.pages.windows import PASSWORD, a_house
from vouchers.orders import history, queries


@pytest.fixture(scope="module")
async def live(cluster: URL, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    """A programme that sells, for all of these tests: each looks at its own orders."""
    settings = Settings(home=tmp_path_factory.mktemp("live"), pool_timeout=10, jobs=False)
    async with (
        databases.new_database(cluster, template=databases.TEMPLATE) as database,
        served(database, settings, terms=SELLING) as live,
    ):
        yield live


@dataclass(frozen=True, slots=True)
class Seat:
    """Where somebody sits: a window, and how they reach into it."""

    watched: Watched
    hand: Hand

    @property
    def page(self) -> Page:
        return self.watched.page


@pytest.fixture(scope="module", params=["by the keyboard", "without scripts"])
async def window(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[Seat]:
    keyboard = request.param == "by the keyboard"
    async with a_page(browser, scripts=keyboard, width=1280 if keyboard else 390) as watched:
        yield Seat(watched, Keyboard(watched.page) if keyboard else Pointer(watched.page))


@pytest.fixture
async def seat(window: Seat) -> AsyncIterator[Seat]:
    """Nobody is signed in there."""
    await window.watched.context.clear_cookies()
    yield window
    assert not window.watched.faults, "\n".join(window.watched.faults)


async def test_somebody_signs_in_and_out(live: Live, seat: Seat) -> None:
    async with a_house(live) as house:
        marie = await house.person(f"marie-{house.company}", "buyer")
    page, hand = seat.page, seat.hand
    await page.goto(live.home)
    await hand.skip()
    await hand.follow(page.get_by_role("link", name="Se connecter"))
    await hand.write(page.get_by_label("Adresse e-mail"), marie.email)
    await hand.write(page.get_by_label("Mot de passe"), "faux mot de passe")
    await hand.press(page.get_by_role("button", name="Se connecter"))
    await page.get_by_role("alert").wait_for()
    assert await page.locator(":focus").get_attribute("id") == "summary"
    seat.watched.forgive("status of 422")
    await hand.write(page.get_by_label("Mot de passe"), PASSWORD)
    await hand.send()
    await hand.follow(page.get_by_role("link", name="Mon compte"))
    await hand.press(page.get_by_role("button", name="Se déconnecter", exact=True))
    await page.get_by_text("Vous êtes déconnecté").wait_for()


async def test_a_company_orders_by_names(live: Live, seat: Seat) -> None:
    buyer = await a_buyer(live)
    await buyer.enter(seat.watched.context, live)
    page, hand = seat.page, seat.hand
    await page.goto(f"{live.home}orders")
    await hand.follow(page.get_by_role("link", name="Nouvelle commande").first)
    await hand.write(page.get_by_label("Comment appelez-vous cette commande ?"), "Départs en retraite")
    await hand.pick(page.get_by_label("quel événement"), "Départ à la retraite")
    await hand.press(page.get_by_role("button", name="Continuer"))
    for name, email in (("Ada Lovelace", "ada@savonnerie.example"), ("Grace Hopper", "grace@")):
        await hand.write(page.locator("#new-name"), name)
        await hand.write(page.locator("#new-email"), email)
        await hand.write(page.locator("#new-amount"), "50")
        await hand.send()
        await page.get_by_role("heading", name="Une personne").wait_for()
    await page.get_by_role("heading", name="Une ligne à corriger").wait_for()
    await hand.write(page.locator("#email-0"), "grace@savonnerie.example")
    await hand.press(page.get_by_role("button", name="Vérifier ces lignes"))
    await page.get_by_role("heading", name="2 personnes").wait_for()
    await hand.follow(page.get_by_role("link", name="Continuer").first)
    await hand.choose(page.get_by_label("Sur papier"))
    await hand.write(page.get_by_label("Un message sur chaque bon"), "Bonne route !")
    await hand.press(page.get_by_role("button", name="Continuer"))
    await page.get_by_text("À payer").wait_for()
    await hand.choose(page.get_by_label("Par virement"))
    await hand.press(page.get_by_role("button", name="Valider la commande"))
    await page.get_by_role("status").filter(has_text="Votre commande est passée.").wait_for()
    async with (await live.town()).sessions() as session:
        (placed,) = await queries.orders_page(session, buyers=[buyer.subject] if buyer.subject else [], limit=9)
        named = await queries.beneficiaries_of(session, placed.id)
    assert (placed.status, placed.method, placed.handing, placed.occasion) == (
        "awaiting_payment", "transfer", "sheets", "retirement",
    )  # fmt: skip
    assert [one.email for one in named] == ["ada@savonnerie.example", "grace@savonnerie.example"]


async def test_a_company_orders_a_number_and_enter_leads_on(live: Live, seat: Seat) -> None:
    await (await a_buyer(live)).enter(seat.watched.context, live)
    page, hand = seat.page, seat.hand
    await page.goto(f"{live.home}orders/new")
    await hand.choose(page.get_by_label("Un nombre de bons"))
    await hand.press(page.get_by_role("button", name="Continuer"))
    await hand.write(page.get_by_label("Combien"), "10")
    await hand.write(page.get_by_label("Valeur de chacun"), "20")
    await hand.send()
    await page.get_by_role("group", name="Remise").wait_for()


async def test_a_guest_offers_a_voucher(live: Live, seat: Seat) -> None:
    page, hand = seat.page, seat.hand
    await page.goto(live.home)
    await hand.follow(page.get_by_role("link", name="Offrir un bon d'achat"))
    await hand.choose(page.get_by_label("Un autre montant"))
    await hand.write(page.get_by_label("Lequel ?"), "12,50")
    await hand.write(page.get_by_label("Pour qui est-il ?"), "Marie Curie")
    await hand.choose(page.get_by_label("Par vous"))
    await hand.write(page.get_by_label("Un petit mot"), "Bon anniversaire !")
    await hand.write(page.get_by_label("Votre nom"), "Camille Martin")
    await hand.write(page.get_by_label("Votre adresse e-mail"), "camille@ami.example")
    await hand.press(page.get_by_role("button", name="Voir mon bon"))
    await page.get_by_role("heading", name="Voici votre bon d'achat").wait_for()
    await hand.press(page.get_by_role("button", name="Modifier"))
    assert await page.get_by_label("Un petit mot").input_value() == "Bon anniversaire !"
    await hand.press(page.get_by_role("button", name="Voir mon bon"))
    await hand.press(page.get_by_role("button", name="Commander avec obligation de paiement"))
    await page.get_by_role("status").filter(has_text="Votre commande est passée.").wait_for()
    assert "12,87" in await page.locator("main").inner_text()


async def test_the_operator_records_money(live: Live, seat: Seat) -> None:
    desk = desking.Desk(live, await live.town(), await a_company(await live.town(), "Épicerie du Cours"))
    order = await desk.placed()
    await (await somebody(live, "operator", email="op@programme.example")).enter(seat.watched.context, live)
    page, hand = seat.page, seat.hand
    await page.goto(f"{live.home}desk")
    await hand.follow(page.get_by_role("link", name="Enregistrer un encaissement"))
    await hand.write(page.get_by_label("Montant"), "100,00")
    await hand.write(page.get_by_label("Référence, numéro ou payeur"), f"virement {order.reference}")
    await hand.send()
    await page.get_by_text("Il manque 3,00").wait_for()
    await hand.write(page.get_by_label("Montant"), "103,00")
    await hand.send()
    await page.get_by_text("Exactement ce qui manque").wait_for()
    await hand.press(page.get_by_role("button", name="Enregistrer 103,00"))
    await page.get_by_role("heading", name="103,00", level=1).wait_for()
    assert [one.amount.cents for one in await desk.payments(order.id)] == [10_300]


async def test_a_lost_voucher_is_replaced(live: Live, seat: Seat) -> None:
    buyer = await a_buyer(live)
    desk = followed.Desk(live, buyer)
    issued = await desk.issued(handing="email")
    await buyer.enter(seat.watched.context, live)
    page, hand = seat.page, seat.hand
    await page.goto(f"{live.home}orders/{issued.id}")
    await hand.follow(page.get_by_role("link", name="Voir chacun"))
    await hand.write(page.get_by_label("Nom, e-mail, matricule ou numéro"), "curie")
    await hand.send()
    await hand.follow(page.get_by_role("link", name="Perdu ? Le remplacer Marie Curie"))
    await hand.choose(page.get_by_label("Il a été volé"))
    await hand.choose(page.get_by_label("Envoyer le nouveau"))
    await hand.press(page.get_by_role("button", name="Remplacer le bon"))
    await page.get_by_text("Remplacé").first.wait_for()
    assert "replaced" in [one.what for one in await desk.do(lambda session: history.history_of(session, issued.id))]


async def a_buyer(live: Live) -> SignedIn:
    """Somebody of a company of their own."""
    company = await a_company(await live.town())
    return await somebody(live, "buyer", company, email=f"{company}@savonnerie.example")
