"""The month's end through pages: closed, proposed, approved by somebody else, sent, read back, and all of it agrees."""

from __future__ import annotations

import asyncio
import csv
import io
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import facturx
import httpx
import pytest
from lxml import etree
from playwright.async_api import Browser, Download, Page

from api.engines import Database
from api.settings import Settings
from ledger import months
from ledger.chart import Kind
from ledger.days import Period, day_of
from ledger.formats import shown_money
from ledger.money import ZERO, Money, total
from merchants.payouts.credit_transfers import NAMESPACE, XSD
from merchants.settlements.queries import SettlementView
from merchants.shops import registering
from tests import fec_reader
from tests.api.lived import LAST_MONTH, THEN
from tests.fec_reader import Read
from tests.given import Town
from tests.journeys.buying_reading import words_of
from tests.merchants.bank.given import document, entry, statement, transaction
from tests.pages.browser import Watched, a_page, check_page
from tests.pages.desking import Desk, a_desk
from tests.pages.given import served
from tests.pages.ordering import SELLING, SignedIn, somebody

IBANS: Final = ("DE89370400440532013000", "BE68539007547034", "MC5811222000010123456789030")
TAKEN: Final = (("100,00", "33,33"), ("50,50",), ("7,77", "0,10"))
"""What customers leave in each shop; the second sum of the first is undone."""

NAMES: Final = {"p": NAMESPACE}


@dataclass(frozen=True, slots=True)
class Month:
    """A desk with two people, and a month that is over."""

    desk: Desk
    town: Town
    operator: SignedIn
    colleague: SignedIn

    @property
    def home(self) -> str:
        return self.desk.live.home

    async def settled(self) -> list[SettlementView]:
        return sorted(await self.town.settlements(), key=lambda one: one.number)


@pytest.fixture
async def month(database: Database, settings: Settings) -> AsyncIterator[Month]:
    """Three shops took vouchers last month, and one of them took a sum back."""
    terms = replace(SELLING, service_fee_bp=0)
    async with served(database, settings, terms=terms) as live:
        desk = await a_desk(live)
        town = Town(desk.town.sessions, settings, desk.town.registered.id, desk.town.keys, THEN, desk.buyer)
        voucher = await town.voucher(worth="500,00")
        for number, (iban, sums) in enumerate(zip(IBANS, TAKEN, strict=True)):
            till = await town.open_shop(number)
            for taken in sums:
                last = await till.redeem(voucher, taken)
            if number == 0:
                await town.tills[0].undo(last)
            await town.do(
                lambda session, shop=till.shop, iban=iban: registering.set_bank_account(
                    session, shop, iban=iban, bic=None, actor="op", at=THEN
                )
            )
        town.at = datetime.now(UTC)
        operator = await somebody(live, "operator", email="ines@programme.example")
        yield Month(desk, town, operator, await somebody(live, "operator", email="karim@programme.example"))


async def test_a_month_is_closed_paid_confirmed_and_agrees_to_the_cent(month: Month, browser: Browser) -> None:
    async with a_page(browser) as first, a_page(browser) as second:
        await month.operator.enter(first.context, month.desk.live)
        await month.colleague.enter(second.context, month.desk.live)
        await it_is_closed(month, first)
        run = await it_is_proposed(month, first)
        sent = await a_colleague_approves(month, second, run)
        payments = payments_in(sent)
        settled = await month.settled()
        assert sorted(payments.values()) == sorted(one.figures.paid for one in settled)
        await the_bank_confirms_all_but_one(month, first, payments)
        assert await what_the_run_says(month, second, run) == [
            "Parti du compte",
            "Parti du compte",
            "Renvoyé par la banque",
        ]
    await everything_agrees(month, settled, returned=list(payments.values())[-1])


