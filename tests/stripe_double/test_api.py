"""The double refuses, repeats, lists and expands as Stripe does."""

from __future__ import annotations

import httpx
import pytest

from tests.stripe_double.driving import Account, Double
from tests.stripe_double.given import FORM

_SESSIONS = "/v1/checkout/sessions"


async def _refused(raw: httpx.AsyncClient, **changed: str | None) -> dict[str, str]:
    form = {key: value for key, value in (FORM | changed).items() if value is not None}
    answer = await raw.post(_SESSIONS, data=form)
    assert answer.status_code == httpx.codes.BAD_REQUEST, answer.text
    error: dict[str, str] = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["request_log_url"].endswith(answer.headers["Request-Id"])
    return error


async def test_without_a_key_or_with_a_strangers_nothing_is_answered(stripe_account: Account) -> None:
    async with httpx.AsyncClient(base_url=stripe_account.address, trust_env=False) as client:
        bare = await client.get("/v1/balance")
        strange = await client.get("/v1/balance", headers={"Authorization": "Bearer sk_test_0123456789abcdef"})
    assert bare.status_code == strange.status_code == httpx.codes.UNAUTHORIZED
    assert bare.json()["error"]["message"].startswith("You did not provide an API key.")
    assert strange.json()["error"]["message"] == "Invalid API Key provided: sk_test_************cdef"


async def test_only_the_pinned_version_is_played(raw: httpx.AsyncClient) -> None:
    answer = await raw.get("/v1/balance", headers={"Stripe-Version": "2024-06-20"})
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert answer.json()["error"]["message"].startswith("Invalid Stripe API version")


async def test_unknown_parameters_are_refused_at_every_depth(raw: httpx.AsyncClient) -> None:
    error = await _refused(raw, **{"payment_method_types[0]": "card"})
    assert (error["code"], error["param"]) == ("parameter_unknown", "payment_method_types")
    error = await _refused(raw, **{"line_items[0][amount]": "2500"})
    assert (error["code"], error["param"]) == ("parameter_unknown", "line_items[0][amount]")
    error = await _refused(raw, **{"line_items[0][price_data][product_data][price]": "1"})
    assert error["message"] == "Received unknown parameter: line_items[0][price_data][product_data][price]"
    answer = await raw.get("/v1/balance_transactions?since=1")
    assert answer.json()["error"]["code"] == "parameter_unknown"


@pytest.mark.parametrize(
    "name",
    ["mode", "line_items", "success_url", "line_items[0][price_data][currency]",
     "line_items[0][price_data][product_data][name]", "line_items[0][price_data][unit_amount]"],
)  # fmt: skip
async def test_missing_parameters_are_named(raw: httpx.AsyncClient, name: str) -> None:
    gone: dict[str, str | None] = {key: None for key in FORM if key.startswith(name)}
    if name.endswith("[name]"):
        gone["line_items[0][price_data][product_data][description]"] = "x"
    error = await _refused(raw, **gone)
    assert (error["code"], error["param"]) == ("parameter_missing", name)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("mode", "gift", None),
        ("ui_mode", "hosted", None),  # its name until 2026
        ("locale", "br", None),
        ("expires_at", "soon", "parameter_invalid_integer"),
        ("expires_at", "1", None),
        ("expires_at", "99999999999", None),
        ("line_items[0][quantity]", "0", None),
        ("line_items[0][price_data][unit_amount]", "12.50", "parameter_invalid_integer"),
        ("line_items[0][price_data][unit_amount]", "10", "amount_too_small"),
        ("line_items[0][price_data][unit_amount]", "99999999", "amount_too_large"),
        ("line_items[0][price_data][currency]", "usd", None),
        ("adaptive_pricing[enabled]", "perhaps", None),
        ("allowed_payment_method_types[0]", "barter", None),
        ("customer_email", "nobody", "email_invalid"),
        ("customer_email", "", "parameter_invalid_empty"),
        ("success_url", "javascript:alert(1)", "url_invalid"),
        ("metadata[note]", "x" * 501, None),
        ("payment_intent_data[metadata][note]", "x" * 501, None),
        ("client_reference_id", "x" * 201, None),
        ("line_items", "none", None),
    ],
)
async def test_what_does_not_fit_is_refused(raw: httpx.AsyncClient, name: str, value: str, code: str | None) -> None:
    gone = {key: None for key in FORM if key.startswith("line_items")} if name == "line_items" else {}
    assert (await _refused(raw, **gone, **{name: value})).get("code") == code


async def test_a_key_makes_it_once(raw: httpx.AsyncClient, stripe_account: Account) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = await raw.post(_SESSIONS, data=FORM, headers=key)
    again = await raw.post(_SESSIONS, data=FORM, headers=key)
    assert again.json() == first.json()
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Original-Request"] == first.headers["Request-Id"]
    other = await raw.post(_SESSIONS, data=FORM | {"locale": "fr"}, headers=key)
    elsewhere = await raw.post("/v1/refunds", data={"payment_intent": "pi_1"}, headers=key)
    for refused in (other, elsewhere):
        assert refused.status_code == httpx.codes.BAD_REQUEST
        assert refused.json()["error"]["type"] == "idempotency_error"
    assert len((await raw.get(_SESSIONS)).json()["data"]) == 1
    await stripe_account.advance(25 * 3600)
    assert (await raw.post(_SESSIONS, data=FORM, headers=key)).json()["id"] != first.json()["id"]


