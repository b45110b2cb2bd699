"""What all pages share: languages, addresses, our own files, policies."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from api.engines import owner_engine
from api.pages import assets, policy
from api.pages.place import RESERVED
from api.pages.rendering import local_path
from tests.pages.browser import Watched, pictured
from tests.pages.given import Live

# Languages


async def test_a_page_speaks_the_language_that_the_browser_asks_for_and_french_if_neither(still_live: Live) -> None:
    for asked, spoken in (("en-GB,fr;q=0.5", "en"), ("fr", "fr"), ("de, es;q=0.9", "fr"), ("", "fr")):
        async with still_live.client(asked) as client:
            answer = await client.get("/treiz/")
        assert f'<html lang="{spoken}">' in answer.text
        assert answer.headers["content-language"] == spoken


async def test_the_switch_is_remembered_and_leads_back_to_the_same_page(still_live: Live, page: Watched) -> None:
    await page.page.goto(still_live.home + "?who=a%26b&said=saved")
    assert await page.page.get_by_text("C'est enregistré.").is_visible()
    await page.page.get_by_role("link", name="English").click()
    assert page.page.url == still_live.home + "?who=a%26b"
    await page.page.get_by_role("heading", name="Gift vouchers for the shops around you").wait_for()
    await page.page.goto(still_live.address + "/")
    assert await page.page.locator("html").get_attribute("lang") == "en"
    await page.page.get_by_role("link", name="Français").click()
    assert await page.page.locator("html").get_attribute("lang") == "fr"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "evil",
        "",
        "/\r\nX: y",
    ],
)
async def test_the_switch_leads_nowhere_else(still_live: Live, elsewhere: str) -> None:
    assert local_path(elsewhere) == "/"
    async with still_live.client() as client:
        answer = await client.get("/language", params={"to": "en", "back": elsewhere})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_an_unknown_language_is_not_remembered(still_live: Live) -> None:
    async with still_live.client() as client:
        answer = await client.get("/language", params={"to": "xx", "back": "/treiz/"})
        assert "set-cookie" not in answer.headers
        assert '<html lang="fr">' in (await client.get("/treiz/", headers={"cookie": "obole-language=xx"})).text


async def test_nobody_makes_a_page_say_what_they_like(still_live: Live) -> None:
    async with still_live.client() as client:
        said = (await client.get("/treiz/", params={"said": "You have won"})).text
    assert "You have won" not in re.sub(r'href="[^"]*"', "", said)


# Addresses


async def test_the_headers_of_a_page_are_told_without_it(still_live: Live) -> None:
    async with still_live.client() as client:
        page = await client.get("/treiz/")
        head = await client.head("/treiz/")
        assert (await client.head("/treiz/nowhere")).status_code == 404
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "date": ""} == {**page.headers, "date": ""}


async def test_no_programme_takes_an_address_of_ours(still_live: Live) -> None:
    async with still_live.client() as client:
        for name in RESERVED:
            assert (await client.get(f"/{name}/anything/at/all")).status_code in {404, 405}, name
        problem = await client.get("/api/anything")
        assert problem.headers["content-type"] == "application/problem+json"
        assert (await client.get("/treiz")).headers["location"].endswith("/treiz/")
        assert (await client.get("/nowhere-town/")).status_code == 404


async def test_the_first_page_lists_the_programmes(still_live: Live, page: Watched) -> None:
    await page.page.goto(still_live.address)
    await pictured(page, "programmes")
    await page.page.get_by_role("link", name="Treiz'Local").click()
    await pictured(page, "home")
    ways = [await page.page.get_by_role("link", name=name).get_attribute("href") for name in ("Offrir", "entreprise")]
    assert ways == ["/treiz/orders/new?for=person", "/treiz/orders/new?for=company"]


async def test_the_only_programme_is_the_first_page(live: Live) -> None:
    async with live.client() as client:
        assert (await client.get("/")).status_code == 200
        async with owner_engine(live.database) as engine, engine.begin() as connection:
            await connection.execute(text("DELETE FROM public.programmes WHERE slug = 'alpes'"))
        assert (await client.get("/")).headers["location"] == "/treiz/"


# Our files


async def test_a_file_of_ours_is_kept_for_ever_under_its_version_and_not_at_all_under_another(still_live: Live) -> None:
    async with still_live.client() as client:
        for name in assets.FILES:
            answer = await client.get(assets.asset(name))
            assert (answer.status_code, answer.headers["cache-control"]) == (200, assets.FOR_EVER)
            assert answer.content == assets.FILES[name]
        assert (await client.get("/static/000000000000/obole.css")).headers["cache-control"] == assets.FOR_NOW
        assert (await client.get("/favicon.ico")).headers["content-type"] == "image/svg+xml"
        for wrong in ("nothing.css", "..%2f__init__.py", "%2e%2e/%2e%2e/settings.py"):
            assert (await client.get(f"/static/{assets.VERSION}/{wrong}")).status_code == 404


# Policies


async def test_every_page_says_what_a_browser_may_do_with_it(guide: Live) -> None:
    async with guide.client() as client:
        for path in ("/", "/treiz/", "/treiz/nowhere", "/treiz/fails/bug", "/docs", "/treiz/styleguide"):
            headers = (await client.get(path)).headers
            assert "'unsafe" not in headers[policy.NAME]
            assert "default-src 'none'" in headers[policy.NAME]
            assert headers["cache-control"] == "no-store"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cross-origin-opener-policy"] == "same-origin"
            assert headers["referrer-policy"] == ("no-referrer" if path == "/docs" else "same-origin")
        assert "x-robots-tag" not in (await client.get("/treiz/")).headers
        assert (await client.get("/treiz/nowhere")).headers["x-robots-tag"] == "noindex"


def test_forms_may_lead_to_one_origin_more_and_to_nothing_else() -> None:
    assert "form-action 'self' https://checkout.stripe.com;" in policy.policy(form_action="https://checkout.stripe.com")
    for wrong in ("https://a.example; script-src *", "*", "https:", "'unsafe-inline'", "https://a.example\n", "x y"):
        with pytest.raises(ValueError, match="origin"):
            policy.policy(form_action=wrong)


async def test_a_script_that_got_into_a_page_does_not_run(still_live: Live, page: Watched) -> None:
    await page.page.goto(still_live.home)
    ran = await page.page.evaluate(
        """async () => {
          const script = document.createElement("script");
          script.textContent = "window.stolen = true";
          document.body.append(script);
          await new Promise((done) => setTimeout(done));
          return window.stolen === true;
        }"""
    )
    assert not ran
    assert page.faults
    page.forgive("Content Security Policy")


async def test_the_description_of_the_api_works_under_the_same_policy(still_live: Live, page: Watched) -> None:
    await page.page.goto(still_live.address + "/docs")
    await page.page.get_by_role("heading", name="Obole").wait_for()
    await page.page.locator(".opblock-tag").first.click()
    await page.page.locator(".opblock-summary").first.click()
    await page.page.get_by_role("button", name="Try it out").first.wait_for()
