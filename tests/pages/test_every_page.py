"""Every page of the application, as each person finds it in the demonstration."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Browser

from api import clock
from api.auth import till_devices
from api.pages.catalogues import sentences
from api.settings import Settings
from tests.pages.booked import facts_of_the_books
from tests.pages.browser import Watched, a_page, check_page
from tests.pages.demonstration import Begun
from tests.pages.doors import Comer, comers
from tests.pages.given import Live, serving
from tests.pages.keyboard import KEYS, tour
from tests.pages.unseen import ELSEWHERE, LEADS_ON, NO_PAGES
from tests.pages.untranslated import bracketed
from tests.pages.walking import Walk, Way, routes_of
from tests.speaking import a_client

ROOT: Final = Path(__file__).parents[2]

CARDS: Final = '{"treiz-local": {"secret_key": "sk_test_none", "webhook_secrets": ["whsec_none"]}}'
"""Keys with which pages offer cards; nobody pays."""

NO_STRIPE: Final = "http://127.0.0.1:1"
"""Where nothing answers: what a job asks of Stripe leaves this machine in no test."""

DEMANDING: Final = """
  () => [...document.querySelectorAll("main form[method=post]")].map((one, index) =>
    one.querySelector("[aria-required=true]")?.checkVisibility() ? [index, one.action] : null).filter(Boolean)
"""
"""The forms that ask for something, each with its place on the page."""

EMPTY: Final = """
  index => {
    const form = document.querySelectorAll("main form[method=post]")[index];
    for (const one of form.elements) {
      if (/^(text|email|password|tel|date|textarea)$/.test(one.type)) one.value = "";
    }
    const main = form.querySelector("button.button-primary[type=submit]");
    form.requestSubmit(main ?? form.querySelector("button[type=submit]"));
  }
