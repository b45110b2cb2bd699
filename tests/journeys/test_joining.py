"""A newcomer's shop: it applies, is accepted, is at home, pairs a till, takes a voucher, all through pages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final

import pytest

from api.engines import Database
from api.settings import Settings
from ledger.money import Money
from merchants.joining.charter import VERSION
from merchants.shops.queries import shop_by_siret
from tests.pages.given import served
from tests.pages.shopkeeping import IBAN, PLAINE, Street, a_street
from tests.pages.tilling import a_counter, followed, present, take, words
from tests.pages.windows import Window

EMAIL: Final = "jeanne@plaine.example"


@pytest.fixture
async def street(database: Database, settings: Settings) -> AsyncIterator[Street]:
    """A programme without a shop, whose register knows one."""
    async with served(database, settings) as live, a_street(live) as street:
        await street.know()
        yield street


async def test_a_newcomers_shop_applies_is_accepted_pairs_a_till_and_redeems(street: Street) -> None:
    await it_applies(street, await street.house.window())
    await it_is_accepted(await street.house.in_window("ines", "manager"))
    owner = await it_signs_in(street)
    home = await it_is_at_home(street, owner)
    phone = await street.house.window()
    await it_pairs_a_till(owner, phone, home)
    async with a_counter(street.live, shops=0) as counter:
        voucher = await counter.town.voucher(worth="50,00 €")
        await it_redeems(phone, counter.spelt(voucher))
        assert await counter.town.left_on(voucher) == Money.of("37,50")
    await it_sees_what_it_took(owner, home)


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


async def it_is_at_home(street: Street, owner: Window) -> str:
    """Its pages are there; it is paid where it asked to be; its poster leads to its own page.

    :returns: where its pages begin
    """
    home = (await owner.get("/treiz/shop")).headers["location"]
    assert "Brasserie de la Plaine" in (await owner.get(home)).text
    assert "FR76 •••• •••• 0189" in (await owner.get(f"{home}/bank")).text
    assert (await owner.get(f"{home}/posters/poster.pdf")).content.startswith(b"%PDF")
    found = await street.house.do(lambda session: shop_by_siret(session, PLAINE["siret"]))
    assert found is not None
    assert home == f"/treiz/shop/{found.id}"
    assert (found.status, found.iban, found.email) == ("accepted", IBAN, EMAIL)
    return home


async def it_pairs_a_till(owner: Window, phone: Window, home: str) -> None:
    """The owner opens a till and shows its code; the phone behind the counter becomes it by one touch."""
    assert f"{home}/tills" in (await owner.get(home)).text
    await owner.post(f"{home}/tills", {"label": "Comptoir"})
    (pair,) = re.findall(r'action="([^"]+/pair)"', (await owner.get(f"{home}/tills")).text)
    (link,) = re.findall(r'<a class="code" href="([^"]+)"', (await owner.post(pair)).text)
    assert "Associer cet appareil" in words(await phone.get(link))
    start = await followed(phone, await phone.post(link))
    assert "Cet appareil est maintenant une caisse" in words(start)
    assert "Brasserie de la Plaine" in start.text


async def it_redeems(phone: Window, code: str) -> None:
    """The code of a customer's voucher is typed, and a coffee with the dish of the day taken from it."""
    receipt = await take(phone, await present(phone, code), amount="12,5")
    assert "12,50 € encaissés , reste 37,50 €" in words(receipt)


async def it_sees_what_it_took(owner: Window, home: str) -> None:
    """At once, on the first of its pages: today, this month, and where it was taken."""
    seen = words(await owner.get(home))
    assert "Aujourd'hui 12,50 € 1 encaissement" in seen
    assert re.search(r"\d\d:\d\d Comptoir \S+ 12,50 €", seen)
