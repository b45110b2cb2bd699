"""Must show 1 and 2 of the till: a sheet held before a phone's camera, and the network cut at the worst moments.

One installation is served and one browser started for all of it; its camera sees a sheet that Obole made.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final

import pytest
from playwright.async_api import Browser, async_playwright
from sqlalchemy import URL

from api.settings import Settings
from ledger.money import Money
from tests import databases
from tests.journeys.at_till import (
    a_phone,
    a_till,
    as_jpeg,
    before_lens,
    redeems_and_undoes,
    scans,
    sheet_of,
    shown,
    takes,
    told,
)
from tests.journeys.cut_network import Cut, a_network
from tests.pages.browser import FLAGS, a_page, check_page, chromium, pictured
from tests.pages.given import served
from tests.pages.tilling import TILL, Counter, a_counter, a_new_shop
from tests.till import Paper
from vouchers import codes

FIRST_LOAD: Final = 60_000
"""Bytes over the wire until the till is there, on the very first visit."""

SLOW_3G: Final = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""Milliseconds and bytes a second."""


@pytest.fixture(scope="module")
async def counter(cluster: URL, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    """A shop with a till in a served programme."""
    home = tmp_path_factory.mktemp("till")
    async with (
        databases.new_database(cluster, template=databases.TEMPLATE) as database,
        served(database, Settings(home=home, pool_timeout=10, jobs=False)) as live,
        a_counter(live) as counter,
    ):
        yield counter


@pytest.fixture(scope="module")
async def before_the_camera(counter: Counter) -> Paper:
    """The voucher whose sheet the browser's camera sees."""
    return await counter.town.voucher(worth="50,00 €")


@pytest.fixture(scope="module")
async def phone(
    counter: Counter, before_the_camera: Paper, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Browser]:
    """Chromium whose camera sees a sheet, and is allowed to."""
    film = tmp_path_factory.mktemp("film") / "sheet.mjpeg"
    film.write_bytes(as_jpeg(before_lens(sheet_of(counter, before_the_camera))) * 2)
    camera = (
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )  # fmt: skip
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *camera])
        try:
            yield browser
        finally:
            await browser.close()


async def test_a_sheet_held_before_the_camera_is_scanned_redeemed_in_part_and_undone(
    counter: Counter, phone: Browser, before_the_camera: Paper
) -> None:
    async with a_till(phone, counter) as watched:
        page = watched.page
        await page.get_by_role("button", name="Scanner avec l'appareil photo").click()
        await page.get_by_text("50,00 €").first.wait_for()
        await redeems_and_undoes(page, counter, before_the_camera)


async def test_who_allowed_the_camera_before_is_not_asked_to_touch_anything(
    counter: Counter, phone: Browser, before_the_camera: Paper
) -> None:
    async with a_page(phone, width=390) as watched:
        await watched.context.add_init_script("navigator.permissions.query = async () => ({ state: 'granted' })")
        await watched.page.goto(counter.live.address + await counter.pairing())
        await watched.page.get_by_role("button", name="Associer cet appareil").click()
        await watched.page.get_by_text("50,00 €").first.wait_for()


async def test_the_same_by_a_photo(counter: Counter, phone: Browser) -> None:
    voucher = await counter.town.voucher()
    photo = as_jpeg(sheet_of(counter, voucher).rotate(12, expand=True, fillcolor="#777"))
    async with a_till(phone, counter) as watched:
        page = watched.page
        sent = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": photo}
        await page.set_input_files("#photo", sent)  # type: ignore[arg-type]
        await page.get_by_text("20,00 €").first.wait_for()
        await redeems_and_undoes(page, counter, voucher)


async def test_the_same_by_typing_with_what_is_wrong_pointed_at_before_the_server_is_asked(
    counter: Counter, phone: Browser
) -> None:
    voucher = await counter.town.voucher()
    right = counter.spelt(voucher)
    async with a_till(phone, counter) as watched:
        page, asked = watched.page, list[str]()
        page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
        code = page.get_by_label("Code du bon")
        for typed, said in (
            (right[:2] + "U" + right[3:], "« U » (place 3)"), (right[:-2], "14 y sont"), (right + "0", "17 y sont"),
            (right[:-1] + ("Z" if right[-1] != "Z" else "Y"), "Un caractère est faux"),
        ):  # fmt: skip
            await code.fill(typed)
            await code.press("Enter")
            await page.locator("#code-fault").get_by_text(said).wait_for()
        assert [one for one in asked if not one.endswith("/frame")] == []
        await code.fill(right.lower().replace("0", "o").replace("1", "l").replace("-", "  "))
        await code.press("Enter")
        await page.get_by_text("20,00 €").first.wait_for()
        await redeems_and_undoes(page, counter, voucher)