async def it_is_closed(month: Month, watched: Watched) -> None:
    """The operator sees each shop's figures first, then closes."""
    page = watched.page
    await page.goto(f"{month.home}desk/month-end")
    await page.get_by_role("link", name="Regarder commerce par commerce").click()
    shown = await words(page)
    assert "100,00 € 3,60 € – 96,40 €" in shown
    assert "50,50 € 1,82 € – 48,68 €" in shown
    await page.get_by_role("button", name="Clôturer le mois").click()
    await page.get_by_text("Clôturé le").wait_for(timeout=30_000)
    await check_page(watched)


async def it_is_proposed(month: Month, watched: Watched) -> str:
    """The operator proposes to pay the shops, and may not approve that: neither on the page nor past it.

    :returns: the address of the run
    """
    page = watched.page
    await page.goto(f"{month.home}desk/payouts")
    await page.get_by_role("button", name="Proposer").click()
    await page.get_by_text("un collègue doit l'approuver").wait_for()
    assert await page.get_by_role("button", name="Approuver").count() == 0
    run = page.url.partition("?")[0]
    async with month.operator.client(month.desk.live) as past:
        refused = await past.post(httpx.URL(run).path, data={"do": "approve", "compared": "yes"})
    assert refused.status_code == 422
    return run


async def a_colleague_approves(month: Month, watched: Watched, run: str) -> bytes:
    """Somebody else compares, approves, and takes the bank's file away.

    :returns: the file
    """
    page = watched.page
    await page.goto(run)
    await page.get_by_label("J'ai comparé").check()
    await page.get_by_role("button", name="Approuver").click()
    async with page.expect_download() as told:
        await page.get_by_role("link", name="Télécharger le fichier bancaire").click()
    return await read(await told.value)


def payments_in(sent: bytes) -> dict[str, Money]:
    """Amounts by their end-to-end identification, of a file that passes its schema."""
    file = etree.fromstring(sent)
    etree.XMLSchema(file=XSD).assertValid(file)
    found = {
        str(one.findtext("p:PmtId/p:EndToEndId", namespaces=NAMES)): Money.of(
            str(one.findtext("p:Amt/p:InstdAmt", namespaces=NAMES)).replace(".", ",")
        )
        for one in file.iterfind(".//p:CdtTrfTxInf", NAMES)
    }
    assert Money.of(file.findtext(".//p:CtrlSum", "", NAMES).replace(".", ",")) == total(list(found.values()))
    return found


async def the_bank_confirms_all_but_one(month: Month, watched: Watched, payments: dict[str, Money]) -> None:
    """The day's statement tells of every payment, and of the last one twice: it left, and came back."""
    before = await month.town.balance(Kind.BANK)
    lost, back = list(payments.items())[-1]
    entries = [
        entry(typed(sum_), transaction(typed(sum_), end_to_end=name), way="DBIT", day=today())
        for name, sum_ in payments.items()
    ]
    entries.append(entry(typed(back), transaction(typed(back), end_to_end=lost, returned="AC04"), day=today()))
    after = before - total(list(payments.values())) + back
    told = document(statement(*entries, opening=typed(before), closing=typed(after), day=today()))
    page = watched.page
    for _ in ("once", "and the same file again"):
        await page.goto(f"{month.home}desk/bank")
        await page.get_by_label("Relevé de votre banque").set_input_files(
            {"name": "releve.xml", "mimeType": "application/xml", "buffer": told}
        )
        await page.get_by_role("button", name="Lire").click()
        await page.wait_for_url("**/desk/bank/statements/**")
        assert await month.town.balance(Kind.BANK) == after
    await page.goto(f"{month.home}desk/bank")
    shown = await words(page)
    assert (
        f"{shown_money(after, 'fr')} {shown_money(after, 'fr')} {shown_money(ZERO, 'fr')}".replace("\u00a0", " ")
        in shown
    )
    await check_page(watched)


async def what_the_run_says(month: Month, watched: Watched, run: str) -> list[str]:
    """The state of each payout, on the page of the run."""
    await watched.page.goto(run)
    badges = watched.page.locator("main table .badge")
    return [one.strip() for one in await badges.all_inner_texts()]


