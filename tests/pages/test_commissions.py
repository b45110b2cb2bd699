"""Commissions at the desk: what shops are charged, one more rule, what one shop pays; what the shop reads of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from ledger.days import day_of
from merchants.commission.rules import all_rules
from tests.given import SHOPS, Town
from tests.pages.followed import plain
from tests.pages.given import Live
from tests.pages.holding import a_live_town
from tests.pages.ordering import somebody

PAGE = "/treiz/desk/commissions"


@pytest.fixture
async def town(live: Live) -> Town:
    return await a_live_town(live)


@pytest.fixture
async def operator(live: Live, town: Town) -> AsyncIterator[httpx.AsyncClient]:
    async with (await somebody(live, "operator")).client(live) as client:
        yield client


async def test_a_rule_is_added_and_the_shop_reads_what_it_costs_today(town: Town, operator: httpx.AsyncClient) -> None:
    today, shop = day_of(town.at), town.till.shop
    asked = {
        "scope": "shop", "sirets": "390 098 424 00034", "kind": "price", "rate": "2,5 %", "least": "0,10",
        "effective_from": today.isoformat(),
    }  # fmt: skip
    begun = plain((await operator.get(f"{PAGE}/new?shop={shop}")).text)
    assert SHOPS[0]["siret"] in begun
    done = await operator.post(f"{PAGE}/new", data=asked)
    assert (done.status_code, done.headers["location"].split("?")[0]) == (303, PAGE)
    words = "2,5 % de chaque encaissement, au moins 0,10 € par encaissement"
    assert words in plain((await operator.get(PAGE)).text)
    assert words in plain((await operator.get(f"{PAGE}/shops/{shop}")).text)
    assert f"Votre commission aujourd'hui : {words}." in plain((await operator.get(f"/treiz/shop/{shop}")).text)


async def test_what_is_wrong_with_a_rule_stands_beside_its_field(town: Town, operator: httpx.AsyncClient) -> None:
    day = (day_of(town.at) + timedelta(days=3)).isoformat()
    good = {"scope": "campaign", "campaign": "Noël", "sirets": SHOPS[0]["siret"], "kind": "price", "rate": "0",
            "effective_from": day, "last_day": day}  # fmt: skip
    for change, sentence in (
        ({"rate": "101"}, "Écrivez un taux en pour cent"), ({"rate": "-1"}, "Écrivez un taux en pour cent"),
        ({"last_day": ""}, "Une opération a un dernier jour."),
        ({"sirets": ""}, "Écrivez le SIRET d'au moins un commerce."),
        ({"sirets": "39009842400099"}, "Aucun commerce n'a ici le SIRET 39009842400099."),
        ({"least": "2", "most": "1"}, "Écrivez un montant qui n'est pas en dessous du minimum."),
        ({"scope": "trade", "naf": "0"}, "n'est pas un code NAF"),
        ({"last_day": "2020-01-01"}, "Choisissez un jour qui n'est pas avant le premier."),
    ):  # fmt: skip
        answer = await operator.post(f"{PAGE}/new", data={**good, **change})
        assert (answer.status_code, sentence in plain(answer.text)) == (422, True), change
    assert await town.do(all_rules) == []
    assert (await operator.post(f"{PAGE}/new", data=good)).status_code == 303


async def test_a_shop_gets_a_minimum_of_its_own(town: Town, operator: httpx.AsyncClient) -> None:
    own = f"{PAGE}/shops/{town.till.shop}"
    assert (await operator.post(own, data={"minimum": "1 000,01"})).status_code == 422
    assert (await operator.post(own, data={"minimum": "25"})).status_code == 303
    assert "À partir de 25,00 €" in plain((await operator.get(own)).text)
    assert "Un virement se fait à partir de 25,00 €" in plain(
        (await operator.get(f"/treiz/shop/{town.till.shop}")).text
    )
    await town.set_status(town.till.shop, "left")
    assert "il est payé quel que soit le montant dû" in plain((await operator.get(own)).text)