async def test_the_same_by_a_hand_scanner_wherever_the_cursor_is(counter: Counter, phone: Browser) -> None:
    voucher, other = await counter.town.vouchers(2)
    async with a_till(phone, counter) as watched:
        page = watched.page
        await page.get_by_label("Code du bon").blur()
        await scans(page, codes.link(counter.live.address, counter.code(voucher)))
        await page.get_by_text("20,00 €").first.wait_for()
        await redeems_and_undoes(page, counter, voucher)
        await scans(page, counter.spelt(voucher))
        amount = page.get_by_label("Montant à encaisser")
        await amount.fill("3")
        before = page.url
        await scans(page, codes.link(counter.live.address, counter.code(other)))
        await page.wait_for_url(lambda url: url != before)
        assert await page.get_by_label("Montant à encaisser").input_value() == ""
        assert await counter.town.left_on(voucher) == Money(20_00)


async def test_the_same_without_scripts(counter: Counter, phone: Browser) -> None:
    voucher = await counter.town.voucher()
    async with a_till(phone, counter, scripts=False) as watched:
        page = watched.page
        await page.get_by_label("Code du bon").fill(counter.spelt(voucher).lower())
        await page.get_by_role("button", name="Voir le bon").click()
        await redeems_and_undoes(page, counter, voucher)


@pytest.mark.parametrize("cut", ["before", "during", "after"])
async def test_the_network_is_cut_and_the_money_moves_once_and_the_cashier_is_told_the_truth(
    counter: Counter, phone: Browser, cut: Cut
) -> None:
    voucher = await counter.town.voucher()
    async with a_network(counter.live.address) as network, a_till(phone, counter, address=network.address) as watched:
        page = watched.page
        await shown(page, counter, voucher)
        network.cut = cut
        await takes(page, "12,50")
        await page.get_by_text("Pas encore encaissé, que l'on sache").wait_for()
        assert "encaissés" not in await told(page)
        assert network.lost
        taken = Money(12_50) if cut == "after" else Money(0)
        assert await counter.town.left_on(voucher) == Money(20_00) - taken
        await network.heal()
        await page.get_by_role("heading", name="12,50 € encaissés").wait_for()
        assert await page.locator("#news").is_hidden()
        assert await counter.town.left_on(voucher) == Money(7_50)
        assert await page.evaluate("() => localStorage.length") == 0
        watched.forgive("ERR_", "Failed to load resource")


async def test_a_payment_whose_answer_was_lost_is_found_again_after_a_crash(counter: Counter, phone: Browser) -> None:
    voucher = await counter.town.voucher()
    async with a_network(counter.live.address) as network, a_till(phone, counter, address=network.address) as watched:
        page = watched.page
        await shown(page, counter, voucher)
        network.cut = "after"
        await takes(page, "12,50")
        await page.get_by_text("Pas encore encaissé, que l'on sache").wait_for()
        await page.close()
        await network.heal()
        watched.page = again = await watched.context.new_page()
        await again.goto(network.address + TILL)
        await again.get_by_role("heading", name="12,50 € encaissés").wait_for()
        assert await counter.town.left_on(voucher) == Money(7_50)
        watched.forgive("ERR_", "Failed to load resource")


