"""Shops, their owners and whoever recruits them, each in a window of their own; letters read as they arrive."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import offices
from api.auth.people import PersonView
from api.email import outbox
from api.email.outbox import Opened
from merchants.joining import establishments
from merchants.shops import registering, tills
from merchants.shops.checking import check_shop
from merchants.shops.queries import ShopView, Status, shop
from tests.given import SHOPS
from tests.pages.given import Live
from tests.pages.windows import House, Window, a_house

IBAN: Final = "FR7630006000011234567890189"
OTHER_IBAN: Final = "DE89370400440532013000"
PLAINE: Final = {
    "siret": "39043131000031", "sign": "Brasserie de la Plaine", "street": "Rue Saint-Savournin", "postcode": "13005",
    "commune": "Marseille", "naf": "56.30Z",
}  # fmt: skip
"""An establishment of the register that is no shop yet."""


@dataclass(slots=True)
class Street:
    """A served programme with shops in it."""

    house: House

    @property
    def live(self) -> Live:
        return self.house.live

    async def shop(self, number: int = 0, *, status: Status = "accepted", iban: str | None = None) -> ShopView:
        """One of the shops of ``tests.given``, with a till if it is in."""
        new = check_shop(
            {**SHOPS[number], "commune": "Marseille", "naf": "10.71C", "email": f"shop{number}@port.example"}
        )

        async def work(session: AsyncSession) -> ShopView:
            at = await clock.now(session)
            made = await registering.register(session, new, actor="op", at=at)
            if status != "invited":
                await registering.set_status(session, made.id, "accepted", actor="op", at=at)
                await tills.open_till(session, made.id, label="Comptoir", at=at)
            if status not in {"invited", "accepted"}:
                await registering.set_status(session, made.id, status, actor="op", at=at)
            if iban:
                await registering.set_bank_account(session, made.id, iban=iban, bic=None, actor="op", at=at)
            return await shop(session, made.id)

        return await self.house.do(work)

    async def owner(self, name: str, *shops: ShopView, password: bool = True) -> PersonView:
        """Who owns shops."""
        made = await self.house.person(name, password=password)

        async def work(session: AsyncSession) -> None:
            for one in shops:
                at = await clock.now(session)
                await offices.give(session, person=made.id, role="shop", subject=one.id, by="test", at=at)

        await self.house.do(work)
        return made

    async def owner_in(self, name: str, *shops: ShopView) -> Window:
        """Who owns shops, just signed in."""
        person, window = await self.owner(name, *shops), await self.house.window()
        assert (await window.signs_in(person.email)).status_code == 303
        return window

    async def know(self, fields: dict[str, str] = PLAINE) -> None:
        """Put an establishment into the imported register."""

        async def work(session: AsyncSession) -> None:
            await establishments.take_in(session, [check_shop(fields)], at=await clock.now(session))

        await self.house.do(work)

    async def as_it_is(self, shop_id: UUID) -> ShopView:
        return await self.house.do(lambda session: shop(session, shop_id))

    async def post_comes(self) -> None:
        """Do what was wished for meanwhile, letters above all."""
        await self.live.work()

    def letters(self, to: str) -> list[Opened]:
        """The letters to somebody, the newest first."""
        home = self.live.settings.home
        found = (outbox.opened(home, one.id) for one in outbox.newest(home) if one.to == to)
        return [one for one in found if one is not None]

    def link(self, letter: Opened, below: str) -> str:
        """The link of a letter that begins with a path, as a path."""
        found = re.search(rf"https?://[^/\s]+(/treiz/{below}[^\s\"<]*)", letter.plain)
        assert found, letter.plain
        return found[1]


@asynccontextmanager
async def a_street(live: Live) -> AsyncIterator[Street]:
    """A programme with no shop in it yet."""
    async with a_house(live) as house:
        yield Street(house)
