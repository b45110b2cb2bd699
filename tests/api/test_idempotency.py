"""What moves money is done once for each key, and answered alike for ever; an answer of 2xx is in the books."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from sqlalchemy import URL

from api.app import PREFIX
from tests import databases
from tests.api.described import GUARDED
from tests.api.given import Door, World, a_world, problem
from tests.api.lived import BACK, LAST_MONTH, Life, Lived
from tests.api.test_orders import OF_ORDERS
from tests.api.wire import wired

Body = Callable[[Life], dict[str, Any]]

MOVES: Final[dict[str, tuple[str, Body]]] = {
    "POST /buyers/{buyer}/payments": ("operator", lambda _: {"amount": 5_000, "reference": "VIR 1"}),
    "POST /funders/{funder}/payments": ("operator", lambda _: {"amount": 5_000}),
    "POST /funders/{funder}/returns": ("operator", lambda _: {"amount": 100}),
    "POST /batches": (
        "operator",
        lambda life: {"buyer": str(life.ids["buyer"]), "face_value": 500, "quantity": 3, "on_credit": True},
    ),
    "POST /vouchers/{voucher}/reissue": ("operator", lambda _: {"reason": "lost"}),
    "POST /vouchers/{voucher}/extend": ("operator", lambda _: {"last_day": "2090-02-28", "reason": "asked"}),
    "POST /vouchers/{voucher}/top-ups": ("operator", lambda life: {"funder": str(life.ids["funder"]), "amount": 1_000}),
    "POST /redemptions": ("till", lambda life: {"code": life.fresh[1].code, "amount": 100}),
    "POST /redemptions/{redemption}/undo": ("operator", lambda _: {"reason": "mistaken"}),
    "POST /redemptions/{redemption}/returns": ("till", lambda _: {"amount": 100, "reason": "came back"}),
    "POST /checkouts": (
        "till",
        lambda _: {"amount": 100, "reference": "1817", "return_url": BACK, "state": "b2f1c7a0"},
    ),
    "POST /holds": ("till", lambda life: {"code": life.fresh[1].code, "amount": 100}),
    "POST /holds/{hold}/captures": ("other till", lambda _: {"amount": 100}),
    "POST /holds/{hold}/void": ("other till", lambda _: {}),
    "POST /closings": ("operator", lambda _: {"month": f"{LAST_MONTH:%Y-%m}"}),
    "POST /accounting/months": ("operator", lambda _: {"month": f"{LAST_MONTH:%Y-%m}"}),
}
"""Every route that moves money: who asks, and for what."""


def place(route: str, life: Life) -> str:
    """The path of a route, in this life."""
    ids = {"voucher": life.fresh[0].id, **life.ids, "hold": life.ids["other hold"]}
    return route.removeprefix("POST ").format(**ids)


async def spent_on(world: World, code: str) -> int:
    """What tills took from a voucher, by the till's own look."""
    shown = (await (await world.door("till")).post("/vouchers/look-up", {"code": code})).json()
    return int(shown["face_value"] - shown["left"])


async def audit(world: World) -> dict[str, Any]:
    """The audit, which agrees."""
    told: dict[str, Any] = (await (await world.door("operator")).get("/audit")).json()
    assert told["agrees"], told["findings"]
    return told


def test_every_route_that_moves_money_and_no_other_asks_for_a_key() -> None:
    assert {str(one) for one in GUARDED if one.takes_key} == set(MOVES) | OF_ORDERS


@pytest.mark.parametrize("route", MOVES)
async def test_without_a_key_no_money_moves(still: World, route: str) -> None:
    holder, body = MOVES[route]
    before = await still.books()
    door = await still.door(holder)
    answer = await door.post(place(route, still.treiz), body(still.treiz), key=None)
    assert problem(answer, 422, "request-malformed")["errors"][0]["pointer"] == "/header/Idempotency-Key"
    assert await still.books() == before


@pytest.mark.parametrize("route", MOVES)
async def test_the_same_key_gives_the_first_answer_to_the_byte(world: World, route: str) -> None:
    holder, body = MOVES[route]
    door, path, asked = await world.door(holder), place(route, world.treiz), body(world.treiz)
    first = await door.post(path, asked, key="once")
    assert first.is_success, first.text
    after_first = await world.books()
    again = await door.post(path, asked, key="once")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert await world.books() == after_first
    await audit(world)


