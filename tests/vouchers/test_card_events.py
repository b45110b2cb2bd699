"""A message is read if one of our secrets signed it, not long ago, and it is an event."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from vouchers.orders.cards.card_errors import EventStale, EventUnreadable, SignatureInvalid
from vouchers.orders.cards.card_events import read_event

_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
_EVENT = {
    "id": "evt_1", "object": "event", "type": "checkout.session.completed", "created": int(_AT.timestamp()),
    "livemode": False, "data": {"object": {"id": "cs_1", "object": "checkout.session", "payment_intent": "pi_1"}},
}  # fmt: skip
_BODY = json.dumps(_EVENT)


def _header(body: str = _BODY, secret: str = "whsec_new", at: datetime = _AT) -> str:  # noqa: S107
    """As the library itself signs."""
    return str(stripe.WebhookSignature.generate_signature_header(body, secret, int(at.timestamp())))


def test_either_secret_will_do_while_they_change() -> None:
    for secret in ("whsec_new", "whsec_old"):
        event = read_event(_BODY.encode(), _header(secret=secret), ["whsec_new", "whsec_old"], at=_AT)
        assert (event.id, event.type, event.object_id) == ("evt_1", "checkout.session.completed", "cs_1")
        assert (event.payment_intent, event.livemode, event.created) == ("pi_1", False, _AT)
    both = f"{_header()},{_header(_BODY, 'whsec_old').split(',')[1]},v0=00"
    assert read_event(_BODY.encode(), both, ["whsec_old"], at=_AT).id == "evt_1"


@pytest.mark.parametrize("secrets", [[], [""], ["whsec_other"], ["whsec_ne"]])
def test_no_other_secret_will(secrets: list[str]) -> None:
    with pytest.raises(SignatureInvalid):
        read_event(_BODY.encode(), _header(), secrets, at=_AT)


@pytest.mark.parametrize(
    "header",
    ["", "t=1", "v1=00", "t=,v1=", f"t=1,{_header()}", _header().replace("v1=", "v0="), _header() + "0",
     _header().replace("t=", "t=0"), "t=1795348800,v1=é", "t=١٢,v1=" + "0" * 64, "x" * 9_999],
)  # fmt: skip
def test_a_forged_signature_is_refused(header: str) -> None:
    with pytest.raises(SignatureInvalid):
        read_event(_BODY.encode(), header, ["whsec_new"], at=_AT)


def test_a_changed_body_is_refused() -> None:
    with pytest.raises(SignatureInvalid):
        read_event(_BODY.replace("pi_1", "pi_2").encode(), _header(), ["whsec_new"], at=_AT)


def test_an_old_recording_is_stale() -> None:
    late = _AT + timedelta(seconds=300)
    assert read_event(_BODY.encode(), _header(), ["whsec_new"], at=late).id == "evt_1"
    with pytest.raises(EventStale) as stale:
        read_event(_BODY.encode(), _header(), ["whsec_new"], at=late + timedelta(seconds=1))
    assert stale.value.age_seconds == 301


@pytest.mark.parametrize(
    "body",
    ["", "null", "[]", "{}", '{"object": "event"}', "nonsense", json.dumps(_EVENT | {"object": "v2.core.event"}),
     json.dumps(_EVENT | {"data": {}}), json.dumps(_EVENT | {"data": {"object": {"object": 1}}}),
     json.dumps(_EVENT | {"created": "now"}), json.dumps(_EVENT | {"created": 1e30}), json.dumps(_EVENT | {"id": 7}),
     json.dumps(_EVENT | {"id": "evt_\n1"}), json.dumps(_EVENT | {"id": "e" * 300}), "[" * 100_000],
)  # fmt: skip
def test_what_is_no_event_is_unreadable(body: str) -> None:
    with pytest.raises(EventUnreadable):
        read_event(body.encode(), _header(body), ["whsec_new"], at=_AT)


def test_a_body_that_is_not_even_text_is_refused() -> None:
    with pytest.raises(SignatureInvalid):
        read_event(b"\xff\xfe", _header(), ["whsec_new"], at=_AT)


def test_an_event_of_a_payment_points_at_it_and_one_of_the_balance_at_the_balance() -> None:
    for thing, pointed in (
        ({"id": "pi_9", "object": "payment_intent"}, ("pi_9", "pi_9")),
        ({"id": "du_9", "object": "dispute", "payment_intent": {"id": "pi_9"}}, ("du_9", None)),
        ({"object": "balance"}, ("balance", None)),
    ):
        body = json.dumps(_EVENT | {"data": {"object": thing}})
        event = read_event(body.encode(), _header(body), ["whsec_new"], at=_AT)
        assert (event.object_id, event.payment_intent) == pointed


@given(body=st.binary(), header=st.text())
def test_nothing_a_stranger_sends_does_worse_than_be_refused(body: bytes, header: str) -> None:
    with pytest.raises(SignatureInvalid):
        read_event(body, header, ["whsec_new"], at=_AT)