async def test_after_a_crash_before_the_server_was_reached_nothing_is_taken_by_itself(
    counter: Counter, phone: Browser
) -> None:
    voucher = await counter.town.voucher()
    async with a_network(counter.live.address) as network, a_till(phone, counter, address=network.address) as watched:
        page = watched.page
        await shown(page, counter, voucher)
        network.cut = "before"
        await takes(page, "12,50")
        await page.get_by_text("Pas encore encaissé, que l'on sache").wait_for()
        await page.close()
        await network.heal()
        watched.page = again = await watched.context.new_page()
        await again.goto(network.address + TILL)
        await again.get_by_text("Pas encore encaissé. Encaissez, ou abandonnez.").wait_for()
        assert await counter.town.left_on(voucher) == Money(20_00)
        assert await again.get_by_label("Montant à encaisser").input_value() == "12,50"
        await again.get_by_role("button", name="Abandonner").click()
        await again.get_by_text("Rien n'a été encaissé.").wait_for()
        assert await counter.town.left_on(voucher) == Money(20_00)
        assert await again.evaluate("() => localStorage.length") == 0
        watched.forgive("ERR_", "Failed to load resource")


@pytest.mark.parametrize(
    ("cut", "left", "said"), [("before", 20_00, "Rien n'a été encaissé."), ("after", 7_50, "12,50 € encaissés")]
)
async def test_who_gives_up_while_the_network_is_gone_learns_what_became_of_it(
    counter: Counter, phone: Browser, cut: Cut, left: int, said: str
) -> None:
    voucher = await counter.town.voucher()
    async with a_network(counter.live.address) as network, a_till(phone, counter, address=network.address) as watched:
        page = watched.page
        await shown(page, counter, voucher)
        network.cut = cut
        await takes(page, "12,50")
        await page.get_by_role("button", name="Abandonner").click()
        await page.get_by_text("Toujours pas de réponse").wait_for()
        await network.heal()
        await page.get_by_text(said).first.wait_for()
        assert await counter.town.left_on(voucher) == Money(left)
        watched.forgive("ERR_", "Failed to load resource")


