"""A works council's own software orders by the API: drafts, pays by transfer, tracks, downloads, replaces."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID

import pypdfium2
import pytest

from api.jobs.orders import advance_order
from api.jobs.printing import print_order
from tests.api.described import GUARDED
from tests.api.given import Door, World, problem
from tests.api.test_permissions import address

PEOPLE = [
    {"name": "Marie Curie", "email": "marie@example.org", "staff_number": "M017", "face_value": 5000},
    {"name": "Łódź & <b>", "email": None, "staff_number": "M018", "face_value": 5000},
    {"name": "Ada Lovelace", "email": "ada@example.org", "staff_number": None, "face_value": 2000},
]


def person(email: str) -> dict[str, Any]:
    """Somebody with this address."""
    return {"name": "A", "face_value": 2000, "email": email}


async def asked(door: Door, world: World, **more: Any) -> dict[str, Any]:
    """A draft of three people and two vouchers without names: 160,00 €."""
    body = {
        "buyer": str(world.treiz.ids["buyer"]), "label": "Noël", "occasion": "christmas", "beneficiaries": PEOPLE,
        "lines": [{"quantity": 2, "face_value": 2000}], **more,
    }  # fmt: skip
    answer = await door.post("/orders", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_ordered_paid_by_transfer_tracked_downloaded_and_replaced(world: World) -> None:
    buyer, operator = await world.door("buyer"), await world.door("operator")
    order = await asked(buyer, world)
    path = f"/orders/{order['id']}"
    assert (order["status"], order["quantity"], order["face_total"]) == ("draft", 5, 16000)
    placed = (await buyer.post(f"{path}/place", {"version": order["version"], "method": "transfer"})).json()
    assert placed["status"] == "awaiting_payment"
    assert placed["reference"].startswith("RF")
    short = await operator.post(f"{path}/payments", {"amount": placed["total"] - 100, "reference": "VIR 1"})
    assert (short.json()["status"], short.json()["missing"]) == ("awaiting_payment", 100)
    paid = await operator.post(f"{path}/payments", {"amount": 100, "reference": "VIR 2"})
    assert paid.json()["status"] == "paid"
    await advance_order(await world.town(), _id(order))
    assert (await buyer.get(path)).json()["status"] == "issued"
    people = (await buyer.get(f"{path}/beneficiaries", search="curie")).json()["items"]
    assert [one["name"] for one in people] == ["Marie Curie"]
    papers = (await buyer.get(f"{path}/documents")).json()
    assert "receipt" in [one["kind"] for one in papers]
    for one in papers:
        pdf = await buyer.get(f"{path}/documents/{one['id']}/paper.pdf")
        assert one["number"] in text_of(pdf.content)
    replaced = await buyer.post(f"{path}/beneficiaries/{people[0]['id']}/reissue", {"reason": "Lost"})
    assert replaced.status_code == 201
    assert replaced.json()["voucher"] != people[0]["voucher"]
    before = (await operator.get(f"/vouchers/{people[0]['voucher']}")).json()
    after = (await operator.get(f"/vouchers/{replaced.json()['voucher']}")).json()
    assert (before["state"], before["left"], after["left"]) == ("replaced", 0, 5000)
    whats = [one["what"] for one in (await buyer.get(f"{path}/history")).json()]
    assert whats[:2] == ["started", "placed"]
    assert "replaced" in whats
    assert (await operator.get("/audit")).json()["agrees"]


async def test_sheets_are_drawn_in_the_background_and_links_downloaded(world: World) -> None:
    buyer, operator = await world.door("buyer"), await world.door("operator")
    order = await asked(buyer, world)
    path = f"/orders/{order['id']}"
    early = await buyer.get(f"{path}/links.csv")
    problem(early, 409, "wrong-order-status")
    placed = (await buyer.post(f"{path}/place", {"version": 1})).json()
    await operator.post(f"{path}/payments", {"amount": placed["total"], "reference": "VIR"})
    await advance_order(await world.town(), _id(order))
    printing = (await buyer.post(f"{path}/printings", {"layout": "one"})).json()
    await print_order(world.app.state.installation, await world.town(), _id(printing))
    shown = (await buyer.get(f"{path}/printings/{printing['id']}")).json()
    assert (shown["state"], shown["done"], shown["of"]) == ("ready", 5, 5)
    sheets = await buyer.get(f"{path}/printings/{printing['id']}/sheets.pdf")
    assert len(pypdfium2.PdfDocument(BytesIO(sheets.content))) == 5
    assert (await buyer.get(path)).json()["status"] == "delivered"
    lines = (await buyer.get(f"{path}/links.csv")).text.splitlines()
    assert len(lines) == 6
    assert "Marie Curie" in lines[1] or any("Marie Curie" in line for line in lines)


async def test_an_answer_that_was_lost_can_be_asked_again_and_orders_once(world: World) -> None:
    buyer = await world.door("buyer")
    body = {"buyer": str(world.treiz.ids["buyer"]), "lines": [{"quantity": 1, "face_value": 2000}]}
    first = await buyer.post("/orders", body, key="order-1")
    again = await buyer.post("/orders", body, key="order-1")
    assert first.json() == again.json()
    assert len((await buyer.get("/orders")).json()["items"]) == 1


OF_ORDERS = frozenset(
    {
        "POST /orders", "POST /orders/{order}/payments", "POST /orders/{order}/use-credit",
        "POST /orders/{order}/issue-on-credit", "POST /orders/{order}/beneficiaries/{beneficiary}/reissue",
    }
)  # fmt: skip
"""The routes of orders that take an Idempotency-Key."""


async def test_the_same_key_gives_the_first_answer_and_nothing_happens_twice(world: World) -> None:
    buyer, operator = await world.door("buyer"), await world.door("operator")

    async def placed() -> tuple[str, dict[str, Any]]:
        order = await asked(buyer, world)
        shown = (await buyer.post(f"/orders/{order['id']}/place", {"version": 1})).json()
        return f"/orders/{order['id']}", shown

    async def twice(door: Door, path: str, body: Any, other: Any) -> dict[str, Any]:
        first, again = [await door.post(path, body, key=f"once {path}".replace(" ", "-")) for _ in range(2)]
        assert first.is_success, first.text
        assert (again.status_code, again.content) == (first.status_code, first.content)
        if other is not None:
            problem(await door.post(path, other, key=f"once {path}".replace(" ", "-")), 422, "key-reused")
        return dict(first.json())

    path, shown = await placed()
    over = {"amount": shown["total"] + 5000, "reference": "VIR"}
    await twice(operator, f"{path}/payments", over, {"amount": 1, "reference": "VIR"})
    credit = (await buyer.get(f"/buyers/{shown['buyer']}")).json()["credit"]
    path, shown = await placed()
    used = await twice(buyer, f"{path}/use-credit", None, None)
    assert 0 < used["covered"] <= credit
    issued = await twice(operator, f"{path}/issue-on-credit", {"reason": "Agreed"}, {"reason": "Other"})
    assert issued["status"] == "issued"
    (first, *_) = (await buyer.get(f"{path}/beneficiaries")).json()["items"]
    await twice(buyer, f"{path}/beneficiaries/{first['id']}/reissue", {"reason": "Lost"}, {"reason": "Stolen"})
    assert (await operator.get("/audit")).json()["agrees"]


async def test_two_programs_that_change_a_draft_see_each_other(world: World) -> None:
    buyer = await world.door("buyer")
    order = await asked(buyer, world)
    body = {"buyer": order["buyer"], "lines": [{"quantity": 1, "face_value": 2000}], "version": 1}
    changed = await buyer.client.put(f"/api/v1/orders/{order['id']}", json=body)
    assert (changed.json()["version"], changed.json()["face_total"]) == (2, 2000)
    late = await buyer.client.put(f"/api/v1/orders/{order['id']}", json=body)
    problem(late, 409, "order-changed")
    stale = await buyer.post(f"/orders/{order['id']}/place", {"version": 1})
    problem(stale, 409, "order-changed")


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"lines": [{"quantity": 1, "face_value": 499}]}, "face-value-out-of-bounds"),
        ({"occasion": "tuesday"}, "occasion-unknown"),
        ({"deliver_on": "2020-01-01"}, "delivery-day-past"),
        ({"beneficiaries": [person("a@b.example\r\nBcc: c@d.example")]}, "address-invalid"),
        ({"beneficiaries": [{"name": "A", "face_value": 2000, "email": "a@@b"}]}, "address-invalid"),
        ({"message": "x" * 301}, "request-malformed"),
    ],
)
async def test_what_cannot_be_ordered_is_refused_by_name(still: World, more: dict[str, Any], name: str) -> None:
    buyer = await still.door("buyer")
    answer = await buyer.post("/orders", {"buyer": str(still.treiz.ids["buyer"]), **more})
    problem(answer, 422, name)


async def test_another_buyers_order_is_as_unknown_as_one_that_never_was(world: World) -> None:
    mine, other = await world.door("buyer"), await world.door("other buyer")
    order = await asked(mine, world)
    world.treiz.ids["order"] = _id(order)
    routes = [one for one in GUARDED if "{order}" in one.path]
    assert len(routes) > 20
    for operation in routes:
        body = {**operation.example, **({"version": 1} if operation.method == "PUT" else {})}
        headers = {"Idempotency-Key": f"k-{operation}".replace(" ", "-"), "content-type": "application/json"}
        answer = await other.client.request(operation.method, address(operation, world), json=body, headers=headers)
        assert answer.status_code in {403, 404}, f"{operation}: {answer.text}"
        assert "Noël" not in answer.text


def text_of(pdf: bytes) -> str:
    """All text of a PDF."""
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(BytesIO(pdf)))


def _id(shown: dict[str, Any]) -> UUID:
    return UUID(shown["id"])
