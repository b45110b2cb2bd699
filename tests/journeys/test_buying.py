"""Must show 1 and 2 of buying: from the command line to codes that a till takes, paid by card and by transfer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page

from tests import HOME
from tests.journeys import buying_reading as reading
from tests.journeys import buying_steps as steps
from tests.journeys.buying_facts import (
    EACH,
    all_good,
    check_papers,
    credit_of,
    forget_memory,
    held_by,
    highest_memory,
    names_of,
    order_of,
    printed_for,
    proved,
)
from tests.journeys.buying_running import Running, running, until
from tests.mail_server import mail_server
from tests.pages.browser import a_browser, a_page
from tests.stripe_double.driving import Double
from tests.vouchers.orders.test_epc import parsed
from vouchers.orders.paperwork import reference

PEOPLE: Final = 140
MANY: Final = 10_000
READ: Final = 50
"""How many of them are read back, anywhere among the pages."""

MOST_MEMORY: Final = 300_000_000
"""Bytes of the process that serves, its jobs included."""

FEW: Final = 12
IBAN: Final = "FR7699999130550000000149916"
BUYER: Final = "cse@garlaban.example"
COMPANY: Final = "Mutuelle du Garlaban (démo)"
"""Who pays by transfer, and the address to which letters about its orders go."""

FRIEND: Final = "marie.curie@amie.example"
GIVER: Final = "camille.martin@ami.example"

MISTAKES: Final = (
    (17, ("Zoé Oubli", "zoe@", "M900", 50)),
    (60, ("", "sans.nom@accoules.example", "M901", 50)),
    (139, ("Ada Trop", "ada@accoules.example", "M902", 5_000)),
)
"""Lines that cannot stand, by their place: half an address, no name, an amount beyond the programme's bounds."""


@pytest.fixture(scope="module")
async def obole(stripe_double: Double) -> AsyncIterator[Running]:
    """`obole run` with everything around it, for all tests of this module."""
    account = await stripe_double.account()
    # Not under pytest's own folder, which it closes to other users: an embedded PostgreSQL never runs as root.
    with mail_server() as mail:
        async with running(HOME / f"buying-{uuid4().hex}", account, mail) as obole:
            yield obole


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """A browser."""
    async with a_browser() as browser:
        yield browser


