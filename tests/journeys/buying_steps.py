"""What a company's assistant does on the pages, step by step, with the words that are written there."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Final
from uuid import UUID

import openpyxl
from playwright.async_api import FilePayload, Page

from tests.journeys.buying_running import Running

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER: Final = ("Prénom et nom", "Adresse e-mail", "Matricule", "Montant")

Line = tuple[str, str, str, object]


async def sign_in(page: Page, running: Running, email: str, password: str) -> None:
    """From the programme's first page to one's own."""
    await page.goto(f"{running.home}/")
    await page.get_by_role("link", name="Se connecter").first.click()
    await page.get_by_label("Adresse e-mail").fill(email)
    await page.get_by_label("Mot de passe", exact=True).fill(password)
    await page.get_by_role("button", name="Se connecter").click()
    await page.get_by_role("button", name="Se déconnecter").first.wait_for(state="attached")


async def begin(page: Page, running: Running, label: str) -> None:
    """A new order for a list of names."""
    await page.goto(f"{running.home}/orders")
    await page.get_by_role("link", name="Nouvelle commande").first.click()
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
    await page.get_by_role("button", name="Commander et payer").click()
    await page.wait_for_url("**said=order-placed*")


def order_in(page: Page) -> UUID:
    """The order that an address names."""
    return UUID(page.url.split("/orders/")[1][:36])


async def shown_sums(page: Page) -> list[str]:
    """The sums of a page, line by line, spaces made plain."""
    return [" ".join(one.split()) for one in await page.locator(".sums > *").all_inner_texts()]