"""
"""By its own button, where it has others that only look for something."""

BEGINNING: Final = ("operator", "accountant", "manager", "shop", "buyer 1", "buyer 3", "till")
"""Who comes in as people do: with a password, a telephone by a link."""

Visits = tuple[Comer, list[str]]
"""Somebody, and the addresses to look at as they."""


@dataclass
class Walked:
    """The demonstration, served; the walk; the way of each who walked."""

    live: Live
    walk: Walk
    ways: list[tuple[Comer, Way]] = field(default_factory=list)


@pytest.fixture(scope="module")
async def walked(begun: Begun) -> AsyncIterator[Walked]:
    """Everybody walks, with every sentence in brackets; the browser sees the pages as they are."""
    settings = Settings(home=begun.home, pool_size=20, pool_timeout=10, jobs=False, stripe=CARDS, stripe_api=NO_STRIPE)
    ours = frozenset(form for forms in sentences("fr").known.values() for form in forms)
    async with serving(begun.database, settings) as live:
        coming = await comers(begun, live)
        walk = Walk(live.address, routes_of(live.app), NO_PAGES, ours, await facts_of_the_books(begun.town))
        walked = Walked(live, walk)
        with bracketed():
            for who in coming:
                async with within(live, **({"cookie": who.cookie} if who.cookie else {})) as client:
                    walked.ways.append((who, await walk.by(client, *who.starts)))
        yield walked


def within(live: Live, **headers: str) -> httpx.AsyncClient:
    """A browser that asks in the process of the application, without a socket: it asks hundreds of times."""
    told = {"accept": "text/html", "accept-language": "fr", "origin": live.address, **headers}
    return a_client(transport=httpx.ASGITransport(live.app), base_url=live.address, headers=told)


async def test_every_route_of_the_pages_is_walked(walked: Walked) -> None:
    """A new one to which no link leads begins in `doors`; or it is named here as no page, for a reason."""
    every = {path for method, path in walked.walk.routes if method == "GET"}
    named = {*NO_PAGES, *LEADS_ON, *ELSEWHERE}
    assert every - named == set(walked.walk.pages) - set(ELSEWHERE)
    assert named <= every, "no such route"
    assert set(LEADS_ON) <= walked.walk.led
    assert all("check_page(" in (ROOT / test).read_text(encoding="utf-8") for test in ELSEWHERE.values())


async def test_all_links_lead_somewhere_and_every_form_is_taken_and_works_without_scripts(walked: Walked) -> None:
    assert sum(len(way.leads) for _, way in walked.ways) > 500
    assert not walked.walk.faults, "\n".join(walked.walk.faults)


async def test_no_page_says_a_word_that_did_not_pass_through_the_catalogues(walked: Walked) -> None:
    """Every sentence in brackets: words outside of them, the same in both languages, are facts of the books."""
    assert walked.walk.untold == {}


async def test_every_page_is_accessible_at_both_widths_by_day_and_by_night_and_by_the_keyboard(
    walked: Walked, browser: Browser
) -> None:
    sent, shown = set[str](), [(who, way.fresh) for who, way in walked.ways]
    told = await asyncio.gather(*(gone_through(walked, part, browser, sent) for part in halves(shown)))
    faults = [fault for found in told for fault in found]
    assert not faults, "\n".join(faults)


def halves(fresh: Sequence[Visits]) -> list[list[Visits]]:
    """Everybody, in two parts with about as many pages: while the browser looks at one, the other is being answered."""
    parts: list[list[Visits]] = [[], []]
    for one in sorted(fresh, key=lambda one: len(one[1]), reverse=True):
        min(parts, key=lambda part: sum(len(addresses) for _, addresses in part)).append(one)
    return parts


async def gone_through(walked: Walked, fresh: Sequence[Visits], browser: Browser, sent: set[str]) -> list[str]:
    """What is wrong with the pages of these people, seen in one window."""
    faults = list[str]()
    async with a_page(browser) as watched:
        await watched.context.add_init_script(KEYS)
        for who, addresses in fresh:
            await come_in(watched, who, walked.live)
            for address in addresses:
                await watched.page.goto(walked.live.address + address)
                watched.forgive("status of 401")
                found = [*await tour(watched.page), *await looked_at(watched)]
                found += [one async for one in sent_empty(watched, walked.walk, sent)]
                faults += [f"{who.name}, {address}: {fault}" for fault in found]
    return faults


async def looked_at(watched: Watched) -> list[str]:
    """What is wrong with the page that is shown."""
    try:
        await check_page(watched)
    except AssertionError as fault:
        watched.faults.clear()
        return [str(fault)]
    return []


async def sent_empty(watched: Watched, walk: Walk, sent: set[str]) -> AsyncIterator[str]:
    """Each form that was not sent yet comes back when nothing is in it: what is wrong with the page then."""
    page = watched.page
    address, again = page.url, False
    for index, action in await page.evaluate(DEMANDING):
        route = walk.route("POST", action)
        if route in sent:
            continue
        sent.add(route)
        if again:
            await page.goto(address)
        again = True
        async with page.expect_navigation():
            await page.evaluate(EMPTY, index)
        watched.forgive("status of 422", "status of 409")
        if not await page.locator("#summary").count():
            yield f"{route} takes a form with nothing in it"
        for fault in await looked_at(watched):
            yield f"{route}, sent empty: {fault}"


async def come_in(watched: Watched, who: Comer, live: Live) -> None:
    """As somebody else."""
    await watched.context.clear_cookies()
    if who.cookie:
        name, _, value = who.cookie.partition("=")
        address = live.address.replace("http:", "https:")
        await watched.context.add_cookies(
            [{"name": name, "value": value, "url": address, "secure": True, "sameSite": "Lax"}]
        )


async def test_who_signs_in_begins_where_the_work_is_and_finds_the_rest(begun: Begun, walked: Walked) -> None:
    home = f"/{begun.demo.programme}"
    ways = {who.name: way for who, way in walked.ways}
    begins = {who: await enter(begun, walked.live, who) for who in BEGINNING}
    assert begins == {
        "operator": f"{home}/desk", "accountant": f"{home}/desk", "manager": f"{home}/desk/shops",
        "shop": f"{home}/shop", "buyer 1": f"{home}/orders", "buyer 3": f"{home}/orders", "till": f"{home}/till",
    }  # fmt: skip
    common = {
        "desk/shops",
        "desk/shops/invitations",
        "desk/shops/invite",
        "desk/shops/all",
        "desk/campaigns",
        "desk/campaigns/new",
    }
    own = {"takings", "settlements", "tills", "story", "hours", "photos", "posters", "campaigns", "online", "bank"}
    finds: dict[str, set[str]] = {
        "operator": {
            *common,
            "desk/code-attempts",
            "desk/shops/bank",
            "people",
            "desk/money",
            "desk/stripe",
            "desk/accounts",
        },
        "accountant": {"desk/campaigns", "desk/money", "desk/stripe", "desk/accounts"},
        "manager": common,
        "shop": {f"shop/{begun.demo.shop}/{one}" for one in own},
        "till": {"till/today"},
    }
    for who, paths in finds.items():
        assert paths <= {one.removeprefix(f"{home}/") for one in ways[who].found_from(begins[who])}, who
    for who in ("operator", "manager"):
        assert any("/desk/shops/applications/" in one for one in ways[who].found_from(begins[who])), who


async def enter(begun: Begun, live: Live, who: str) -> str:
    """:returns: where somebody begins: a person signs in, a telephone becomes a till"""
    home = f"/{begun.demo.programme}"
    async with within(live) as client:
        if who in begun.demo.people:
            typed = {"email": begun.demo.people[who], "password": begun.demo.password}
            answer = await client.post(f"{home}/sign-in", data=typed)
        else:
            async with begun.town.sessions.begin() as session:
                at = await clock.now(session)
                path = await till_devices.make_pairing(session, UUID(begun.demo.till), by="test", at=at)
            answer = await client.post(home + path)
    assert answer.status_code == 303
    return str(answer.headers["location"].partition("?")[0])
