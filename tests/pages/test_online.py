"""How a shop sells online: its owner makes keys, says where customers return to and where its website is told."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Browser
from sqlalchemy.ext.asyncio import AsyncSession

from api.jobs.notices import send_due
from api.reaching import Reach
from tests.pages.browser import a_page, check_page, pictured
from tests.pages.given import Live
from tests.pages.ordering import somebody
from tests.pages.selling import Selling, a_seller, a_shop, as_owner
from tests.pages.test_checkout import words
from tests.pages.windows import fault
from tests.sink import Sink, a_sink
from vouchers import codes, holding
from vouchers.notices import endpoints
from vouchers.notices.writing import EVENTS

TICKED = ["checkouts", "holds", "returns"]


@dataclass(slots=True)
class Owner:
    """A shop that sells online, and the browser of its owner."""

    selling: Selling
    client: httpx.AsyncClient

    @property
    def path(self) -> str:
        return f"/treiz/shop/{self.selling.shop}/online"

    async def send(self, to: str, **data: Any) -> httpx.Response:
        return await self.client.post(f"{self.path}{to}", data=data)


@pytest.fixture
async def selling(live: Live) -> Selling:
    return await a_seller(live)


@pytest.fixture
async def owner(selling: Selling) -> AsyncIterator[Owner]:
    who = await somebody(selling.live, "shop", selling.shop, email="owner@bar.example")
    async with who.client(selling.live) as client:
        yield Owner(selling, client)


async def asked(live: Live, key: str, method: str, path: str, json: Any = None) -> int:
    """The status with which the API answers a key."""
    async with httpx.AsyncClient(base_url=live.address, trust_env=False) as client:
        headers = {"authorization": f"Bearer {key}", "idempotency-key": path + method}
        return (await client.request(method, f"/api/v1{path}", json=json, headers=headers)).status_code


async def test_the_owner_makes_a_key_that_is_shown_once_does_what_was_ticked_and_is_revoked_at_once(
    owner: Owner,
) -> None:
    live, code = owner.selling.live, await owner.selling.voucher()
    made = await owner.send("/keys", label="Site", powers=["holds"])
    assert made.status_code == 201
    found = re.search(r"ob_treiz_till_[\w-]+", made.text)
    assert found
    key = found[0]
    assert key not in (await owner.client.get(owner.path)).text
    shown = words(await owner.client.get(owner.path))
    assert f"…{key[-4:]}" in shown
    assert "Réserver, encaisser, libérer" in shown
    assert await asked(live, key, "POST", "/holds", {"code": code, "amount": 100}) == 201
    assert await asked(live, key, "POST", "/redemptions", {"code": code, "amount": 100}) == 403
    assert await asked(live, key, "POST", "/vouchers/look-up", {"code": code}) == 403
    (listed,) = re.findall(r'name="key" value="([\w-]+)"', (await owner.client.get(owner.path)).text)
    revoked = await owner.send("/keys/revoke", key=listed)
    assert revoked.headers["location"].endswith("said=key-revoked")
    assert await asked(live, key, "GET", "/holds") == 401
    assert "Révoquées" in words(await owner.client.get(owner.path))


async def test_the_till_behind_a_website_is_no_counter_with_which_a_phone_is_paired(owner: Owner) -> None:
    tills = f"/treiz/shop/{owner.selling.shop}/tills"
    shown = await owner.client.get(tills)
    assert "Pas encore de caisse" in words(shown)
    assert "Site internet" not in words(shown)
    for deed in ("pair", "revoke"):
        assert (await owner.client.post(f"{tills}/{owner.selling.till}/{deed}")).status_code == 404
    assert "Ouvrir une caisse" in words(await owner.client.get(f"/treiz/shop/{owner.selling.shop}"))


async def test_a_key_that_may_nothing_or_is_for_nothing_is_not_made(owner: Owner) -> None:
    for data, told in (({"label": "Site"}, "Cochez-en"), ({"powers": TICKED}, "Remplissez"), ({}, "Remplissez")):
        assert told in fault(await owner.send("/keys", **data))
    assert fault(await owner.send("/keys", label="Site", powers=["everything"]))
    assert "Il n'y en a pas encore" in words(await owner.client.get(owner.path))


async def test_only_the_owner_and_the_operator_see_and_change_how_a_shop_sells(owner: Owner) -> None:
    live = owner.selling.live
    other = await a_shop(owner.selling.town, 1)
    neighbour = await somebody(live, "shop", other, email="owner@fournil.example")
    operator = await somebody(live, "operator", email="op@programme.example")
    async with neighbour.client(live) as client:
        assert (await client.get(owner.path)).status_code == 403
        assert (await client.post(f"{owner.path}/keys", data={"label": "x", "powers": "holds"})).status_code == 403
        assert (await client.post(f"{owner.path}/returns", data={"back": "https://evil.example/"})).status_code == 403
    async with operator.client(live) as client:
        assert (await client.get(owner.path)).status_code == 200
        assert (await client.post(f"{owner.path}/keys", data={"label": "x", "powers": "holds"})).status_code == 201
    async with live.client() as client:
        assert (await client.get(owner.path)).headers["location"].startswith("/treiz/sign-in")
    key = await owner.selling.key()
    (foreign, *_) = re.findall(r'name="key" value="([\w-]+)"', (await owner.client.get(owner.path)).text)
    async with neighbour.client(live) as client:
        elsewhere = f"/treiz/shop/{other}/online/keys/revoke"
        assert (await client.post(elsewhere, data={"key": foreign})).status_code == 404
    assert await asked(live, key, "GET", "/holds") == 200


async def test_return_addresses_are_added_once_and_removed(owner: Owner) -> None:
    for _ in range(2):
        added = await owner.send("/returns", back="https://Autre.example.org:8443/retour")
        assert added.headers["location"].endswith("said=saved")
    page = await owner.client.get(owner.path)
    assert words(page).count("https://autre.example.org:8443/retour") == 2  # the address, and what its button removes
    for typed in ("http://autre.example.org/", "https://127.0.0.1/", "autre.example.org", "https://a.example/?x=1"):
        assert "Écrivez une adresse complète" in fault(await owner.send("/returns", back=typed))
    for address in re.findall(r'name="address" value="([\w-]+)"', page.text):
        assert (await owner.send("/returns/remove", address=address)).status_code == 303
    assert "autre.example.org" not in (await owner.client.get(owner.path)).text
    assert (await owner.send("/returns/remove", address=str(UUID(int=1)))).status_code == 404


async def leading_to_a_private_machine(host: str, port: int) -> Sequence[str]:
    return ["10.0.0.1"]


async def leading_nowhere(host: str, port: int) -> Sequence[str]:
    raise OSError


async def test_an_address_that_cannot_be_told_is_said_to_be_so_when_it_is_typed(owner: Owner) -> None:
    here = owner.selling.live.app.state.installation
    address = "https://boutique.example.org/obole"
    for typed in ("http://boutique.example.org/", "https://127.0.0.1/", "https://[::1]/", "https://a.example:22/"):
        assert "Écrivez une adresse complète" in fault(await owner.send("/endpoints", url=typed, events=EVENTS))
    here.reached = Reach(resolve=leading_to_a_private_machine)
    assert "pas sur l'internet public" in fault(await owner.send("/endpoints", url=address, events=EVENTS))
    here.reached = Reach(resolve=leading_nowhere)
    answer = await owner.send("/endpoints", url=address, events=EVENTS)
    assert "pas connu sur internet" in fault(answer)
    assert f'value="{address}"' in answer.text
    assert "Cochez-en" in fault(await owner.send("/endpoints", url=address))


async def told(selling: Selling, sink: Sink) -> UUID:
    """An endpoint at which a message arrived, one was given up and one waits."""
    town = selling.town

    async def add(session: AsyncSession, at: datetime) -> UUID:
        view = await endpoints.add(
            session, selling.shop, url=sink.url(), events=EVENTS, keys=town.keys, actor="test", at=at
        )
        return view.id

    endpoint: UUID = await selling.do(add)
    for status in (204, 500, 503):
        code = UUID(bytes=codes.read(await selling.voucher(), town.keys.keys))
        view = await selling.checkout()
        await selling.do(
            lambda session, at, code=code, view=view: holding.place(
                session, till=selling.till, code=code, amount=view.amount, lasts=view.expires_at - view.opened_at, at=at
            )
        )
        sink.answer = status
        await send_due(selling.live.app.state.installation, town)
    await as_owner(
        selling.live.database,
        "UPDATE p_treiz.notices SET state = 'failed', tries = 10 WHERE id IN"
        " (SELECT notice_id FROM p_treiz.notice_attempts WHERE status = 500)",
    )
    return endpoint


async def test_messages_and_their_tries_are_seen_and_sent_again(owner: Owner) -> None:
    selling = owner.selling
    here = selling.live.app.state.installation
    async with a_sink() as sink:
        here.reached = Reach(loopback=True)
        endpoint = await told(selling, sink)
        path = f"/endpoints/{endpoint}"
        shown = await owner.client.get(owner.path + path)
        assert "réponse 503" in words(shown)
        assert "réponse 500" in words(shown)
        failed = await owner.client.get(f"{owner.path}{path}?state=failed")
        assert len(re.findall(r'value="replay:', failed.text)) == 1
        assert (await owner.send(path, do="failed")).headers["location"].endswith("said=sent-again")
        sink.answer = 200
        before = len(sink.heard)
        await send_due(here, selling.town)
        assert len(sink.heard) == before + 1
        (one, *_) = re.findall(r'value="(replay:[\w-]+)"', shown.text)
        assert (await owner.send(path, do=one)).status_code == 303
        assert (await owner.send(path, do=f"replay:{UUID(int=0)}")).status_code == 404
        assert (await owner.send(path, do="replay:nonsense")).status_code == 404


async def test_an_endpoint_is_paused_its_secret_replaced_and_it_is_removed(owner: Owner) -> None:
    selling = owner.selling
    selling.live.app.state.installation.reached = Reach(loopback=True)
    async with a_sink() as sink:
        endpoint = await told(selling, sink)
    path = f"/endpoints/{endpoint}"
    before = re.findall(r"whsec_[\w+/=]+", (await owner.client.get(owner.path + path)).text)
    assert len(before) == 1
    for do, said, words_told in (
        ("pause", "endpoint-paused", "En pause depuis"), ("resume", "endpoint-resumed", "Mettre en pause"),
        ("rotate", "secret-replaced", "Le précédent signe encore jusqu'au"),
    ):  # fmt: skip
        answer = await owner.send(path, do=do)
        assert answer.headers["location"].endswith(f"said={said}")
        assert words_told in words(await owner.client.get(answer.headers["location"]))
    after = re.findall(r"whsec_[\w+/=]+", (await owner.client.get(owner.path + path)).text)
    assert after != before
    assert (await owner.send(path, do="remove")).headers["location"] == f"{owner.path}?said=removed"
    assert (await owner.client.get(owner.path + path)).status_code == 404
    assert (await owner.send(path, do="rotate")).status_code == 404


async def test_its_pages_can_be_read_by_everybody_at_every_width(selling: Selling, browser: Browser) -> None:
    who = await somebody(selling.live, "shop", selling.shop, email="owner@bar.example")
    here = selling.live.app.state.installation
    here.reached = Reach(loopback=True)
    async with a_sink() as sink, a_page(browser) as watched:
        endpoint = await told(selling, sink)
        await selling.key("holds:read", "holds:write", "redemptions:return", "redemptions:read")
        await who.enter(watched.context, selling.live)
        page, path = watched.page, f"{selling.live.address}/treiz/shop/{selling.shop}/online"
        await page.goto(path)
        await pictured(watched, "online")
        await page.goto(f"{path}/endpoints/{endpoint}")
        await page.click("text=mot pour mot")
        await check_page(watched, "online-endpoint")
        await page.goto(path)
        await page.click("text=Créer une clé")
        await page.fill("#label", "Site")
        await page.click("text=Créer la clé")
        await page.wait_for_selector(".secret")
        await check_page(watched, "online-key")
