"""The example shop of the manual, run as it stands there: it holds, takes a part, lets the rest go, gives back.

It is a process of its own that knows nothing of the tests; its customer is a browser without a screen.
"""

from __future__ import annotations

import asyncio
import re
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest

from api.engines import Database
from api.jobs.notices import send_due
from api.jobs.sweeping import sweep
from api.settings import Settings
from ledger import balances
from ledger.money import ZERO, Money
from tests.pages.desking import hidden
from tests.pages.given import PATIENCE, Live, served
from tests.pages.ordering import somebody
from tests.pages.selling import Selling, a_seller, as_owner
from tests.speaking import a_client
from vouchers import proofs
from vouchers.notices import queries
from vouchers.notices.endpoints import endpoints_of
from vouchers.notices.queries import NoticeView
from vouchers.notices.writing import EVENTS

SHOP: Final = Path(__file__).parents[2] / "docs" / "how-to" / "example_shop.py"
STARTING: Final = 300
"""Tenths of a second that a process may take to serve."""


@dataclass(slots=True)
class Example:
    """The shop as it runs, its owner's browser here, and a customer's browser."""

    selling: Selling
    owner: httpx.AsyncClient
    web: httpx.AsyncClient
    url: str

    async def order(self, number: int = 1) -> dict[str, Any]:
        """What the shop knows of an order."""
        found: dict[str, Any] = (await self.web.get(f"{self.url}/orders/{number}")).json()
        return found

    async def does(self, path: str, **query: object) -> httpx.Response:
        return await self.web.post(f"{self.url}{path}", params={name: str(value) for name, value in query.items()})

    async def told(self) -> None:
        """What waits is sent, as the job does it."""
        await send_due(self.selling.live.app.state.installation, self.selling.town)

    async def notices(self) -> list[NoticeView]:
        async def work(session: Any, _: Any) -> list[NoticeView]:
            (endpoint,) = await endpoints_of(session, self.selling.shop)
            return await queries.notices_page(session, endpoint.id, limit=100)

        found: list[NoticeView] = await self.selling.do(work)
        return found


@pytest.fixture
async def live(database: Database, settings: Settings) -> AsyncIterator[Live]:
    """An installation that lets shops be on this very machine."""
    async with served(database, settings.model_copy(update={"shops_on_loopback": True})) as live:
        yield live


@pytest.fixture
async def example(live: Live) -> AsyncIterator[Example]:
    """The shop, made known by its owner on the pages that are there for it."""
    selling = await a_seller(live)
    url = f"http://127.0.0.1:{free_port()}"
    who = await somebody(live, "shop", selling.shop, email="owner@bar.example")
    async with who.client(live) as owner, a_client(timeout=PATIENCE) as web:
        path = f"/treiz/shop/{selling.shop}/online"
        made = await owner.post(f"{path}/keys", data={"label": "Site", "powers": ["checkouts", "holds", "returns"]})
        assert (await owner.post(f"{path}/returns", data={"back": f"{url}/back"})).status_code == 303
        added = await owner.post(f"{path}/endpoints", data={"url": f"{url}/obole", "events": list(EVENTS)})
        assert added.status_code == 303, added.text
        endpoint = await owner.get(added.headers["location"])
        keys = {
            "OBOLE_KEY": re.findall(r"ob_treiz_till_[\w-]+", made.text)[0],
            "OBOLE_SECRET": re.findall(r"whsec_[\w+/=]+", endpoint.text)[0],
            "OBOLE_API": f"{live.address}/api/v1",
            "SHOP_URL": url,
        }
        async with running(keys, web, url):
            yield Example(selling, owner, web, url)


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
        return port


@asynccontextmanager
async def running(environment: dict[str, str], web: httpx.AsyncClient, url: str) -> AsyncIterator[None]:
    """The shop's process, from when it serves until the test is over."""
    process = await asyncio.create_subprocess_exec(sys.executable, str(SHOP), env=environment)
    try:
        for _ in range(STARTING):
            assert process.returncode is None, "the example shop ended by itself"
            try:
                await web.get(url)
                break
            except httpx.TransportError:
                await asyncio.sleep(0.1)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def buys(example: Example, code: str) -> httpx.Response:
    """A customer orders, enters a code on the page it is sent to, confirms, and is back at the shop."""
    live = example.selling.live
    sent = await example.web.post(f"{example.url}/orders")
    assert sent.headers["location"].startswith(f"{live.address}/treiz/checkout/")
    page = urlsplit(sent.headers["location"]).path
    async with live.client() as client:
        assert "42,50" in (await client.get(page)).text
        shown = await client.post(page, data={"do": "look", "code": code})
        confirm = {"do": "hold", "code": code, "amount": hidden(shown.text, "amount")}
        twice = [await client.post(page, data=confirm) for _ in range(2)]
    (address,) = {answer.headers["location"] for answer in twice}
    return await example.web.get(address)


