"""Every page of the application, as each person finds it in the demonstration."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser

from api.pages.catalogues import sentences
from api.settings import Settings
from tests.pages.browser import Watched, a_page, check_page
from tests.pages.demonstration import Begun
from tests.pages.doors import Comer, comers
from tests.pages.given import Live, serving
from tests.pages.keyboard import KEYS, tour
from tests.pages.walking import Walk, routes_of

ROOT: Final = Path(__file__).parents[2]

NO_PAGES: Final[Mapping[str, str]] = {
    "/static/{version}/{name}": "a file of ours",
    "/favicon.ico": "a picture",
    "/language": "leads back at once",
    "/outbox/{letter}/letter.eml": "a letter as a file",
    "/outbox/{letter}/letter.html": "a letter, in a frame that runs no scripts, not even those that look at it",
    "/{slug:slug}/orders/{order_id}/template.{kind}": "a list to fill in, as a file",
    "/{slug:slug}/orders/{order_id}/logo.png": "a picture",
    "/{slug:slug}/orders/{order_id}/state": "for a script",
    "/{slug:slug}/orders/{order_id}/mailings/state": "for a script",
    "/{slug:slug}/orders/{order_id}/printings/{printing_id}/state": "for a script",
    "/{slug:slug}/desk/month-end/closed/{closing_id}/state": "for a script",
    "/{slug:slug}/orders/{order_id}/request.pdf": "a paper",
    "/{slug:slug}/orders/{order_id}/papers/{document_id}.pdf": "a paper",
    "/{slug:slug}/orders/{order_id}/printings/{printing_id}/sheets.pdf": "vouchers on paper",
    "/{slug:slug}/orders/{order_id}/vouchers/{origin}/sheet.pdf": "a voucher on paper",
    "/{slug:slug}/orders/{order_id}/links.csv": "a list",
    "/{slug:slug}/attestation.pdf": "a paper",
    "/{slug:slug}/attestation.csv": "a list",
    "/{slug:slug}/desk/figures.pdf": "a paper",
    "/{slug:slug}/desk/figures/{panel}.csv": "a list",
    "/{slug:slug}/desk/accounts/file": "a file for the accountant",
    "/{slug:slug}/desk/funders/{funder_id}/accounts/{year}/file": "a paper",
    "/robots.txt": "for search engines",
    "/sitemap.xml": "for search engines",
    "/{slug:slug}/sitemap.xml": "for search engines",
    "/{slug:slug}/shops.csv": "a list",
    "/{slug:slug}/shops.json": "a list",
    "/{slug:slug}/photos/{photo_id}/{size}.jpg": "a picture",
    "/{slug:slug}/shop/{shop_id}/settlements/{settlement_id}.{form}": "a paper",
    "/{slug:slug}/shop/{shop_id}/settlements/{settlement_id}/invoice.pdf": "a paper",
    "/{slug:slug}/shop/{shop_id}/posters/{kind}.pdf": "a paper",
    "/{slug:slug}/campaigns/{address}/draw.csv": "a list",
    "/{slug:slug}/desk/payouts/{run_id}/file.xml": "a file for the bank",
    "/{slug:slug}/held.webmanifest": "for the telephone's first screen",
    "/{slug:slug}/till/manifest.webmanifest": "for the telephone's first screen",
    "/{slug:slug}/till/worker.js": "a script",
}
"""Routes that answer a browser with something else than a page."""


LEADS_ON: Final[Mapping[str, str]] = {
    "/{slug:slug}/account/{done:path}": "a form of the account",
    "/{slug:slug}/company/people/withdraw": "a form of the colleagues",
    "/{slug:slug}/join/invited/{secret}/decline": "a form of an invitation",
    "/{slug:slug}/people/{person}/{done:path}": "a form of somebody's page",
    "/{slug:slug}/orders/{order_id}/pay-by-card": "a form of the payment",
    "/{slug:slug}/orders/{order_id}/printings": "a form of the order",
    "/{slug:slug}/orders/{order_id}/reopen": "a form of the order",
    "/{slug:slug}/orders/{order_id}/use-credit": "a form of the order",
    "/{slug:slug}/desk/shops/applications/{application_id}/{_done}": "a form of the application",
    "/{slug:slug}/desk/shops/invitations/{_invitation}/remind": "a form of the invitations",
    "/{slug:slug}/shop/{shop_id}/particulars": "a form of the shop's story",
    "/{slug:slug}/shop/{shop_id}/closures": "a form of the shop's hours",
    "/{slug:slug}/shop/{shop_id}/bank/{_done}": "a form of the shop's account",
    "/{slug:slug}/shop/{shop_id}/settlements/letters": "a form of the shop's settlements",
    "/{slug:slug}/shop/{shop_id}/tills/{_done:path}": "a form of the shop's tills",
    "/{slug:slug}/shop/{shop_id}/online/{_done}": "a form of how a shop sells",
}
"""Addresses of forms that lead to their page when they are asked for again."""

ELSEWHERE: Final[Mapping[str, str]] = {
    "/{slug:slug}/{_rest:path}": "tests/pages/test_sending.py",
    "/{slug:slug}/orders/{order_id}/paid": "tests/pages/test_order_page.py",
    "/{slug:slug}/checkout/{checkout}": "tests/pages/test_checkout.py",
    "/{slug:slug}/held/{secret}": "tests/pages/test_holder_browser.py",
    "/{slug:slug}/join/confirm/{secret}": "tests/pages/test_shops_browser.py",
    "/{slug:slug}/till/voucher/{ticket}": "tests/journeys/test_till.py",
    "/{slug:slug}/till/receipts/{redemption}/undo": "tests/journeys/test_till.py",
    "/{slug:slug}/till/closings/{act}": "tests/journeys/test_till.py",
}
"""Pages that are looked at in another test, since something has to happen first: somebody pays, confirms, undoes.
Where the walk comes to one all the same, it is looked at here too."""

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

Visits = tuple[Comer, list[str]]
"""Somebody, and the addresses to look at as they."""


@dataclass
class Walked:
    """The demonstration, served; the walk; for each who walked the addresses that held something new."""

    live: Live
    walk: Walk
    fresh: list[Visits] = field(default_factory=list)


@pytest.fixture(scope="module")
async def walked(begun: Begun) -> AsyncIterator[Walked]:
    settings = Settings(home=begun.home, pool_size=20, pool_timeout=10, jobs=False, stripe=CARDS, stripe_api=NO_STRIPE)
    ours = frozenset(form for forms in sentences("fr").known.values() for form in forms)
    async with serving(begun.database, settings) as live:
        walked = Walked(live, Walk(routes_of(live.app), NO_PAGES, ours))
        for who in await comers(begun, live):
            async with live.client(**({"cookie": who.cookie} if who.cookie else {})) as client:
                walked.fresh.append((who, await walked.walk.by(client, *who.starts)))
        yield walked


async def test_every_route_of_the_pages_is_walked(walked: Walked) -> None:
    """A new one to which no link leads begins in `doors`; or it is named here as no page, for a reason."""
    every = {path for method, path in walked.walk.routes if method == "GET"}
    named = {*NO_PAGES, *LEADS_ON, *ELSEWHERE}
    assert every - named == set(walked.walk.pages) - set(ELSEWHERE)
    assert named <= every, "no such route"
    assert set(LEADS_ON) <= walked.walk.led
    assert all("check_page(" in (ROOT / test).read_text(encoding="utf-8") for test in ELSEWHERE.values())


async def test_all_links_lead_somewhere_and_every_form_works_without_scripts(walked: Walked) -> None:
    assert not walked.walk.faults, "\n".join(walked.walk.faults)


async def test_every_page_is_accessible_at_both_widths_by_day_and_by_night_and_by_the_keyboard(
    walked: Walked, browser: Browser
) -> None:
    sent = set[str]()
    told = await asyncio.gather(*(gone_through(walked, part, browser, sent) for part in halves(walked.fresh)))
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
