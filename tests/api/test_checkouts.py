"""By API: checkouts are opened and followed, goods are returned, and nobody reaches what is not theirs."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

import pytest

from tests.api.described import DESCRIPTION
from tests.api.given import Door, World, problem
from tests.api.lived import BACK
from vouchers.notices.writing import EVENTS

STATE: Final = "b2f1c7a09e5d4c1a"


def asked(**other: object) -> dict[str, object]:
    return {"amount": 4_250, "reference": "Commande 1817", "return_url": BACK, "state": STATE, **other}


async def test_a_checkout_is_opened_once_for_a_key_and_read_by_its_shop_alone(world: World, till: Door) -> None:
    answer = await till.post("/checkouts", asked(minutes=2_880), key="order-1817")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (await till.post("/checkouts", asked(minutes=2_880), key="order-1817")).json() == made
    problem(await till.post("/checkouts", asked(amount=1), key="order-1817"), 422, "key-reused")
    assert (made["status"], made["amount"], made["held"], made["to_pay"]) == ("open", 4_250, 0, 4_250)
    assert made["url"].endswith(f"/treiz/checkout/{made['id']}")
    assert (made["state"], made["hold"], made["hold_minutes"]) == (STATE, None, 2_880)
    for door in (till, await world.door("shop"), await world.door("operator")):
        assert (await door.get(f"/checkouts/{made['id']}")).json() == made
        assert [one["id"] for one in (await door.get("/checkouts")).json()["items"]] == [made["id"]]
    other = await world.door("other till")
    problem(await other.get(f"/checkouts/{made['id']}"), 404, "checkout-unknown")
    assert (await other.get("/checkouts")).json()["items"] == []


@pytest.mark.parametrize(
    ("back", "name"),
    [
        ("https://boutique.example.org/paniers", "return-address-unknown"),
        ("https://boutique.example.org/", "return-address-unknown"),
        ("https://boutique.example.org:8443/panier", "return-address-unknown"),
        ("https://evil.example/panier", "return-address-unknown"),
        ("https://boutique.example.org.evil.example/panier", "return-address-unknown"),
        ("https://boutique.example.org/panier/../admin", "return-address-refused"),
        ("https://boutique.example.org/panier/%2e%2e/admin", "return-address-refused"),
        ("https://boutique.example.org@evil.example/panier", "return-address-refused"),
        ("http://boutique.example.org/panier", "return-address-refused"),
        ("http://127.0.0.1/panier", "return-address-refused"),
        ("javascript:alert(1)//panier", "return-address-refused"),
        ("https://boutique.example.org/panier#x", "return-address-refused"),
    ],
)
async def test_an_address_that_the_shop_did_not_register_is_refused_before_any_holder_sees_it(
    world: World, till: Door, back: str, name: str
) -> None:
    problem(await till.post("/checkouts", asked(return_url=back)), 422, name)
    assert (await till.get("/checkouts")).json()["items"] == []


async def test_another_shops_address_is_none_of_ones_own(world: World) -> None:
    problem(await (await world.door("other till")).post("/checkouts", asked()), 422, "return-address-unknown")


@pytest.mark.parametrize("back", ["https://boutique.example.org/panier", "https://boutique.example.org/panier/?a=1"])
async def test_what_comes_after_the_registered_path_is_free(till: Door, back: str) -> None:
    answer = await till.post("/checkouts", asked(return_url=back))
    assert (answer.status_code, answer.json()["return_url"]) == (201, back)


@pytest.mark.parametrize(
    "spoiled",
    [{"amount": 0}, {"amount": -1}, {"minutes": 0}, {"minutes": 10_081}, {"state": "short"}, {"state": "a b c d e f g"},
     {"state": "a" * 201}, {"reference": ""}, {"language": "de"}, {"currency": "USD"}, {"code": "7K3M"}],
)  # fmt: skip
async def test_a_checkout_that_cannot_be(till: Door, spoiled: dict[str, object]) -> None:
    problem(await till.post("/checkouts", asked(**spoiled)), 422, "request-malformed")


async def test_a_till_out_of_service_or_of_a_suspended_shop_opens_none(world: World) -> None:
    operator, ids = await world.door("operator"), world.treiz.ids
    problem(await operator.post("/checkouts", asked(till=str(ids["suspended till"]))), 403, "shop-not-accepted")
    problem(await operator.post("/checkouts", asked(till=str(uuid4()))), 404, "till-unknown")
    problem(await operator.post("/checkouts", asked()), 422, "till-missing")


async def test_goods_are_returned_by_api_once_for_a_key_and_listed_with_their_capture(world: World, till: Door) -> None:
    code = world.treiz.fresh[0].code
    hold = (await till.post("/holds", {"code": code, "amount": 1_000})).json()
    captured = (await till.post(f"/holds/{hold['id']}/captures", {"amount": 600, "final": True})).json()
    redemption = captured["redemption"]["id"]
    path, back = f"/redemptions/{redemption}/returns", {"amount": 250, "reason": "Une tasse ébréchée"}
    answer = await till.post(path, back, key="return-1")
    assert answer.status_code == 201, answer.text
    assert (answer.json()["amount"], answer.json()["rest"], answer.json()["left"]) == (250, 350, 1_650)
    assert (await till.post(path, back, key="return-1")).json() == answer.json()
    problem(await till.post(path, {"amount": 351, "reason": "trop"}), 409, "return-exceeded")
    problem(await till.post(f"/redemptions/{redemption}/undo", {"reason": "tout"}), 409, "partly-returned")
    rest = (await (await world.door("shop")).post(path, {"reason": "Tout revient"})).json()
    assert (rest["amount"], rest["rest"]) == (350, 0)
    (capture,) = (await till.get(f"/holds/{hold['id']}/captures")).json()["items"]
    assert (capture["id"], capture["amount"], capture["returned"]) == (redemption, 600, 600)
    told = (await till.get(path)).json()["items"]
    assert [(one["amount"], one["reason"]) for one in told] == [(250, "Une tasse ébréchée"), (350, "Tout revient")]
    other = await world.door("other till")
    problem(await other.post(path, {"reason": "x"}), 404, "redemption-unknown")
    problem(await other.get(path), 403, "not-permitted")
    problem(await other.get(f"/holds/{hold['id']}/captures"), 404, "hold-unknown")
    audit = (await (await world.door("operator")).get("/audit")).json()
    assert audit["agrees"], audit


def test_what_is_sent_to_shops_is_in_the_description_of_the_api() -> None:
    assert set(DESCRIPTION["webhooks"]) == set(EVENTS)
    (shown,) = DESCRIPTION["components"]["schemas"]["Message"]["examples"]
    assert shown["type"] in EVENTS


async def test_a_key_does_what_its_scopes_say_and_a_revoked_one_nothing_at_once(world: World) -> None:
    """A website's key that may hold does not give money back, and one that may return does not hold."""
    operator, code = await world.door("operator"), world.treiz.fresh[1].code
    till = str(world.treiz.ids["till"])
    keys = {}
    for label, scopes in (("site", ["holds:write"]), ("returns", ["redemptions:return"])):
        new = {"role": "till", "subject": till, "label": label, "scopes": scopes}
        keys[label] = (await operator.post("/keys", new)).json()
    site, returns = [await world.door(keys[name]["key"]) for name in ("site", "returns")]
    hold = (await site.post("/holds", {"code": code, "amount": 500})).json()
    redemption = (await site.post(f"/holds/{hold['id']}/captures", {})).json()["redemption"]["id"]
    path = f"/redemptions/{redemption}/returns"
    problem(await site.post(path, {"reason": "x"}), 403, "not-permitted")
    problem(await returns.post("/holds", {"code": code, "amount": 1}), 403, "not-permitted")
    assert (await returns.post(path, {"amount": 1, "reason": "x"})).status_code == 201
    await operator.client.delete(f"/api/v1/keys/{keys['returns']['id']}")
    problem(await returns.post(path, {"amount": 1, "reason": "x"}), 401, "not-signed-in")
