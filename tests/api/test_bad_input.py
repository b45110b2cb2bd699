"""What nobody should send: a problem names the field and says what to do, in two languages; nothing is written."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from ledger.ids import new_id
from tests.api.asking import body, both, named
from tests.api.given import PREFIX, Door, World, problem
from tests.api.lived import TODAY

pytestmark = pytest.mark.usefixtures("nothing_half_written")

AMOUNTS: Final = {
    "0": "greater_than", "-1": "greater_than", "-9223372036854775809": "greater_than",
    "10000000001": "less_than_equal", "9223372036854775808": "less_than_equal", "1" + "0" * 400: "less_than_equal",
    "12.0": "int_type", "12.5": "int_type", "1e2": "int_type", '"12"': "int_type", "true": "int_type",
    "NaN": "int_type", "Infinity": "int_type", "-Infinity": "int_type", "1e400": "int_type", "null": "int_type",
    "[]": "int_type", "[12]": "int_type", "{}": "int_type", '"12,50 €"': "int_type",
}  # fmt: skip

UNREADABLE: Final = {
    "nothing": b"", "not JSON": b"code=AAAA&amount=12", "cut off": b'{"code": "AAAA", "amount": 12',
    "two values": b'{"code": "A"} {"code": "B"}', "bytes that are no text": b"\xff\xfe{}", "a NUL": b"\x00",
    "a list": b'[{"code": "A", "amount": 1}]', "a number": b"12", "a string": b'"code"', "null": b"null",
    "deep lists": b"[" * 100_000 + b"]" * 100_000, "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep inside": b'{"code": "A", "amount": 1, "till": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep under an unknown name": b'{"code": "A", "amount": 1, "x": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
    "a number of 100,000 digits": b'{"code": "A", "amount": ' + b"9" * 100_000 + b"}",
    "single quotes": b"{'code': 'A', 'amount': 1}", "a comment": b'{"code": "A", /* */ "amount": 1}',
}  # fmt: skip

DAYS: Final = {
    '"2027-02-29"': "date_parsing", '"2026-02-30"': "date_parsing", '"2026-13-01"': "date_parsing",
    '"0000-01-01"': "date_parsing", '"10000-01-01"': "date_parsing", '"0001-01-01"': "day_too_far",
    '"9999-12-31"': "day_too_far", '"3000-01-01"': "day_too_far", "20261231": "date_parsing", "0": "date_parsing",
    '"20261231"': "date_parsing", '"2026-1-2"': "date_parsing", '"2027-10-31T00:00:00Z"': "date_parsing",
    '"31/10/2027"': "date_parsing", '""': "date_parsing", "true": "date_parsing", '"２０２７-10-31"': "date_parsing",
    '"2026-02-30\\u0000"': "date_parsing",
}  # fmt: skip

TEXTS: Final = {
    '""': "string_too_short", '"   "': "string_too_short", '"a\\u0000b"': "text_unclean", '"a\\u0007"': "text_unclean",
    '"\\ud800"': "string_unicode", '"\\udfff\\ud800"': "string_unicode", "12": "string_type", "null": "string_type",
    '["a"]': "string_type", '"' + "x" * 201 + '"': "string_too_long",
}  # fmt: skip


@pytest.fixture
async def till(still: World) -> Door:
    return await still.door("till")


@pytest.fixture
async def operator(still: World) -> Door:
    return await still.door("operator")


@pytest.mark.parametrize(("amount", "code"), AMOUNTS.items(), ids=lambda text: text[:24])
async def test_an_amount_is_whole_cents_above_zero_and_nothing_else(still: World, amount: str, code: str) -> None:
    asked = body(code=f'"{still.treiz.fresh[0].code}"', amount=amount)
    named(await both(still, "till", "POST", "/redemptions", **asked), "/amount", code)


async def test_more_than_is_left_is_refused_with_what_is_left(still: World, till: Door) -> None:
    told = problem(await till.redeem(still.treiz.vouchers["begun"].code, 751), 409, "not-enough-left")
    assert (told["left"], told["asked"], told["currency"]) == (750, 751, "EUR")
    assert "€7.50" in told["detail"]


@pytest.mark.parametrize(
    "code",
    [
        "x", "7K3M-9QWX-2R8T-VB5H", "https://obole.test/v/" + "A" * 22, "é" * 16, "\x00", " ",
        "'; DROP TABLE vouchers; --", "9" * 2_000,
    ],
    ids=lambda text: repr(text[:20]),
)  # fmt: skip
async def test_what_is_no_code_is_not_recognised(still: World, code: str) -> None:
    for path, more in (("/redemptions", {"amount": 1}), ("/holds", {"amount": 1}), ("/vouchers/look-up", {})):
        headers = {"idempotency-key": uuid4().hex}
        french, english = await both(still, "till", "POST", path, json={"code": code, **more}, headers=headers)
        assert problem(french, 404, "code-not-recognised")["detail"] != english.json()["detail"]
        assert len(code) < 3 or code not in english.text


@pytest.mark.parametrize(
    ("became", "status", "name"),
    [
        ("blocked", 409, "voucher-blocked"), ("expired", 409, "voucher-expired"), ("replaced", 409, "voucher-replaced"),
        ("early", 409, "voucher-not-yet-valid"), ("spent", 409, "not-enough-left"),
    ],
)  # fmt: skip
async def test_a_voucher_that_cannot_be_spent_says_why(still: World, became: str, status: int, name: str) -> None:
    code = still.treiz.vouchers[became].code
    for path in ("/redemptions", "/holds"):
        headers = {"idempotency-key": uuid4().hex}
        asked = {"code": code, "amount": 100}
        french, english = await both(still, "till", "POST", path, json=asked, headers=headers)
        assert problem(french, status, name)["detail"] != problem(english, status, name)["detail"]


async def test_the_code_of_another_programme_is_as_unknown_as_none(still: World, till: Door) -> None:
    foreign = await till.redeem(still.alpes.fresh[0].code, 100)
    unknown = await till.redeem(still.treiz.code_of(new_id()), 100)
    assert problem(foreign, 404, "code-not-recognised") == unknown.json()


async def test_what_a_hold_keeps_cannot_be_spent(still: World, till: Door) -> None:
    told = problem(await till.redeem(still.treiz.vouchers["in part held"].code, 2_000), 409, "not-enough-left")
    assert told["left"] == 1_700


async def test_a_shop_that_does_not_accept_cannot_redeem(still: World) -> None:
    suspended = await still.door("suspended till")
    told = problem(await suspended.redeem(still.treiz.fresh[0].code, 100), 403, "shop-not-accepted")
    assert (told["status"], told["state"]) == (403, "suspended")


@pytest.mark.parametrize("unreadable", UNREADABLE, ids=str)
async def test_a_body_that_is_no_json_object_is_refused(still: World, unreadable: str) -> None:
    headers = {"content-type": "application/json", "idempotency-key": "unreadable"}
    for path in ("/redemptions", "/vouchers/look-up"):
        for answer in await both(still, "till", "POST", path, content=UNREADABLE[unreadable], headers=headers):
            told = problem(answer, answer.status_code)
            assert answer.status_code in {400, 422}
            assert told["type"].rpartition(":")[2] in {"bad-request", "request-malformed"}
            assert len(answer.content) < 2_000


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "nonsense", ""])
async def test_json_is_sent_as_json(still: World, kind: str) -> None:
    content = json.dumps({"code": still.treiz.fresh[0].code, "amount": 100}).encode()
    headers = {"content-type": kind, "idempotency-key": uuid4().hex}
    answers = await both(still, "till", "POST", "/redemptions", content=content, headers=headers)
    named(answers, "", "model_attributes_type")
    assert "Content-Type: application/json" in answers[1].text


async def test_a_name_of_5_mb_is_too_large_and_says_so(still: World) -> None:
    for content in (b'{"name": "' + b"x" * 5_000_000 + b'"}', b" " * 5_000_000):
        headers = {"content-type": "application/json"}
        french, english = await both(still, "operator", "POST", "/funders", content=content, headers=headers)
        assert problem(french, 413, "request-too-large")["detail"] != problem(english, 413)["detail"]
        assert english.headers["x-content-type-options"] == "nosniff"


async def test_a_body_of_5_mb_that_does_not_tell_its_length_is_too_large_as_well(operator: Door) -> None:
    async def trickling() -> Any:
        for _ in range(80):
            yield b" " * 64 * 1024

    answer = await operator.client.post(
        PREFIX + "/funders", content=trickling(), headers={"content-type": "application/json"}
    )
    problem(answer, 413, "request-too-large")


@pytest.mark.parametrize(("text", "code"), TEXTS.items(), ids=lambda text: text[:24])
async def test_text_is_clean_bounded_and_not_empty(still: World, text: str, code: str) -> None:
    shop = still.treiz.ids["shop"]
    for path, rest, name in (
        ("/funders", {}, "name"), ("/buyers", {"kind": '"company"'}, "name"), (f"/shops/{shop}/tills", {}, "label"),
        ("/keys", {"role": '"operator"'}, "label"),
    ):  # fmt: skip
        asked = body(**rest, **{name: text})
        named(await both(still, "operator", "POST", path, **asked), f"/{name}", code)


@pytest.mark.parametrize(("day", "code"), DAYS.items(), ids=lambda text: text[:24])
async def test_a_day_is_a_day_of_the_calendar(still: World, day: str, code: str) -> None:
    buyer, voucher = still.treiz.ids["buyer"], still.treiz.fresh[0].id
    asked = body(buyer=f'"{buyer}"', face_value="1000", quantity="1", last_day=day)
    named(await both(still, "operator", "POST", "/batches", **asked), "/last_day", code)
    asked = body(last_day=day, reason='"asked"')
    named(await both(still, "operator", "POST", f"/vouchers/{voucher}/extend", **asked), "/last_day", code)
    asked = body(first_day=day, last_day='"2026-10-31"')
    named(await both(still, "operator", "POST", "/closings", **asked), "/first_day", code)


async def test_days_out_of_order_are_refused(still: World, operator: Door) -> None:
    batch = {"buyer": str(still.treiz.ids["buyer"]), "face_value": 1000, "quantity": 1}
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    problem(await operator.post("/batches", {**batch, "last_day": yesterday}), 422, "last-day-too-early")
    future = {"valid_from": "2090-01-01", "last_day": "2089-12-31"}
    problem(await operator.post("/batches", {**batch, **future}), 422, "last-day-too-early")
    earlier = {"last_day": yesterday, "reason": "asked"}
    problem(await operator.post(f"/vouchers/{still.treiz.fresh[0].id}/extend", earlier), 422, "last-day-too-early")
    backwards = {"first_day": "2026-10-31", "last_day": "2026-10-01"}
    problem(await operator.post("/closings", backwards), 422, "period-malformed")


@pytest.mark.parametrize(
    "month", ["2026-13", "2026", "2026-1", "10/2026", "", "\x00", "0000-01", "9999-12", "2026-10 "]
)
async def test_a_month_is_a_month(still: World, month: str) -> None:
    headers = {"idempotency-key": uuid4().hex}
    french, english = await both(still, "operator", "POST", "/closings", json={"month": month}, headers=headers)
    assert problem(french, 422, "period-malformed")["detail"] != english.json()["detail"]


async def test_a_period_that_is_not_over_is_not_closed(operator: Door) -> None:
    problem(await operator.post("/closings", {"month": f"{TODAY:%Y-%m}"}), 409, "period-not-over")
    problem(await operator.post("/closings", {}), 422, "period-malformed")
    both_ways = {"month": "2026-09", "first_day": "2026-09-01", "last_day": "2026-09-30"}
    problem(await operator.post("/closings", both_ways), 422, "period-malformed")


async def test_unknown_and_missing_fields_are_named(still: World) -> None:
    code = f'"{still.treiz.fresh[0].code}"'
    answers = await both(still, "till", "POST", "/redemptions", **body(code=code, amount="1", tip="5"))
    named(answers, "/tip", "extra_forbidden")
    named(await both(still, "till", "POST", "/redemptions", **body(code=code)), "/amount", "missing")
    foreign = body(code=code, amount="1", currency='"USD"')
    named(await both(still, "till", "POST", "/redemptions", **foreign), "/currency", "literal_error")
    slashed = body(code=code, amount="1", **{"a/b~c": "1"})
    named(await both(still, "till", "POST", "/redemptions", **slashed), "/a~1b~0c", "extra_forbidden")


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        ('{"code": "A", "amount": 1, "amount": 1000}', "/amount"), ('{"code": "A", "code": "A", "amount": 1}', "/code"),
        ('{"code": "A", "amount": 1, "am\\u006funt": 1}', "/amount"), ('{"code": {"a": 1, "a": 2}, "amount": 1}', "/a"),
    ],
)  # fmt: skip
async def test_a_field_that_is_there_twice_is_refused(still: World, raw: str, pointer: str) -> None:
    headers = {"content-type": "application/json", "idempotency-key": uuid4().hex}
    answers = await both(still, "till", "POST", "/redemptions", content=raw.encode(), headers=headers)
    named(answers, pointer, "json_repeated")


@pytest.mark.parametrize(
    "name", ["\\ud800", "\\u0000", "\\udfffx", "x" * 100_000, "", "€", "\\u202e"], ids=lambda text: text[:8]
)
async def test_a_field_of_any_name_is_unknown_and_told_within_bounds(still: World, till: Door, name: str) -> None:
    for raw in (f'{{"code": "A", "amount": 1, "{name}": 1}}', f'{{"{name}": 1, "{name}": 2}}'):
        headers = {"content-type": "application/json", "idempotency-key": "unknown"}
        answer = await till.client.post(PREFIX + "/redemptions", content=raw.encode(), headers=headers)
        assert problem(answer, answer.status_code)
        assert answer.status_code in {400, 422}
        assert len(answer.content) < 1_000


async def test_ten_thousand_unknown_fields_get_a_short_answer(till: Door) -> None:
    answer = await till.post("/redemptions", {f"field {number}": number for number in range(10_000)})
    assert len(problem(answer, 422, "request-malformed")["errors"]) <= 50


async def test_a_problem_repeats_nothing_of_what_was_sent(still: World, till: Door, operator: Door) -> None:
    secret = "s3cret-of-somebody"  # noqa: S105
    answers = [
        await till.post("/redemptions", {"code": secret, "amount": secret, "till": secret, "currency": secret}),
        await till.post("/redemptions", {"code": secret * 200, "amount": 1}),
        await till.post("/vouchers/look-up", {"code": secret}),
        await operator.post("/closings", {"month": [secret]}),
        await operator.post("/buyers", {"kind": secret, "name": [secret], "email": {"a": secret}}),
        await operator.post("/keys", {"role": secret, "label": 1, "subject": secret}),
        await operator.get(f"/shops/{secret}"),
        await operator.get("/shops", limit=secret, after=secret, status=secret),
        await operator.get("/nowhere/" + secret),
        await (await still.door("ob_treiz_operator_" + secret * 3)).get("/shops"),
        await operator.client.post(PREFIX + "/funders", content=f'{{"{secret}'.encode()),
    ]
    for answer in answers:
        problem(answer, answer.status_code)
        assert 400 <= answer.status_code < 500
        assert secret not in answer.text


async def test_an_iban_is_never_repeated_in_full(still: World, operator: Door) -> None:
    shop, iban = still.treiz.ids["shop"], "FR7630006000011234567890188"
    answer = await operator.client.put(PREFIX + f"/shops/{shop}/bank-account", json={"iban": iban})
    problem(answer, 422, "iban-invalid")
    assert iban[8:20] not in answer.text


async def test_scopes_and_subjects_of_keys_are_checked(still: World, operator: Door) -> None:
    till = str(still.treiz.ids["till"])
    asked = {"role": "till", "label": "x", "subject": till}
    problem(await operator.post("/keys", {**asked, "scopes": ["ledger:read"]}), 422, "scope-refused")
    problem(await operator.post("/keys", {**asked, "scopes": ["nonsense"]}), 422, "scope-refused")
    empty = problem(await operator.post("/keys", {**asked, "scopes": []}), 422, "request-malformed")
    assert empty["errors"][0]["pointer"] == "/scopes"
    problem(await operator.post("/keys", {**asked, "subject": str(new_id())}), 404, "till-unknown")
    problem(await operator.post("/keys", {"role": "till", "label": "x"}), 422, "subject-missing")
    problem(await operator.post("/keys", {**asked, "role": "operator"}), 422, "subject-missing")
    problem(await operator.post("/keys", {**asked, "role": "buyer"}), 404, "buyer-unknown")


async def test_a_shop_with_faults_lists_each_with_its_field(still: World) -> None:
    shop = {
        "siret": "39009842400035", "name": "=cmd()", "postcode": "1300", "commune": "Marseille", "naf": "99.99Z",
        "iban": "FR00", "email": "nobody",
    }  # fmt: skip
    french, english = await both(still, "operator", "POST", "/shops", json=shop)
    told = problem(english, 422, "shop-fields-invalid")["errors"]
    assert {one["pointer"] for one in told} >= {"/siret", "/postcode", "/naf", "/iban", "/email"}
    for ours, theirs in zip(french.json()["errors"], told, strict=True):
        assert ours["detail"] != theirs["detail"]
    assert len({one["code"] for one in told}) >= 5
