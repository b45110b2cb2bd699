"""The post: events on their way to webhooks, signed, and with the faults that real ones have.

Source: https://docs.stripe.com/webhooks
"""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

_PATIENCE = 10.0
"""Seconds a webhook has for its answer."""


@dataclass
class Endpoint:
    """A webhook: where, with which secrets (two while they change), and of which types (none: of all)."""

    url: str
    secrets: list[str]
    types: list[str] = field(default_factory=list)

    def hears(self, what: str) -> bool:
        return not self.types or what in self.types


def body_of(event: dict[str, Any]) -> bytes:
    """An event as it travels: Stripe indents it by two."""
    return json.dumps(event, indent=2, ensure_ascii=False).encode()


def signature(body: bytes, secrets: list[str], at: int) -> str:
    """The ``Stripe-Signature`` header. In test mode there is a ``v0`` too, which nobody should trust."""
    signed = [hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={one}" for one in signed), f"v0={'0' * 64}"])


class Post:
    """Delivers in one thread, in the order told to, and keeps a list of what it did."""

    def __init__(self) -> None:
        self.endpoints: list[Endpoint] = []
        self.mode, self.twice = "now", False
        self.held: list[dict[str, Any]] = []
        self.done: list[dict[str, Any]] = []
        self._waiting: dict[str, Any] | None = None
        self._queue: queue.Queue[dict[str, Any]] = queue.Queue()
        self._thread: threading.Thread | None = None

    def listeners(self, what: str) -> int:
        """How many webhooks will hear of an event of this type."""
        return sum(endpoint.hears(what) for endpoint in self.endpoints)

    def take(self, event: dict[str, Any]) -> None:
        """An event is made: send it, hold it, swap it with the next one, or lose it."""
        if self.mode == "hold":
            self.held.append(event)
        elif self.mode == "swapped":
            if self._waiting is None:
                self._waiting = event
            else:
                self.send(event)
                self.flush()
        elif self.mode == "now":
            self.send(event)

    def flush(self) -> None:
        """Send what waits to be swapped with an event that did not come."""
        if self._waiting is not None:
            self.send(self._waiting)
            self._waiting = None

    def send(self, event: dict[str, Any]) -> None:
        """Queue an event for delivery."""
        if not self.endpoints:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()
        for _ in range(2 if self.twice else 1):
            self._queue.put(event)

    def release(self, names: list[str]) -> None:
        """Send held events: these, in this order, as often as they are named; or all, as they came."""
        for event in [event for name in names for event in self.held if event["id"] == name] or list(self.held):
            self.send(event)
        self.held = [event for event in self.held if names and event["id"] not in names]

    def quiet(self, seconds: float = 30.0) -> bool:
        """Wait until nothing is under way any more."""
        self.flush()
        until = time.monotonic() + seconds
        while self._queue.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.005)
        return not self._queue.unfinished_tasks

    def deliver(self, event: dict[str, Any], at: int | None = None) -> int:
        """Send an event to every webhook at once; the last one's HTTP status, 0 where none answered."""
        status = 0
        for endpoint in self.endpoints:
            if endpoint.hears(event["type"]):
                status = self._post(endpoint, event, at)
        return status

    def _work(self) -> None:
        while True:
            event = self._queue.get()
            try:
                self.deliver(event)
            finally:
                self._queue.task_done()

    def _post(self, endpoint: Endpoint, event: dict[str, Any], at: int | None) -> int:
        body = body_of(event)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(body, endpoint.secrets, at or int(time.time())),
        }
        request = urllib.request.Request(endpoint.url, body, headers, method="POST")  # noqa: S310 loopback
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
                status = int(answer.status)
        except urllib.error.HTTPError as error:
            status = error.code
        except OSError:
            status = 0
        self.done.append({"event": event["id"], "type": event["type"], "url": endpoint.url, "status": status})
        return status
