"""Must show 1 and 2 of buying: from the command line to codes that a till takes, paid by card and by transfer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Browser, Page

from tests import HOME
from tests.journeys import buying_reading as reading
from tests.journeys import buying_steps as steps
from tests.journeys.buying_running import Running, running, until
from tests.mail_server import mail_server
from tests.pages.browser import a_browser, a_page
from tests.stripe_double.driving import Double
from tests.vouchers.orders.test_epc import parsed
from vouchers.orders import reference

PEOPLE: Final = 140
FEW: Final = 12
EACH: Final = 5_000
"""Cents of each voucher."""

IBAN: Final = "FR7699999130550000000149916"
BUYER: Final = "cse@garlaban.example"
COMPANY: Final = "Mutuelle du Garlaban (démo)"
"""Who pays by transfer, and the address to which letters about its orders go."""

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
        await page.locator("#email-0").fill("zoe@accoules.example")
        await page.locator("#name-1").fill("Grace Hopper")
        await page.locator("#amount-2").fill("50,00")
        await page.get_by_role("button", name="Vérifier ces lignes").click()
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
    told = await order_of(obole, order)
    names = {one["name"]: one["email"] for one in await beneficiaries_of(obole, order)}
    assert len(names) == PEOPLE
    assert {"Zoé Oubli", "Grace Hopper", "Ada Trop"} < set(names)
    await until(obole.mail, list(names.values()))
    mailed = await held_by(obole, names)
    printed = printed_for(pdf, names)
    assert [len(page) for page in reading.codes_on(pdf)] == [8] * 17 + [4]
    assert printed == mailed
    assert len(set(mailed.values())) == PEOPLE
    async with obole.api("till") as till:
        assert set((await reading.valid(till, mailed.values())).values()) == {EACH}
    assert told["status"] in {"issued", "delivered"}
    assert (told["total"], told["covered"]) == (716_800, 716_800)
    assert sum(cents_of(shown) for shown, _ in papers) == told["total"]
    for (shown, paper), figure in zip(papers, ("168,00 €", "7 000,00 €"), strict=True):
        number, words = steps.number_in(shown), reading.words_of(paper)
        assert shown == f"{shown.split(number)[0]}{number} · {figure}"
        assert f"N° {number}" in words
        assert figure in words
    await proved(obole)


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
        match how:
            case "short":
                assert "Il manque 1,00 €" in await steps.comes(operator, obole, line, "613,40")
                await page.reload()
                await waits_for_a_euro(obole, page, order)
                assert "La commande est payée" in await steps.comes(operator, obole, line, "1,00")
            case "over":
                assert "1,00 €" in await steps.comes(operator, obole, line, "615,40")
            case "twice":
                assert "La commande est payée" in await steps.comes(operator, obole, line, "614,40")
                await page.reload()
                await page.locator("#hand-out").wait_for()
                assert "614,40 €" in await steps.comes(operator, obole, line, "614,40", twice=True)
        await page.goto(f"{obole.home}/orders/{order}")
        await page.locator("#hand-out").wait_for()
    names = {one["name"]: one["email"] for one in await beneficiaries_of(obole, order)}
    await until(obole.mail, list(names.values()))
    links = (await held_by(obole, names)).values()
    async with obole.api("till") as till:
        assert (await reading.valid(till, links)) == dict.fromkeys(links, EACH)
    assert len(set(links)) == FEW
    assert (await order_of(obole, order))["covered"] == told["total"]
    assert await credit_of(obole, COMPANY) - before == {"short": 0, "over": 100, "twice": told["total"]}[how]
    await proved(obole)


def check_request(pdf: bytes, told: dict[str, Any]) -> None:
    """A request for payment says what is to be transferred, in words and in the code that a bank's application reads."""
    words = reading.words_of(pdf)
    for said in ("614,40 €", reference.spell(IBAN), reference.spell(told["reference"]), told["number"]):
        assert said in words
    ((code,),) = reading.codes_on(pdf)
    read = parsed(code.encode())
    assert (read.iban, read.amount, read.reference) == (IBAN, Decimal("614.40"), told["reference"])
    assert reference.check(read.reference) == told["reference"]


async def waits_for_a_euro(obole: Running, page: Page, order: UUID) -> None:
    """The buyer is told what is missing, on the page and by letter; nothing is issued."""
    shown = reading.plain(await page.locator("main").inner_text())
    assert "613,40 € sont arrivés, il manque 1,00 €" in shown
    assert "En attente de paiement" in shown
    await until(obole.mail, [BUYER], saying="Il manque 1,00 €")
    assert (await order_of(obole, order))["status"] == "awaiting_payment"


async def order_of(obole: Running, order: UUID) -> dict[str, Any]:
    """What the API tells of an order."""
    async with obole.api("operator") as operator:
        answer = await operator.get(f"/orders/{order}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def beneficiaries_of(obole: Running, order: UUID) -> list[dict[str, Any]]:
    """Who receives a voucher of an order."""
    async with obole.api("operator") as operator:
        answer = await operator.get(f"/orders/{order}/beneficiaries", params={"limit": 200})
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()["items"]
    return told


async def held_by(obole: Running, names: dict[str, str]) -> dict[str, str]:
    """By name, the link that the one letter to each person holds; its texts say the same."""
    found: dict[str, str] = {}
    for name, address in names.items():
        (letter,) = obole.mail.to(address)
        held = await asyncio.to_thread(reading.voucher_in, letter.message)
        assert f"Bonjour {name}," in held.plain
        assert held.link.startswith(f"{obole.address}/v/")
        assert held.link in held.plain
        assert held.link in held.html
        found[name] = held.link
    return found


def printed_for(pdf: bytes, names: dict[str, str]) -> dict[str, str]:
    """By name, the link on the sheet that says for whom it is."""
    found: dict[str, str] = {}
    for page in reading.vouchers_on(pdf):
        for words, link in page:
            (name,) = (name for name in names if f"Pour {name} 50,00 €" in words)
            assert name not in found
            found[name] = link
    return found


async def proved(obole: Running) -> None:
    """The books are as they must be, and every webhook was taken."""
    (audit,) = (await obole.command("audit"))["programmes"]
    assert audit["agrees"], audit
    await obole.stripe.quiet()
    assert {one["status"] for one in await obole.stripe.deliveries()} <= {200}


async def credit_of(obole: Running, name: str) -> int:
    """Cents that a buyer has paid in and no order has used."""
    async with obole.api("operator") as operator:
        answer = await operator.get("/buyers", params={"limit": 200})
    assert answer.status_code == 200, answer.text
    (credit,) = (one["credit"] for one in answer.json()["items"] if one["name"] == name)
    return int(credit)


def cents_of(shown: str) -> int:
    """The sum at the end of what a page says."""
    return int("".join(one for one in shown.rpartition("·")[2] if one.isdigit()))
