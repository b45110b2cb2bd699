"""The caller's key makes it once: the first answer again, a refusal included, and never another request's."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from sqlalchemy import text

import ledger
import merchants
import vouchers
from ledger import once
from ledger.database import Sessions
from ledger.errors import KeyReused, Refusal
from ledger.ids import new_id
from ledger.money import Money
from ledger.once import Once, pack_refusal, unpack_refusal
from tests.ledger.given import Town

NEVER_KEPT = {"ShopFieldsInvalid"}
"""Refused while the request is read, before any key counts; its facts are the faults of a form."""


def keyed(key: str = "k-1", *, caller: UUID | None = None, request: bytes = b"asked") -> Once:
    return Once(caller or new_id(), key, request)


async def keep(sessions: Sessions, asked: Once, outcome: dict[str, Any]) -> None:
    async with sessions.begin() as session:
        await once.remember(session, [(asked, outcome)])


async def test_what_a_key_brought_about_is_recalled_as_it_was(town: Town) -> None:
    asked, outcome = keyed(), {"receipt": {"left": 750, "shop": "Łódź", "undone": None, "lines": [1, 2]}}
    await keep(town.sessions, asked, outcome)
    async with town.sessions() as session:
        kept = await once.recall(session, [asked, keyed("another")])
    assert set(kept) == {asked.id}
    assert kept[asked.id].for_request(asked) == outcome


async def test_a_key_used_with_another_request_is_refused(town: Town) -> None:
    asked = keyed(request=b"12,50")
    await keep(town.sessions, asked, {})
    other = Once(asked.caller, asked.key, b"12,51")
    async with town.sessions() as session:
        kept = await once.recall(session, [other])
    with pytest.raises(KeyReused) as refused:
        kept[other.id].for_request(other)
    assert refused.value.key == "k-1"


async def test_the_same_key_of_two_callers_is_two_keys(town: Town) -> None:
    ours, theirs = keyed(), keyed()
    await keep(town.sessions, ours, {"whose": "ours"})
    async with town.sessions() as session:
        assert await once.recall(session, [theirs]) == {}
    await keep(town.sessions, theirs, {"whose": "theirs"})


async def test_the_same_key_in_two_programmes_is_two_keys(town: Town, alpes: Sessions) -> None:
    asked = keyed()
    await keep(town.sessions, asked, {})
    async with alpes() as session:
        assert await once.recall(session, [asked]) == {}


async def test_many_outcomes_are_kept_and_recalled_at_once(town: Town) -> None:
    caller = new_id()
    many = [keyed(f"k-{n}", caller=caller, request=bytes([n])) for n in range(200)]
    async with town.sessions.begin() as session:
        await once.remember(session, [(asked, {"n": n}) for n, asked in enumerate(many)])
        await once.remember(session, [])
    async with town.sessions() as session:
        kept = await once.recall(session, many)
    assert [kept[asked.id].for_request(asked)["n"] for asked in many] == list(range(200))


async def test_an_outcome_is_forgotten_with_the_transaction_that_failed(town: Town) -> None:
    asked = keyed()
    async with town.sessions() as session:
        await once.remember(session, [(asked, {})])
        await session.rollback()
    async with town.sessions() as session:
        assert await once.recall(session, [asked]) == {}


async def test_the_second_under_a_key_waits_for_the_first_and_finds_its_outcome(town: Town) -> None:
    asked = keyed()

    async def second() -> dict[str, Any]:
        async with town.sessions.begin() as session:
            await once.serialise(session, asked)
            kept = await once.recall(session, [asked])
        return kept[asked.id].for_request(asked)

    async with town.sessions.begin() as session:
        await once.serialise(session, asked)
        waiting = asyncio.create_task(second())
        await until_somebody_waits(town.sessions)
        assert not waiting.done()
        await once.remember(session, [(asked, {"by": "the first"})])
    assert await asyncio.wait_for(waiting, 5) == {"by": "the first"}


async def test_other_keys_do_not_wait(town: Town) -> None:
    asked = keyed()
    async with town.sessions.begin() as first, town.sessions.begin() as second:
        await once.serialise(first, asked)
        for other in (keyed("k-2", caller=asked.caller), keyed("k-1")):
            await asyncio.wait_for(once.serialise(second, other), 5)


async def until_somebody_waits(sessions: Sessions) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
        " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
    )
    async with asyncio.timeout(5), sessions() as session:
        while not (await session.execute(waiting)).scalar_one():
            await session.execute(text("SELECT pg_sleep(0.01)"))


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for child in kind.__subclasses__():
        yield child
        yield from refusals(child)


for floor in (ledger, merchants, vouchers):
    for module in pkgutil.walk_packages(floor.__path__, f"{floor.__name__}."):
        importlib.import_module(module.name)

ALL = sorted(set(refusals()), key=lambda refusal: (refusal.__module__, refusal.__name__))
OURS = [refusal for refusal in ALL if refusal.__module__.split(".")[0] in {"ledger", "merchants", "vouchers", "api"}]


@pytest.mark.parametrize("kind", [kind for kind in OURS if kind.__name__ not in NEVER_KEPT])
def test_a_refusal_is_packed_with_its_facts_and_comes_back_as_it_was(kind: type[Refusal]) -> None:
    refusal = kind(**facts_for(kind))
    again = unpack_refusal(json.loads(json.dumps(pack_refusal(refusal))))
    assert type(again) is kind
    assert vars(again) == vars(refusal)
    assert str(again) == str(refusal)


async def test_every_refusal_can_be_kept_under_a_key(town: Town) -> None:
    kept_kinds = [kind for kind in OURS if kind.__name__ not in NEVER_KEPT]
    packed = [(keyed(), pack_refusal(kind(**facts_for(kind)))) for kind in kept_kinds]
    async with town.sessions.begin() as session:
        await once.remember(session, packed)
    async with town.sessions() as session:
        kept = await once.recall(session, [asked for asked, _ in packed])
    assert [type(unpack_refusal(kept[asked.id].for_request(asked))) for asked, _ in packed] == kept_kinds


@pytest.mark.parametrize("kind", [kind for kind in OURS if kind.__name__ in NEVER_KEPT])
def test_a_refusal_that_is_never_kept_cannot_be(kind: type[Refusal]) -> None:
    with pytest.raises(TypeError):
        json.dumps(pack_refusal(kind(**facts_for(kind))))


def test_no_two_refusals_have_the_same_name() -> None:
    names = [kind.name for kind in OURS]
    assert sorted(set(names)) == sorted(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


@pytest.mark.parametrize("kind", OURS)
def test_a_refusal_says_what_it_refuses_and_keeps_what_it_was_told(kind: type[Refusal]) -> None:
    facts = facts_for(kind)
    refusal = kind(**facts)
    assert kind.__doc__
    assert str(refusal).endswith(".")
    assert vars(refusal) == facts


def facts_for(kind: type[Refusal]) -> dict[str, Any]:
    """An example of each fact that a refusal is built from, by its type."""
    names = set(inspect.signature(kind).parameters)
    hints = get_type_hints(kind.__init__, localns={"Money": Money})
    return {name: example(hint) for name, hint in hints.items() if name in names}


def example(hint: Any) -> Any:
    given = {
        str: "12 €", int: 12, bool: True, UUID: new_id(), Money: Money(-1250), NoneType: None,
        date: date(2028, 2, 29), datetime: datetime(2026, 10, 25, 0, 30, 0, 1, tzinfo=UTC),
    }  # fmt: skip
    if hint in given:
        return given[hint]
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return args[0]
    if origin in {Union, UnionType}:
        return example(args[0])
    if origin is tuple:
        return (example(args[0]), example(args[0]))
    return hint(**{name: example(of) for name, of in get_type_hints(hint).items()})
