"""What people send: forms of ours and forms from elsewhere, what goes wrong with them, and what is said then."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest
from playwright.async_api import Browser

from api.errors import explain
from api.pages import policy
from tests.pages.browser import Watched, a_page, check_page
from tests.pages.given import Live
from vouchers.errors import VoucherExpired

EVIL: Final = "https://evil.example"
FAILURES: Final = {400, 403, 404, 405, 413, 418, 422, 429, 500, 503}


# Forms from elsewhere


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 422),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({}, 422),
        ({"origin": EVIL}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "http://127.0.0.1"}, 403),
        ({"origin": "http://[::1"}, 403),
        ({"origin": EVIL, "sec-fetch-site": "same-origin"}, 422),
    ],
    ids=str,
)
async def test_a_form_is_taken_from_a_page_of_ours_only(guide: Live, headers: dict[str, str], status: int) -> None:
    async with guide.client(**headers) as client:
        answer = await client.post("/treiz/styleguide", data={"company": ""})
    assert answer.status_code == status
    assert ("pas été envoyé depuis une page" in answer.text) == (status == 403)


async def test_a_form_comes_from_us_by_the_public_address_too(guide: Live) -> None:
    public = guide.app.state.installation.settings
    guide.app.state.installation.settings = public.model_copy(update={"public_url": "https://bons.example"})
    try:
        async with guide.client(origin="https://bons.example") as client:
            assert (await client.post("/treiz/styleguide", data={})).status_code == 422
    finally:
        guide.app.state.installation.settings = public


async def test_another_site_cannot_send_our_forms_in_a_real_browser(guide: Live, page: Watched) -> None:
    """``localhost`` is another origin than ``127.0.0.1``, though the same machine."""
    await page.page.route(
        "http://evil.example/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f"<form method=post action='{guide.home}styleguide'><button>Gift</button></form>",
        ),
    )
    await page.page.goto("http://evil.example/")
    await page.page.get_by_role("button").click()
    await page.page.get_by_role("heading", name="Formulaire venu d'ailleurs").wait_for()
    page.forgive("status of 403", "opener-policy", "Opener-Policy")


# What goes wrong


async def test_every_failure_is_a_page_in_both_languages_with_a_way_on(guide: Live) -> None:
    for language, way in (("fr", "Aller à la page d'accueil"), ("en", "To the home page")):
        async with guide.client(language) as client:
            for status in sorted(FAILURES):
                answer = await client.get(f"/treiz/fails/{status}")
                assert answer.status_code == status
                assert f'<html lang="{language}">' in answer.text
                assert way in answer.text
                assert 'href="/treiz/"' in answer.text
                assert "secret-detail" not in answer.text


async def test_a_refusal_says_the_same_on_a_page_as_in_the_api(guide: Live) -> None:
    async with guide.client("en") as client:
        answer = await client.get("/treiz/fails/refusal")
    said = explain(VoucherExpired(last_day=date(2026, 10, 31)), "en")
    assert answer.status_code == said.status
    assert said.title in answer.text
    assert "31 October 2026" in answer.text


async def test_a_defect_and_a_busy_database_tell_nothing_of_themselves(
    guide: Live, caplog: pytest.LogCaptureFixture
) -> None:
    async with guide.client() as client:
        broken, busy = await client.get("/treiz/fails/bug"), await client.get("/treiz/fails/pool")
        lacking = await client.get("/treiz/fails/template")  # which is an OSError, as a lost connection is
    assert (broken.status_code, lacking.status_code, busy.status_code) == (500, 500, 503)
    assert busy.headers["retry-after"] == "2"
    assert "ZeroDivision" not in broken.text
    assert "secret-detail" not in broken.text + lacking.text


async def test_a_program_is_told_in_problems_wherever_it_asks(guide: Live) -> None:
    async with guide.client(accept="application/json") as client:
        for path in ("/treiz/nowhere", "/treiz/fails/429", "/api/nowhere"):
            assert (await client.get(path)).headers["content-type"] == "application/problem+json"
    async with guide.client() as client:
        assert (await client.get("/api/v1/shops")).headers["content-type"] == "application/problem+json"


async def test_a_wrong_method_and_a_huge_body_are_answered_with_pages(guide: Live) -> None:
    async with guide.client() as client:
        wrong = await client.delete("/treiz/styleguide")
        huge = await client.post("/treiz/styleguide", content=b"company=" + b"x" * 5_000_000)
    assert (wrong.status_code, huge.status_code) == (405, 413)
    for answer in (wrong, huge):
        assert answer.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in answer.headers[policy.NAME]


async def test_a_lost_page_can_be_read_and_left(still_live: Live, page: Watched) -> None:
    await page.page.goto(still_live.home + "nowhere")
    page.forgive("status of 404")
    await check_page(page, "not-found")
    await page.page.get_by_role("link", name="Aller à la page d'accueil").click()
    assert page.page.url == still_live.home


# Forms


async def test_all_parts_are_accessible_and_fit_a_telephone(guide: Live, page: Watched) -> None:
    await page.page.goto(guide.home + "styleguide")
    await check_page(page)
    await page.page.get_by_role("button", name="Continuer").click()
    await page.page.get_by_role("alert").wait_for()
    page.forgive("status of 422")
    await check_page(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_form_keeps_what_was_typed_and_leads_to_each_fault(
    guide: Live, browser: Browser, *, scripts: bool
) -> None:
    async with a_page(browser, scripts=scripts, width=390) as window:
        page = window.page
        await page.goto(guide.home + "styleguide")
        await page.get_by_label("Raison sociale").fill('Savon <b>"&')
        await page.get_by_label("Combien de bons").fill("beaucoup")
        await page.get_by_label("Valeur de chacun").fill("2")
        await page.get_by_label("Message").fill("Joyeux Noël\nà tous")
        await page.get_by_label("Par virement").check()
        await page.get_by_role("button", name="Continuer").click()
        await page.get_by_role("heading", name="4 points à corriger").wait_for()
        assert (await page.title()).startswith("Erreur")
        assert await page.locator(":focus").get_attribute("id") == "summary"
        assert await page.get_by_label("Raison sociale").input_value() == 'Savon <b>"&'
        assert await page.get_by_label("Message").input_value() == "Joyeux Noël\nà tous"
        assert await page.get_by_label("Par virement").is_checked()
        face = page.get_by_label("Valeur de chacun")
        assert await face.get_attribute("aria-invalid") == "true"
        (fault,) = [one for one in (await face.get_attribute("aria-describedby") or "").split() if "fault" in one]
        assert "Écrivez au moins 5,00\u00a0€." in await page.locator(f"#{fault}").inner_text()
        await page.get_by_role("link", name="Valeur de chacun").click()
        if scripts:
            assert await page.locator(":focus").get_attribute("id") == "face"
        window.forgive("status of 422")


async def test_a_page_is_walked_through_by_the_keyboard_alone(guide: Live, page: Watched) -> None:
    await page.page.goto(guide.home + "styleguide")
    await page.page.keyboard.press("Tab")
    assert await page.page.locator(":focus").inner_text() == "Aller au contenu"
    await page.page.keyboard.press("Enter")
    await page.page.keyboard.press("Tab")
    assert await page.page.locator("main :focus").count() == 1
    outline = "getComputedStyle(document.activeElement).outlineWidth"
    assert await page.page.evaluate(outline) == "3px"


async def test_a_second_click_does_not_send_a_form_twice(guide: Live, page: Watched) -> None:
    sent: list[str] = []
    page.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    await page.page.goto(guide.home + "styleguide")
    await page.page.get_by_role("button", name="Continuer").dblclick()
    await page.page.get_by_role("alert").wait_for()
    assert len(sent) == 1
    page.forgive("status of 422")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"company=a%00b", "application/x-www-form-urlencoded", 422),
        (b"company=%ED%A0%80", "application/x-www-form-urlencoded", 422),
        ("\r\n".join(["--x", 'Content-Disposition: form-data; name="company"', "", "a\x00b", "--x--", ""]).encode(),
         "multipart/form-data; boundary=x", 422),
        (b"no boundary", "multipart/form-data", 400),
        (b"&".join(b"a=1" for _ in range(2_000)), "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 422),
        (b"company=" + b"x" * 1_500_000, "application/x-www-form-urlencoded", 400),
    ],
)  # fmt: skip
async def test_a_form_that_no_browser_sends_is_refused_with_a_page(
    guide: Live, body: bytes, kind: str, status: int
) -> None:
    async with guide.client() as client:
        answer = await client.post("/treiz/styleguide", content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
