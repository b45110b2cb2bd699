"""Headers, paths and queries that nobody should send: refused by name, in two languages; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from ledger.ids import new_id
from tests.api.asking import both, named
from tests.api.given import PREFIX, Door, World, problem

pytestmark = pytest.mark.usefixtures("nothing_half_written")

KEYS: Final = {
    "empty": (b"", "string_too_short"), "201 characters": (b"k" * 201, "string_too_long"),
    "a space": (b"a b", "string_pattern_mismatch"), "a tab": (b"a\tb", "string_pattern_mismatch"),
    "a bell": (b"a\x07", "string_pattern_mismatch"), "a NUL": (b"a\x00", "string_pattern_mismatch"),
    "not ASCII": ("clé".encode(), "string_pattern_mismatch"), "DEL": (b"\x7f", "string_pattern_mismatch"),
    "a line end": (b"key\n", "string_pattern_mismatch"),
}  # fmt: skip


@pytest.fixture
async def till(still: World) -> Door:
    return await still.door("till")


@pytest.fixture
async def operator(still: World) -> Door:
    return await still.door("operator")


@pytest.mark.parametrize(("raw", "code"), KEYS.values(), ids=KEYS)
async def test_an_idempotency_key_is_1_to_200_plain_characters(still: World, raw: bytes, code: str) -> None:
    asked = {"json": {"code": still.treiz.fresh[0].code, "amount": 100}, "headers": {b"idempotency-key": raw}}
    named(await both(still, "till", "POST", "/redemptions", **asked), "/header/Idempotency-Key", code)


async def test_money_does_not_move_without_an_idempotency_key(still: World) -> None:
    asked = {"json": {"code": still.treiz.fresh[0].code, "amount": 100}}
    named(await both(still, "till", "POST", "/redemptions", **asked), "/header/Idempotency-Key", "missing")


@pytest.mark.parametrize(
    "path_id",
    [
        "abc", "-1", "0", "9" * 400, "%00", "..%2F..", "null", "ffffffff-ffff-ffff-ffff-fffffffffffg", "%F0%9F%8E%81",
        "x" * 8_000, "'--",
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
async def test_an_id_in_a_path_is_a_uuid(still: World, path_id: str) -> None:
    for path in ("/shops/{}", "/batches/{}", "/accounts/{}", "/settlements/{}", "/vouchers/{}/sheet.pdf"):
        for answer in await both(still, "operator", "GET", path.format(path_id)):
            assert problem(answer, answer.status_code)
            assert answer.status_code == (404 if "%2F" in path_id else 422)


@pytest.mark.parametrize(
    "thing", ["shops", "buyers", "batches", "vouchers", "redemptions", "holds", "settlements", "accounts", "transfers"]
)
async def test_an_id_of_nothing_is_not_found(still: World, thing: str) -> None:
    for nobody in (new_id(), "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"):
        french, english = await both(still, "operator", "GET", f"/{thing}/{nobody}")
        assert problem(french, 404)["detail"] != problem(english, 404)["detail"]
        assert str(nobody) in english.json()["detail"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/query/limit"), ("limit=-1", "/query/limit"), ("limit=1000", "/query/limit"),
        ("limit=abc", "/query/limit"), ("limit=", "/query/limit"), ("limit=1.5", "/query/limit"),
        ("limit=" + "9" * 5_000, "/query/limit"), ("after=garbage", "/query/after"), ("after=", "/query/after"),
        ("after=%00", "/query/after"), ("status=nonsense", "/query/status"), ("commune=%00", "/query/commune"),
        ("commune=" + "x" * 300, "/query/commune"),
    ],
    ids=lambda text: text[:24],
)  # fmt: skip
async def test_what_a_list_is_asked_is_checked(still: World, query: str, pointer: str) -> None:
    french, english = await both(still, "operator", "GET", f"/shops?{query}")
    assert problem(french, 422, "request-malformed")["errors"][0]["pointer"] == pointer
    assert french.json()["errors"][0]["detail"] != english.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    "at", ["garbage", "2026-02-30T00:00:00Z", "2026-10-31T12:00:00", "NaN", "1e400", "%00", "10000-01-01T00:00:00Z"]
)
async def test_a_moment_is_a_moment_with_its_zone(still: World, at: str) -> None:
    account = still.treiz.ids["buyer"]
    for path in (f"/trial-balance?at={at}", f"/accounts/{account}?at={at}"):
        french, english = await both(still, "operator", "GET", path)
        assert problem(french, 422, "request-malformed")["errors"][0]["pointer"] == "/query/at"
        assert french.json()["errors"][0]["detail"] != english.json()["errors"][0]["detail"]


async def test_a_cursor_of_transfers_fits_the_database(still: World, operator: Door) -> None:
    path = f"/accounts/{still.treiz.ids['buyer']}/transfers"
    for after in (-1, 2**63, 10**40, "abc"):
        problem(await operator.get(path, after=after), 422, "request-malformed")
    assert (await operator.get(path, after=2**63 - 1)).json() == {"items": []}


def bad_authorizations() -> Iterator[tuple[str, bytes | None]]:
    yield from {
        "missing": None, "empty": b"", "a scheme alone": b"Bearer", "no scheme": b"ob_treiz_till_" + b"x" * 43,
        "another scheme": b"Basic b2I6b2I=", "garbage": b"Bearer nonsense", "10 kB": b"Bearer " + b"x" * 10_000,
        "a long one of the right form": b"Bearer ob_treiz_till_" + b"x" * 10_000, "not ASCII": "Bearer clé".encode(),
        "a NUL": b"Bearer ob_treiz_till_\x00" + b"x" * 43, "unknown": b"Bearer ob_treiz_till_" + b"x" * 43,
        "a programme of elsewhere": b"Bearer ob_lyon_till_" + b"x" * 43,
        "a schema for a programme": b"Bearer ob_public_till_" + b"x" * 43,
        "two keys": b"Bearer ob_treiz_till_x ob_treiz_till_y", "only spaces": b"Bearer     ",
    }.items()  # fmt: skip


@pytest.mark.parametrize(
    ("authorization"), [one[1] for one in bad_authorizations()], ids=[one[0] for one in bad_authorizations()]
)
async def test_a_key_that_opens_nothing_is_told_alike_whatever_is_wrong(
    still: World, authorization: bytes | None
) -> None:
    nobody = await still.door(None)
    headers = {} if authorization is None else {b"authorization": authorization}
    answer = await nobody.client.get(PREFIX + "/shops", headers=headers)
    told = problem(answer, 401, "not-signed-in")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert told == (await nobody.get("/shops")).json()


async def test_the_key_of_one_programme_does_not_pass_for_anothers(still: World) -> None:
    relabelled = still.treiz.keys["operator"].replace("ob_treiz_", "ob_alpes_")
    problem(await (await still.door(relabelled)).get("/shops"), 401, "not-signed-in")


async def test_what_is_not_there_and_what_is_not_done_there_are_problems_too(operator: Door) -> None:
    problem(await operator.get("/nowhere"), 404, "not-found")
    problem(await operator.client.get("/nowhere.txt"), 404, "not-found")
    answer = await operator.client.delete(PREFIX + "/redemptions")
    problem(answer, 405, "method-not-allowed")
    for method in ("PATCH", "OPTIONS", "TRACE", "PROPFIND"):
        problem(await operator.client.request(method, PREFIX + "/shops"), 405, "method-not-allowed")
