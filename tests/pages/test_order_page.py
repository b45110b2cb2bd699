"""An order followed on its page: what is to be paid and how, its papers, who may see it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.routing import APIRoute
from playwright.async_api import Browser
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.engines import Database
from api.pages.orders import beneficiaries, mailings, order, papers, telling
from api.pages.orders import handing as handing_pages
from api.pages.orders import paying as paying_pages
from api.settings import Settings
from ledger.money import Money
from tests.pages.browser import a_page, check_page, pictured
from tests.pages.followed import NEVER, PEOPLE, Desk, download, plain, read_code, text_of
from tests.pages.given import SLUG, Live, served
from tests.pages.ordering import SELLING, a_buyer, a_company, somebody
from tests.stripe_double.driving import Account
from vouchers.orders import card
from vouchers.orders.handing_out import printing
from vouchers.orders.paperwork import issuing_papers, reference

MINE = (paying_pages, order, papers, handing_pages, mailings, beneficiaries)


@pytest.fixture
async def live(database: Database, settings: Settings) -> AsyncIterator[Live]:
    """A programme that sells, with a fee and a bank account."""
    async with served(database, settings, terms=SELLING) as live:
        yield live


@pytest.fixture
async def desk(live: Live) -> Desk:
    return Desk(live, await a_buyer(live))


async def test_a_transfer_short_then_whole_is_shown_and_the_vouchers_follow_by_themselves(
    desk: Desk, browser: Browser
) -> None:
    placed = await desk.placed()
    async with a_page(browser) as watched:
        await desk.buyer.enter(watched.context, desk.live)
        page = watched.page
        await page.goto(f"{desk.live.home}orders/{placed.id}")
        told = await text_of(page)
        assert "FR76 3000 6000 0112 3456 7890 189" in told
        assert "CCI Aix-Marseille-Provence" in told
        assert reference.spell(placed.reference or "") in told
        assert read_code(await page.locator(".transfer-code img").get_attribute("src")).splitlines() == [
            "BCD", "002", "1", "SCT", "AGRIFRPPXXX", "CCI Aix-Marseille-Provence", "FR7630006000011234567890189",
            "EUR309.00", "", placed.reference,
        ]  # fmt: skip
        assert await page.get_by_role("button", name="Copier l'IBAN").count() == 1
        await pictured(watched, "order-awaiting")
        request = await download(page, "Demande de paiement (PDF)")
        assert request.startswith(b"%PDF")
        await desk.pay(placed.id, "300,00")
        await page.reload()
        assert "300,00 € sont arrivés, il manque 9,00 €" in await text_of(page)
        assert "EUR9.00" in read_code(await page.locator(".transfer-code img").get_attribute("src"))
        await desk.pay(placed.id, "9,00")
        await page.reload()
        await desk.live.work()  # makes the vouchers; the page looks again until they are there
        await page.locator("#hand-out").wait_for()
        assert "Les bons sont prêts : imprimez-les" in await text_of(page)
        assert "309,00 € reçus" not in await text_of(page)
        await pictured(watched, "order-issued")
        for name in ("Facture des frais de service", "Reçu des bons"):
            assert (await download(page, name)).startswith(b"%PDF")


async def test_what_was_paid_too_much_pays_the_next_order(desk: Desk) -> None:
    first = await desk.placed()
    await desk.pay(first.id, "409,00")
    second = await desk.placed(people=PEOPLE[:1], label="Retraite")
    async with desk.buyer.client(desk.live) as client:
        seen = await client.get(f"/treiz/orders/{second.id}")
        assert "un solde disponible de 100,00" in plain(seen.text)
        used = await client.post(f"/treiz/orders/{second.id}/use-credit")
        assert used.headers["location"].endswith("said=credit-used")
        again = await client.post(f"/treiz/orders/{second.id}/use-credit")
        assert again.status_code == 409  # said on the page of the order
        assert "summary" in again.text
    assert (await desk.order(second.id)).status in {"paid", "issued"}
    async with desk.buyer.client(desk.live) as client:
        history_page = await client.get(f"/treiz/orders/{first.id}/history")
    assert "100,00 € versés en trop" in plain(history_page.text)


async def test_an_order_is_taken_back_to_be_changed_or_cancelled_while_nothing_is_issued(desk: Desk) -> None:
    first, second = await desk.placed(), await desk.placed()
    await desk.pay(second.id, "100,00")
    async with desk.buyer.client(desk.live) as client:
        back = await client.post(f"/treiz/orders/{first.id}/reopen")
        draft = await client.get(back.headers["location"])
        asked = await client.get(f"/treiz/orders/{second.id}/cancel")
        gone = await client.post(f"/treiz/orders/{second.id}/cancel")
        seen = await client.get(gone.headers["location"])
        third = await desk.placed(people=PEOPLE[:2])
        await client.post(f"/treiz/orders/{third.id}/use-credit")
        used = await client.get(gone.headers["location"])
        late = await client.post(f"/treiz/orders/{second.id}/reopen")
    assert draft.headers["location"].endswith("/check")
    assert "Les 100,00 € que vous avez versés restent à vous" in plain(asked.text)
    assert "Cette commande est annulée" in seen.text
    assert "100,00 € de cette commande sont en solde disponible" in plain(seen.text)
    assert 'href="/treiz/orders?status=awaiting_payment"' in seen.text
    assert "sont en solde disponible" not in used.text
    assert late.status_code == 303  # what was cancelled can be taken up again
    issued = await desk.issued()
    async with desk.buyer.client(desk.live) as client:
        refused = await client.post(f"/treiz/orders/{issued.id}/cancel")
    assert refused.status_code == 409
    assert "Cancel" not in refused.text
    assert (await desk.order(issued.id)).status == "issued"


async def test_a_company_sees_and_takes_away_who_received_what(desk: Desk, browser: Browser) -> None:
    issued = await desk.issued()
    async with a_page(browser) as watched:
        await desk.buyer.enter(watched.context, desk.live)
        page = watched.page
        await page.goto(f"{desk.live.home}orders/{issued.id}")
        await page.get_by_role("link", name="Attestation pour les cotisations").click()
        assert "300,00 €" in await text_of(page)
        await pictured(watched, "attestation")
        assert (await download(page, "Attestation (PDF)")).startswith(b"%PDF")
        csv = (await download(page, "CSV")).decode("utf-8-sig")
    assert csv.splitlines()[1].startswith("Ada Lovelace;M001;ada@savonnerie.example;")
    async with desk.buyer.client(desk.live) as client:
        before = await client.get("/treiz/attestation?year=2021")
    assert "Aucun bon nominatif remis en 2021" in before.text


async def test_an_order_is_paid_by_card_on_the_providers_page(
    database: Database, tmp_path: Path, stripe_account: Account, browser: Browser
) -> None:
    async with card_desk(database, tmp_path, stripe_account) as desk:
        placed = await desk.placed()
        async with a_page(browser) as watched:
            await desk.buyer.enter(watched.context, desk.live)
            page = watched.page
            await page.goto(f"{desk.live.home}orders/{placed.id}/pay")
            await pictured(watched, "order-pay")
            await page.get_by_role("button", name="Payer 309,00 € par carte").click()
            await page.locator("#cancel").click()
            await page.get_by_text("Rien n'a été débité.").wait_for()
            await page.goto(f"{desk.live.home}orders/{placed.id}")
            await page.get_by_role("button", name="Payer 309,00 € par carte").click()
            await page.get_by_role("button", name="Payer par carte", exact=True).click()
            await page.get_by_role("heading", name="Merci, votre paiement est arrivé").wait_for()
            await page.get_by_text("Vos bons sont prêts.").wait_for()
            await check_page(watched, "order-paid")
            await page.get_by_role("link", name="Vers ma commande").click()
            await page.locator("#hand-out").wait_for()
        paid = await desk.order(placed.id)
        assert (paid.status, paid.covered) == ("issued", Money.of("309,00"))


async def test_a_direct_debit_is_on_its_way_and_nobody_pays_a_second_time(
    database: Database, tmp_path: Path, stripe_account: Account
) -> None:
    async with card_desk(database, tmp_path, stripe_account) as desk, desk.buyer.client(desk.live) as client:
        placed = await desk.placed()
        base = f"/treiz/orders/{placed.id}"
        opened = await client.post(f"{base}/pay-by-card")
        assert opened.headers["location"].startswith(stripe_account.address)
        session = (await desk.do(lambda session: card.attempts_of(session, placed.id)))[0].session_id or ""
        before = await client.get(f"{base}/paid?session={session}")
        await stripe_account.pay(session, "sepa")
        landed = await client.get(f"{base}/paid?session={session}")
        seen = await client.get(base)
        state = (await client.get(f"{base}/state")).json()["state"]
        again = await client.post(f"{base}/pay-by-card")
        foreign = await client.get(f"{base}/paid?session=cs_somebody_elses")
        await stripe_account.settle_sepa(
            (await stripe_account.events("payment_intent.processing"))[0]["data"]["object"]["id"], succeeds=False
        )
        await client.get(f"{base}/paid?session={session}")
        failed = await client.get(base)
    assert "Votre paiement n'est pas encore arrivé" in plain(before.text)
    assert "Votre prélèvement est en route" in landed.text
    assert "Votre prélèvement est en route" in seen.text
    assert "IBAN" not in seen.text
    assert "demande de paiement" not in seen.text
    assert f'data-state="{state}"' in seen.text
    assert again.status_code == 409
    assert "IBAN" in failed.text
    assert "Prélèvement de 309,00 € rejeté." in plain(failed.text)
    assert f'data-state="{state}"' not in failed.text, "a page that follows it is drawn anew"
    assert foreign.headers["location"] == base


async def test_who_pays_by_card_what_was_transferred_already_is_told_that_it_was_too_much(
    database: Database, tmp_path: Path, stripe_account: Account
) -> None:
    async with card_desk(database, tmp_path, stripe_account) as desk, desk.buyer.client(desk.live) as client:
        placed = await desk.placed()
        base = f"/treiz/orders/{placed.id}"
        await client.post(f"{base}/pay-by-card")
        session = (await desk.do(lambda session: card.attempts_of(session, placed.id)))[0].session_id or ""
        await desk.pay(placed.id, "309,00")
        await stripe_account.pay(session)
        landed = await client.get(f"{base}/paid?session={session}")
    assert "Cette commande n'en avait plus besoin. Les 309,00 € restent à vous" in plain(landed.text)


async def test_without_keys_nobody_is_offered_a_card(desk: Desk) -> None:
    placed = await desk.placed()
    async with desk.buyer.client(desk.live) as client:
        seen = await client.get(f"/treiz/orders/{placed.id}")
        pay = await client.get(f"/treiz/orders/{placed.id}/pay")
        tried = await client.post(f"/treiz/orders/{placed.id}/pay-by-card")
    async with desk.buyer.client(desk.live, "en") as client:
        english = await client.get(f"/treiz/orders/{placed.id}")
    assert "Pay €309.00 by" in english.text
    assert "carte" not in seen.text
    assert pay.headers["location"] == tried.headers["location"] == f"/treiz/orders/{placed.id}"


async def test_another_buyers_order_is_unknown_in_every_route(desk: Desk) -> None:
    """Every route of these pages, as the router knows them: none is forgotten."""
    issued = await desk.issued(handing="email")
    who = (await desk.people(issued.id))[0]
    drawing = await desk.do(lambda session: _printing(session, issued.id))
    document = (await desk.do(lambda session: issuing_papers.papers_of(session, issued.id)))[0].id
    town = await desk.live.town()
    other = await somebody(desk.live, "buyer", await a_company(town, "Autre"), email="autre@autre.example")
    known = {
        "beneficiary_id": who.id, "origin": who.voucher, "printing_id": drawing, "document_id": document,
    }  # fmt: skip
    asked = 0
    async with other.client(desk.live) as client:
        for method, path in routes():
            answers = []
            for order_id in (issued.id, NEVER):
                address = re.sub(
                    r"\{(\w+)\}", lambda found, id_=order_id: str({"order_id": id_, **known}[found[1]]), path
                )
                answer = await client.request(
                    method, address, data={"do": "all", "layout": "eight"} if method == "POST" else None
                )
                assert answer.status_code == 404, (method, path, answer.status_code)
                answers.append(answer.text.replace(str(order_id), ""))
            assert answers[0] == answers[1], path
            asked += 1
        company = await client.get(f"/treiz/attestation?buyer={desk.buyer.subject}")
        nobody = await client.get(f"/treiz/attestation?buyer={NEVER}")
    assert asked > 25
    assert (company.status_code, nobody.status_code) == (404, 404)
    assert (await desk.order(issued.id)).status == "delivered"


async def test_a_form_of_another_site_and_who_is_not_signed_in_change_nothing(desk: Desk) -> None:
    placed = await desk.placed()
    posts = [path for method, path in routes() if method == "POST"]
    async with desk.live.client(origin="https://evil.example", **desk.buyer.header) as client:
        for path in posts:
            address = re.sub(r"\{(\w+)\}", lambda found: str(placed.id if found[1] == "order_id" else NEVER), path)
            assert (await client.post(address)).status_code == 403, path
    async with desk.live.client() as client:
        seen = await client.get(f"/treiz/orders/{placed.id}")
        tried = await client.post(f"/treiz/orders/{placed.id}/cancel")
    assert "/sign-in?next=" in seen.headers["location"]
    assert "/sign-in" in tried.headers["location"]
    assert (await desk.order(placed.id)).status == "awaiting_payment"


async def test_an_accountant_reads_the_papers_and_holds_no_codes(desk: Desk) -> None:
    issued = await desk.issued()
    accountant = await somebody(desk.live, "accountant", email="compta@treiz.example")
    base = f"/treiz/orders/{issued.id}"
    async with accountant.client(desk.live) as client:
        seen = await client.get(base)
        statuses = [
            (await client.get(f"{base}/{path}")).status_code for path in ("request.pdf", "links.csv", "printings")
        ]
        tried = await client.post(f"{base}/mailings", data={"do": "first"})
    assert seen.status_code == 200
    assert "hand-out" not in seen.text
    assert statuses == [200, 403, 403]
    assert tried.status_code == 403


def test_everything_that_is_told_of_an_order_has_a_sentence() -> None:
    """What the domain writes into histories, as its source says it."""
    told = set()
    for path in sorted((Path(telling.__file__).parents[3] / "vouchers" / "orders").glob("*.py")):
        told |= set(re.findall(r'\btell\(\s*session,\s*[\w.]+,\s*"(\w+)"', path.read_text(encoding="utf-8")))
    assert len(told) > 25
    assert not {
        one
        for one in told
        if one not in telling.SENTENCES and not any(key.startswith(f"{one}:") for key in telling.SENTENCES)
    }


async def _printing(session: AsyncSession, order_id: UUID) -> UUID:
    at = await clock.now(session)
    return (await printing.ask_printing(session, order_id, layout="eight", language="fr", actor="x", at=at)).id


@asynccontextmanager
async def card_desk(database: Database, home: Path, account: Account) -> AsyncIterator[Desk]:
    """Where cards are taken."""
    keys = json.dumps({SLUG: {"secret_key": account.key, "webhook_secrets": ["whsec_1"]}})
    settings = Settings(home=home, pool_size=20, pool_timeout=10, stripe=keys, stripe_api=account.address)
    async with served(database, settings, terms=SELLING) as live:
        yield Desk(live, await a_buyer(live))


def routes() -> list[tuple[str, str]]:
    """Every method and path of these pages that is about one order."""
    found = []
    for module in MINE:
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            path = route.path.replace("{slug:slug}", SLUG)
            found += [(method, path) for method in sorted(route.methods or ())]
    assert all("{order_id}" in path for _, path in found)
    return found
