"""The page of a checkout: a code is entered once, a sum is held once, and the holder goes back where the shop said."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.async_api import Browser

from api.installation import in_transaction
from ledger.money import ZERO, Money
from merchants.shops import tills
from tests.pages.browser import a_page, check_page
from tests.pages.desking import hidden
from tests.pages.given import Live
from tests.pages.selling import ORIGIN, STATE, Selling, a_seller, as_owner
from tests.pages.windows import fault
from vouchers.online.checkouts import CheckoutView


@pytest.fixture
async def selling(live: Live) -> Selling:
    return await a_seller(live)


def path_of(checkout: CheckoutView) -> str:
    return f"/treiz/checkout/{checkout.id}"


def words(answer: httpx.Response) -> str:
    """What a page says, with plain spaces."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


async def looked(client: httpx.AsyncClient, checkout: CheckoutView, code: str) -> httpx.Response:
    return await client.post(path_of(checkout), data={"do": "look", "code": code})


async def confirmed(client: httpx.AsyncClient, checkout: CheckoutView, shown: httpx.Response) -> httpx.Response:
    """Confirm what a page shows."""
    sent = {"do": "hold", "code": hidden(shown.text, "code"), "amount": hidden(shown.text, "amount")}
    return await client.post(path_of(checkout), data=sent)


