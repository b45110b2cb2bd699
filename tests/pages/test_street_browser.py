"""The street in a real browser: found by keyboard, near me on a press, without scripts, and nothing serious for axe."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Browser

from tests.pages.browser import Watched, a_page, check_page, pictured
from tests.pages.given import Live
from tests.pages.ordering import somebody
from tests.pages.streets import Street, a_street, siret

CAMPAIGN = "treiz/campaigns/tu-es-l-amour-de-ma-ville"


@pytest.fixture(scope="module")
async def street(still_live: Live) -> Street:
    """Eight shops and a campaign that runs."""
    street = await a_street(still_live)
    await street.campaign(await street.top_up(last_day=street.today + timedelta(days=14)))
    return street


async def test_a_search_that_finds_nothing_is_sound_at_both_widths(street: Street, page: Watched) -> None:
    for path, name in (("treiz/shops", "directory"), (f"treiz/shops/{siret(0)}", "shop"), (CAMPAIGN, "campaign")):
        await page.page.goto(f"{street.live.address}/{path}")
        await pictured(page, name)
    await page.page.goto(f"{street.live.address}/treiz/shops?q=nothing-like-it")
    await check_page(page)


async def test_what_a_kind_does_not_need_is_out_of_the_way(street: Street, page: Watched) -> None:
    made = await street.campaign(await street.top_up(title="Deuxième"))
    await (await somebody(street.live, "manager")).enter(page.context, street.live)
    await page.page.goto(f"{street.live.address}/treiz/desk/campaigns/{made}")
    await pictured(page, "campaign-desk")
    await page.page.goto(f"{street.live.address}/treiz/desk/campaigns/new")
    await pictured(page, "campaign-plan")
    told = {}
    for kind in ("top_up", "draw", "story"):
        await page.page.check(f"[name=kind][value={kind}]")
        told[kind] = [await page.page.locator(f"[name={name}]").is_visible() for name in ("rate", "prizes", "funder")]
    assert told == {"top_up": [True, False, True], "draw": [False, True, True], "story": [False, False, False]}
    await page.page.check("[name=kind][value=top_up]")
    await page.page.check("[name=how][value=each]")
    assert await page.page.locator("[name=each]").is_visible()
    assert not await page.page.locator("[name=rate]").is_visible()


async def test_by_keyboard_alone_one_searches_and_opens_a_shop(street: Street, page: Watched) -> None:
    window = page.page
    await window.goto(f"{street.live.address}/treiz/shops")
    await window.focus("#q")
    await window.keyboard.type("librarie")
    await window.keyboard.press("Enter")
    await window.wait_for_url("**q=librarie**")
    assert await window.get_by_text("voici « librairie »").is_visible()
    link = window.get_by_role("link", name="Librairie de l'Oeuvre")
    await link.focus()
    await window.keyboard.press("Enter")
    await window.wait_for_url(f"**/shops/{siret(1)}")


async def test_near_me_is_asked_on_a_press_and_stands_in_no_address(street: Street, page: Watched) -> None:
    window = page.page
    await page.context.grant_permissions(["geolocation"], origin=street.live.address)
    await page.context.set_geolocation({"latitude": 43.52634, "longitude": 5.44741})
    await window.goto(f"{street.live.address}/treiz/shops")
    async with window.expect_request(lambda one: one.method == "POST") as sent:
        await window.get_by_role("button", name="Près de moi").click()
    asked = await sent.value
    assert "lat=43.526&lon=5.447" in (asked.post_data or "")
    await window.get_by_text("du plus proche au plus lointain").wait_for()
    assert await window.locator(".front-name").first.inner_text() == "Librairie de l'Oeuvre"
    assert "43.5" not in window.url
    await check_page(page, schemes=("light",))


async def test_who_does_not_say_where_they_are_is_told_what_to_do(street: Street, page: Watched) -> None:
    await page.page.goto(f"{street.live.address}/treiz/shops")
    await page.page.get_by_role("button", name="Près de moi").click()
    await page.page.get_by_text("Choisissez un lieu ci-dessus").wait_for()
    assert await page.page.locator(".front").count() == 8


async def test_without_scripts_the_place_is_chosen_and_all_is_there(street: Street, browser: Browser) -> None:
    async with a_page(browser, scripts=False, width=390) as watched:
        window = watched.page
        await window.goto(f"{street.live.address}/treiz/shops")
        assert not await window.get_by_role("button", name="Près de moi").is_visible()
        await window.select_option("#place", "Aubagne")
        await window.get_by_role("button", name="Chercher").click()
        assert await window.locator(".front-name").all_inner_texts() == ["Chez Toto"]
        await window.goto(f"{street.live.address}/treiz/shops/{siret(0)}")
        assert await window.get_by_role("heading", name="Au Pain d'Épices").is_visible()
