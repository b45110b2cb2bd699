"""Vouchers handed out from the page of their order: printed, listed, mailed; a lost one replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID

import pypdfium2
import pytest
from playwright.async_api import Browser
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.engines import Database
from api.settings import Settings
from ledger.money import Money
from tests.pages.browser import a_page, check_page, pictured
from tests.pages.followed import PEOPLE, Desk, download, plain, text_of
from tests.pages.given import Live, served
from tests.pages.ordering import SELLING, a_buyer, somebody
from vouchers import queries as voucher_queries
from vouchers.orders import following, handing
from vouchers.orders.drafting import Line
from vouchers.orders.handing_out import printing
from vouchers.orders.handing_out.handouts import origins_of


@pytest.fixture
async def live(database: Database, settings: Settings) -> AsyncIterator[Live]:
    """A programme that sells, with a fee and a bank account."""
    async with served(database, settings, terms=SELLING) as live:
        yield live


@pytest.fixture
async def desk(live: Live) -> Desk:
    return Desk(live, await a_buyer(live))


@pytest.mark.parametrize("scripts", [True, False])
async def test_sheets_are_drawn_before_ones_eyes_and_taking_them_delivers(
    desk: Desk, browser: Browser, scripts: bool
) -> None:
    issued = await desk.issued(people=(), lines=(Line(9, Money.of("20,00")),))
    assert issued.status == "issued"
    async with a_page(browser, scripts=scripts) as watched:
        await desk.buyer.enter(watched.context, desk.live)
        page = watched.page
        await page.goto(f"{desk.live.home}orders/{issued.id}")
        await page.get_by_label("Un par page, en grand").check()
        await page.get_by_role("button", name="Préparer le PDF").click()
        await page.wait_for_url("**/printings/*")
        await desk.live.work()
        await page.get_by_role("heading", name="Vos bons à imprimer sont prêts").wait_for()
        if scripts:
            await check_page(watched, "printing")
        assert (await desk.order(issued.id)).status == "issued"
        pdf = await download(page, "Télécharger le PDF")
        assert pdf.startswith(b"%PDF")
        assert len(pypdfium2.PdfDocument(pdf)) == 9
        await page.get_by_role("link", name="Vers ma commande").click()
        assert "Bons téléchargés pour être imprimés." in await text_of(page)
    assert (await desk.order(issued.id)).status == "delivered"


async def test_a_printing_that_is_drawn_shows_how_far_it_is(desk: Desk, browser: Browser) -> None:
    issued = await desk.issued(people=(), lines=(Line(3, Money.of("20,00")),))

    async def half_way(session: AsyncSession) -> UUID:
        at = await clock.now(session)
        view = await printing.ask_printing(session, issued.id, layout="eight", language="fr", actor="x", at=at)
        session.info.clear()  # no job draws it meanwhile
        await printing.begin(session, view.id, at=at)
        await printing.progress(session, view.id, done=2, of=5, at=at)
        return view.id

    asked = await desk.do(half_way)
    address = f"{desk.live.home}orders/{issued.id}/printings/{asked}"
    async with a_page(browser) as watched:
        await desk.buyer.enter(watched.context, desk.live)
        await watched.page.goto(address)
        assert await watched.page.locator("progress").get_attribute("value") == "40"
        await pictured(watched, "printing-half-way")
    async with desk.buyer.client(desk.live) as client:
        told = (await client.get(f"{address}/state")).json()
        early = await client.get(f"{address}/sheets.pdf")
        plain = await client.get(address)
    assert told == {"state": "working", "percent": 40}
    assert early.headers["location"].endswith(str(asked))
    assert '<noscript><meta http-equiv="refresh"' in plain.text


async def test_links_are_downloaded_as_a_list_and_deliver_the_order(desk: Desk) -> None:
    issued = await desk.issued(handing="links")
    async with desk.buyer.client(desk.live) as client:
        answer = await client.get(f"/treiz/orders/{issued.id}/links.csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="{issued.number}-links.csv"'
    assert answer.headers["cache-control"] == "no-store"
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(PEOPLE)
    assert (await desk.order(issued.id)).status == "delivered"


async def test_a_message_that_came_back_goes_to_the_right_address_and_never_twice_by_accident(
    desk: Desk, browser: Browser
) -> None:
    issued = await desk.issued(handing="email")
    assert issued.status == "delivered"
    await desk.fail(issued.id, 2, "refused")
    await desk.fail(issued.id, 4, "bounced")
    await desk.fail(issued.id, 5, "doubtful")
    async with a_page(browser) as watched:
        await desk.buyer.enter(watched.context, desk.live)
        page = watched.page
        await page.goto(f"{desk.live.home}orders/{issued.id}")
        await page.get_by_role("link", name="Voir pourquoi").click()
        assert await page.locator("tbody tr").count() == 3
        await page.get_by_role("link", name="Tout le monde").click()
        assert "550 5.1.1 No such mailbox here" in await text_of(page)
        await pictured(watched, "order-mailings")
        await page.get_by_role("link", name="Renvoyer Grace Hopper").click()
        await page.get_by_label("Adresse e-mail").fill("grace@")
        await page.get_by_role("button", name="Envoyer le bon").click()
        await page.locator("#email-fault").wait_for()
        watched.forgive("status of 422")
        await page.get_by_label("Adresse e-mail").fill("hopper@savonnerie.example")
        async with page.expect_navigation(url="**/mailings?said=mail-asked"):
            await page.get_by_role("button", name="Envoyer le bon").click()
        await desk.send()
        assert (await desk.states(issued.id))["Grace Hopper"] == "sent"
        assert (await desk.people(issued.id))[1].email == "hopper@savonnerie.example"
        async with page.expect_navigation(url="**/mailings?said=mail-asked"):
            await page.get_by_role("button", name="Renvoyer", exact=True).click()
        await desk.send()
        assert (await desk.states(issued.id))["Rosalind Franklin"] == "sent"
        assert (await desk.states(issued.id))["Hedy Lamarr"] == "doubtful"
        await page.goto(f"{desk.live.home}orders/{issued.id}/mailings")
        await page.get_by_label("Aussi à celui qui est incertain").check()
        async with page.expect_navigation(url="**/mailings?said=mail-asked"):
            await page.get_by_role("button", name="Renvoyer", exact=True).click()
        await desk.send()
        assert set((await desk.states(issued.id)).values()) == {"sent"}
    counted = Counter(
        one.beneficiary
        for one in await desk.do(lambda session: handing.mailings_of(session, issued.id, kind=handing.VOUCHER))
    )
    assert sorted(counted.values()) == [1, 1, 1, 2, 2, 3]


async def test_a_message_that_had_nothing_left_to_say_is_told_as_such_and_is_nobodys_work(
    desk: Desk, browser: Browser
) -> None:
    issued = await desk.issued(handing="email")
    await desk.fail(issued.id, 3, "dropped")
    operator = await somebody(desk.live, "operator", email="op@treiz.example")
    async with operator.client(desk.live, "en") as client:
        assert "did not arrive" not in (await client.get("/treiz/desk")).text
    async with desk.buyer.client(desk.live) as client:
        followed = plain((await client.get(f"/treiz/orders/{issued.id}")).text)
        failed = plain((await client.get(f"/treiz/orders/{issued.id}/mailings?only=failed")).text)
        marie = (await desk.people(issued.id))[2]
        again = plain((await client.get(f"/treiz/orders/{issued.id}/mailings/{marie.id}")).text)
    assert "Il n'y a plus rien à faire." in followed
    assert "5 envoyés sur 6. Pour un, il ne restait rien à envoyer." in followed
    assert "Tous les messages sont arrivés" in failed
    assert "Renvoyer à tous" not in failed
    assert "il ne restait rien à envoyer" in again
    async with a_page(browser) as watched:
        await desk.buyer.enter(watched.context, desk.live)
        await watched.page.goto(f"{desk.live.home}orders/{issued.id}/mailings")
        told = await text_of(watched.page)
        assert "Rien à envoyer" in told
        assert "Le bon a été dépensé, rendu ou bloqué entre-temps." in told
        assert "Renvoyer Marie Curie" not in told
        await check_page(watched)


async def test_vouchers_on_paper_go_out_by_email_as_well(desk: Desk) -> None:
    issued = await desk.issued()
    assert await desk.states(issued.id) == {}
    async with desk.buyer.client(desk.live) as client:
        assert "Envoyer aussi par e-mail" in (await client.get(f"/treiz/orders/{issued.id}")).text
        for _ in range(2):  # a second click sends nothing more
            await client.post(f"/treiz/orders/{issued.id}/mailings", data={"do": "first"})
    await desk.send()
    assert list((await desk.states(issued.id)).values()) == ["sent"] * len(PEOPLE)
    sent = await desk.do(lambda session: handing.mailings_of(session, issued.id, kind=handing.VOUCHER))
    assert len(sent) == len(PEOPLE)


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_lost_voucher_is_found_by_name_and_replaced_once(desk: Desk, browser: Browser, scripts: bool) -> None:
    issued = await desk.issued(handing="email")
    origin = (await desk.people(issued.id))[2].voucher
    assert origin is not None
    async with a_page(browser, scripts=scripts) as watched:
        await desk.buyer.enter(watched.context, desk.live)
        page = watched.page
        await page.goto(f"{desk.live.home}orders/{issued.id}")
        await page.get_by_role("link", name="Voir chacun").click()
        if scripts:
            await pictured(watched, "order-people")
        await page.get_by_label("Nom, e-mail, matricule ou numéro").fill("curie")
        await page.get_by_role("button", name="Chercher").click()
        assert await page.locator("tbody tr").count() == 1
        await page.get_by_role("link", name="Perdu ? Le remplacer Marie Curie").click()
        seen = await page.locator("input[name=seen]").get_attribute("value")
        if scripts:
            await pictured(watched, "order-replace")
        async with page.expect_navigation(url="**said=voucher-replaced"):
            await page.get_by_role("button", name="Remplacer le bon").click()
        if scripts:
            await pictured(watched, "order-voucher")
        sheet = await download(page, "L'imprimer")
        assert sheet.startswith(b"%PDF")
    assert seen == str(origin)
    async with desk.buyer.client(desk.live) as client:
        data = {"seen": str(origin), "reason": "lost"}
        twice = await client.post(f"/treiz/orders/{issued.id}/vouchers/{origin}/replace", data=data)
    assert twice.status_code == 303
    alive = (await desk.do(lambda session: following.standings(session, [origin])))[origin]
    assert alive.facts.id != origin
    assert alive.left == Money.of("50,00")
    old = await desk.do(lambda session: voucher_queries.voucher_view(session, origin))
    assert (old.facts.status, old.facts.replaced_by, old.left) == ("replaced", alive.facts.id, Money(0))
    await desk.send()
    assert (
        len(
            await desk.do(
                lambda session: handing.mailings_of(session, issued.id, beneficiary_id=None, kind=handing.VOUCHER)
            )
        )
        == len(PEOPLE) + 1
    )


async def test_a_voucher_without_a_name_is_found_by_its_number_and_replaced(desk: Desk) -> None:
    issued = await desk.issued(people=(), lines=(Line(60, Money.of("20,00")),))
    origins = await desk.do(lambda session: origins_of(session, issued.id))
    base = f"/treiz/orders/{issued.id}"
    async with desk.buyer.client(desk.live) as client:
        first = await client.get(f"{base}/beneficiaries")
        second = await client.get(f"{base}/beneficiaries?q=&after=50")
        found = await client.get(f"{base}/beneficiaries?q=57")
        nothing = await client.get(f"{base}/beneficiaries?q=61")
        data = {"seen": str(origins[56]), "reason": "stolen"}
        done = await client.post(f"{base}/vouchers/{origins[56]}/replace", data=data)
        sheet = await client.get(f"{base}/vouchers/{origins[56]}/sheet.pdf")
        told = await client.get(f"{base}/history")
        unticked = await client.post(f"{base}/vouchers/{origins[55]}/replace", data={"seen": str(origins[55])})
    assert [answer.text.count('<th role="rowheader"') for answer in (first, second, found, nothing)] == [50, 10, 1, 0]
    assert done.headers["location"].endswith("said=voucher-replaced")
    assert sheet.headers["content-disposition"] == f'attachment; filename="{issued.number}-voucher.pdf"'
    assert "Bon n° 57 remplacé." in plain(told.text)
    assert unticked.status_code == 409
    assert "reason-fault" in unticked.text
