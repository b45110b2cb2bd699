"""The outbox page: for this machine alone, and a letter in it can do nothing but be read."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

import httpx
import pytest

from api.email import outbox
from api.email.letters import Letter
from api.email.outbox import OutboxMailer
from tests.api.email.given import a_letter
from tests.pages.browser import Watched, check_page, pictured
from tests.pages.given import Live

NAUGHTY: Final = "<script>document.title = 'owned'</script><img src='https://evil.example/x.png'>"


async def kept(live: Live, letter: Letter | None = None) -> UUID:
    """Put a letter into the outbox."""

    async def nothing() -> None:
        return

    await OutboxMailer(live.settings.home).send(letter or a_letter(), about_to=nothing)
    return outbox.newest(live.settings.home)[0].id


async def test_letters_are_listed_opened_and_taken_as_files(live: Live, page: Watched) -> None:
    window = page.page
    await window.goto(f"{live.address}/outbox")
    assert await window.get_by_text("Aucun message pour l'instant").is_visible()
    naughty = a_letter("paul@example.org", message=NAUGHTY, link=live.home)
    await kept(live)
    await kept(live, replace(naughty, html=naughty.html.replace("</body>", NAUGHTY + "</body>")))
    await window.reload()
    assert await window.get_by_role("rowheader").count() == 2
    await pictured(page, "outbox")
    await window.get_by_role("link", name="Votre bon d'achat").first.click()
    assert await window.get_by_text("paul@example.org").is_visible()
    frame = window.frame_locator("iframe")
    assert await frame.get_by_role("heading", name="vous offre un bon d'achat").is_visible()
    assert await frame.get_by_role("img", name="QR code").evaluate("it => it.complete && it.naturalWidth") > 200
    assert "owned" not in await window.title()
    async with window.context.expect_page() as opening:
        await frame.get_by_role("link", name="Ouvrir mon bon").click()
    opened = await opening.value
    assert opened.url == live.home
    assert await opened.get_by_role("heading", level=1).is_visible()
    await opened.close()
    async with window.expect_download() as download:
        await window.get_by_role("link", name="Le message en fichier").click()
    assert (await download.value).suggested_filename.endswith(".eml")
    assert any("Blocked script execution" in one for one in page.faults)
    assert any("https://evil.example/x.png" in one for one in page.faults)
    page.forgive("Blocked script execution", "https://evil.example/x.png")


async def test_a_letter_page_is_accessible(live: Live, page: Watched) -> None:
    letter = await kept(live)
    await page.page.goto(f"{live.address}/outbox/{letter}")
    await check_page(page, "outbox-letter")


async def test_a_letter_stands_in_a_frame_without_any_right(live: Live) -> None:
    letter = await kept(live)
    async with live.client() as client:
        framed = await client.get(f"/outbox/{letter}/letter.html")
        raw = await client.get(f"/outbox/{letter}/letter.eml")
    policy = framed.headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'" in policy
    assert framed.headers["x-frame-options"] == "SAMEORIGIN"
    assert raw.content == outbox.raw(live.settings.home, letter)
    assert raw.headers["content-type"] == "message/rfc822"
    assert "attachment" in raw.headers["content-disposition"]


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "bons.example"},
        {"x-forwarded-for": "127.0.0.1"},
        {"forwarded": "for=203.0.113.7"},
        {"via": "1.1 proxy"},
        {"x-real-ip": "203.0.113.7"},
    ],
)
async def test_behind_a_proxy_or_another_name_there_is_no_outbox(still_live: Live, headers: dict[str, str]) -> None:
    letter = await kept(still_live)
    async with still_live.client() as client:
        for path in ("", f"/{letter}", f"/{letter}/letter.html", f"/{letter}/letter.eml"):
            assert (await client.get(f"/outbox{path}")).status_code == 200
            assert (await client.get(f"/outbox{path}", headers=headers)).status_code == 404


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ({}, "203.0.113.7"),
        ({"host": "192.0.2.7"}, "127.0.0.1"),
        ({"public_url": "https://bons.example"}, "127.0.0.1"),
        ({"smtp_url": "smtp://127.0.0.1:25", "mail_from": "bons@treiz.example"}, "127.0.0.1"),
    ],
)
async def test_others_find_nothing_and_neither_does_anybody_once_letters_leave(
    still_live: Live, told: dict[str, str], address: str
) -> None:
    letter = await kept(still_live)
    here = still_live.app.state.installation
    before = here.settings
    here.settings = before.model_copy(update=told)
    try:
        transport = httpx.ASGITransport(still_live.app, client=(address, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=still_live.address) as client:
            for path in ("", f"/{letter}", f"/{letter}/letter.html", f"/{letter}/letter.eml"):
                assert (await client.get(f"/outbox{path}")).status_code == 404
    finally:
        here.settings = before


@pytest.mark.parametrize(
    "path", ["/x", "/..%2f..%2fsecret", f"/{UUID(int=1)}", f"/{UUID(int=1)}/letter.eml", "/x/letter.html"]
)
async def test_what_is_not_there_is_not_found(still_live: Live, path: str) -> None:
    async with still_live.client() as client:
        assert (await client.get(f"/outbox{path}")).status_code in {404, 422}
