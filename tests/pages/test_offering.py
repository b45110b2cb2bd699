"""A voucher for a friend: on a phone, without an account, with scripts and without; and whoever abuses it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from html import unescape
from typing import Final
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Browser, Page
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import arrivals
from api.auth.arrivals import TooManyNewcomers
from api.engines import Database
from api.pages import gift
from api.pages.forms import Form
from api.settings import Settings
from ledger.days import day_of
from ledger.money import Money
from tests.given import TERMS
from tests.pages.browser import Watched, a_page, check_page, pictured
from tests.pages.given import Live, served
from tests.pages.ordering import SELLING, a_buyer, somebody
from tests.pages.windows import Window, fault
from vouchers import buyers
from vouchers.buyers import BuyerView, NewBuyer
from vouchers.orders import queries
from vouchers.orders.queries import BeneficiaryView, OrderView

OFFER: Final = "/treiz/offer"
TYPED: Final = {
    "amount": "30", "other": "", "name": "Marie Curie", "how": "them", "email": "Marie@Amie.example", "when": "now",
    "day": "", "message": "Bon anniversaire !\nJe t'embrasse.", "giver_name": "Camille Martin",
    "giver_email": "camille@ami.example",
}  # fmt: skip


@pytest.fixture
async def live(database: Database, settings: Settings) -> AsyncIterator[Live]:
    """A programme that sells, with a fee and a bank account."""
    async with served(database, settings, terms=SELLING) as live:
        yield live


@pytest.fixture
async def window(live: Live) -> AsyncIterator[Window]:
    """A browser that nobody knows."""
    async with live.client() as client:
        yield Window(client)


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_voucher_for_a_friend_takes_one_page_and_a_check_on_a_phone(
    live: Live, browser: Browser, scripts: bool
) -> None:
    async with a_page(browser, scripts=scripts, width=390) as watched:
        page = watched.page
        await page.goto(live.home)
        await page.get_by_role("link", name="Offrir un bon d'achat").click()
        await _tried_in_vain(watched)
        await page.goto(page.url)
        await page.get_by_label("Un autre montant").check()
        await page.get_by_label("Lequel ?").fill("12,50")
        await page.get_by_label("Pour qui est-il ?").fill("Marie Curie")
        await page.get_by_label("Son adresse e-mail").fill("marie@amie.example")
        await page.get_by_label("Un petit mot").fill("Bon anniversaire !")
        await page.get_by_label("Votre nom").fill("Camille Martin")
        await page.get_by_label("Votre adresse e-mail").fill("camille@ami.example")
        assert await page.locator("#to-pay").is_visible() == scripts
        if scripts:
            assert await _sums(page, "#to-pay") == ["12,50 €", "0,31 €", "0,06 €", "12,87 €"]
            await pictured(watched, "offer")
        await page.get_by_role("button", name="Voir mon bon").click()
        await page.get_by_role("heading", name="Voici votre bon d'achat").wait_for()
        assert await _sums(page, ".pay") == ["12,50 €", "0,31 €", "0,06 €", "12,87 €"]
        if scripts:
            await check_page(watched, "offer-check")
        await page.get_by_role("button", name="Modifier").click()
        assert await page.get_by_label("Un petit mot").input_value() == "Bon anniversaire !"
        await page.get_by_role("button", name="Voir mon bon").click()
        await page.get_by_role("button", name="Commander avec obligation de paiement").click()
        await page.get_by_role("status").filter(has_text="Votre commande est passée.").wait_for()
        order = UUID(page.url.split("/orders/")[1][:36])
    found, marie, giver = await _ordered(live, order)
    assert (found.status, found.method, found.handing, found.total) == (
        "awaiting_payment", "transfer", "email", Money(1287),
    )  # fmt: skip
    assert (marie.name, marie.email, marie.face_value) == ("Marie Curie", "marie@amie.example", Money(1250))
    assert (giver.kind, giver.name, giver.email) == ("person", "Camille Martin", "camille@ami.example")


async def test_every_fault_stands_beside_its_field_and_nothing_typed_is_lost(window: Window) -> None:
    past = (date(2020, 1, 31)).isoformat()
    for bad, field, said in (
        ({"amount": "other", "other": "4,99"}, "other", "5,00"),
        ({"amount": "other", "other": "500,01"}, "other", "500,00"),
        ({"amount": "other", "other": "1e9"}, "other", "12,50"),
        ({"amount": "other", "other": "12,505"}, "other", "12,50"),
        ({"amount": "other", "other": ""}, "other", "Remplissez"),
        ({"amount": "31"}, "amount", "proposées"),
        ({"name": " "}, "name", "Remplissez"),
        ({"name": "Marie\u202eeiram"}, "name", "imprimer"),
        ({"email": "marie@amie.example\r\nBcc: tous@monde.example"}, "email", "saut de ligne"),
        ({"email": "marie@"}, "email", "domaine"),
        ({"how": "pigeon"}, "how", "proposées"),
        ({"when": "day", "day": past}, "day", "31/01/2020"),
        ({"when": "day", "day": "31/02/2027"}, "day", "jour"),
        ({"message": "é" * 301}, "message", "300"),
        ({"message": "\u0007"}, "message", "imprimer"),
        ({"giver_name": "Gagnez sur www.casino.example"}, "giver_name", "site"),
        ({"giver_email": "é@ami.example"}, "giver_email", "accentuées"),
    ):  # fmt: skip
        for do in ({}, {"do": "order"}):
            answer = await window.post(OFFER, {**TYPED, **bad, **do})
            assert said in fault(answer), (bad, fault(answer))
            assert f'id="{field}-fault"' in answer.text
            assert _kept(answer.text, "giver_name") == bad.get("giver_name", TYPED["giver_name"])
            if field not in {"amount", "how", "message"}:
                assert " ".join(_kept(answer.text, field).split()) == " ".join(bad[field].split())
    good = await window.post(OFFER, {**TYPED, "amount": "other", "other": "12,5"})
    assert good.status_code == 200
    assert "12,50\u00a0€" in good.text


async def test_the_second_page_shows_what_will_be_and_carries_all_that_was_typed(live: Live, window: Window) -> None:
    checked = await window.post(OFFER, {**TYPED, "name": '"><b>Marie</b>'})
    assert "&lt;b&gt;Marie" in checked.text
    assert "<b>Marie" not in checked.text
    assert _kept(checked.text, "message") == TYPED["message"]
    assert await _count(live) == 0
    again = await window.post(OFFER, {**TYPED, "do": "change"})
    assert again.status_code == 200
    assert _kept(again.text, "email") == TYPED["email"]
    assert 'value="30" checked' in again.text
    to_me = await window.post(OFFER, {**TYPED, "how": "me", "email": ""})
    assert "camille@ami.example (vous)" in to_me.text


async def test_a_guest_sees_its_own_order_and_no_other_and_orders_again_as_the_same(live: Live, window: Window) -> None:
    first = await _order(window, {**TYPED, "how": "me", "email": "", "when": "day", "day": await _in_days(live, 10)})
    mine = _order_id(first)
    found, me, giver = await _ordered(live, mine)
    assert me.email == giver.email == "camille@ami.example"
    assert found.deliver_on is not None
    assert found.message == TYPED["message"]
    async with live.client() as client:
        stranger = Window(client)
        theirs = _order_id(await _order(stranger, TYPED))
    async with (await live.town()).sessions() as session:
        other = await queries.order(session, theirs)
        assert other.buyer != found.buyer, "an address that was only typed opened somebody's orders"
        listed = await queries.orders_page(session, buyers=[found.buyer], limit=10)
        assert [one.id for one in listed] == [mine]
    mail = await window.get("/treiz/orders")
    assert str(mine) in mail.text
    assert str(theirs) not in mail.text
    assert (await window.get(f"/treiz/orders/{theirs}/logo.png")).status_code == 404
    known = await window.get(OFFER)
    assert 'name="giver_email"' not in known.text
    assert "camille@ami.example" in known.text
    again = _order_id(await _order(window, {**TYPED, "giver_name": "Autre", "giver_email": "autre@ailleurs.example"}))
    assert (await _ordered(live, again))[0].buyer == found.buyer
    assert str(mine) in (await window.get("/treiz/orders")).text


async def test_whoever_is_signed_in_offers_as_themselves_and_finds_the_order_among_theirs(live: Live) -> None:
    camille = await a_buyer(live)
    async with live.client() as client:
        window = Window(client, {camille.name: camille.value})
        first = _order_id(await _order(window, TYPED))
        second = _order_id(await _order(window, TYPED))
        listed = (await window.get("/treiz/orders")).text
        assert str(first) in listed
        assert str(second) in listed
    found, _, giver = await _ordered(live, first)
    assert (giver.kind, giver.email) == ("person", "someone@savonnerie.example")
    assert found.made_by == f"person:{camille.person}"
    assert (await _ordered(live, second))[0].buyer == found.buyer


async def test_a_form_sent_twice_at_once_is_one_order_and_lets_both_in(live: Live, window: Window) -> None:
    checked = await window.post(OFFER, TYPED)
    form = {**TYPED, "do": "order", "method": "transfer", "key": _kept(checked.text, "key"), "total": "3090"}
    async with live.client() as one, live.client() as two:
        answers = await asyncio.gather(*(client.post(OFFER, data=form) for client in (one, two)))
        assert {answer.status_code for answer in answers} == {303}
        assert len({answer.headers["location"] for answer in answers}) == 1
        assert all("set-cookie" in answer.headers for answer in answers)
        other = await one.post(OFFER, data={**form, "name": "Une autre"})
        assert other.status_code == 422
    assert await _count(live) == 1


async def test_a_total_that_is_not_the_one_that_was_shown_is_shown_once_more(live: Live, window: Window) -> None:
    checked = await window.post(OFFER, TYPED)
    form = {**TYPED, "do": "order", "method": "transfer", "key": _kept(checked.text, "key")}
    answer = await window.post(OFFER, {**form, "total": "1"})
    assert "prix a changé" in fault(answer)
    assert _kept(answer.text, "total") == "3090"
    no_such_way = await window.post(OFFER, {**form, "total": "3090", "method": "card"})
    assert "proposées" in fault(no_such_way)
    no_key = await window.post(OFFER, {**form, "total": "3090", "key": "short"})
    assert no_key.status_code == 200
    assert await _count(live) == 0


async def test_an_address_known_already_is_answered_like_any_other(live: Live, window: Window) -> None:
    await somebody(live, "operator", email="chef@treiz.example")
    await _private(live, "camille@ami.example")
    told = set()
    for email in ("camille@ami.example", "chef@treiz.example", "nobody@ami.example"):
        async with live.client() as client:
            other = Window(client)
            checked = await other.post(OFFER, {**TYPED, "giver_email": email})
            told.add(re.sub(r'name="key" value="[^"]+"', "", checked.text).replace(email, ""))
            placed = await _order(other, {**TYPED, "giver_email": email})
            told.add(re.sub(r"[0-9a-f-]{36}", "", placed.headers["location"]))
    assert len(told) == 2


async def test_so_many_orders_from_one_place_and_then_no_more_for_an_hour(live: Live, window: Window) -> None:
    town = await live.town()

    async def many(email: str, address: str, times: int) -> None:
        async with town.sessions.begin() as session:
            for _ in range(times):
                await arrivals.count(session, "order", email=email, address=address)

    await many("camille@ami.example", "198.51.100.7", arrivals.MOST["order"])
    refused = await _order(window, TYPED)
    assert "60 minutes" in fault(refused, 429)
    assert _kept(refused.text, "name") == TYPED["name"]
    assert (await _order(window, {**TYPED, "giver_email": "autre@ami.example"})).status_code == 303
    await many("x@y.example", "2001:db8::1", arrivals.MOST["order"])
    for email in ("x@y.example", "X@Y.EXAMPLE"):
        with pytest.raises(TooManyNewcomers):
            await many(email, "203.0.113.9", 1)
    for number in range(arrivals.MOST["order-address"] - arrivals.MOST["order"]):
        await many(f"x{number}@y.example", "2001:db8::ffff", 1)
    with pytest.raises(TooManyNewcomers):
        await many("last@y.example", "2001:db8::2", 1)


async def test_where_cards_are_taken_a_card_leads_on_to_its_payment(database: Database, settings: Settings) -> None:
    keys = json.dumps({"treiz": {"secret_key": "sk_test_none", "webhook_secrets": ["whsec_none"]}})
    settings = Settings(home=settings.home, pool_timeout=10, stripe=keys)
    async with served(database, settings, terms=SELLING) as live, live.client() as client:
        window = Window(client)
        checked = await window.post(OFFER, TYPED)
        assert 'value="card" checked' in checked.text
        form = {**TYPED, "do": "order", "key": _kept(checked.text, "key"), "total": "3090"}
        assert "proposées" in fault(await window.post(OFFER, form))
        placed = await window.post(OFFER, {**form, "method": "card"})
        assert placed.headers["location"].endswith("/pay?said=order-placed")
        assert (await _ordered(live, _order_id(placed)))[0].method == "card"


async def test_a_form_from_elsewhere_orders_nothing(live: Live, window: Window) -> None:
    checked = await window.post(OFFER, TYPED)
    form = {**TYPED, "do": "order", "method": "transfer", "key": _kept(checked.text, "key"), "total": "3090"}
    assert (await window.post(OFFER, form, origin="https://evil.example")).status_code == 403
    assert (await window.get(OFFER)).status_code == 200
    assert await _count(live) == 0


async def test_a_programme_that_cannot_be_paid_says_so_before_anything_is_typed(
    database: Database, settings: Settings
) -> None:
    async with served(database, settings, terms=TERMS) as live, live.client("en") as client:
        shown = await client.get(OFFER)
        assert "sells no vouchers online yet" in shown.text
        assert "<textarea" not in shown.text


@pytest.mark.parametrize(
    ("least", "most", "offered"),
    [
        (500, 50_000, [20, 30, 50, 100]), (500, 2_500, [5, 10, 15, 20, 25]), (1_001, 1_400, []),
        (15_000, 1_000_000, [150, 250, 500, 2_000]), (2_000, 3_000, [20, 30]),
    ],
)  # fmt: skip
def test_the_amounts_offered_are_round_and_within_the_bounds(least: int, most: int, offered: list[int]) -> None:
    terms = TERMS.with_changes({"least_face": least, "most_face": most})
    assert gift.amounts(terms) == offered
    form = Form(typed={**{name: [value] for name, value in TYPED.items()}, "amount": ["other"], "other": ["12,00"]})
    read = gift.read_gift(form, terms, None, today=date(2026, 10, 5))
    assert (read is not None) == (least <= 1_200 <= most)


async def _tried_in_vain(watched: Watched) -> None:
    """What is wrong is said beside its field; what was right stays."""
    page = watched.page
    await page.get_by_label("Votre nom").fill("Camille")
    await page.get_by_role("button", name="Voir mon bon").click()
    await page.get_by_role("heading", name="3 points à corriger").wait_for()
    assert await page.get_by_label("Votre nom").input_value() == "Camille"
    watched.forgive("status of 422")


async def _sums(page: Page, place: str) -> list[str]:
    return [
        one.replace("\u00a0", " ").replace("\u202f", " ")
        for one in await page.locator(f"{place} .sums dd").all_inner_texts()
    ]


def _kept(text: str, name: str) -> str:
    """What a field of a page holds."""
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', text)
    assert found, name
    return unescape(found[1])


async def _order(window: Window, typed: dict[str, str]) -> httpx.Response:
    """Go through both pages."""
    checked = await window.post(OFFER, typed)
    assert checked.status_code == 200, checked.text[:2000]
    form = {**typed, "do": "order", "method": "transfer"}
    return await window.post(OFFER, form | {name: _kept(checked.text, name) for name in ("key", "total")})


def _order_id(answer: httpx.Response) -> UUID:
    assert answer.status_code == 303, answer.text[:2000]
    return UUID(answer.headers["location"].split("/orders/")[1][:36])


async def _ordered(live: Live, order_id: UUID) -> tuple[OrderView, BeneficiaryView, BuyerView]:
    async with (await live.town()).sessions() as session:
        found = await queries.order(session, order_id)
        (only,) = await queries.beneficiaries_of(session, order_id)
        return found, only, await buyers.buyer(session, found.buyer)


async def _count(live: Live) -> int:
    """How many orders there are."""
    async with (await live.town()).sessions() as session:
        return sum((await queries.counted_by_status(session)).values())


async def _in_days(live: Live, days: int) -> str:
    async with (await live.town()).sessions() as session:
        return (day_of(await clock.now(session)) + timedelta(days)).isoformat()


async def _private(live: Live, email: str) -> None:
    async with (await live.town()).sessions.begin() as session:
        await _register(session, email)


async def _register(session: AsyncSession, email: str) -> None:
    await buyers.register_buyer(session, NewBuyer("person", "Camille", email=email), at=await clock.now(session))
