"""A phone at the counter: what its camera sees, how it is paired, what a cashier does with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from io import BytesIO
from typing import Final

import pypdfium2 as pdfium
from PIL import Image
from playwright.async_api import Browser, Page

from ledger.money import Money
from tests.pages.browser import Watched, a_page
from tests.pages.tilling import Counter
from tests.till import Paper
from vouchers import codes
from vouchers.sheets_pdf import SheetLook, SheetVoucher, draw_sheets

FRAME: Final = (1280, 720)
PAPER: Final = 150
"""Dots per inch at which a sheet is looked at."""

LOOK: Final = SheetLook(
    programme="Treiz'Local",
    offered_by="Savonnerie du Port",
    conditions="Ni échangé ni remboursé.",
    support="Aide : 04 91 00 00 00",
)


def sheet_of(counter: Counter, voucher: Paper) -> Image.Image:
    """A voucher's sheet as it lies on the counter."""
    code, out = counter.code(voucher), BytesIO()
    link = codes.link(counter.live.address, code)
    draw_sheets(out, iter([SheetVoucher(link, code.typed, Money(50_00), date(2027, 12, 31), None)]), LOOK, "eight")
    page: Image.Image = pdfium.PdfDocument(out.getvalue())[0].render(scale=PAPER / 72).to_pil().convert("RGB")
    return page


def before_lens(sheet: Image.Image) -> Image.Image:
    """The upper part of a sheet, as large as a camera sees it."""
    width, height = FRAME
    part = sheet.crop((0, 0, sheet.width, sheet.width * height // width))
    return part.resize(FRAME, Image.Resampling.LANCZOS)


def as_jpeg(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


@asynccontextmanager
async def a_phone(browser: Browser, *, scripts: bool = True) -> AsyncIterator[Watched]:
    """A phone that asks before a page may use its camera, so that it does not look by itself."""
    async with a_page(browser, width=390, scripts=scripts) as watched:
        await watched.context.add_init_script("navigator.permissions.query = async () => ({ state: 'prompt' })")
        yield watched


@asynccontextmanager
async def a_till(
    browser: Browser, counter: Counter, *, address: str | None = None, scripts: bool = True
) -> AsyncIterator[Watched]:
    """A phone that was just paired, through the pages."""
    async with a_phone(browser, scripts=scripts) as watched:
        base = address or counter.live.address
        await watched.page.goto(base + await counter.pairing())
        await watched.page.get_by_role("button", name="Associer cet appareil").click()
        await watched.page.get_by_text("Cet appareil est maintenant une caisse").wait_for()
        if scripts:
            await watched.page.locator("html.scripted").wait_for()
        yield watched


async def takes(page: Page, amount: str) -> None:
    """The amount of the voucher that is shown."""
    await page.get_by_label("Montant à encaisser").fill(amount)
    await page.get_by_role("button", name="Encaisser ce montant").click()


async def told(page: Page) -> str:
    """What the page says."""
    return (await page.inner_text("main")).replace("\u00a0", " ")


async def shown(page: Page, counter: Counter, voucher: Paper) -> None:
    """The page of a voucher that was typed."""
    await page.get_by_label("Code du bon").fill(counter.spelt(voucher))
    await page.get_by_role("button", name="Voir le bon").click()
    await page.get_by_label("Montant à encaisser").wait_for()


async def redeems_and_undoes(page: Page, counter: Counter, voucher: Paper) -> None:
    """From the page of a voucher on: a part is taken, what is left is seen, it is taken back."""
    before = await counter.town.left_on(voucher)
    await takes(page, "12,5")
    await page.get_by_role("heading", name="12,50 € encaissés").wait_for()
    left = before - Money(12_50)
    assert await counter.town.left_on(voucher) == left
    assert f"reste {left.cents // 100},{left.cents % 100:02d} €" in await told(page)
    await page.get_by_role("link", name="Annuler cet encaissement").click()
    await page.get_by_label("Article rendu").check()
    await page.get_by_role("button", name="Annuler 12,50 €").click()
    await page.get_by_role("heading", name="12,50 € annulés").wait_for()
    assert await counter.town.left_on(voucher) == before


async def scans(page: Page, text: str) -> None:
    """What a hand scanner does: it types faster than anybody, and ends with Enter."""
    await page.evaluate(
        """text => {
            const at = document.activeElement ?? document.body;
            for (const key of [...text, "Enter"]) {
                const told = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
                if (at.dispatchEvent(told) && key !== "Enter" && "value" in at) at.value += key;
            }
        }""",
        text,
    )
