"""Whatever is asked of whichever operation: never a failure of ours, always an answer in form, the books in order."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

import hypothesis
import pytest
from hypothesis import strategies as st
from sqlalchemy import URL

from api.errors import PROBLEM
from tests import databases
from tests.api.described import GUARDED, Operation
from tests.api.given import FRESH, Door, World, a_world
from tests.api.lived import Life, Lived
from tests.thoroughness import examples

EXAMPLES: Final = examples(10)

NASTY: Final = st.sampled_from(
    [
        None, True, False, 0, -1, 1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 1.0, 12.5, 1e308, float("nan"),
        float("inf"), -float("inf"), "", " ", "12", "\x00", "a\x00b", "\ud800", "\udfff", "\u202e", "\ufeff", "é" * 300,
        "x" * 2_001, "=cmd()", "A & B <b>", "{left}", "%s%n", "'; --", "2026-02-30", "2028-02-29", "9999-12-31",
        "0001-01-01", "2026-10-25T02:30:00+02:00", "00000000-0000-0000-0000-000000000000", "EUR", "USD", "nan", [], {},
        [[]], [None], {"a": {"b": []}}, {"": ""}, ["x"] * 300,
    ]
)  # fmt: skip
NAMES: Final = st.one_of(st.text(max_size=6), st.sampled_from(["\ud800", "\x00", "a/b~c", "x" * 300, "__class__"]))
ANYTHING: Final = st.recursive(
    st.one_of(NASTY, st.text(max_size=12), st.integers(), st.floats()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
IN_ADDRESSES: Final = st.one_of(
    st.sampled_from(["", "0", "-1", "1000", "abc", "\x00", "9" * 40, "é", "nan", "true", "2026-10-31T00:00:00Z", "fr"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
IDEMPOTENCY: Final = st.one_of(
    st.sampled_from([None, b"", b"k", b"k" * 201, "clé".encode(), b"\x00"]), st.just(FRESH), st.just(FRESH)
)
OTHERS: Final = {
    "shop": "other shop", "till": "other till", "key": "key of other buyer", "hold": "other hold", "account": "buyer",
}  # fmt: skip
"""By the name of a parameter in a path: nothing that would take their keys from those who ask."""

HOLDERS: Final = st.sampled_from(["operator"] * 7 + ["till", "shop", "buyer"])


@pytest.fixture(scope="module")
async def wild(cluster: URL, lived: Lived, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A world in which anything may happen."""
    home: Path = tmp_path_factory.mktemp("wild")
    async with (
        databases.new_database(cluster, template=lived.template) as database,
        a_world(database, lived, home) as world,
    ):
        yield world


@pytest.fixture(scope="module")
async def doors(wild: World) -> dict[str, Door]:
    """By holder."""
    return {holder: await wild.door(holder) for holder in ("operator", "till", "shop", "buyer")}


@st.composite
def requests(draw: st.DrawFn, operation: Operation, life: Life) -> dict[str, Any]:
    """A request that is right but for a few things, or wrong altogether."""
    path = operation.path
    for name in operation.parameters("path"):
        right = life.slug if name == "slug" else str(life.ids.get(OTHERS.get(name, name)) or life.fresh[0].id)
        given = draw(st.one_of(st.just(right), st.just(right), IN_ADDRESSES)) or "-"
        path = path.replace(f"{{{name}}}", quote(given, safe=""))
    asked = sorted(operation.parameters("query"))
    query = {name: draw(IN_ADDRESSES) for name in asked if draw(st.booleans())}
    request: dict[str, Any] = {"url": path, "params": query}
    if operation.body is not None:
        request["content"] = json.dumps(draw(bodies(operation, life))).encode()
    return request


@st.composite
def bodies(draw: st.DrawFn, operation: Operation, life: Life) -> Any:
    """The example of the description made right for this life, with some fields spoiled, added or left out."""
    if draw(st.integers(0, 9)) == 0:
        return draw(ANYTHING)
    fields = sorted((operation.body or {}).get("properties", {}))
    right = {**operation.example, **{name: known(life, name) for name in fields if known(life, name) is not None}}
    spoiled = draw(st.dictionaries(st.sampled_from(fields), ANYTHING, max_size=draw(st.sampled_from([0, 0, 1, 1, 2]))))
    added = draw(st.dictionaries(NAMES, ANYTHING, max_size=1)) if draw(st.integers(0, 5)) == 0 else {}
    kept = {name: value for name, value in right.items() if draw(st.integers(0, 15))}
    made = {**kept, **spoiled, **added}
    if isinstance(made.get("quantity"), int) and 20 < made["quantity"] <= 100_000:
        made["quantity"] = 20  # a hundred thousand vouchers are for the benchmarks
    return made


def known(life: Life, field: str) -> Any:
    """What is right for a field in this life, if an example cannot know it."""
    if field in {"buyer", "funder", "till"}:
        return str(life.ids[field])
    return {"code": life.fresh[1].code, "amount": 1, "quantity": 2, "subject": None, "role": "operator"}.get(field)


@pytest.mark.parametrize("operation", GUARDED, ids=str)
@hypothesis.settings(max_examples=EXAMPLES, suppress_health_check=list(hypothesis.HealthCheck), database=None)
@hypothesis.given(data=st.data())
async def test_whatever_is_asked_is_answered_in_form(
    wild: World, doors: dict[str, Door], operation: Operation, data: st.DataObject
) -> None:
    request = data.draw(requests(operation, wild.treiz))
    key = data.draw(IDEMPOTENCY) if operation.takes_key else None
    await answered_in_form(doors[data.draw(HOLDERS)], operation, request, key)


async def answered_in_form(door: Door, operation: Operation, request: dict[str, Any], key: bytes | str | None) -> None:
    """The operation answers what it should, or a problem."""
    headers: dict[bytes, bytes] = {b"content-type": b"application/json"} if "content" in request else {}
    if key is not None:
        headers[b"idempotency-key"] = key if isinstance(key, bytes) else uuid4().hex.encode()
    answer = await door.client.request(operation.method, headers=headers, **request)  # type: ignore[arg-type]
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == PROBLEM
        assert {"type", "title", "status", "detail"} <= set(answer.json())
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_whatever_was_asked_the_books_agree(wild: World) -> None:
    """Runs after the others of its module in the same process, and audits what they left."""
    told = (await (await wild.door("operator")).get("/audit")).json()
    assert told["agrees"], told["findings"]
