"""Who may do what, route by route; and what nobody reaches whose it is not."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

import pytest

from api.app import PREFIX
from api.auth.permissions import ALLOWED, KeyRole, Permission
from tests.api.described import GUARDED, OPERATIONS, Operation
from tests.api.given import Door, World, problem
from tests.api.lived import LAST_MONTH

TAKES: Final[dict[str, str]] = {
    "GET /programmes": "programme:read", "GET /programmes/{slug}": "programme:read",
    "POST /programmes/{slug}/terms": "programme:write",
    "POST /keys": "keys:write", "GET /keys": "keys:write", "DELETE /keys/{key}": "keys:write",
    "POST /shops": "shops:write", "GET /shops": "shops:read", "POST /shops/import": "shops:write",
    "GET /shops/{shop}": "shops:read", "POST /shops/{shop}/status": "shops:write",
    "PUT /shops/{shop}/bank-account": "shops:write", "POST /shops/{shop}/tills": "tills:write",
    "GET /shops/{shop}/tills": "tills:read", "DELETE /tills/{till}": "tills:write",
    "POST /buyers": "buyers:write", "GET /buyers": "buyers:read", "GET /buyers/{buyer}": "buyers:read",
    "POST /buyers/{buyer}/payments": "payments:write", "POST /funders": "buyers:write", "GET /funders": "buyers:write",
    "POST /funders/{funder}/payments": "payments:write", "POST /funders/{funder}/returns": "payments:write",
    "GET /funders/{funder}": "ledger:read", "GET /funders/{funder}/budgets": "ledger:read",
    "POST /funders/{funder}/budgets": "buyers:write", "GET /funders/{funder}/accounts/{year}": "ledger:read",
    "GET /funders/{funder}/accounts/{year}/file": "ledger:read",
    "POST /batches": "batches:write", "GET /batches": "batches:read", "GET /batches/{batch}": "batches:read",
    "GET /batches/{batch}/conservation": "batches:read", "GET /batches/{batch}/vouchers": "vouchers:read",
    "GET /batches/{batch}/sheets.pdf": "codes:read",
    "POST /usage-rules": "programme:write", "GET /usage-rules": "programme:read",
    "GET /usage-rules/{rule}": "programme:read", "PUT /usage-rules/{rule}": "programme:write",
    "POST /usage-rules/{rule}/offer": "programme:write",
    "POST /orders": "orders:write", "GET /orders": "orders:read", "GET /orders/{order}": "orders:read",
    "PUT /orders/{order}": "orders:write", "POST /orders/{order}/place": "orders:write",
    "POST /orders/{order}/reopen": "orders:write", "POST /orders/{order}/cancel": "orders:write",
    "GET /orders/{order}/history": "orders:read", "GET /orders/{order}/warnings": "orders:read",
    "POST /orders/{order}/payments": "orders:pay", "POST /orders/{order}/use-credit": "orders:write",
    "POST /orders/{order}/issue-on-credit": "orders:credit", "GET /orders/{order}/beneficiaries": "orders:read",
    "POST /orders/{order}/beneficiaries/{beneficiary}/reissue": "orders:write",
    "POST /orders/{order}/beneficiaries/{beneficiary}/messages": "orders:write",
    "GET /orders/{order}/messages": "orders:read", "POST /orders/{order}/printings": "codes:read",
    "GET /orders/{order}/printings/{printing}": "codes:read",
    "GET /orders/{order}/printings/{printing}/sheets.pdf": "codes:read", "GET /orders/{order}/links.csv": "codes:read",
    "GET /orders/{order}/documents": "documents:read",
    "GET /orders/{order}/documents/{document}/paper.pdf": "documents:read",
    "GET /orders/{order}/payment-request.pdf": "orders:read",
    "POST /vouchers/look-up": "vouchers:look-up", "GET /vouchers/{voucher}": "vouchers:read",
    "GET /vouchers/{voucher}/events": "vouchers:read", "GET /vouchers/{voucher}/sheet.pdf": "codes:read",
    "POST /vouchers/{voucher}/block": "vouchers:write", "POST /vouchers/{voucher}/unblock": "vouchers:write",
    "POST /vouchers/{voucher}/reissue": "vouchers:write", "POST /vouchers/{voucher}/extend": "vouchers:write",
    "POST /vouchers/{voucher}/top-ups": "vouchers:write",
    "POST /redemptions": "redemptions:write", "GET /redemptions": "redemptions:read",
    "GET /redemptions/{redemption}": "redemptions:read", "POST /redemptions/{redemption}/undo": "redemptions:write",
    "POST /redemptions/{redemption}/returns": "redemptions:return",
    "GET /redemptions/{redemption}/returns": "redemptions:read",
    "POST /holds": "holds:write", "GET /holds": "holds:read", "GET /holds/{hold}": "holds:read",
    "GET /holds/{hold}/captures": "holds:read", "POST /holds/{hold}/captures": "holds:write",
    "POST /holds/{hold}/void": "holds:write",
    "POST /checkouts": "checkouts:write", "GET /checkouts": "checkouts:read",
    "GET /checkouts/{checkout}": "checkouts:read",
    "POST /closings": "settlements:write", "GET /closings": "settlements:write",
    "GET /settlements": "settlements:read", "GET /settlements/{settlement}": "settlements:read",
    "GET /settlements/{settlement}/statement.pdf": "settlements:read",
    "GET /settlements/{settlement}/statement.csv": "settlements:read",
    "GET /settlements/{settlement}/statement.xlsx": "settlements:read",
    "GET /commission-rules": "ledger:read", "POST /commission-rules": "programme:write",
    "GET /shops/{shop}/commission": "settlements:read", "POST /shops/{shop}/minimum-payout": "programme:write",
    "GET /settlements/{settlement}/invoice": "settlements:read",
    "GET /settlements/{settlement}/invoice.pdf": "settlements:read",
    "GET /settlements/{settlement}/invoice.xml": "settlements:read",
    "GET /payouts/waiting": "payouts:read", "GET /payout-runs": "payouts:read",
    "POST /payout-runs": "payouts:propose", "GET /payout-runs/{run}": "payouts:read",
    "POST /payout-runs/{run}/approve": "payouts:approve", "POST /payout-runs/{run}/withdraw": "payouts:propose",
    "GET /payout-runs/{run}/file.xml": "payouts:read",
    "GET /accounts": "ledger:read", "GET /accounts/{account}": "ledger:read",
    "GET /accounts/{account}/transfers": "ledger:read", "GET /transfers": "ledger:read",
    "GET /transfers/{transfer}": "ledger:read", "GET /trial-balance": "ledger:read", "GET /audit": "ledger:read",
    "POST /accounting/months": "accounts:close", "GET /accounting/months": "ledger:read",
    "GET /accounting/fec": "ledger:read", "GET /accounting/books/{book}": "ledger:read",
    "GET /proofs": "ledger:read",
    "POST /bank/statements": "orders:pay", "GET /bank/statements": "orders:pay", "GET /bank/entries": "orders:pay",
}  # fmt: skip
"""The scope that each route takes."""

READ_BY_POST: Final = {("vouchers:look-up", "POST"), ("codes:read", "POST")}

ON_PAGES: Final = {
    "refunds:write", "company:write", "people:write", "figures:read", "shopfront:write", "bank:write",
    "recruiting:write", "campaigns:write", "online:write",
}  # fmt: skip
"""Scopes of what people do on pages, and programs do not."""

ROLES: Final[tuple[KeyRole, ...]] = ("operator", "buyer", "shop", "till")


def address(operation: Operation, world: World) -> str:
    """Its path, with what belongs to those who ask, where there is such a thing."""
    path = operation.path
    for name in operation.parameters("path"):
        own = world.treiz.slug if name == "slug" else str(world.treiz.ids.get(name) or uuid4())
        path = path.replace(f"{{{name}}}", own)
    return path


async def ask(door: Door, operation: Operation, world: World) -> Any:
    """Ask with nothing in the body and no Idempotency-Key: what may be done fails on that, later."""
    headers = {"content-type": "application/json"}
    return await door.client.request(operation.method, address(operation, world), content=b"{}", headers=headers)


def test_the_table_knows_every_route() -> None:
    assert {str(one) for one in GUARDED} == set(TAKES)
    assert {str(one) for one in OPERATIONS if one not in GUARDED} == {"GET /healthz", "GET /readyz"}
    assert set(TAKES.values()) | ON_PAGES == {one.value for one in Permission}


def test_only_reading_and_keys_need_no_scope_that_writes() -> None:
    for route, scope in TAKES.items():
        method = route.partition(" ")[0]
        writes = scope.endswith((":write", ":pay", ":credit", ":return", ":propose", ":approve", ":close"))
        assert method == "GET" or writes or (scope, method) in READ_BY_POST, route


@pytest.mark.parametrize("operation", GUARDED, ids=str)
async def test_without_a_key_nothing_opens(still: World, operation: Operation) -> None:
    answer = await ask(await still.door(None), operation, still)
    problem(answer, 401, "not-signed-in")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("operation", [one for one in GUARDED if one.method != "DELETE"], ids=str)
async def test_each_role_does_what_its_scopes_say_and_nothing_else(still: World, operation: Operation) -> None:
    for role in ROLES:
        answer = await ask(await still.door(role), operation, still)
        if Permission(TAKES[str(operation)]) in ALLOWED[role]:
            assert answer.status_code not in {401, 403}, (role, answer.text)
        else:
            told = problem(answer, 403, "not-permitted")
            assert (told["scope"], told["role"]) == (TAKES[str(operation)], role)


async def test_nobody_deletes_but_who_may(world: World) -> None:
    till, key = world.treiz.ids["till"], world.treiz.ids["key of till"]
    for role in ("buyer", "till"):
        door = await world.door(role)
        problem(await door.client.delete(f"{PREFIX}/tills/{till}"), 403, "not-permitted")
        problem(await door.client.delete(f"{PREFIX}/keys/{key}"), 403, "not-permitted")
    problem(await (await world.door("shop")).client.delete(f"{PREFIX}/keys/{key}"), 403, "not-permitted")
    problem(await (await world.door("other shop")).client.delete(f"{PREFIX}/tills/{till}"), 403, "not-permitted")
    assert (await (await world.door("till")).get("/redemptions")).status_code == 200


async def test_a_buyer_sees_its_own_things_only(still: World) -> None:
    buyer, ids = await still.door("buyer"), still.treiz.ids
    (own,) = (await buyer.get("/buyers")).json()["items"]
    assert own["id"] == str(ids["buyer"])
    # Another's is answered like what nobody has: whether it exists is not told.
    problem(await buyer.get(f"/buyers/{ids['other buyer']}"), 404, "buyer-unknown")
    for query in ({}, {"buyer": str(ids["other buyer"])}):
        batches = (await buyer.get("/batches", **query)).json()["items"]
        assert batches
        assert {one["buyer"] for one in batches} == {str(ids["buyer"])}
    batch, voucher = ids["other batch"], still.treiz.vouchers["other buyer's"].id
    for path in (
        f"/batches/{batch}", f"/batches/{batch}/conservation", f"/batches/{batch}/vouchers",
        f"/batches/{batch}/sheets.pdf", f"/vouchers/{voucher}", f"/vouchers/{voucher}/events",
        f"/vouchers/{voucher}/sheet.pdf",
    ):  # fmt: skip
        problem(await buyer.get(path), 404, "batch-unknown" if "/batches" in path else "voucher-unknown")
    order = {"face_value": 1000, "quantity": 1}
    answer = await buyer.post("/batches", {"buyer": str(ids["other buyer"]), **order})
    problem(answer, 403, "not-permitted")
    answer = await buyer.post("/batches", {"buyer": str(ids["buyer"]), **order, "on_credit": True})
    assert problem(answer, 403, "not-permitted")["scope"] == "payments:write"
    problem(await buyer.post("/batches", {"buyer": str(ids["buyer"]), **order}), 409, "not-paid")


async def test_a_shop_and_its_till_see_their_own_things_only(still: World) -> None:
    ids = still.treiz.ids
    for holder in ("shop", "till"):
        door = await still.door(holder)
        (own,) = (await door.get("/shops")).json()["items"]
        assert own["id"] == str(ids["shop"])
        problem(await door.get(f"/shops/{ids['other shop']}"), 403, "not-permitted")
        for query in ({}, {"shop": str(ids["other shop"])}, {"till": str(ids["other till"])}):
            found = (await door.get("/redemptions", **query)).json()["items"]
            assert {one["shop"] for one in found} <= {str(ids["shop"])}
        problem(await door.get(f"/redemptions/{ids['other redemption']}"), 403, "not-permitted")
        assert (await door.get("/holds")).json()["items"] == []
        others = await door.get(f"/holds/{ids['other hold']}")
        assert problem(others, 404, "hold-unknown")["hold"] == str(ids["other hold"])
    shop = await still.door("shop")
    problem(await shop.get(f"/shops/{ids['other shop']}/tills"), 403, "not-permitted")
    problem(await shop.post(f"/shops/{ids['other shop']}/tills", {"label": "x"}), 403, "not-permitted")


async def test_a_till_does_not_touch_what_another_shop_did(still: World) -> None:
    till, ids = await still.door("till"), still.treiz.ids
    before = await still.books(but=("outcomes",))
    undo = await till.post(f"/redemptions/{ids['other redemption']}/undo", {"reason": "not mine"})
    problem(undo, 404, "redemption-unknown")
    problem(await till.post(f"/holds/{ids['other hold']}/captures", {}), 404, "hold-unknown")
    problem(await till.post(f"/holds/{ids['other hold']}/void"), 404, "hold-unknown")
    named = await till.redeem(still.treiz.fresh[0].code, 100, till=str(ids["other till"]))
    problem(named, 403, "not-permitted")
    problem(await till.redeem(still.treiz.fresh[0].code, 100, till=str(ids["neighbour"])), 403, "not-permitted")
    assert await still.books(but=("outcomes",)) == before


async def test_a_shop_sees_its_own_settlements_only(world: World, operator: Door) -> None:
    assert (await operator.post("/closings", {"month": f"{LAST_MONTH:%Y-%m}"})).status_code == 201
    every = (await operator.get("/settlements")).json()["items"]
    assert len(every) == 2
    shop = await world.door("shop")
    for query in ({}, {"shop": str(world.treiz.ids["other shop"])}):
        (own,) = (await shop.get("/settlements", **query)).json()["items"]
        assert own["shop"] == str(world.treiz.ids["shop"])
    (others,) = [one["id"] for one in every if one["shop"] != own["shop"]]
    problem(await shop.get(f"/settlements/{others}"), 403, "not-permitted")
    for paper in ("statement.pdf", "invoice", "invoice.pdf", "invoice.xml"):
        problem(await shop.get(f"/settlements/{others}/{paper}"), 403, "not-permitted")


async def test_the_operator_names_the_till(still: World) -> None:
    operator = await still.door("operator")
    problem(await operator.redeem(still.treiz.fresh[0].code, 100), 422, "till-missing")
    problem(await operator.redeem(still.treiz.fresh[0].code, 100, till=str(uuid4())), 404, "till-unknown")


async def test_a_key_can_be_narrower_than_its_role(world: World, operator: Door) -> None:
    asked = {"role": "till", "subject": str(world.treiz.ids["till"]), "label": "reads", "scopes": ["redemptions:read"]}
    made = await operator.post("/keys", asked)
    assert made.json()["scopes"] == ["redemptions:read"]
    narrow = await world.door(made.json()["key"])
    assert (await narrow.get("/redemptions")).status_code == 200
    problem(await narrow.redeem(world.treiz.fresh[0].code, 100), 403, "not-permitted")
    problem(await narrow.get("/shops"), 403, "not-permitted")


async def test_a_key_makes_no_key_that_may_more_than_itself(world: World, operator: Door) -> None:
    asked = {"role": "operator", "label": "makes keys"}
    clerk = await world.door((await operator.post("/keys", {**asked, "scopes": ["keys:write"]})).json()["key"])
    problem(await clerk.post("/keys", asked), 403, "not-permitted")
    problem(await clerk.post("/keys", {**asked, "scopes": ["keys:write", "ledger:read"]}), 403, "not-permitted")
    assert (await clerk.post("/keys", {**asked, "scopes": ["keys:write"]})).status_code == 201


async def test_a_key_is_told_once_and_kept_as_a_hash(world: World, operator: Door) -> None:
    made = (await operator.post("/keys", {"role": "operator", "label": "told once"})).json()
    listed = (await operator.get("/keys")).text
    assert made["key"] not in listed
    assert made["hint"] == made["key"][-4:]
    kept = await world.asked("SELECT string_agg(t::text, ' ') FROM api_keys t")
    assert made["key"] not in kept
    assert made["key"].split("_", 3)[3] not in kept


async def test_a_revoked_key_opens_nothing_from_then_on(world: World, operator: Door) -> None:
    made = (await operator.post("/keys", {"role": "operator", "label": "short-lived"})).json()
    holder = await world.door(made["key"])
    assert (await holder.get("/audit")).status_code == 200
    revoked = await operator.client.delete(f"{PREFIX}/keys/{made['id']}")
    assert revoked.json()["revoked_at"]
    problem(await holder.get("/audit"), 401, "not-signed-in")
    again = await operator.client.delete(f"{PREFIX}/keys/{made['id']}")
    assert again.json() == revoked.json()
    assert (await operator.client.delete(f"{PREFIX}/keys/{uuid4()}")).status_code == 404


async def test_a_revoked_till_redeems_nothing_whoever_asks(world: World, operator: Door, till: Door) -> None:
    shop, ids = await world.door("shop"), world.treiz.ids
    assert (await till.redeem(world.treiz.fresh[0].code, 100)).status_code == 201
    assert (await shop.client.delete(f"{PREFIX}/tills/{ids['till']}")).json()["revoked_at"]
    problem(await till.redeem(world.treiz.fresh[0].code, 100), 401, "not-signed-in")
    problem(await till.get("/redemptions"), 401, "not-signed-in")
    problem(await operator.redeem(world.treiz.fresh[0].code, 100, till=str(ids["till"])), 403, "till-revoked")
    neighbour = await world.door("neighbour")
    assert (await neighbour.redeem(world.treiz.fresh[0].code, 100)).status_code == 201


async def test_a_shop_opens_a_till_whose_key_is_told_once(world: World) -> None:
    shop = await world.door("shop")
    opened = (await shop.post(f"/shops/{world.treiz.ids['shop']}/tills", {"label": "Caisse 3"})).json()
    new = await world.door(opened["key"])
    receipt = (await new.redeem(world.treiz.fresh[0].code, 100)).json()
    assert (receipt["till"], receipt["shop"]) == (opened["id"], str(world.treiz.ids["shop"]))
    assert opened["key"] not in (await shop.get(f"/shops/{world.treiz.ids['shop']}/tills")).text


async def test_one_programme_never_sees_another(still: World) -> None:
    neighbour, treiz = await still.door("operator", of=still.alpes), still.treiz
    (own,) = (await neighbour.get("/programmes")).json()["items"]
    assert own["slug"] == "alpes"
    foreign = problem(await neighbour.get("/programmes/treiz"), 404, "programme-unknown")
    assert foreign["title"] == problem(await neighbour.get("/programmes/lyon"), 404)["title"]
    problem(await neighbour.post("/programmes/treiz/terms", {"effective_from": "2027-01-01"}), 404, "programme-unknown")
    ours = {str(one) for one in [*treiz.ids.values(), *(held.id for held in treiz.vouchers.values())]}
    for path in ("shops", "buyers", "funders", "batches", "redemptions", "holds", "keys", "accounts", "transfers"):
        items, _ = await neighbour.every(f"/{path}")
        assert items
        assert not ours & {one["id"] for one in items}
    things = {
        "shops": "shop", "buyers": "buyer", "batches": "batch", "redemptions": "redemption", "holds": "other hold",
        "accounts": "buyer", "transfers": "redemption",
    }  # fmt: skip
    for path, thing in things.items():
        problem(await neighbour.get(f"/{path}/{treiz.ids[thing]}"), 404)
    problem(await neighbour.get(f"/vouchers/{treiz.fresh[0].id}"), 404, "voucher-unknown")
    order = {"buyer": str(treiz.ids["buyer"]), "face_value": 1000, "quantity": 1, "on_credit": True}
    problem(await neighbour.post("/batches", order), 404, "buyer-unknown")
    key = {"role": "shop", "label": "x", "subject": str(treiz.ids["shop"])}
    problem(await neighbour.post("/keys", key), 404, "shop-unknown")
