"""Guessing codes: told alike whatever is wrong, counted in the database, slower and slower, and nobody else waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from api.guessing import LONGEST_WAIT
from ledger.ids import new_id
from tests.api.given import Door, World, a_world, problem
from tests.api.lived import Life
from tests.api.lived import Lived as Lives
from vouchers import check_symbol


def forged(life: Life) -> str:
    """A code whose check symbol is right and whose proof is not."""
    genuine = check_symbol.read(life.fresh[0].code)
    assert genuine is not None
    return check_symbol.write(genuine ^ 1)


def wrong_codes_of(life: Life) -> dict[str, str]:
    """One of each way to be wrong."""
    token = life.token_of(life.fresh[0].id)
    return {
        "malformed": "nonsense", "mistyped": life.fresh[0].code[:-1] + "*", "forged": forged(life),
        "forged token": token[:-1] + ("A" if token[-1] != "A" else "B"), "unknown": life.code_of(new_id()),
        "unknown token": "https://obole.test/v/" + life.token_of(new_id()), "too long": "7" * 600,
    }  # fmt: skip


async def guess(door: Door, times: int) -> None:
    """Present a wrong code so many times at once."""
    answers = await asyncio.gather(
        *(door.post("/vouchers/look-up", {"code": "nonsense"}, key=None) for _ in range(times))
    )
    assert {answer.status_code for answer in answers} == {404}


def pause(world: World, door: str) -> float:
    """How long a code that this till presents waits, in seconds."""
    return world.app.state.guesses.pause("treiz", f"till:{world.treiz.ids[door]}")


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """What is asked of the database meanwhile, but for who is at the door and what a minute brings."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine = world.app.state.installation.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_whatever_is_wrong_with_a_code_the_answer_is_the_same_to_the_byte(world: World, till: Door) -> None:
    told = set()
    for code in wrong_codes_of(world.treiz).values():
        answer = await till.post("/vouchers/look-up", {"code": code}, key=None)
        problem(answer, 404, "code-not-recognised")
        told.add((answer.content, tuple(sorted(answer.headers.items()))))
    neighbour = await world.door("neighbour")
    for code in wrong_codes_of(world.treiz).values():
        answer = await neighbour.redeem(code, 100)
        told.add((answer.content, tuple(sorted(answer.headers.items()))))
    assert len(told) == 1


@pytest.mark.parametrize("way", ["malformed", "mistyped", "forged", "forged token", "too long"])
async def test_a_code_that_does_not_prove_itself_costs_no_look_at_the_vouchers(
    world: World, till: Door, way: str
) -> None:
    code = wrong_codes_of(world.treiz)[way]
    await till.get("/programmes")
    with statements(world) as seen:
        for path in ("/vouchers/look-up", "/redemptions", "/holds"):
            problem(await till.post(path, {"code": code, **({} if "look" in path else {"amount": 1})}), 404)
    assert any("wrong_codes" in one for one in seen)
    assert not [one for one in seen if "token_hash" in one or "typed_hash" in one]
    with statements(world) as seen:
        await till.post("/vouchers/look-up", {"code": world.treiz.fresh[0].code}, key=None)
    assert [one for one in seen if "typed_hash" in one]


async def test_wrong_codes_are_counted_by_till_by_address_and_in_all(world: World, operator: Door) -> None:
    till, neighbour = await world.door("till", address="198.51.100.1"), await world.door("neighbour")
    await guess(till, 3)
    await guess(neighbour, 2)
    ids = world.treiz.ids
    assert (await operator.get("/audit")).json()["wrong_codes"] == {
        f"till:{ids['till']}": 3, f"till:{ids['neighbour']}": 2, "address:198.51.100.1": 3, "address:203.0.113.7": 2,
        "all": 5,
    }  # fmt: skip
    assert await world.asked("SELECT sum(times) FROM wrong_codes WHERE place = 'all'") == 5
    assert "nonsense" not in await world.asked("SELECT string_agg(t::text, ' ') FROM wrong_codes t")


async def test_the_till_that_guessed_waits_and_an_honest_one_next_door_does_not(world: World, till: Door) -> None:
    code, neighbour = world.treiz.fresh[0].code, await world.door("neighbour")
    await guess(till, 10)
    assert pause(world, "till") == 0  # ten mistakes are free
    await guess(till, 2)
    assert pause(world, "till") > 0 == pause(world, "neighbour")
    answer, other = await asyncio.gather(till.redeem(code, 100), neighbour.redeem(code, 100))
    assert (answer.status_code, other.status_code) == (201, 201)


async def test_the_more_is_guessed_the_longer_it_takes_up_to_a_bound(world: World, till: Door) -> None:
    await guess(till, 11)
    first = pause(world, "till")
    await world.as_owner("UPDATE wrong_codes SET times = 1000 WHERE place LIKE 'till:%'")
    await guess(till, 1)
    assert 0 < first < pause(world, "till") == LONGEST_WAIT
    assert (await till.redeem(world.treiz.fresh[0].code, 100)).status_code == 201


async def test_what_one_process_counted_slows_the_guesser_at_another(
    world: World, till: Door, lived: Lives, tmp_path: Path
) -> None:
    await guess(till, 11)
    async with a_world(world.database, lived, tmp_path / "other") as elsewhere:
        there = await elsewhere.door("till")
        assert pause(elsewhere, "till") == 0
        await there.post("/vouchers/look-up", {"code": "nonsense"}, key=None)
        assert pause(elsewhere, "till") > 0


async def test_a_quarter_of_an_hour_later_all_is_forgotten(world: World, till: Door) -> None:
    await guess(till, 12)
    await world.as_owner("UPDATE wrong_codes SET minute = minute - interval '16 minutes'")
    await guess(till, 1)
    assert pause(world, "till") == 0


async def test_a_code_is_nowhere_in_clear_after_it_was_spent(world: World, till: Door, operator: Door) -> None:
    held = world.treiz.fresh[0]
    assert (await till.redeem(held.code, 100)).status_code == 201
    for table in ("vouchers", "outcomes", "redemptions", "transfers", "voucher_events"):
        kept = await world.asked(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")  # noqa: S608
        for secret in (held.code, held.code.replace("-", ""), world.treiz.token_of(held.id)):
            assert secret not in kept