async def test_the_example_shop_holds_takes_a_part_lets_the_rest_go_gives_back_and_the_books_agree(
    example: Example,
) -> None:
    selling = example.selling
    code = await selling.voucher("20,00")
    assert (await buys(example, code)).headers["location"] == "/orders/1"
    order = await example.order()
    assert (order["held"], order["to_pay"], order["hold_state"]) == (2_000, 2_250, "pending")
    assert await selling.left(code) == (Money.of("20,00"), ZERO)

    shipped = await example.does("/orders/1/ship", cents=1_200)
    assert len(shipped.json()["parcels"]) == 1
    assert (await example.does("/orders/1/ship", cents=900)).status_code == 409  # more than is held
    await example.told()

    # Two days pass: what was not taken goes back by itself, and the shop is told.
    await as_owner(selling.live.database, "UPDATE p_treiz.holds SET expires_at = now() WHERE state = 'pending'")
    assert await sweep(selling.town) == (1, 0)
    assert await selling.left(code) == (Money.of("8,00"), Money.of("8,00"))
    assert (await example.order())["hold_state"] == "pending"
    await example.told()
    assert (await example.order())["hold_state"] == "timed_out"

    for _ in range(2):  # one return slip, typed twice
        given = await example.does("/orders/1/returns/0", cents=500, number="R-7")
        assert (given.status_code, given.json()["amount"], given.json()["rest"]) == (200, 500, 700)
    await example.told()
    assert (await example.order())["refunded"] == 500
    assert await selling.left(code) == (Money.of("13,00"), Money.of("13,00"))

    # Every message once more: same ids, no further effect.
    before = await example.notices()
    assert Counter(one.event for one in before) == Counter(
        ["checkout.completed", "hold.placed", "hold.captured", "hold.timed_out", "redemption.returned"]
    )
    for one in before:
        address = f"/treiz/shop/{selling.shop}/online/endpoints/{await endpoint_of(example)}"
        assert (await example.owner.post(address, data={"do": f"replay:{one.id}"})).status_code == 303
    await example.told()
    after = await example.notices()
    assert [(one.name, one.state, len(one.attempts)) for one in after] == [
        (one.name, "delivered", len(one.attempts) + 1) for one in before
    ]
    assert (await example.order())["refunded"] == 500

    audit = await selling.do(lambda session, _: proofs.audit(session))
    assert audit.agrees, audit.findings
    balance = await selling.do(lambda session, _: balances.balance(session, selling.shop))
    assert balance.balance == Money.of("7,00")
    (batch,) = await selling.do(lambda session, _: proofs.conservation(session))
    assert (batch.redeemed, batch.returned, batch.left) == (Money.of("12,00"), Money.of("5,00"), Money.of("13,00"))
    assert batch.missing == ZERO


async def endpoint_of(example: Example) -> object:
    (endpoint,) = await example.selling.do(lambda session, _: endpoints_of(session, example.selling.shop))
    return endpoint.id


async def test_the_example_shop_believes_neither_a_customer_that_comes_back_nor_a_message_that_is_forged(
    example: Example,
) -> None:
    """Somebody else's state, a checkout that nobody completed, a message with another signature or of yesterday."""
    await example.web.post(f"{example.url}/orders")
    order = await example.order()
    back = f"{example.url}/back"
    stolen = await example.web.get(back, params={"checkout": order["checkout"], "state": "0" * 20})
    assert stolen.status_code == 400
    early = await example.web.get(back, params={"checkout": order["checkout"], "state": order["state"]})
    assert (early.status_code, (await example.order())["hold"]) == (303, None)
    headers = {"webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
    assert (await example.web.post(f"{example.url}/obole", content=b"{}", headers=headers)).status_code == 401
    assert (await example.does("/orders/1/cancel")).status_code in {404, 422}
