"""A newcomer's shop: it applies, is accepted, signs in, is at home, and opens a till, all through pages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.engines import Database
from api.settings import Settings
from merchants.joining.charter import VERSION
from merchants.shops import tills
from merchants.shops.queries import ShopView, shop_by_siret
from merchants.shops.tills import TillView
from tests.pages.given import served
from tests.pages.shopkeeping import IBAN, PLAINE, Street, a_street
from tests.pages.windows import Window

EMAIL: Final = "jeanne@plaine.example"


@pytest.fixture
async def street(database: Database, settings: Settings) -> AsyncIterator[Street]:
    """A programme without a shop, whose register knows one."""
    async with served(database, settings) as live, a_street(live) as street:
        await street.know()
        yield street


async def test_a_newcomers_shop_applies_is_accepted_and_opens_a_till(street: Street) -> None:
    await it_applies(street, await street.house.window())
    await it_is_accepted(await street.house.in_window("ines", "manager"))
    owner = await it_signs_in(street)
    shop = await it_is_at_home(street, owner)
    till = await it_opens_a_till(street, shop)
    assert (till.shop, till.revoked_at) == (shop.id, None)


async def it_applies(street: Street, newcomer: Window) -> None:
    """The SIRET, the form that it fills in, the letter."""
    found = await newcomer.post("/treiz/join", {"siret": PLAINE["siret"]})
    form = await newcomer.get(found.headers["location"])
    known = dict(
        re.findall(r'name="(name|street|postcode|commune|naf|charter_version)"[^>]* value="([^"]*)"', form.text)
    )
    assert known["name"] == PLAINE["sign"]
    asked = {
        **known,
        "charter_version": VERSION,
        "iban": IBAN,
        "person": "Jeanne Roux",
        "email": EMAIL,
        "charter": "yes",
    }
    assert (await newcomer.post(found.headers["location"], asked)).headers["location"] == "/treiz/join/sent"
    await street.post_comes()
    link = street.link(street.letters(EMAIL)[0], "join/confirm/")
    assert "est chez nous" in (await newcomer.post(link)).text


async def it_is_accepted(manager: Window) -> None:
    """The town-centre manager finds the application and lets the shop in."""
    overview = await manager.get("/treiz/desk/shops")
    (application,) = re.findall(r"/treiz/desk/shops/applications/([0-9a-f-]{36})", overview.text)
    accepted = await manager.post(f"/treiz/desk/shops/applications/{application}/accept")
    assert accepted.headers["location"] == "/treiz/desk/shops?said=shop-accepted"


async def it_signs_in(street: Street) -> Window:
    """The letter that says welcome opens the shop's own pages."""
    await street.post_comes()
    letter = street.letters(EMAIL)[0]
    assert "Bienvenue" in letter.letter.subject
    owner = await street.house.window()
    entered = await owner.post(street.link(letter, "enter/"))
    assert entered.headers["location"] == "/treiz/shop"
    return owner


async def it_is_at_home(street: Street, owner: Window) -> ShopView:
    """Its pages are there; it is paid where it asked to be; its poster leads to its own page."""
    home = (await owner.get("/treiz/shop")).headers["location"]
    assert "Brasserie de la Plaine" in (await owner.get(home)).text
    assert "FR76 •••• •••• 0189" in (await owner.get(f"{home}/bank")).text
    assert (await owner.get(f"{home}/posters/poster.pdf")).content.startswith(b"%PDF")
    found = await street.house.do(lambda session: shop_by_siret(session, PLAINE["siret"]))
    assert found is not None
    assert home == f"/treiz/shop/{found.id}"
    assert (found.status, found.iban, found.email) == ("accepted", IBAN, EMAIL)
    return found


async def it_opens_a_till(street: Street, shop: ShopView) -> TillView:
    """The step that belongs to the till: pairing by its pages, and redeeming there, follow on from here."""

    async def work(session: AsyncSession) -> TillView:
        return await tills.open_till(session, shop.id, label="Caisse 1", at=await clock.now(session))

    return await street.house.do(work)