@pytest.mark.parametrize("route", [route for route in MOVES if route != "POST /holds/{hold}/void"])
async def test_the_same_key_with_another_request_is_refused(world: World, route: str) -> None:
    holder, body = MOVES[route]
    door, path, asked = await world.door(holder), place(route, world.treiz), body(world.treiz)
    assert (await door.post(path, asked, key="once")).is_success
    after_first = await world.books()
    changed = {
        name: {"amount": 101, "reason": "another", "month": "2020-01", "quantity": 4}.get(name, value)
        for name, value in asked.items()
    }
    told = problem(await door.post(path, changed, key="once"), 422, "key-reused")
    assert told["key"] == "once"
    assert await world.books() == after_first


async def test_sixteen_tills_at_once_spend_exactly_what_a_voucher_holds(world: World, operator: Door) -> None:
    code, shop = world.treiz.fresh[0].code, world.treiz.ids["shop"]
    tills = [
        await world.door((await operator.post(f"/shops/{shop}/tills", {"label": f"Caisse {n}"})).json()["key"])
        for n in range(16)
    ]
    answers = await asyncio.gather(*(till.redeem(code, 300) for till in tills))
    won = [answer for answer in answers if answer.status_code == 201]
    assert len(won) == 6  # 20 euros hold 3 euros six times
    for answer in answers:
        if answer not in won:
            told = problem(answer, 409, "not-enough-left")
            assert told["left"] < 300
    assert sorted(answer.json()["left"] for answer in won) == [200, 500, 800, 1_100, 1_400, 1_700]
    assert await spent_on(world, code) == 1_800
    await audit(world)