def company(name: str, of: int) -> list[steps.Line]:
    """Its people, a line each."""
    return [(f"Personne {n}", f"p{n}@{name}.example", f"M{n:03d}", EACH // 100) for n in range(1, of + 1)]


async def test_a_company_imports_mends_pays_by_card_and_everybody_holds_a_good_code(
    obole: Running, chromium: Browser
) -> None:
    lines = company("accoules", PEOPLE - len(MISTAKES))
    for place, mistake in MISTAKES:
        lines.insert(place, mistake)
    async with a_page(chromium) as watched:
        page = watched.page
        await steps.sign_in(page, obole, obole.demo["people"]["buyer 1"], obole.demo["password"])
        await steps.begin(page, obole, "Noël du personnel 2026")
        await steps.bring(page, lines)
        await page.get_by_role("heading", name="3 lignes à corriger").wait_for()
        await steps.mend(page, email_0="zoe@accoules.example", name_1="Grace Hopper", amount_2="50,00")
        await page.get_by_role("heading", name=f"{PEOPLE} personnes").wait_for()
        await steps.by_email(page, "Joyeux Noël à toutes et à tous !")
        assert await steps.shown_sums(page) == [
            "140 × 50,00 € 7 000,00 €", "Frais de service (HT) 140,00 €", "TVA sur les frais (20 %) 28,00 €",
            "À payer 7 168,00 €",
        ]  # fmt: skip
        await steps.place(page, "Par carte")
        order = steps.order_in(page)
        await steps.pay_on_the_page_of_stripe(page, obole, "7168,00 €")
        await steps.to_the_order(page, order)
        await page.locator("#hand-out").wait_for()
        pdf = await steps.sheets(page)
        await page.goto(f"{obole.home}/orders/{order}")
        papers = await steps.papers(page)
    names = await names_of(obole, order)
    assert len(names) == PEOPLE
    assert {"Zoé Oubli", "Grace Hopper", "Ada Trop"} < set(names)
    await until(obole.mail, list(names.values()))
    mailed = await held_by(obole, names)
    assert printed_for(pdf, names) == mailed
    await all_good(obole, mailed, PEOPLE)
    told = await order_of(obole, order)
    assert (told["total"], told["covered"]) == (716_800, 716_800)
    assert [one.partition(" TREIZ")[0] for one, _ in papers] == ["Facture des frais de service", "Reçu des bons"]
    check_papers(papers, told["total"], "168,00 €", "7 000,00 €")


@pytest.mark.parametrize("how", ["short", "over", "twice"])
async def test_a_transfer_a_euro_short_a_euro_over_and_twice_each_end_in_good_codes(
    obole: Running, chromium: Browser, how: str
) -> None:
    people = obole.demo["people"]
    before = await credit_of(obole, COMPANY)
    async with a_page(chromium) as buying, a_page(chromium) as desk:
        page, operator = buying.page, desk.page
        await steps.sign_in(page, obole, people["buyer 3"], obole.demo["password"])
        await steps.sign_in(operator, obole, people["operator"], obole.demo["password"])
        await steps.begin(page, obole, f"Noël des agences, {how}")
        await steps.bring(page, company(how, FEW))
        await page.get_by_role("heading", name=f"{FEW} personnes").wait_for()
        await steps.by_email(page, "Joyeux Noël !")
        await steps.place(page, "Par virement")
        order = steps.order_in(page)
        asked = await steps.download(page, page.get_by_role("link", name="Demande de paiement (PDF)"))
        told = await order_of(obole, order)
        assert told["total"] == 61_440
        line = f"VIR RECU 8841 DE MUTUELLE DU GARLABAN REF {reference.spell(told['reference'])}"
        check_request(asked, told)
        await comes(obole, page, operator, line, how)
        # In a window of its own: the one that is open loads itself anew while vouchers go out, and would cut it off.
        shown = await buying.context.new_page()
        await shown.goto(f"{obole.home}/orders/{order}")
        await shown.locator("#hand-out").wait_for()
    names = await names_of(obole, order)
    await until(obole.mail, list(names.values()))
    await all_good(obole, await held_by(obole, names), FEW)
    assert (await order_of(obole, order))["covered"] == told["total"]
    assert await credit_of(obole, COMPANY) - before == {"short": 0, "over": 100, "twice": told["total"]}[how]


async def comes(obole: Running, page: Page, operator: Page, line: str, how: str) -> None:
    """The money, as it should not: the operator records each line of the bank's statement."""
    match how:
        case "short":
            assert "Il manque 1,00 €" in await steps.comes(operator, obole, line, "613,40")
            await page.reload()
            await waits_for_a_euro(obole, page)
            assert "La commande est payée" in await steps.comes(operator, obole, line, "1,00")
        case "over":
            assert "1,00 € sont arrivés en trop" in await steps.comes(operator, obole, line, "615,40")
        case _:
            assert "La commande est payée" in await steps.comes(operator, obole, line, "614,40")
            await page.reload()
            await page.locator("#hand-out").wait_for()
            late = await steps.comes(operator, obole, line, "614,40", twice=True)
            assert "614,40 € restent en solde disponible" in late


async def test_ten_thousand_vouchers_from_the_order_to_one_file_in_little_memory(
    obole: Running, chromium: Browser
) -> None:
    people = obole.demo["people"]
    async with a_page(chromium) as buying, a_page(chromium) as desk:
        page, operator = buying.page, desk.page
        await steps.sign_in(page, obole, people["buyer 3"], obole.demo["password"])
        await steps.sign_in(operator, obole, people["operator"], obole.demo["password"])
        forget_memory(obole.process)
        await steps.begin(page, obole, "Chèques de fin d'année", names=False)
        await steps.number(page, MANY, "5")
        await steps.on_paper(page)
        await steps.place(page, "Par virement")
        told = await order_of(obole, steps.order_in(page))
        assert told["total"] == 5_120_000
        assert "La commande est payée" in await steps.comes(operator, obole, told["reference"], "51 200,00")
        await page.reload()
        await page.locator("#hand-out").wait_for()
        pdf, shown = await steps.sheets_watched(page)
    assert len(set(shown)) > 2, "a bar that moves"
    assert shown == sorted(shown)
    assert highest_memory(obole.process) < MOST_MEMORY
    links = reading.some_of(pdf, READ, pages=MANY // 8)
    async with obole.api("till") as till:
        assert await reading.valid(till, links) == dict.fromkeys(links, 500)


async def test_a_private_person_offers_a_voucher_from_a_phone(obole: Running, chromium: Browser) -> None:
    async with a_page(chromium, width=390) as watched:
        page = watched.page
        await page.goto(f"{obole.home}/")
        await page.get_by_role("link", name="Offrir un bon d'achat").click()
        await page.get_by_label("50 €").check()
        await page.get_by_label("Pour qui est-il ?").fill("Marie Curie")
        await page.get_by_label("Son adresse e-mail").fill(FRIEND)
        await page.get_by_label("Un petit mot").fill("Bon anniversaire !")
        await page.get_by_label("Votre nom").fill("Camille Martin")
        await page.get_by_label("Votre adresse e-mail").fill(GIVER)
        await page.get_by_role("button", name="Voir mon bon").click()
        await page.get_by_label("Par carte").check()
        await page.get_by_role("button", name="Commander avec obligation de paiement").click()
        await page.get_by_role("status").filter(has_text="Votre commande est passée.").wait_for()
        order = steps.order_in(page)
        await steps.pay_on_the_page_of_stripe(page, obole, "51,20 €")
        await steps.to_the_order(page, order)
        await page.locator("#hand-out").wait_for()
    await until(obole.mail, [FRIEND])
    await all_good(obole, await held_by(obole, {"Marie Curie": FRIEND}), 1)
    await until(obole.mail, [GIVER], saying="prêt")


async def test_after_all_of_it_the_books_agree_and_every_webhook_was_taken(obole: Running) -> None:
    await proved(obole)


def check_request(pdf: bytes, told: dict[str, Any]) -> None:
    """A request for payment says what is to be transferred, in words and in the code that a bank's own reader reads."""
    words = reading.words_of(pdf)
    for said in ("614,40 €", reference.spell(IBAN), reference.spell(told["reference"]), told["number"]):
        assert said in words
    ((code,),) = reading.codes_on(pdf)
    read = parsed(code.encode())
    assert (read.iban, read.amount, read.reference) == (IBAN, Decimal("614.40"), told["reference"])
    assert reference.check(read.reference) == told["reference"]


async def waits_for_a_euro(obole: Running, page: Page) -> None:
    """The buyer is told what is missing, on the page and by letter; nothing is issued."""
    shown = reading.plain(await page.locator("main").inner_text())
    assert "613,40 € sont arrivés, il manque 1,00 €" in shown
    assert "En attente de paiement" in shown
    await until(obole.mail, [BUYER], saying="Il manque 1,00 €")
    assert (await order_of(obole, steps.order_in(page)))["status"] == "awaiting_payment"
