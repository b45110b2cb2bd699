"""Signing in: nobody learns who is known, nobody keeps an old token, and a letter's link is not burnt by looking."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from api.auth import attempts, people, visits
from tests.pages.browser import Watched, a_page, pictured
from tests.pages.given import Live
from tests.pages.windows import COOKIE, OTHER, PASSWORD, House, a_house, fault


@pytest.fixture
async def house(live: Live) -> AsyncIterator[House]:
    async with a_house(live) as house:
        yield house


async def test_the_cookie_is_of_this_host_only_and_no_script_reads_it(house: House) -> None:
    marie, window = await house.person("marie", "accountant"), await house.window()
    answer = await window.signs_in("MARIE@savonnerie.example")
    assert (answer.status_code, answer.headers["location"]) == (303, "/treiz/desk")
    told = answer.headers["set-cookie"]
    assert told.startswith(f"{COOKIE}=")
    assert {part.strip().lower() for part in told.split(";")[1:] if "expires" not in part.lower()} == {
        "httponly", "max-age=2592000", "path=/", "samesite=lax", "secure",
    }  # fmt: skip
    account = await window.get("/treiz/account")
    assert account.headers["cache-control"] == "no-store"
    assert marie.email in account.text
    assert window.token not in account.text
    assert PASSWORD not in account.text


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(house: House) -> None:
    await house.person("marie", "accountant")
    gone = await house.person("jean", "accountant")
    await house.person("chef", "operator")
    await house.do(lambda session: people.disable(session, gone.id, at=gone.made_at))
    window = await house.window()
    told = set()
    for email, password in (
        ("marie@savonnerie.example", OTHER), ("nobody@savonnerie.example", PASSWORD),
        ("jean@savonnerie.example", PASSWORD), ("no address", PASSWORD),
    ):  # fmt: skip
        answer = await window.signs_in(email, password)
        fault(answer)
        assert "set-cookie" not in answer.headers
        assert password not in answer.text
        told.add(answer.text.replace(email, ""))
    assert len(told) == 1


async def test_whoever_guesses_is_refused_in_the_end_and_may_still_ask_for_a_letter(house: House) -> None:
    marie, town = await house.person("marie", "accountant"), await house.live.town()
    for _ in range(attempts.BOUNDS["password"].most):
        await attempts.count(town.sessions, "password", email=marie.email, address="198.51.100.7")
    window = await house.window()
    for email in (marie.email, marie.email.upper()):
        assert "15 minutes" in fault(await window.signs_in(email), 429)
    assert (await window.post("/treiz/sign-in/link", {"email": marie.email})).status_code == 303


async def test_a_token_changes_at_sign_in_and_at_a_new_password_and_the_old_one_is_dead(house: House) -> None:
    marie = await house.person("marie", "accountant")
    planted = "A" * 43
    window, elsewhere = await house.window(), await house.window()
    window.cookies[COOKIE] = planted
    assert not await window.is_in()
    await window.signs_in(marie.email)
    first = window.token
    assert first != planted
    await window.signs_in(marie.email)
    second = window.token
    window.cookies[COOKIE] = first
    assert not await window.is_in()
    window.cookies[COOKIE] = second
    await elsewhere.signs_in(marie.email)
    wrong = {"old_password": OTHER, "new_password": OTHER}
    assert fault(await window.post("/treiz/account/password", wrong))
    weak = {"old_password": PASSWORD, "new_password": "Marie 2026 treiz"}
    assert fault(await window.post("/treiz/account/password", weak))
    assert window.token == second
    changed = await window.post("/treiz/account/password", {"old_password": PASSWORD, "new_password": OTHER})
    assert changed.status_code == 303
    assert window.token not in {first, second}
    assert await window.is_in()
    assert not await elsewhere.is_in()
    assert fault(await elsewhere.signs_in(marie.email, PASSWORD))
    assert (await elsewhere.signs_in(marie.email, OTHER)).status_code == 303


async def test_signing_out_and_ending_visits_work_at_once(house: House) -> None:
    marie = await house.person("marie", "accountant")
    here, there, third = [await house.window() for _ in range(3)]
    for window in (here, there, third):
        await window.signs_in(marie.email)
    token = there.token
    assert (await there.post("/treiz/sign-out")).status_code == 303
    assert COOKIE not in there.cookies
    there.cookies[COOKIE] = token
    assert not await there.is_in()
    shown = re.findall(r'name="visit" value="([0-9a-f]{64})"', (await here.get("/treiz/account")).text)
    assert shown == [visits.hash_of(third.token).hex()]
    jean = await house.in_window("jean", "accountant")
    for visit in (*shown, visits.hash_of(here.token).hex(), "zz", ""):
        assert (await jean.post("/treiz/account/visits/end", {"visit": visit})).status_code == 303
    assert await here.is_in()
    assert await third.is_in()
    await here.post("/treiz/account/visits/end-others")
    assert await here.is_in()
    assert not await third.is_in()
    await here.post("/treiz/account/visits/end", {"visit": visits.hash_of(here.token).hex()})
    assert not await here.is_in()


async def test_a_form_from_elsewhere_changes_nothing(house: House) -> None:
    marie = await house.person("marie", "operator")
    window = await house.window()
    elsewhere = {"origin": "https://evil.example"}
    assert (
        await window.post("/treiz/sign-in", {"email": marie.email, "password": PASSWORD}, **elsewhere)
    ).status_code == 403
    await window.signs_in(marie.email)
    for path, data in (
        ("account/password", {"old_password": PASSWORD, "new_password": OTHER}), ("sign-out", {}),
        ("account/visits/end-others", {}), ("sign-in/link", {"email": marie.email}),
        (f"people/{marie.id}/disable", {}), ((await house.link(marie.id)).removeprefix("/treiz/"), {}),
        ("people/new", {"email": "eve@evil.example", "name": "Eve", "language": "fr", "roles": "operator"}),
    ):  # fmt: skip
        for forged in (
            elsewhere,
            {"origin": "null"},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
        ):
            assert (await window.post(f"/treiz/{path}", data, **forged)).status_code == 403, (path, forged)
    assert await window.is_in()
    assert await house.links_made() == [marie.id], "the one that this test made"
    assert await house.do(lambda session: people.find(session, email="eve@evil.example")) is None


async def test_a_token_of_one_programme_opens_nothing_in_another(house: House) -> None:
    window = await house.in_window("marie", "operator")
    assert await window.is_in()
    window.cookies = {"__Host-obole-alpes": window.token, COOKIE: window.token}
    for path in ("/alpes/account", "/alpes/people"):
        answer = await window.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/alpes/sign-in?next={path}")


async def test_who_is_not_signed_in_comes_back_to_the_page_that_was_wanted(house: House) -> None:
    marie, window = await house.person("marie", "operator"), await house.window()
    answer = await window.get("/treiz/people?after=" + str(marie.id))
    assert answer.status_code == 303
    wanted = f"/treiz/people?after={marie.id}"
    led = await window.get(answer.headers["location"])
    assert f'name="next" value="{wanted}"' in led.text
    data = {"email": marie.email, "password": PASSWORD}
    elsewhere = await window.post("/treiz/sign-in", {**data, "next": "//evil.example"})
    assert elsewhere.headers["location"] == "/treiz/desk"
    assert (await window.post("/treiz/sign-in", {**data, "next": wanted})).headers["location"] == wanted
    posted = await (await house.window()).post("/treiz/account/details", {"name": "x"})
    assert (posted.status_code, posted.headers["location"]) == (303, "/treiz/sign-in")


async def test_a_scanner_that_opens_a_link_does_not_use_it_up_and_a_person_does_once(house: House) -> None:
    marie, window = await house.person("marie", "accountant"), await house.window()
    path = await house.link(marie.id)
    for _ in range(3):
        looked = await window.get(path)
        assert looked.status_code == 200
        assert "set-cookie" not in looked.headers
        assert marie.email in looked.text
    entered = await window.post(path)
    assert (entered.status_code, entered.headers["location"]) == (303, "/treiz/desk")
    assert await window.is_in()
    again = await house.window()
    for answer in (await again.post(path), await again.get(path), await again.get("/treiz/enter/" + "x" * 43)):
        assert answer.status_code == 410
        assert "set-cookie" not in answer.headers
    other = await house.link(marie.id)
    assert (await again.get(other.replace("/treiz/", "/alpes/"))).status_code == 410


async def test_a_link_lets_one_choose_a_password_and_ends_what_was_before(house: House) -> None:
    marie = await house.person("marie", "accountant")
    before, window = await house.window(), await house.window()
    await before.signs_in(marie.email)
    path, spare = await house.link(marie.id), await house.link(marie.id)
    assert fault(await window.post(path, {"choose": "yes", "new_password": "court"}))
    assert fault(await window.post(path, {"choose": "yes", "new_password": ""}))
    assert (await window.post(path, {"choose": "yes", "new_password": OTHER})).status_code == 303
    assert await window.is_in()
    assert not await before.is_in()
    assert (await before.get(spare)).status_code == 410
    assert (await before.signs_in(marie.email, OTHER)).status_code == 303


async def test_who_asks_for_a_link_is_told_the_same_whether_known_or_not(house: House) -> None:
    marie, window = await house.person("marie", "accountant"), await house.window()
    told = set()
    for email in (marie.email.upper(), "nobody@savonnerie.example"):
        answer = await window.post("/treiz/sign-in/link", {"email": email})
        told.add((answer.status_code, answer.headers["location"], answer.text))
    ((_, onwards, _),) = told
    assert "15 minutes" in (await window.get(onwards)).text
    assert await house.links_made() == [marie.id]
    assert fault(await window.post("/treiz/sign-in/link", {"email": "marie"}))


async def test_in_a_browser_one_signs_in_mends_the_account_and_signs_out(house: House, page: Watched) -> None:
    marie = await house.person("marie", "operator", "buyer")
    window = page.page
    await window.goto(house.live.home + "account")
    await pictured(page, "sign-in")
    await window.get_by_label("Adresse e-mail").fill(marie.email)
    await window.get_by_label("Mot de passe").fill("faux mot de passe")
    await window.get_by_role("button", name="Se connecter").click()
    await window.get_by_role("alert").wait_for()
    page.forgive("status of 422")
    assert await window.get_by_label("Adresse e-mail").input_value() == marie.email
    await window.get_by_label("Mot de passe").fill(PASSWORD)
    await window.keyboard.press("Enter")
    await window.get_by_role("heading", name="Mon compte").wait_for()
    (cookie,) = [one for one in await page.context.cookies() if one["name"] == COOKIE]
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Lax")
    await pictured(page, "account")
    await window.goto(house.live.home + "people")
    await pictured(page, "people")
    await window.goto(house.live.home + "account")
    await window.get_by_label("Votre nom").fill("Marie Blanc")
    await window.get_by_role("button", name="Enregistrer").click()
    await window.get_by_role("status").wait_for()
    assert await window.get_by_label("Votre nom").input_value() == "Marie Blanc"
    await window.get_by_role("button", name="Se déconnecter", exact=True).click()
    await window.get_by_text("Vous êtes déconnecté").wait_for()
    await window.goto(house.live.home + "account")
    assert "/sign-in" in window.url


async def test_without_scripts_a_link_lets_one_choose_a_password_on_a_telephone(house: House, browser: Browser) -> None:
    marie = await house.person("marie", "buyer", password=False)
    async with a_page(browser, language="en", scripts=False, width=390) as narrow:
        await narrow.page.goto(house.live.address + await house.link(marie.id))
        await narrow.page.get_by_label("New password").fill("court")
        await narrow.page.get_by_role("button", name="Keep it and sign in").click()
        await narrow.page.get_by_role("alert").wait_for()
        narrow.forgive("status of 422")
        await narrow.page.get_by_label("New password").fill(OTHER)
        await narrow.page.get_by_role("button", name="Keep it and sign in").click()
        await narrow.page.wait_for_url("**/treiz/orders?said=password-changed")
        await narrow.page.goto(house.live.home + "account")
        assert marie.email in await narrow.page.content()
