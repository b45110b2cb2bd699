"""Messages of Stripe: is this one genuine and fresh, and what does it point at?

Source: https://docs.stripe.com/webhooks/signature
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from vouchers.orders.cards.card_errors import EventStale, EventUnreadable, SignatureInvalid
from vouchers.orders.cards.card_words import Event

_LONGEST: Final = 4096
_LONGEST_NAME: Final = 255
_SIGNED_AT: Final = re.compile(r"t=([0-9]{1,12})", re.ASCII)
_SIGNATURE: Final = re.compile(r"v1=([0-9a-f]{64})", re.ASCII)


def read_event(body: bytes, signature: str, secrets: Sequence[str], *, at: datetime, tolerance: int = 300) -> Event:
    """Verify a message with any of ``secrets`` (two while they change) and read it. ``tolerance``: seconds of age.

    :raises SignatureInvalid, EventStale, EventUnreadable:
    """
    signed_at = _verified(body, signature, secrets)
    age = int(at.timestamp()) - signed_at
    if age > tolerance:
        raise EventStale(age_seconds=age)
    return _event(body)


def _verified(body: bytes, signature: str, secrets: Sequence[str]) -> int:
    parts = [part.strip() for part in signature[:_LONGEST].split(",")]
    moments = [found[1] for part in parts if (found := _SIGNED_AT.fullmatch(part))]
    given = [found[1] for part in parts if (found := _SIGNATURE.fullmatch(part))]
    if len(moments) != 1:
        raise SignatureInvalid
    signed = moments[0].encode() + b"." + body
    for secret in secrets:
        fitting = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        if secret and any(hmac.compare_digest(fitting, one) for one in given):
            return int(moments[0])
    raise SignatureInvalid


def _event(body: bytes) -> Event:
    try:
        told = json.loads(body)
        if told["object"] != "event":
            raise EventUnreadable
        thing = told["data"]["object"]
        return Event(
            id=_text(told["id"]),
            type=_text(told["type"]),
            object_id=_text(thing.get("id") or thing["object"]),  # a balance has no id
            payment_intent=_payment_intent(thing),
            livemode=told["livemode"] is True,
            created=datetime.fromtimestamp(told["created"], UTC),
        )
    except (AttributeError, KeyError, OSError, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise EventUnreadable from error


def _payment_intent(thing: dict[str, object]) -> str | None:
    if thing["object"] == "payment_intent":
        return _text(thing["id"])
    named = thing.get("payment_intent")
    return _text(named) if isinstance(named, str) else None


def _text(value: object) -> str:
    if (
        not isinstance(value, str)
        or not 0 < len(value) <= _LONGEST_NAME
        or not value.isascii()
        or not value.isprintable()
    ):
        raise EventUnreadable
    return value
