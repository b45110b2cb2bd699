"""A shop with a till, and devices without a screen that are paired with it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from html import unescape
from itertools import count
from typing import Final
from uuid import UUID

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import pins, till_devices
from api.engines import owner_engine
from merchants.shops import cashiers, registering
from merchants.shops.checking import check_shop
from tests.given import Town
from tests.pages.given import Live
from tests.pages.windows import Window
from tests.till import Paper
from tests.till import Till as Opened
from vouchers import buyers, codes
from vouchers.codes import Code

TILL: Final = "/treiz/till"
PATIENCE: Final = 60
"""Seconds that an answer may take on a busy machine."""

_BUSINESSES: Final = count(50_000_001)


async def a_live_town(live: Live, *, shops: int = 1) -> Town:
    """The served programme, with a buyer and new shops in it, today; others may be at work in it."""
    served = await live.town()
    async with served.sessions.begin() as session:
        at = await clock.now(session)
        buyer = await buyers.register_buyer(session, buyers.NewBuyer("company", "Savonnerie du Port"), at=at)
    town = Town(served.sessions, live.settings, served.registered.id, served.keys, at, buyer=buyer.id)
    for _ in range(shops):
        await a_new_shop(town)
    return town


async def a_new_shop(town: Town) -> Opened:
    """A shop that nobody else has, with a till."""
    facts = {"siret": _siret(), "sign": "Bar Pierre", "street": "55 rue de Forbin", "postcode": "13002"}
    new = check_shop({**facts, "commune": "Marseille", "naf": "56.30Z"})
    shop = await town.do(lambda session: registering.register(session, new, actor="op", at=town.at))
    await town.set_status(shop.id, "accepted")
    return await town.open_till(shop.id)


def _siret() -> str:
    """A number whose check digits are right: of the business and of the establishment."""
    siren = _checked(f"{next(_BUSINESSES):08d}")
    return _checked(f"{siren}0001")


def _checked(digits: str) -> str:
    doubled = [int(one) * (2 if place % 2 == 0 else 1) for place, one in enumerate(reversed(digits))]
    return digits + str(-sum(one // 10 + one % 10 for one in doubled) % 10)


@dataclass(slots=True)
class Counter:
    """A served programme at the counter: vouchers, their codes, devices that are tills."""

    live: Live
    town: Town
    windows: AsyncExitStack

    def code(self, voucher: Paper) -> Code:
        """The codes of a voucher."""
        return codes.derive(self.town.keys.current, voucher.id)

    def spelt(self, voucher: Paper) -> str:
        """A voucher's typed code as it is printed."""
        return codes.spell(self.code(voucher).typed)

    async def window(self, **headers: str) -> Window:
        """A browser of nobody."""
        client = await self.windows.enter_async_context(self.live.client(**headers))
        client.timeout = httpx.Timeout(PATIENCE)
        return Window(client)

    async def pairing(self, till: Opened | None = None) -> str:
        """The path of a fresh pairing link."""

        async def work(session: AsyncSession) -> str:
            at = await clock.now(session)
            return await till_devices.make_pairing(session, (till or self.town.till).id, by="test", at=at)

        return "/treiz" + await self.town.do(work)

    async def device(self, till: Opened | None = None, **headers: str) -> Window:
        """A browser that was just paired."""
        window = await self.window(**headers)
        assert (await window.post(await self.pairing(till))).status_code == 303
        return window

    async def as_owner(self, statement: str) -> None:
        """Change what the server itself may not."""
        async with owner_engine(self.live.database) as engine, engine.begin() as connection:
            await connection.execute(text(statement))

    async def cashier(self, name: str, *, pin: str | None = None) -> UUID:
        """Somebody who works at the tills of the first shop."""
        kept = await pins.hashed(pin) if pin else None
        found = await self.town.do(
            lambda session: cashiers.add_cashier(
                session, self.town.till.shop, name=name, pin_hash=kept, at=self.town.at
            )
        )
        return found.id


@asynccontextmanager
async def a_counter(live: Live, *, shops: int = 1) -> AsyncIterator[Counter]:
    """A counter in a served programme."""
    async with AsyncExitStack() as windows:
        yield Counter(live, await a_live_town(live, shops=shops), windows)


async def present(window: Window, text: str, *, basket: str = "") -> httpx.Response:
    """A code typed at a till: the voucher's page, or what is said instead."""
    return await followed(window, await window.post(TILL + basket, {"code": text}))


async def take(window: Window, shown: httpx.Response, **fields: str) -> httpx.Response:
    """The form of a voucher's page, filled in and sent."""
    action, begins = form_in(shown.text, "pay")
    return await followed(window, await window.post(action, {**begins, **fields}))


async def followed(window: Window, answer: httpx.Response) -> httpx.Response:
    """Where an answer leads in the end."""
    for _ in range(5):
        if answer.status_code != 303:
            break
        answer = await window.get(answer.headers["location"])
    return answer


def form_in(page: str, kind: str) -> tuple[str, dict[str, str]]:
    """The address of a form of a page, and what its hidden fields hold."""
    found = re.search(
        rf'<form method="post" action="([^"]+)"[^>]*data-send="{kind}"[^>]*>(.*?)</form>', page, re.DOTALL
    )
    assert found, page[:3000]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[2])
    return unescape(found[1]), {name: unescape(value) for name, value in hidden}


def words(answer: httpx.Response) -> str:
    """What a page says, without its markup."""
    main = re.search(r"<main.*</main>", answer.text, re.DOTALL)
    plain = re.sub(r"<(script|style|svg).*?</\1>", " ", main[0] if main else answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", plain)).replace("\u00a0", " ").split())
