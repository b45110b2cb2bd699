"""Goods that came back: the owner of a shop gives what they cost to the voucher, having seen what that does, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Final

import httpx
import pytest
from playwright.async_api import Browser

from ledger.days import PARIS, day_of
from ledger.money import Money
from merchants.shops.queries import ShopView
from tests.pages.browser import a_page, check_page
from tests.pages.given import Live
from tests.pages.shopkeeping import Street, a_street
from tests.pages.test_shops_browser import enter
from tests.pages.tilling import Counter, a_counter, a_new_shop, words
from tests.pages.windows import Window, fault
from tests.till import Paper
from vouchers import queries
from vouchers.redeeming import Receipt

REASON: Final = "Une tasse sur deux <ébréchée>"
DAYS: Final = 5
"""Since what came back was taken."""


@dataclass(slots=True)
class Back:
    """A shop that took a voucher some days ago, its owner at the browser, and the payment that is brought back."""

    street: Street
    counter: Counter
    shop: ShopView
    owner: Window
    voucher: Paper
    taken: Receipt

    @property
    def takings(self) -> str:
        return f"/treiz/shop/{self.shop.id}/takings"

    @property
    def day(self) -> str:
        return f"{self.takings}?day={day_of(self.taken.at)}"

    @property
    def path(self) -> str:
        return f"{self.takings}/{self.taken.redemption}/return"

    async def form(self, window: Window | None = None, **typed: str) -> dict[str, str]:
        """The form as it is shown, filled in."""
        shown = await (window or self.owner).get(self.path)
        return {**hidden(shown), "how": "part", "reason": REASON, "do": "check", **typed}

    async def asked(self, **typed: str) -> httpx.Response:
        return await self.owner.post(self.path, await self.form(**typed))

    async def left(self) -> Money:
        return await self.counter.town.left_on(self.voucher)

    async def took(self, amount: str = "12,50 €", *, days: int = DAYS) -> Receipt:
        """A payment of so many days ago, at this time by the clock on the wall: clocks may have been changed since."""
        town = self.counter.town
        kept, town.at = town.at, (town.at.astimezone(PARIS) - timedelta(days=days)).astimezone(UTC)
        try:
            return await town.till.redeem(await town.voucher(worth="50,00 €"), amount)
        finally:
            town.at = kept


def hidden(page: httpx.Response) -> dict[str, str]:
    """The fields that a form sends by itself."""
    found = [one.split('"') for one in page.text.split('<input type="hidden" ')[1:]]
    return {parts[1]: parts[3].replace("&lt;", "<").replace("&gt;", ">") for parts in found}


@asynccontextmanager
async def brought_back(live: Live) -> AsyncIterator[Back]:
    """In a shop that nobody else has."""
    async with a_street(live) as street, a_counter(live) as counter:
        town = counter.town
        shop = await street.as_it_is(town.till.shop)
        owner = await street.owner_in(f"marie-{shop.siret}", shop)
        kept, town.at = town.at, town.at - timedelta(days=DAYS)
        voucher = await town.voucher(worth="50,00 €")
        taken = await town.till.redeem(voucher, "12,50 €")
        town.at = kept
        yield Back(street, counter, shop, owner, voucher, taken)


@pytest.fixture
async def back(still_live: Live) -> AsyncIterator[Back]:
    """The test's own."""
    async with brought_back(still_live) as back:
        yield back


@pytest.fixture(scope="module")
async def never_given(still_live: Live) -> AsyncIterator[Back]:
    """Of which nothing is ever given back: for the tests that are refused."""
    async with brought_back(still_live) as back:
        yield back


async def test_a_part_goes_back_to_the_voucher_once_it_was_shown_and_confirmed_and_only_once(back: Back) -> None:
    listed = await back.owner.get(back.day)
    assert f'<a href="{back.path}">Un retour' in listed.text
    shown = await back.asked(amount="4,5")
    told = words(shown)
    for said in (
        "Rendu maintenant 4,50 €",
        "Ne rendez pas d'argent",
        "baissent de 4,50 €",
        f"« {REASON}"[2:],
        "8,00 €",
    ):
        assert said in told, said
    assert await back.left() == Money.of("37,50")

    confirmed = {**hidden(shown), "do": "give"}
    for _ in range(2):  # a double click, or an answer that was lost
        done = await back.owner.post(back.path, confirmed)
        assert done.headers["location"] == f"{back.takings}?day={day_of(back.taken.at)}&said=goods-returned"
    assert await back.left() == Money.of("42,00")
    listed = await back.owner.get(done.headers["location"])
    assert "de nouveau sur le bon" in words(listed)
    assert "dont 4,50 € rendus" in words(listed)
    again = words(await back.owner.get(back.path))
    assert "Peut encore être rendu 8,00 €" in again
    assert f"4,50 € · « {REASON} »" in again
    (kept,) = await back.counter.town.do(lambda session: queries.returns_of(session, back.taken.redemption))
    assert (kept.amount, kept.reason) == (Money.of("4,50"), REASON)
    assert kept.actor.startswith("person:")
    assert (await back.counter.town.audit()).agrees