async def test_what_was_not_begun_is_not_kept_and_what_was_is(raw: httpx.AsyncClient, stripe_account: Account) -> None:
    key = {"Idempotency-Key": "k-2"}
    assert (await raw.post(_SESSIONS, data=FORM | {"nonsense": "1"}, headers=key)).status_code == 400
    assert (await raw.post(_SESSIONS, data=FORM, headers=key)).status_code == 200
    await stripe_account.fail_next("500-kept", path="POST")
    key = {"Idempotency-Key": "k-3"}
    for _ in range(2):
        assert (await raw.post(_SESSIONS, data=FORM, headers=key)).status_code == 500
    await stripe_account.fail_next("500", path="POST")
    key = {"Idempotency-Key": "k-4"}
    assert (await raw.post(_SESSIONS, data=FORM, headers=key)).status_code == 500
    assert (await raw.post(_SESSIONS, data=FORM, headers=key)).status_code == 200


async def test_lists_are_cut_into_pages_both_ways(raw: httpx.AsyncClient, stripe_account: Account) -> None:
    await stripe_account.many_movements(25)
    place = "/v1/balance_transactions"
    first = (await raw.get(place)).json()
    assert (len(first["data"]), first["has_more"], first["url"]) == (10, True, place)
    cursor = {"limit": "20", "starting_after": first["data"][-1]["id"]}
    rest = (await raw.get(place, params=cursor)).json()
    assert (len(rest["data"]), rest["has_more"]) == (15, False)
    back = (await raw.get(place, params={"limit": "10", "ending_before": rest["data"][0]["id"]})).json()
    assert back["data"] == first["data"]
    assert (await raw.get(place, params={"limit": "101"})).status_code == 400
    assert (await raw.get(place, params={"starting_after": "txn_x"})).json()["error"]["code"] == "resource_missing"
    assert (await raw.get(place, params={"created[gt]": str(first["data"][0]["created"] + 9)})).json()["data"] == []


async def test_what_can_be_expanded_is_and_the_rest_refused(raw: httpx.AsyncClient, stripe_account: Account) -> None:
    session = (await raw.post(_SESSIONS, data=FORM | {"expand[]": "line_items"})).json()
    assert session["line_items"]["data"][0]["price"]["unit_amount"] == 2500
    assert "line_items" not in (await raw.get(f"{_SESSIONS}/{session['id']}")).json()
    assert (await raw.get(f"{_SESSIONS}/{session['id']}/line_items")).json() == session["line_items"]
    await stripe_account.pay(session["id"])
    path = "payment_intent.latest_charge.balance_transaction"
    paid = (await raw.get(f"{_SESSIONS}/{session['id']}", params={"expand[]": path})).json()
    assert paid["payment_intent"]["latest_charge"]["balance_transaction"]["fee"] == 100  # 1.5 % of 50 € and 0.25 €
    wrong = await raw.get(f"{_SESSIONS}/{session['id']}", params={"expand[]": "metadata"})
    assert wrong.json()["error"]["message"] == "This property cannot be expanded (metadata)."


async def test_what_is_not_there_is_not_found(raw: httpx.AsyncClient, stripe_double: Double) -> None:
    missing = await raw.get("/v1/payment_intents/pi_nothing")
    assert missing.status_code == httpx.codes.NOT_FOUND
    error = missing.json()["error"]
    assert (error["code"], error["message"]) == ("resource_missing", "No such payment_intent: 'pi_nothing'")
    assert (await raw.get("/v1/nonsense")).json()["error"]["message"].startswith("Unrecognized request URL (GET:")
    session = (await raw.post(_SESSIONS, data=FORM)).json()
    neighbour = await stripe_double.account()
    async with httpx.AsyncClient(base_url=neighbour.address, trust_env=False) as client:
        headers = {"Authorization": f"Bearer {neighbour.key}"}
        assert (await client.get(f"{_SESSIONS}/{session['id']}", headers=headers)).status_code == 404


async def test_a_page_ends_when_its_time_has_come(raw: httpx.AsyncClient, stripe_account: Account) -> None:
    session = (await raw.post(_SESSIONS, data=FORM)).json()
    await stripe_account.advance(24 * 3600 + 1)
    ended = (await raw.get(f"{_SESSIONS}/{session['id']}")).json()
    assert (ended["status"], ended["payment_status"], ended["url"]) == ("expired", "unpaid", None)
    assert await stripe_account.pay(session["id"]) == ""
    assert [event["type"] for event in await stripe_account.events()] == ["checkout.session.expired"]


@pytest.mark.parametrize(
    ("place", "message", "param"),
    [
        ("payment_intents/pi_none", "No such payment_intent: 'pi_none'", "intent"),
        ("checkout/sessions/cs_none", "No such checkout.session: 'cs_none'", "session"),
        ("charges/ch_none", "No such charge: 'ch_none'", "id"),
    ],
)
async def test_what_is_not_there_is_named_as_its_object_is(
    raw: httpx.AsyncClient, place: str, message: str, param: str
) -> None:
    answer = await raw.get(f"/v1/{place}")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (httpx.codes.NOT_FOUND, "resource_missing")
    assert (error["message"], error["param"]) == (message, param)