async def everything_agrees(month: Month, settled: list[SettlementView], *, returned: Money) -> None:
    """Statements, invoices, trial balance and FEC, each read by a second program, say the same to the cent."""
    at = Period.month(f"{day_of(month.town.at):%Y-%m}")
    for whole in (Period.month(f"{LAST_MONTH:%Y-%m}"), at):
        await month.town.do(lambda session, whole=whole: months.close_month(session, whole, by="op", at=at.ends))
    year = {"first": f"{at.first_day:%Y-%m}", "last": f"{at.first_day:%Y-%m}"}
    async with month.operator.client(month.desk.live) as client:
        for one in settled:
            assert await invoiced(client, one) == (one.figures.commission, one.figures.vat)
            paper = await client.get(f"/treiz/shop/{one.shop}/settlements/{one.id}.pdf")
            assert f"Vous recevez {shown_money(one.figures.paid, 'fr')}".replace("\u00a0", " ") in words_of(
                paper.content
            )
        fec = await client.get("/treiz/desk/accounts/file", params={**year, "which": "fec"})
        balance = await client.get("/treiz/desk/accounts/file", params={**year, "which": "balance.csv"})
    sums = in_the_fec(fec_reader.read(fec.content))
    assert sums == in_the_balance(balance.text)
    assert {number: left for (number, _), left in sums.items() if number in {"706", "44571", "581", "512"}} == {
        "706": -total([one.figures.commission for one in settled]),
        "44571": -total([one.figures.vat for one in settled]),
        "512": await month.town.balance(Kind.BANK),
    }
    owed = {one.shop.hex.upper(): -returned for one in settled if one.figures.paid == returned}
    shops = {one.shop.hex.upper() for one in settled}
    assert {party: left for (_, party), left in sums.items() if party in shops} == owed
    assert (await month.town.audit()).agrees


async def invoiced(client: httpx.AsyncClient, settled: SettlementView) -> tuple[Money, Money]:
    """Commission and VAT as a stranger's program reads them out of the invoice."""
    pdf = await client.get(f"/treiz/shop/{settled.shop}/settlements/{settled.id}/invoice.pdf")
    _, xml = await asyncio.to_thread(facturx.get_xml_from_pdf, pdf.content)
    told = etree.fromstring(xml)
    sums = [told.findtext(f".//{{*}}{name}", "") for name in ("TaxBasisTotalAmount", "TaxTotalAmount")]
    net, vat = (Money.of(one.replace(".", ",")) for one in sums)
    return net, vat


def in_the_fec(lines: list[Read]) -> dict[tuple[str, str], Money]:
    """Debit less credit by account and auxiliary account; what is at zero left out."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for one in lines:
        sums[one.account, one.party] += one.debit - one.credit
    return {account: Money(left) for account, left in sums.items() if left}


def in_the_balance(told: str) -> dict[tuple[str, str], Money]:
    """The same from the trial balance that a spreadsheet opens."""
    rows = csv.DictReader(io.StringIO(told.removeprefix("\ufeff")), delimiter=";")
    found = {
        (row["compte"], row["auxiliaire"]): Money.of(row["solde débiteur"] or "0")
        - Money.of(row["solde créditeur"] or "0")
        for row in rows
    }
    return {account: left for account, left in found.items() if left}


async def read(download: Download) -> bytes:
    """What the browser kept of a file."""
    return await asyncio.to_thread(Path(await download.path()).read_bytes)


async def words(page: Page) -> str:
    """What a page says, spaces made plain."""
    return " ".join((await page.locator("main").inner_text()).split())


def typed(sum_: Money) -> str:
    """An amount as banks write it."""
    return f"{Decimal(sum_.cents) / 100:.2f}"


def today() -> str:
    return day_of(datetime.now(UTC)).isoformat()
