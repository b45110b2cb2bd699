"""A shop's owner pairs devices, revokes them, and decides who stands at its tills; nobody else does."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import AsyncIterator
from html import unescape
from io import BytesIO

import pytest
from PIL import Image

from api.auth import attempts
from api.pages.desk.code_attempts import shortened
from merchants.shops import cashiers
from tests.pages.browser import Watched, check_page
from tests.pages.given import Live
from tests.pages.tilling import TILL, Counter, a_counter, a_new_shop, present, words
from tests.pages.windows import PASSWORD, House, Window, a_house, fault
from tests.scanner import scan
from vouchers import codes


@pytest.fixture
async def counter(still_live: Live) -> AsyncIterator[Counter]:
    async with a_counter(still_live) as counter:
        yield counter


@pytest.fixture
async def house(still_live: Live) -> AsyncIterator[House]:
    async with a_house(still_live) as house:
        yield house


async def an_operator(house: House, name: str) -> Window:
    return await house.in_window(name, "operator")


async def test_the_owner_opens_a_till_pairs_a_phone_by_qr_code_and_revokes_it(counter: Counter, house: House) -> None:
    chief = await an_operator(house, "pairing")
    here = f"/treiz/shop/{counter.town.till.shop}/tills"
    assert fault(await chief.post(here, {"label": "  "}))
    assert (await chief.post(here, {"label": "Terrasse"})).status_code == 303
    shown = (await chief.get(here)).text
    assert "Terrasse" in shown
    answer = await chief.post(f"{here}/{counter.town.till.id}/pair")
    assert answer.headers["cache-control"] == "no-store"
    link = unescape(re.findall(r'<a class="code" href="([^"]+)"', answer.text)[0])
    picture = b64decode(re.findall(r"data:image/png;base64,([^\"]+)", answer.text)[0])
    with Image.open(BytesIO(picture)) as image:
        assert [one.text for one in scan(image)] == [link]
    phone = await counter.window(**{"user-agent": "Mozilla/5.0 (Android 14) Firefox/140"})
    assert (await phone.post(link)).status_code == 303
    assert (await phone.get(TILL)).status_code == 200
    shown = (await chief.get(here)).text
    assert "Firefox, Android" in shown
    (device,) = re.findall(rf'action="{here}/devices/([^/]+)/revoke"', shown)
    other = await a_new_shop(counter.town)
    assert (await chief.post(f"/treiz/shop/{other.shop}/tills/devices/{device}/revoke")).status_code == 404
    assert (await phone.get(TILL)).status_code == 200
    assert (await chief.post(f"{here}/devices/{device}/revoke")).status_code == 303
    assert (await phone.get(TILL)).status_code == 401
    assert (await chief.post(f"{here}/{counter.town.till.id}/revoke")).status_code == 303
    assert (await chief.post(f"{here}/{counter.town.till.id}/pair")).status_code == 403


async def test_the_owner_names_cashiers_gives_pins_and_removes_them(counter: Counter, house: House) -> None:
    chief = await an_operator(house, "naming")
    here = f"/treiz/shop/{counter.town.till.shop}/tills"
    for pin, said in (
        ("12", "4 à 8 chiffres"),
        ("1234", "ni tous pareils"),
        ("7777", "ni tous pareils"),
        ("abcd", "4 à 8"),
    ):
        assert said in fault(await chief.post(f"{here}/cashiers", {"name": "Léa", "pin": pin}))
    assert (await chief.post(f"{here}/cashiers", {"name": "Léa", "pin": "7294"})).status_code == 303
    assert "personne d'autre" in fault(await chief.post(f"{here}/cashiers", {"name": "léa"}))
    (lea,) = await counter.town.do(lambda session: cashiers.cashiers_of(session, counter.town.till.shop))
    assert lea.has_pin
    page = (await chief.get(here)).text
    assert "argon2" not in page
    assert "7294" not in page
    form = {f"name-{lea.id}": "Léa M.", f"no-pin-{lea.id}": "yes"}
    assert (await chief.post(f"{here}/cashiers/{lea.id}", form)).status_code == 303
    (lea,) = await counter.town.do(lambda session: cashiers.cashiers_of(session, counter.town.till.shop))
    assert (lea.name, lea.has_pin) == ("Léa M.", False)
    assert (await chief.post(f"{here}/cashiers/{lea.id}/remove")).status_code == 303
    assert await counter.town.do(lambda session: cashiers.cashiers_of(session, counter.town.till.shop)) == []


async def test_the_operator_sees_which_till_guesses_from_where_and_how_often(counter: Counter, house: House) -> None:
    phone = await counter.device()
    wrong = codes.spell(codes.derive(counter.town.keys.current, counter.town.buyer).typed)
    for _ in range(2):
        assert "n'est pas reconnu" in words(await present(phone, wrong))
    chief = await an_operator(house, "watching")
    shown = words(await chief.get("/treiz/desk/code-attempts"))
    assert "Bar Pierre, Caisse 1 2 " in shown
    assert "127.0.0.…" in shown
    assert "127.0.0.1" not in shown
    assert (await (await house.in_window("curious", "accountant")).get("/treiz/desk/code-attempts")).status_code == 403


@pytest.mark.parametrize(
    ("address", "shown"),
    [("198.51.100.23", "198.51.100.…"), ("2001:db8:1:2::3", "2001:0db8:0001:…"), ("?", "?")],
)
def test_an_address_is_shown_without_its_last_part(address: str, shown: str) -> None:
    assert shortened(address) == shown


async def test_the_pages_of_tills_are_fit_for_everybody(counter: Counter, house: House, page: Watched) -> None:
    await counter.device(**{"user-agent": "Mozilla/5.0 (iPhone) Safari"})
    await counter.cashier("Léa", pin="7294")
    person = await house.person("looking", "operator")
    home = f"{counter.live.address}/treiz"
    await page.page.goto(f"{home}/sign-in")
    await page.page.get_by_label("Adresse e-mail").fill(person.email)
    await page.page.get_by_label("Mot de passe").fill(PASSWORD)
    await page.page.get_by_role("button", name="Se connecter", exact=True).click()
    await page.page.get_by_role("link", name="Mon compte").wait_for()
    await page.page.goto(f"{home}/shop/{counter.town.till.shop}/tills")
    await page.page.get_by_role("button", name="Associer un appareil").first.click()
    await page.page.get_by_role("heading", name="Scannez ceci").wait_for()
    await check_page(page)
    await page.page.goto(f"{home}/desk/code-attempts")
    await check_page(page)


def test_a_pin_is_tried_less_often_than_a_password() -> None:
    assert attempts.BOUNDS["pin"].most < attempts.BOUNDS["password"].most
