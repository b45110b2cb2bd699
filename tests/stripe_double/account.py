"""A Stripe account: its things, its clock, the answers it keeps and the faults it is told to show."""

from __future__ import annotations

import copy
import secrets
import string
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.stripe_double.delivering import Post
from tests.stripe_double.refusing import API_VERSION, no_such

Thing = dict[str, Any]

_LETTERS = string.ascii_letters + string.digits
DAY = 86_400


def random_id(prefix: str, length: int = 24) -> str:
    """An id in Stripe's form: ``pi_3MtwBwLkdIwHu7ix28a3tqPa``."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))


@dataclass
class Fault:
    """What happens to the next ``times`` requests whose ``METHOD /path`` contains ``path``."""

    how: str | Thing
    times: int
    path: str = ""


@dataclass
class Kept:
    """An answer kept under an idempotency key."""

    path: str
    params: Thing
    status: int
    body: Thing
    request: str
    at: int


@dataclass
class Account:
    """One account with one secret key. ``lock`` is held while anything in it is read or changed."""

    key: str
    address: str
    things: dict[str, Thing] = field(default_factory=dict)
    line_items: dict[str, list[Thing]] = field(default_factory=dict)
    intents_asked: dict[str, Thing] = field(default_factory=dict)
    paid_out: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[Thing] = field(default_factory=list)
    refunds_start: str = "succeeded"
    skew: int = 0
    asking: Thing = field(default_factory=lambda: {"id": None, "idempotency_key": None})
    post: Post = field(default_factory=Post)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def now(self) -> int:
        """Seconds since 1970 by the account's clock."""
        return int(time.time()) + self.skew

    def put(self, thing: Thing) -> Thing:
        """Keep a new thing."""
        self.things[thing["id"]] = thing
        return thing

    def find(self, kind: str, name: str, param: str = "id") -> Thing:
        """A thing of that kind, or Stripe's 404."""
        thing = self.things.get(name)
        if thing is None or thing["object"] != kind:
            raise no_such(kind, name, param)
        return thing

    def of(self, kind: str) -> Iterator[Thing]:
        """Everything of a kind, newest first."""
        return (thing for thing in reversed(list(self.things.values())) if thing["object"] == kind)

    def tell(self, what: str, thing: Thing, before: Thing | None = None) -> Thing:
        """Make an event of ``thing`` as it is now, and hand it to the post. ``before``: what it was in what changed."""
        data: Thing = {"object": copy.deepcopy(thing)}
        if before is not None:
            data["previous_attributes"] = before
        event = {
            "id": random_id("evt_"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": data,
            "livemode": False,
            "pending_webhooks": self.post.listeners(what),
            "request": dict(self.asking),
            "type": what,
        }
        self.put(event)
        self.post.take(event)
        return event
