"""A voucher on a telephone, on a desk, by day and by night, on paper, without scripts, by keyboard alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pypdfium2
import pytest
from playwright.async_api import Browser, Request

from ledger.days import day_of
from tests.given import Town
from tests.pages.browser import HEIGHTS, WIDTHS, Scheme, Watched, a_page, check_page
from tests.pages.given import Live
from tests.pages.holding import ANNE, BUYER, a_live_town, arrived, code_of, letter_of, path_of, scanned
from tests.scanner import scan
from tests.till import Paper
from vouchers import codes

SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Held:
    """A voucher that has lived: spent from, undone, added to, partly held; and where its page is."""

    town: Town
    voucher: Paper
    link: str

    @property
    def token(self) -> str:
        return self.link.rpartition("/")[2]


@pytest.fixture
async def held(live: Live) -> Held:
    town = await a_live_town(live)
    await town.open_shop(1)
    voucher = await town.voucher(worth="50,00 €", last_day=day_of(town.at) + timedelta(days=40))
    funder = await town.new_funder("Ville de Marseille", "100,00")
    await town.top_up(voucher, "5,00 €", funder=funder)
    await town.till.redeem(voucher, "17,50 €")
    await town.tills[1].undo(await town.tills[1].redeem(voucher, "4,90 €"))
    await town.till.hold(voucher, "2,50 €")
    return Held(town, voucher, live.address + path_of(town, voucher))


async def test_its_page_says_it_all_and_is_good_to_everybody(live: Live, held: Held, page: Watched) -> None:
    asked: list[Request] = []

    def hear(one: Request) -> None:
        asked.append(one)

    page.page.on("request", hear)
    await page.page.goto(held.link)
    words = (await page.page.inner_text("main")).replace("\u00a0", " ")
    for one in (
        "37,50 €", "restants sur 50,00 €", "dont 2,50 € mis de côté", "Plus que 40 jours", "− 17,50 €", "+ 5,00 €",
        "Offert par Ville de Marseille", "Remis sur le bon", codes.spell(code_of(held.town, held.voucher).typed),
    ):  # fmt: skip
        assert one in words, one
    assert held.token not in await page.page.title()
    assert BUYER not in await page.page.content()
    await check_page(page, "holder")
    for part in ("full", "keep", "remind"):
        await page.page.goto(f"{held.link}/{part}")
    await page.page.get_by_role("link", name="Mon bon").click()
    assert not [one.url for one in asked if not one.url.startswith((live.address + "/", "data:"))]
    for one in asked:
        assert held.token not in (await one.all_headers()).get("referer", "")


async def test_the_code_scans_off_the_screen_by_day_and_by_night_without_scripts(held: Held, browser: Browser) -> None:
    async with a_page(browser, language="en", scripts=False) as one:
        for width in WIDTHS:
            await one.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            for scheme in SCHEMES:
                await one.page.emulate_media(color_scheme=scheme)
                await one.page.goto(held.link)
                assert await one.page.get_by_text("To spend until").is_visible()
                assert not await one.page.locator("[data-print]").is_visible(), "a button that would do nothing"
                box = await one.page.locator(".held-code img").bounding_box()
                assert box is not None
                assert box["width"] >= 240
                assert scanned(await one.page.screenshot()) == [held.link]
                await one.page.get_by_role("link", name="Full screen").click()
                box = await one.page.locator(".full-code img").bounding_box()
                assert box is not None
                assert box["width"] >= (360 if width < 400 else 480)
                shown = await one.page.screenshot()
                assert scanned(shown) == [held.link]
                await one.page.get_by_role("link", name="Back to my voucher").click()
                assert one.page.url == held.link


async def test_a_keyboard_is_enough(held: Held, page: Watched) -> None:
    await page.page.goto(held.link)
    for name in ("Plein écran", "Imprimer"):
        await _tab_to(page, name)
    await _tab_to(page, "Mettre mon bon à l'abri")
    await page.page.keyboard.press("Enter")
    await page.page.wait_for_url("**/keep")
    await page.page.get_by_label("Adresse e-mail").focus()
    await page.page.keyboard.type("anne@@famille")
    await page.page.keyboard.press("Enter")
    await page.page.locator("#summary").wait_for()
    assert await page.page.evaluate("() => document.activeElement.id") == "summary"
    page.forgive("status of 422")


async def test_one_voucher_is_one_sheet_of_paper(held: Held, browser: Browser) -> None:
    async with a_page(browser, width=390) as one:
        for scheme in SCHEMES:
            await one.page.emulate_media(color_scheme=scheme)
            await one.page.goto(held.link)
            document = pypdfium2.PdfDocument(await one.page.pdf(prefer_css_page_size=True, print_background=False))
            assert len(document) == 1
            said = document[0].get_textpage().get_text_bounded().replace("\u00a0", " ")
            assert "37,50 €" in said
            assert codes.spell(code_of(held.town, held.voucher).typed) in said
            for one_not in ("Où le dépenser", "Bar Pierre\n", "Plein écran", "English", "Recevoir un rappel"):
                assert one_not not in said
            sheet = document[0].render(scale=150 / 72).to_pil()
            assert [found.text for found in scan(sheet)] == [held.link]


async def test_what_the_links_of_letters_open_is_good_to_everybody(live: Live, held: Held, page: Watched) -> None:
    async with live.client() as client:
        kept = await letter_of(live, await client.post(f"{held.link}/keep", data={"email": ANNE}))
        reminded = await letter_of(live, await client.post(f"{held.link}/remind", data={"email": ANNE, "days": "15"}))
    for letter, button in ((kept, "Oui, le garder avec mon adresse"), (reminded, "Oui, rappelez-le-moi")):
        await page.page.goto(live.address + letter.link)
        await check_page(page)
        await page.page.get_by_role("button", name=button).click()
        await page.page.locator(".sent-mark").wait_for()
        await check_page(page)
    await page.page.goto(f"{live.home}lost")
    await page.page.get_by_label("Adresse e-mail").fill(ANNE)
    await page.page.get_by_role("button", name="Renvoyez-moi mes bons").click()
    await page.page.get_by_role("heading", name="Regardez vos e-mails").wait_for()
    (lost,) = await arrived(live)
    await page.page.goto(live.address + lost.link)
    await page.page.get_by_text("Changer son code, ou le laisser aller").click()
    await check_page(page, "holder-kept")
    await page.page.get_by_role("button", name="Changer le code").click()
    assert "réservés par un commerce en ligne" in await page.page.inner_text("#summary")
    await page.page.wait_for_load_state("networkidle")
    page.forgive("status of 409")


async def _tab_to(watched: Watched, name: str) -> None:
    """Press Tab until a link or a button of this name has the focus."""
    for _ in range(60):
        await watched.page.keyboard.press("Tab")
        if (await watched.page.evaluate("() => document.activeElement.innerText.trim()")) == name:
            return
    raise AssertionError(f"no way to {name!r} by keyboard")