@pytest.mark.parametrize("route", ["POST /redemptions", "POST /holds", "POST /batches", "POST /closings"])
async def test_twenty_at_once_with_one_key_do_it_once_and_are_answered_alike(world: World, route: str) -> None:
    holder, body = MOVES[route]
    door, path, asked = await world.door(holder), place(route, world.treiz), body(world.treiz)
    before = await world.asked("SELECT count(*) FROM outcomes")
    answers = await asyncio.gather(*(door.post(path, asked, key="one") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await world.asked("SELECT count(*) FROM outcomes") == before + 1
    if route == "POST /redemptions":
        assert await world.asked("SELECT count(*) FROM redemptions WHERE amount = 100") == 1
        assert await spent_on(world, asked["code"]) == 100
    await audit(world)


async def test_two_amounts_at_once_under_one_key_are_one_redemption_and_refusals(world: World, till: Door) -> None:
    code = world.treiz.fresh[0].code
    amounts = [100, 200] * 8
    answers = await asyncio.gather(*(till.redeem(code, amount, key="contested") for amount in amounts))
    (spent,) = {answer.json()["amount"] for answer in answers if answer.status_code == 201}
    for amount, answer in zip(amounts, answers, strict=True):
        if amount == spent:
            assert answer.status_code == 201
        else:
            problem(answer, 422, "key-reused")
    assert await spent_on(world, code) == spent


async def test_keys_of_different_tills_never_meet(world: World, till: Door) -> None:
    code, neighbour = world.treiz.fresh[0].code, await world.door("neighbour")
    one, other = await till.redeem(code, 100, key="1"), await neighbour.redeem(code, 100, key="1")
    assert one.json()["id"] != other.json()["id"]
    assert await spent_on(world, code) == 200


async def test_a_refusal_is_an_answer_too_and_stays_what_it_was(world: World, till: Door, operator: Door) -> None:
    code = world.treiz.vouchers["begun"].code
    first = await till.redeem(code, 1_000, key="too-much")
    told = problem(first, 409, "not-enough-left")
    voucher, funder = world.treiz.vouchers["begun"].id, str(world.treiz.ids["funder"])
    more = await operator.post(f"/vouchers/{voucher}/top-ups", {"funder": funder, "amount": 1_000})
    assert more.json()["voucher"]["left"] == 1_750
    again = await till.redeem(code, 1_000, key="too-much")
    assert (again.status_code, again.content) == (409, first.content)
    assert told["left"] == 750
    assert (await till.redeem(code, 1_000, key="another")).status_code == 201
    short = {"buyer": str(world.treiz.ids["buyer"]), "face_value": 10_000, "quantity": 9}
    refused = await operator.post("/batches", short, key="order")
    problem(refused, 409, "not-paid")
    await operator.post(f"/buyers/{world.treiz.ids['buyer']}/payments", {"amount": 1_000_000})
    assert (await operator.post("/batches", short, key="order")).content == refused.content


async def test_a_refusal_that_was_kept_is_told_in_the_language_of_who_asks_again(world: World, till: Door) -> None:
    code = world.treiz.vouchers["begun"].code
    await till.redeem(code, 1_000, key="too-much")
    french = await (await world.door("till", language="fr")).redeem(code, 1_000, key="too-much")
    assert "Il reste 7,50\u00a0€" in problem(french, 409, "not-enough-left")["detail"]


async def test_a_till_that_gave_up_waiting_asks_again_and_spends_once(world: World, till: Door) -> None:
    code = world.treiz.fresh[0].code
    for delay in (0.0, 0.001, 0.003, 0.006, 0.012, 0.025):
        before, key = await spent_on(world, code), f"after-{delay}"
        asking = asyncio.create_task(till.redeem(code, 100, key=key))
        await asyncio.sleep(delay)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        again = await till.redeem(code, 100, key=key)
        assert again.status_code == 201
        assert (await till.redeem(code, 100, key=key)).content == again.content
        assert await spent_on(world, code) == before + 100
    await audit(world)


@pytest.mark.parametrize("route", ["POST /redemptions", "POST /batches", "POST /holds/{hold}/captures"])
async def test_a_commit_whose_acknowledgement_was_lost_is_found_by_asking_again(
    cluster: URL, lived: Lived, tmp_path: Path, route: str
) -> None:
    holder, body = MOVES[route]
    with tempfile.TemporaryDirectory(prefix="w") as folder:  # a socket's path has 107 characters at most
        async with (
            databases.new_database(cluster, template=lived.template) as database,
            wired(database, Path(folder)) as (behind, wire),
            a_world(behind, lived, tmp_path) as world,
        ):
            door, path, asked = await world.door(holder), place(route, world.treiz), body(world.treiz)
            assert (await door.get("/programmes")).status_code == 200
            wire.lose("lost-on-the-wire")
            lost = await door.post(path, asked, key="lost-on-the-wire")
            assert wire.lost == 1
            problem(lost, 503, "busy")
            assert lost.headers["retry-after"]
            after_lost = await world.books()
            found = await door.post(path, asked, key="lost-on-the-wire")
            assert found.status_code == 201
            assert await world.books() == after_lost
            assert (await door.post(path, asked, key="lost-on-the-wire")).content == found.content
            await audit(world)


FUNCTION: Final = """
    CREATE FUNCTION p_treiz.break_it() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'this commit shall not pass'; END $$
"""
TRIGGER: Final = """
    CREATE CONSTRAINT TRIGGER breaks AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION p_treiz.break_it()
"""


@pytest.mark.parametrize(
    ("table", "path", "body"),
    [
        ("transfers", "/redemptions", lambda life: {"code": life.fresh[0].code, "amount": 100}),
        ("redemptions", "/redemptions", lambda life: {"code": life.fresh[0].code, "amount": 100}),
        ("outcomes", "/holds", lambda life: {"code": life.fresh[0].code, "amount": 100}),
        ("buyers", "/buyers", lambda _: {"kind": "company", "name": "Savonnerie"}),
        ("voucher_events", "/vouchers/{voucher}/block", lambda _: {"reason": "stolen"}),
        ("api_keys", "/keys", lambda _: {"role": "operator", "label": "never made"}),
        ("batches", "/batches", MOVES["POST /batches"][1]),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
async def test_when_the_commit_fails_the_answer_is_no_2xx_and_nothing_is_written(
    world: World, table: str, path: str, body: Body
) -> None:
    await world.as_owner(FUNCTION, TRIGGER.format(table=table, when="true"))
    before = await world.books()
    door = await world.door("till" if path in {"/redemptions", "/holds"} else "operator")
    at = path.format(voucher=world.treiz.fresh[0].id)
    answer = await door.post(at, body(world.treiz), key="broken")
    told = problem(answer, 500, "internal-error")
    assert "shall not pass" not in str(told)
    assert answer.headers["cache-control"] == "no-store"
    assert await world.books() == before
    await world.as_owner(f"DROP TRIGGER breaks ON {table}")
    assert (await door.post(at, body(world.treiz), key="broken")).is_success
    await audit(world)


async def test_one_that_breaks_does_not_cost_the_others_of_its_batch(world: World, till: Door) -> None:
    await world.as_owner(FUNCTION, TRIGGER.format(table="redemptions", when="NEW.amount = 666"))
    code = world.treiz.fresh[0].code
    answers: list[httpx.Response] = await asyncio.gather(*(till.redeem(code, n) for n in (100, 666, 200, 300)))
    assert [answer.status_code for answer in answers] == [201, 500, 201, 201]
    assert await spent_on(world, code) == 600
    await audit(world)


async def test_what_only_describes_takes_no_key_and_needs_none(world: World, operator: Door) -> None:
    for _ in range(2):
        answer = await operator.client.post(PREFIX + "/funders", json={"name": "Ville"})
        assert answer.status_code == 201