async def test_all_of_it_goes_back_and_nothing_more(back: Back) -> None:
    shown = await back.asked(how="all")
    changed = await back.owner.post(back.path, {**hidden(shown), "do": "back"})
    assert 'value="12,50' in changed.text
    assert (await back.owner.post(back.path, {**hidden(shown), "do": "give"})).status_code == 303
    assert await back.left() == Money.of("50,00")
    assert back.path not in (await back.owner.get(back.day)).text
    assert "Plus rien ne peut en être rendu" in words(await back.owner.get(back.path))
    assert "déjà rendu en entier" in fault(await back.owner.post(back.path, {"how": "all", "reason": REASON}))


async def test_what_was_shown_is_what_is_done_whoever_returns_something_meanwhile(back: Back) -> None:
    shown = await back.asked(how="all")
    assert "Rendre 12,50 € au bon" in words(shown)
    await back.counter.town.give_back(back.taken, "2,50 €")
    refused = await back.owner.post(back.path, {**hidden(shown), "do": "give"})
    assert "10,00 €" in fault(refused)
    assert 'value="12,50' in refused.text
    assert await back.left() == Money.of("40,00")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"amount": "12,51"}, "au plus"), ({"amount": ""}, "Remplissez"), ({"amount": "-1"}, "0,01 €"),
        ({"amount": "un peu"}, "montant"),
        ({"amount": "0"}, "0,01 €"), ({"amount": "4", "reason": " "}, "Remplissez"),
        ({"how": "?"}, "Choisissez"), ({"how": "all", "reason": "x" * 201}, "200"),
    ],
)  # fmt: skip
async def test_what_cannot_be_given_back_is_said_beside_its_field(
    never_given: Back, typed: dict[str, str], said: str
) -> None:
    back = never_given
    assert said in fault(await back.asked(**typed))
    assert said in fault(await back.owner.post(back.path, {**await back.form(**typed), "do": "give"}))
    assert await back.left() == Money.of("37,50")


async def test_todays_payments_are_undone_at_the_till_and_old_ones_returned_by_the_operator_alone(back: Back) -> None:
    today, old = await back.took(days=0), await back.took(days=91)
    for one, refused in ((today, False), (old, True)):
        back.taken = one
        assert back.path not in (await back.owner.get(back.day)).text
        assert ((await back.asked(how="all")).status_code == 422) == refused
    assert "90 jours" in fault(await back.asked(how="all"))
    operator = await back.street.house.in_window(f"nadia-{back.shop.siret}", "operator")
    assert back.path in (await operator.get(back.day)).text
    shown = await operator.post(back.path, await back.form(operator, how="all"))
    assert (await operator.post(back.path, {**hidden(shown), "do": "give"})).status_code == 303


async def test_only_who_may_return_sees_the_way_and_another_shops_payment_is_unknown(back: Back) -> None:
    accountant = await back.street.house.in_window(f"paul-{back.shop.siret}", "accountant")
    listed = await accountant.get(back.day)
    assert "12,50 €" in words(listed)
    assert back.path not in listed.text
    assert (await accountant.get(back.path)).status_code == 403
    other = await back.street.as_it_is((await a_new_shop(back.counter.town)).shop)
    neighbour = await back.street.owner_in(f"lou-{other.siret}", other)
    elsewhere = back.path.replace(str(back.shop.id), str(other.id))
    assert (await neighbour.get(elsewhere)).status_code == 404
    assert (await neighbour.post(elsewhere, {"how": "all", "reason": "x"})).status_code == 404
    await back.counter.town.undo(back.taken)
    assert back.path not in (await back.owner.get(back.day)).text
    assert "Plus rien ne peut en être rendu" in words(await back.owner.get(back.path))


async def test_its_pages_are_fit_for_everybody(back: Back, browser: Browser) -> None:
    async with a_page(browser) as watched:
        page = watched.page
        await enter(back.owner, watched.context, back.street.live)
        await page.goto(back.street.live.address + back.day)
        await check_page(watched)
        await page.get_by_role("link", name="Un retour ?").click()
        await page.get_by_label("Une partie").check()
        await page.get_by_label("Montant de la partie").fill("4,50")
        await page.get_by_label("Motif").fill(REASON)
        await check_page(watched)
        await page.get_by_role("button", name="Continuer").click()
        await page.get_by_role("heading", name="Rendre cette somme au bon").wait_for()
        await check_page(watched)
        await page.get_by_role("button", name="Rendre 4,50 € au bon").click()
        await page.get_by_text("de nouveau sur le bon").wait_for()
