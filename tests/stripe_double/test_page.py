"""The payment page works with nothing but forms and links."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.stripe_double.driving import Account
from tests.stripe_double.given import opened
from vouchers.orders.cards.stripe_gateway import StripeGateway


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as browser:
        yield browser


async def test_a_good_card_leads_back_to_the_shop(stripe_gateway: StripeGateway, browser: httpx.AsyncClient) -> None:
    page = await opened(stripe_gateway, language="en")
    shown = await browser.get(page.url)
    assert shown.headers["Content-Type"] == "text/html; charset=utf-8"
    assert '<html lang="en">' in shown.text
    assert "50,00 €" in shown.text
    assert "Bons d&#x27;achat" in shown.text
    paid = await browser.post(page.url, data={"card_number": "4242 4242 4242 4242", "how": "card"})
    assert paid.status_code == httpx.codes.SEE_OTHER
    assert paid.headers["Location"] == f"https://town.example/ok?session={page.session_id}"
    assert (await stripe_gateway.checkout(page.session_id)).payment_status == "paid"
    again = await browser.post(page.url, data={"how": "card"})
    assert again.status_code == httpx.codes.OK
    assert 'id="over"' in again.text


@pytest.mark.parametrize("form", [{"how": "declined"}, {"how": "card", "card_number": "4000 0000 0000 0002"}])
async def test_a_declined_card_may_be_followed_by_a_good_one(
    stripe_gateway: StripeGateway, browser: httpx.AsyncClient, form: dict[str, str]
) -> None:
    page = await opened(stripe_gateway)
    refused = await browser.post(page.url, data=form)
    assert "Votre carte a été refusée." in refused.text
    state = await stripe_gateway.checkout(page.session_id)
    assert (state.status, state.payment_status) == ("open", "unpaid")
    assert (await browser.post(page.url, data={"how": "card"})).status_code == httpx.codes.SEE_OTHER
    after = await stripe_gateway.checkout(page.session_id)
    assert (after.payment_status, after.payment_intent) == ("paid", state.payment_intent)


async def test_a_direct_debit_is_offered_up_to_ten_thousand_euros(
    stripe_gateway: StripeGateway, browser: httpx.AsyncClient
) -> None:
    small, large = await opened(stripe_gateway, 1_000_000), await opened(stripe_gateway, 1_000_001)
    assert 'value="sepa"' in (await browser.get(small.url)).text
    assert 'value="sepa"' not in (await browser.get(large.url)).text
    await browser.post(small.url, data={"how": "sepa"})
    assert (await stripe_gateway.checkout(small.session_id)).payment_status == "unpaid"


async def test_the_way_back_is_a_link(
    stripe_gateway: StripeGateway, browser: httpx.AsyncClient, stripe_account: Account
) -> None:
    page = await opened(stripe_gateway)
    assert '<a id="cancel" href="https://town.example/no">' in (await browser.get(page.url)).text
    assert await stripe_account.pay(page.session_id, "cancel") == "https://town.example/no"
    assert (await stripe_gateway.checkout(page.session_id)).status == "open"
    assert (await browser.get(page.url.replace("cs_test_", "cs_none_"))).status_code == httpx.codes.NOT_FOUND
