"""What a company's assistant does on the pages, step by step, with the words that are written there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Final
from uuid import UUID

import openpyxl
from playwright.async_api import Error, FilePayload, Locator, Page

from tests.journeys.buying_running import Running

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER: Final = ("Prénom et nom", "Adresse e-mail", "Matricule", "Montant")

DRAWING: Final = 240
"""Seconds that ten thousand sheets may take on a machine that does other things too."""

Line = tuple[str, str, str, object]


async def sign_in(page: Page, running: Running, email: str, password: str) -> None:
    """From the programme's first page to one's own."""
    await page.goto(f"{running.home}/")
    await page.get_by_role("link", name="Se connecter").first.click()
    await page.get_by_label("Adresse").fill(email)
    await page.get_by_label("Mot de passe", exact=True).fill(password)
    await page.get_by_role("button", name="Se connecter").click()
    await page.get_by_role("link", name="Mon compte").wait_for()


async def begin(page: Page, running: Running, label: str, *, names: bool = True) -> None:
    """A new order, for a list of names or for a number of vouchers."""
    await page.goto(f"{running.home}/orders")
    await page.get_by_role("link", name="Nouvelle commande").first.click()
    if not names:
        await page.get_by_label("D'un nombre de bons").check()
    await page.get_by_label("Comment appelez-vous cette commande ?").fill(label)
    await page.get_by_role("button", name="Continuer").click()


def a_list(lines: Sequence[Line]) -> FilePayload:
    """A spreadsheet as a company keeps it."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(HEADER))
    for line in lines:
        sheet.append(list(line))
    out = BytesIO()
    book.save(out)
    return {"name": "Liste du personnel.xlsx", "mimeType": XLSX, "buffer": out.getvalue()}


async def bring(page: Page, lines: Sequence[Line]) -> None:
    """Import a spreadsheet."""
    await page.get_by_label("Fichier CSV ou Excel").set_input_files([a_list(lines)])
    await page.get_by_role("button", name="Importer").click()


async def mend(page: Page, **typed: str) -> None:
    """Mend lines in place, each field by its name and the line's place among those to mend."""
    for name, words in typed.items():
        await page.locator(f"#{name.replace('_', '-')}").fill(words)
    await page.get_by_role("button", name="Vérifier ces lignes").click()


async def number(page: Page, quantity: int, worth: str) -> None:
    """Say how many vouchers, worth how much."""
    await page.get_by_label("Combien").first.fill(str(quantity))
    await page.get_by_label("Valeur de chacun").first.fill(worth)
    await page.get_by_role("button", name="Continuer").click()


async def on_paper(page: Page) -> None:
    """Let the vouchers be printed."""
    await page.get_by_label("Sur papier").check()
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_text("À payer").first.wait_for()


async def by_email(page: Page, message: str) -> None:
    """Go on from the list; let everybody have theirs by e-mail, with a message."""
    await page.get_by_role("link", name="Continuer").first.click()
    await page.get_by_label("Par e-mail, à chacun").check()
    await page.get_by_label("Un message sur chaque bon").fill(message)
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_text("À payer").first.wait_for()


async def place(page: Page, how: str) -> None:
    """Order, to be paid in this way."""
    await page.get_by_label(how).check()
    await page.get_by_role("button", name="Valider la commande").click()
    await page.get_by_role("status").filter(has_text="Votre commande est passée.").wait_for()


def order_in(page: Page) -> UUID:
    """The order that an address names."""
    return UUID(page.url.split("/orders/")[1][:36])


async def shown_sums(page: Page) -> list[str]:
    """The sums of a page, line by line, spaces made plain."""
    return [" ".join(one.split()) for one in await page.locator(".sums > *").all_inner_texts()]


async def pay_on_the_page_of_stripe(page: Page, running: Running, total: str) -> None:
    """Leave for the payment page, pay there by card, and be led back."""
    await page.get_by_role("button", name="par carte").click()
    await page.wait_for_url(f"{running.stripe.address}/**")
    assert total in " ".join((await page.locator("#total").inner_text()).split())
    await page.get_by_role("button", name="Payer par carte", exact=True).click()
    await page.wait_for_url(f"{running.home}/orders/*/paid?**")


async def to_the_order(page: Page, order: UUID) -> None:
    """From where the payment page led back to, on to the order."""
    await page.get_by_role("link", name="Vers ma commande").click()
    await page.wait_for_url(f"**/orders/{order}")


async def sheets(page: Page) -> bytes:
    """Have the sheets drawn, watch them come, keep the file."""
    await page.get_by_role("button", name="Préparer le PDF").click()
    await page.wait_for_url("**/printings/*")
    file = page.get_by_role("link", name="Télécharger le PDF")
    await page.locator("progress").or_(file).first.wait_for()
    await file.wait_for()
    return await download(page, file)


async def sheets_watched(page: Page) -> tuple[bytes, list[int]]:
    """Have many sheets drawn: the file, and what the bar said while one waited, in hundredths."""
    await page.get_by_role("button", name="Préparer le PDF").click()
    await page.wait_for_url("**/printings/*")
    file, bar, shown = page.get_by_role("link", name="Télécharger le PDF"), page.locator("progress"), list[int]()
    for _ in range(DRAWING * 5):
        if await file.count():
            return await download(page, file), shown
        with suppress(Error):  # the page comes anew under one's eyes
            shown += [int(one) for one in await bar.evaluate_all("bars => bars.map(bar => bar.value)")]
        await asyncio.sleep(0.2)
    raise AssertionError(f"not drawn within {DRAWING} seconds: {shown[-1:]}")


async def download(page: Page, link: Locator) -> bytes:
    """The file behind a link, as the browser keeps it."""
    async with page.expect_download() as kept:
        await link.click()
    return await asyncio.to_thread(Path(await (await kept.value).path()).read_bytes)


async def papers(page: Page) -> list[tuple[str, bytes]]:
    """The papers of an order: what its page says of each, and the file."""
    links = page.locator(".papers a[href*='/papers/']")
    return [
        (" ".join((await links.nth(at).inner_text()).split()), await download(page, links.nth(at)))
        for at in range(await links.count())
    ]


async def comes(page: Page, running: Running, said: str, amount: str, *, twice: bool = False) -> str:
    """The operator has a line of the bank's statement: finds the order by it, looks at what it does, records it."""
    await page.goto(f"{running.home}/desk/money")
    await page.get_by_label("Référence").fill(said)
    await page.get_by_label("Montant").fill(amount)
    await page.get_by_role("button", name="Trouver la commande").click()
    await page.wait_for_url("**/desk/money/*?amount=**")
    if twice:
        await page.get_by_label("Il est arrivé une seconde fois").check()
    await page.get_by_role("button", name="Enregistrer").click()
    await page.wait_for_url("**/desk/money/recorded/*")
    return " ".join((await page.locator("main").inner_text()).split())


def number_in(shown: str) -> str:
    """The number of a paper."""
    (number,) = re.findall(r"[A-Z]+-[0-9]{4}-[0-9]{6}", shown)
    return str(number)
