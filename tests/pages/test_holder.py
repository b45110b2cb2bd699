"""The page of a voucher: what is left, until when, a code that scans off a screen, and nothing about anybody."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import httpx
from playwright.async_api import Browser

from api.guessing import wrong_codes
from ledger.days import day_of
from tests.given import Town
from tests.pages.browser import Watched, a_page, check_page
from tests.pages.given import Live
from tests.pages.holding import BUYER, a_live_town, code_of, scanned
from tests.till import Paper
from vouchers import codes


async def test_a_holder_reads_what_is_left_and_the_code_scans_off_the_screen(
    live: Live, page: Watched, browser: Browser
) -> None:
    town = await a_live_town(live)
    voucher = await town.voucher(worth="50,00 €")
    await town.till.redeem(voucher, "17,50 €")
    await town.till.hold(voucher, "2,50 €")
    code = code_of(town, voucher)
    link = codes.link(live.address, code)
    answer = await page.page.goto(link)
    assert answer is not None
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
    assert answer.headers["cache-control"] == "no-store"
    assert code.token not in await page.page.title()
    words = (await page.page.inner_text("main")).replace("\u00a0", " ")
    for one in ("Treiz'Local", "32,50 €", "dont 2,50 € mis de côté", "À dépenser jusqu'au", codes.spell(code.typed)):
        assert one in words, one
    assert BUYER not in await page.page.content()
    await check_page(page, "holder")
    for scheme in ("light", "dark"):
        async with a_page(browser, language="en", scripts=False, scheme=scheme, width=390) as other:
            await other.page.goto(link)
            assert await other.page.get_by_text("To spend until").is_visible()
            picture = other.page.locator(".held-code img")
            assert ((await picture.bounding_box()) or {"width": 0})["width"] >= 240
            assert scanned(await other.page.screenshot(full_page=True)) == [link]


async def told(client: httpx.AsyncClient, town: Town, voucher: Paper) -> str:
    answer = await client.get(f"/v/{code_of(town, voucher).token}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_voucher_that_cannot_be_spent_says_why_and_shows_no_code(live: Live, page: Watched) -> None:
    town = await a_live_town(live)
    spent, blocked, lost = await town.vouchers(3)
    await town.till.redeem(spent, "20,00 €")
    await town.block(blocked)
    heir = await town.reissue(lost)
    long_ago = replace(town, at=town.at - timedelta(days=800))
    expired = await long_ago.voucher()
    async with live.client("en") as client:
        for voucher, words in (
            (spent, "All of it is spent"), (blocked, "blocked for now"), (lost, "replaced by a new one"),
            (expired, "The last day of this voucher is over"),
        ):  # fmt: skip
            said = await told(client, town, voucher)
            assert words in said
            assert "data:image" not in said
            assert codes.spell(code_of(town, voucher).typed) not in said
        assert "data:image" in await told(client, town, heir)
        early = await town.voucher(valid_from=day_of(town.at) + timedelta(days=9))
        assert "You can spend this voucher from" in await told(client, town, early)
    await page.page.goto(f"{live.address}/v/{code_of(town, blocked).token}")
    await check_page(page)


async def test_whatever_is_wrong_with_a_link_the_answer_is_one_and_it_is_counted(live: Live, page: Watched) -> None:
    town = await a_live_town(live)
    code = code_of(town, await town.voucher())
    elsewhere = codes.derive(town.keys.current, town.buyer)
    forged = code.token[:-1] + ("A" if code.token[-1] != "A" else "B")
    async with live.client() as client:
        answers = {
            typed: await client.get(f"/v/{typed}")
            for typed in (
                "nonsense",
                code.token[:-1],
                forged,
                elsewhere.token,
                codes.spell(code.typed),
                "%C3%A9",
                "7" * 600,
            )
        }
        assert (await client.get(f"/v/{code.token}")).status_code == 200
    assert {one.status_code for one in answers.values()} == {404}
    assert len({re.sub(r"/language[^\"]*", "", one.text) for one in answers.values()}) == 1
    assert {one.headers["referrer-policy"] for one in answers.values()} == {"no-referrer"}
    here = live.app.state.installation
    first = (await here.all_towns())[0]
    assert await wrong_codes(first.sessions) == {"page:127.0.0.1": len(answers)}
    await page.page.goto(f"{live.address}/v/nonsense")
    assert await page.page.get_by_role("heading", name="Ce bon n'est pas connu ici").is_visible()
    page.forgive("status of 404")
    await check_page(page)
