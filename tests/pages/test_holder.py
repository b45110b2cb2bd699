"""The page of a voucher: what is left, until when, a code that scans off a screen, and nothing about anybody."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import httpx

from api.guessing import wrong_codes
from ledger.days import day_of
from tests.given import Town
from tests.pages.browser import Watched, check_page
from tests.pages.given import Live
from tests.pages.holding import a_live_town, code_of
from tests.till import Paper
from vouchers import codes


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