async def test_the_first_load_is_light_and_later_ones_need_no_network(
    counter: Counter, phone: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    async with a_network(counter.live.address) as network, a_phone(phone) as watched:
        page = watched.page
        await page.goto(network.address + await counter.pairing())
        await page.get_by_role("button", name="Associer cet appareil").click()
        await page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
        first = network.answered
        with capsys.disabled():
            print(f"\nfirst load of the till, pairing and worker included: {first:,} bytes over the wire")
        assert first < FIRST_LOAD
        wire = await watched.context.new_cdp_session(page)
        await wire.send("Network.emulateNetworkConditions", SLOW_3G)
        answer = await page.goto(network.address + TILL, wait_until="commit")
        await page.get_by_label("Code du bon").wait_for()
        ready = await page.evaluate("() => performance.now()")
        with capsys.disabled():
            print(f"later, on slow 3G: the code can be typed after {ready:.0f} ms")
        assert answer is not None
        assert answer.from_service_worker
        network.cut = "before"
        network.hang_up()
        await page.goto(network.address + TILL)
        await page.get_by_text("Pas de réseau").wait_for()
        assert await page.get_by_label("Code du bon").is_visible()
        kept = await page.evaluate(
            "async () => { const all = []; for (const name of await caches.keys())"
            " for (const one of await (await caches.open(name)).keys()) all.push(new URL(one.url).pathname);"
            " return all; }"
        )
        assert {one for one in kept if not one.startswith("/static/")} == {f"{TILL}/shell"}
        await network.heal()
        await page.get_by_text("Pas de réseau").wait_for(state="hidden")
        watched.forgive("ERR_", "Failed to load resource", "FetchEvent")


@pytest.mark.parametrize("held", ["#code", ".skip", "header a[hreflang]"])
async def test_when_the_page_as_it_stands_comes_after_the_shell_the_focus_stays_where_it_was(
    counter: Counter, phone: Browser, held: str
) -> None:
    async with a_till(phone, counter) as watched:
        page = watched.page
        await page.add_init_script(
            "const ask = window.fetch; window.fetch = async (...what) => {"
            " await new Promise((go) => { window.letGo = go; }); return ask(...what); };"
        )
        await page.goto(f"{counter.live.address}{TILL}/shell")
        await page.wait_for_function("() => window.letGo")
        await page.evaluate("() => { document.querySelector('main').dataset.old = 'yes'; }")
        await page.locator(held).focus()
        await page.evaluate("() => window.letGo()")
        await page.locator("main[data-old]").wait_for(state="detached")
        assert await page.locator(held).evaluate("one => one === document.activeElement")


async def test_the_camera_refused_is_said_kindly_and_typing_stays(counter: Counter, phone: Browser) -> None:
    voucher = await counter.town.voucher()
    async with a_phone(phone) as watched:
        page = watched.page
        await page.add_init_script(
            "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"
        )
        await page.goto(counter.live.address + await counter.pairing())
        await page.get_by_role("button", name="Associer cet appareil").click()
        await page.get_by_role("button", name="Scanner avec l'appareil photo").click()
        await page.get_by_text("L'appareil photo n'est pas autorisé ici").wait_for()
        await page.get_by_label("Code du bon").fill(counter.spelt(voucher))
        await page.get_by_role("button", name="Voir le bon").click()
        await page.get_by_text("20,00 €").first.wait_for()


async def test_where_the_browser_reads_codes_itself_no_frame_is_sent(
    counter: Counter, phone: Browser, before_the_camera: Paper
) -> None:
    link = codes.link(counter.live.address, counter.code(before_the_camera))
    async with a_phone(phone) as watched:
        page, asked = watched.page, list[str]()
        await page.add_init_script(
            "window.BarcodeDetector = class { static getSupportedFormats() { return Promise.resolve(['qr_code']); }"
            f" detect() {{ return Promise.resolve([{{ rawValue: '{link}' }}]); }} }};"
        )
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(counter.live.address + await counter.pairing())
        await page.get_by_role("button", name="Associer cet appareil").click()
        await page.get_by_role("button", name="Scanner avec l'appareil photo").click()
        await page.get_by_label("Montant à encaisser").wait_for()
        assert not [one for one in asked if one.endswith("/frame")]


async def test_every_page_of_the_till_is_fit_for_everybody_in_both_languages(counter: Counter, phone: Browser) -> None:
    """Those to which links lead are looked at by who walks to every page: here, what comes of pressing buttons."""
    town = counter.town
    till = await a_new_shop(town)
    voucher, spent = await town.vouchers(2)
    await till.redeem(spent, "20")
    async with a_phone(phone) as watched:
        page = watched.page
        await page.goto(counter.live.address + await counter.pairing(till))
        await page.get_by_role("button", name="Associer cet appareil").click()
        await page.get_by_text("Cet appareil est maintenant une caisse").wait_for()
        await pictured(watched, "till-start")
        await page.get_by_label("Code du bon").fill("7K3M")
        await page.get_by_role("button", name="Voir le bon").click()
        await check_page(watched)
        await page.get_by_label("Code du bon").fill(counter.spelt(spent))
        await page.get_by_role("button", name="Voir le bon").click()
        await page.get_by_role("heading", name="entièrement dépensé").wait_for()
        await check_page(watched)
        await page.get_by_role("link", name="Un autre bon").click()
        await shown(page, counter, voucher)
        await check_page(watched)
        await takes(page, "1250")
        await page.get_by_text("Vouliez-vous dire").wait_for()
        watched.forgive("status of 422")
        await check_page(watched)
        await page.get_by_role("button", name="Encaisser 12,50 €").click()
        await page.get_by_role("heading", name="12,50 € encaissés").wait_for()
        await check_page(watched, "till-receipt")
        await page.get_by_role("link", name="Annuler cet encaissement").click()
        await check_page(watched)
        await page.get_by_role("link", name="Journée").click()
        await page.get_by_role("link", name="English").click()
        await page.get_by_role("heading", name="The day").wait_for()
        await check_page(watched)
        assert not re.search(r"encaiss|caisse", await page.inner_text("body"))
        await page.get_by_role("button", name="Close the till").click()
        await page.get_by_role("heading", name="The till is closed").wait_for()
        await check_page(watched)


async def test_the_till_is_used_by_keyboard_alone(counter: Counter, phone: Browser) -> None:
    voucher = await counter.town.voucher()
    async with a_till(phone, counter) as watched:
        page = watched.page
        await page.get_by_label("Code du bon").focus()
        for key in counter.spelt(voucher):
            await page.keyboard.press(key)
            await page.wait_for_timeout(70)  # as a person types: a scanner is faster
        await page.keyboard.press("Enter")
        await page.get_by_label("Montant à encaisser").wait_for()
        assert await page.evaluate("() => document.activeElement.id") == "amount"
        await page.keyboard.type("5", delay=70)
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="5,00 € encaissés").wait_for()
        assert await counter.town.left_on(voucher) == Money(15_00)