async def test_a_holder_enters_a_code_sees_what_is_left_confirms_and_goes_back(selling: Selling) -> None:
    code, checkout = await selling.voucher("20,00"), await selling.checkout("12,50")
    async with selling.live.client() as client:
        first = await client.get(path_of(checkout))
        assert first.status_code == 200
        for told in ("Bar Pierre", "Commande 1817", "12,50 €"):
            assert told in words(first)
        assert f"form-action 'self' {ORIGIN};" in first.headers["content-security-policy"]
        assert (first.headers["x-robots-tag"], first.headers["cache-control"]) == ("noindex", "no-store")
        shown = await looked(client, checkout, f"  {code.lower().replace('-', ' ')} ")
        assert "Reste sur votre bon 20,00 €" in words(shown)
        assert "y restera ensuite 7,50 €" in words(shown)
        assert await selling.left(code) == (Money.of("20,00"), Money.of("20,00"))
        back = await confirmed(client, checkout, shown)
    assert back.status_code == 303
    address = urlsplit(back.headers["location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{ORIGIN}/panier/merci"
    assert parse_qs(address.query) == {"checkout": [str(checkout.id)], "state": [STATE]}
    assert code not in back.headers["location"]
    done = await selling.view(checkout.id)
    assert (done.state, done.held, done.to_pay) == ("completed", Money.of("12,50"), ZERO)
    assert await selling.left(code) == (Money.of("20,00"), Money.of("7,50"))


async def test_a_voucher_that_holds_less_pays_a_part_and_says_what_is_to_be_paid_besides(selling: Selling) -> None:
    code, checkout = await selling.voucher("20,00"), await selling.checkout("42,50", path="/panier/merci?p=1")
    async with selling.live.client() as client:
        shown = await looked(client, checkout, code)
        assert "Encore 22,50 € à payer" in words(shown)
        back = await confirmed(client, checkout, shown)
    assert back.headers["location"].startswith(f"{ORIGIN}/panier/merci?p=1&checkout=")
    assert (await selling.view(checkout.id)).to_pay == Money.of("22,50")


async def test_a_double_click_two_tabs_and_the_back_button_hold_once(selling: Selling) -> None:
    code, other, checkout = await selling.voucher(), await selling.voucher(), await selling.checkout()
    async with selling.live.client() as client:
        one, two = await looked(client, checkout, code), await looked(client, checkout, other)
        answers = await asyncio.gather(*(confirmed(client, checkout, shown) for shown in (one, one, two, one)))
        assert {answer.status_code for answer in answers} == {303}
        assert len({answer.headers["location"] for answer in answers}) == 1
        again = await confirmed(client, checkout, one)
        assert (again.status_code, again.headers["location"]) == (303, answers[0].headers["location"])
        seen = await client.get(path_of(checkout))
        assert "12,50 € de votre bon sont réservés" in words(seen)
        assert f'href="{ORIGIN}/panier/merci?checkout={checkout.id}&amp;state={STATE}"' in seen.text
    held = [left - available for left, available in (await selling.left(code), await selling.left(other))]
    assert sorted(held) == [ZERO, Money.of("12,50")]


async def test_a_wrong_code_is_told_beside_its_field_and_slows_down_who_guesses(selling: Selling) -> None:
    checkout, page = await selling.checkout(), selling.live.app.state.guesses
    async with selling.live.client() as client:
        for typed in ("7K3M-9QWX-2R8T-VB5H", "rien", "https://elsewhere.example/v/abc", "é" * 50, "0" * 16):
            answer = await looked(client, checkout, typed)
            assert "n'est pas reconnu" in fault(answer)
        assert "Remplissez ce champ" in fault(await looked(client, checkout, " "))
        assert page.pause("treiz", f"checkout:{checkout.id}") == 0
        await looked(client, checkout, "rien")
        assert page.pause("treiz", f"checkout:{checkout.id}") > 0
        assert page.pause("treiz", f"till:{selling.till}") == 0
        assert 'value="' + "rien" in (await looked(client, checkout, "rien")).text
        other = await selling.checkout()
        assert (await looked(client, other, await selling.voucher())).status_code == 200


async def test_vouchers_that_cannot_pay_say_why(selling: Selling) -> None:
    spent, expired = await selling.voucher("5,00"), await selling.voucher(expired=True)
    async with selling.live.client() as client:
        whole = await selling.checkout("5,00")
        await confirmed(client, whole, await looked(client, whole, spent))
        checkout = await selling.checkout()
        assert "Il ne reste rien d'utilisable" in fault(await looked(client, checkout, spent))
        assert "valable jusqu'au" in fault(await looked(client, checkout, expired))


async def test_what_was_spent_meanwhile_is_never_held_unseen(selling: Selling) -> None:
    """Exactly what was shown is held, or what is left now is shown first."""
    code, first, second = (
        await selling.voucher("20,00"),
        await selling.checkout("15,00"),
        await selling.checkout("15,00"),
    )
    async with selling.live.client() as client:
        shown = await looked(client, first, code)
        await confirmed(client, second, await looked(client, second, code))
        changed = await confirmed(client, first, shown)
        assert "vient de changer" in words(changed)
        assert "Réservé pour cet achat 5,00 €" in words(changed)
        assert (await selling.view(first.id)).state == "open"
        assert (await confirmed(client, first, changed)).status_code == 303
    assert (await selling.view(first.id)).held == Money.of("5,00")


@pytest.mark.parametrize("amount", ["", "0", "-1", "1251", "99999999999999999999", "x"])
async def test_an_amount_that_was_tampered_with_holds_nothing(selling: Selling, amount: str) -> None:
    code, checkout = await selling.voucher(), await selling.checkout("12,50")
    async with selling.live.client() as client:
        sent = {"do": "hold", "code": code, "amount": amount}
        assert (await client.post(path_of(checkout), data=sent)).status_code in {200, 422}
    assert (await selling.view(checkout.id)).state == "open"


async def test_who_goes_back_without_a_voucher_goes_back_and_can_say_so_twice(selling: Selling) -> None:
    code, checkout = await selling.voucher(), await selling.checkout()
    async with selling.live.client() as client:
        shown = await looked(client, checkout, code)
        for _ in range(2):
            back = await client.post(path_of(checkout), data={"do": "cancel"})
            assert (back.status_code, f"checkout={checkout.id}" in back.headers["location"]) == (303, True)
        late = await confirmed(client, checkout, shown)
        assert "sans utiliser de bon" in words(late)
    assert (await selling.view(checkout.id)).state == "cancelled"


async def test_a_page_that_has_waited_too_long_holds_nothing_and_leads_back(selling: Selling) -> None:
    code, checkout = await selling.voucher(), await selling.checkout()
    async with selling.live.client() as client:
        shown = await looked(client, checkout, code)
        await as_owner(selling.live.database, "UPDATE p_treiz.checkouts SET expires_at = now()")
        for answer in (await confirmed(client, checkout, shown), await client.get(path_of(checkout))):
            assert "Cette page a trop attendu" in words(answer)
            assert ORIGIN in answer.text
    assert await selling.left(code) == (Money.of("20,00"), Money.of("20,00"))


async def test_a_till_taken_out_of_service_meanwhile_holds_nothing(selling: Selling) -> None:
    code, checkout = await selling.voucher(), await selling.checkout()
    async with selling.live.client() as client:
        shown = await looked(client, checkout, code)
        await in_transaction(
            selling.town.sessions, lambda session: tills.revoke_till(session, selling.till, at=checkout.opened_at)
        )
        assert fault(await confirmed(client, checkout, shown))
    assert (await selling.view(checkout.id)).state == "open"


async def test_it_speaks_the_language_in_which_the_shop_speaks_unless_chosen_otherwise(selling: Selling) -> None:
    checkout = await selling.checkout(language="en")
    async with selling.live.client("fr") as client:
        assert "Pay with a gift voucher" in (await client.get(path_of(checkout))).text
        chosen = await client.get(path_of(checkout), headers={"cookie": "obole-language=fr"})
        assert "Payer avec un bon" in words(chosen)


async def test_a_form_from_elsewhere_and_a_checkout_that_is_not_there(selling: Selling) -> None:
    checkout = await selling.checkout()
    async with selling.live.client(origin=ORIGIN) as client:
        assert (await client.post(path_of(checkout), data={"do": "cancel"})).status_code == 403
        unknown = path_of(checkout)[:-4] + "0000"
        assert (await client.get(unknown)).status_code == 404
        assert (await client.get(unknown.replace("treiz", "alpes"))).status_code == 404
    assert (await selling.view(checkout.id)).state == "open"


async def test_it_can_be_read_and_used_by_everybody_at_every_width(selling: Selling, browser: Browser) -> None:
    code, checkout = await selling.voucher("20,00"), await selling.checkout("42,50")
    async with a_page(browser) as watched:
        page = watched.page
        await page.goto(selling.live.address + path_of(checkout))
        await check_page(watched, "checkout-enter")
        await page.fill("#code", "7K3M-9QWX-2R8T-VB5H")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#summary")
        watched.forgive("422")
        await check_page(watched, "checkout-wrong")
        await page.fill("#code", code)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("text=Encore")
        await check_page(watched, "checkout-confirm")
        # The policy of the page lets its form lead to the shop: nobody answers there, but the browser asks.
        async with page.expect_event("requestfailed") as left:
            await page.click("text=Réserver 20,00")
        assert (await left.value).url == f"{ORIGIN}/panier/merci?checkout={checkout.id}&state={STATE}"
    assert (await selling.view(checkout.id)).held == Money.of("20,00")
