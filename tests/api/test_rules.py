"""A programme limits vouchers by the API: a rule made, a batch issued, a till told where it is taken."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.api.given import World, problem


async def test_a_rule_is_made_carried_looked_up_and_refused_with_where_it_is_taken(world: World) -> None:
    operator, till = await world.door("operator", language="fr"), await world.door("till", language="fr")
    shop = (await operator.get(f"/shops/{world.treiz.ids['shop']}")).json()
    other = next(
        one for one in (await operator.every("/shops"))[0]
        if one["status"] == "accepted" and one["commune_code"] != shop["commune_code"]
    )  # fmt: skip
    asked = {"name": "Ailleurs", "communes": [other["commune_code"]], "trades": [other["naf"]]}
    made = (await operator.post("/usage-rules", asked)).json()
    assert (made["number"], made["offered"], made["taken"]["communes"][0]["code"]) == (1, True, other["commune_code"])
    batch = {"buyer": str(world.treiz.ids["buyer"]), "face_value": 2000, "quantity": 1, "on_credit": True}
    issued = (await operator.post("/batches", {**batch, "rule": made["id"]})).json()
    assert issued["rule"] == made["taken"]["version"]
    (voucher,) = (await operator.get(f"/batches/{issued['id']}/vouchers")).json()["items"]
    assert voucher["taken"]["told"].startswith("À dépenser dans les ")
    code = world.treiz.code_of(UUID(voucher["id"]))
    seen = (await till.post("/vouchers/look-up", {"code": code})).json()
    assert seen["taken"] == voucher["taken"]
    told = problem(await till.redeem(code, 500, key="k"), 409, "not-taken-here")
    assert told["detail"].startswith("Ce bon se dépense dans les ")
    assert "Ici" in told["detail"]
    assert told["reasons"][0] == "commune"
    assert told["communes"] == made["taken"]["communes"]
    assert (told["first_day"], told["last_day"], told["shops"]) == (None, None, [])
    assert (told["shop_here"], told["trade_here"]) == (shop["name"], shop["naf"])
    assert problem(await till.redeem(code, 500, key="k"), 409, "not-taken-here") == told
    problem(await till.post("/holds", {"code": code, "amount": 500}), 409, "not-taken-here")


async def test_a_buyer_orders_by_what_is_offered_only_and_its_choice_is_kept(world: World) -> None:
    operator, buyer = await world.door("operator"), await world.door("buyer")
    trades = [(await operator.get(f"/shops/{world.treiz.ids['shop']}")).json()["naf"]]
    made = (await operator.post("/usage-rules", {"name": "Bars", "trades": trades})).json()
    order: dict[str, Any] = {"buyer": str(world.treiz.ids["buyer"]), "lines": [{"quantity": 2, "face_value": 2000}]}
    draft = (await buyer.post("/orders", {**order, "rule": made["id"]})).json()
    assert draft["rule"] == made["taken"]["version"]
    await operator.post(f"/usage-rules/{made['id']}/offer", {"offered": False})
    assert made["id"] not in [one["id"] for one in (await buyer.get("/usage-rules")).json()]
    refused = await buyer.post(f"/orders/{draft['id']}/place", {"version": draft["version"], "method": "transfer"})
    assert problem(refused, 409, "rule-not-offered")["rule"] == "Bars"
    problem(await buyer.post("/orders", {**order, "rule": made["id"]}), 409, "rule-not-offered")
    await operator.post(f"/usage-rules/{made['id']}/offer", {"offered": True})
    changed = await operator.client.put(f"/api/v1/usage-rules/{made['id']}", json={"name": "Cafés", "trades": trades})
    assert (changed.json()["number"], changed.json()["taken"]["name"]) == (2, "Cafés")
    refused = await buyer.post(f"/orders/{draft['id']}/place", {"version": draft["version"], "method": "transfer"})
    problem(refused, 409, "rule-not-offered")
    again = {**order, "rule": made["id"], "version": draft["version"]}
    kept = (await buyer.client.put(f"/api/v1/orders/{draft['id']}", json=again)).json()
    placed = await buyer.post(f"/orders/{draft['id']}/place", {"version": kept["version"], "method": "transfer"})
    assert (placed.json()["status"], placed.json()["rule"]) == ("awaiting_payment", changed.json()["taken"]["version"])
