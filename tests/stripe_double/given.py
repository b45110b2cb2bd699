"""What tests of card payments begin with."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from uuid import UUID, uuid4

from ledger.money import Money
from tests.stripe_double.driving import Account, How
from vouchers.orders.cards.card_words import CheckoutLine, CheckoutState, OpenedCheckout
from vouchers.orders.cards.stripe_gateway import StripeGateway

FORM = {
    "mode": "payment",
    "success_url": "https://town.example/ok?session={CHECKOUT_SESSION_ID}",
    "cancel_url": "https://town.example/no",
    "line_items[0][quantity]": "2",
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][price_data][unit_amount]": "2500",
    "line_items[0][price_data][product_data][name]": "Bon d'achat",
}
"""A checkout as a form."""


async def opened(
    gateway: StripeGateway, cents: int = 5_000, *, attempt: UUID | None = None, **more: Any
) -> OpenedCheckout:
    """A payment page for ``cents``."""
    facts: dict[str, Any] = {
        "attempt": attempt or uuid4(),
        "order": UUID(int=7),
        "programme": "treiz",
        "number": "C-2026-0007",
        "lines": [CheckoutLine("Bons d'achat", 1, Money(cents), "Pour les fêtes")],
        "amount": Money(cents),
        "email": "achats@example.fr",
        "language": "fr",
        "success_url": FORM["success_url"],
        "cancel_url": FORM["cancel_url"],
        "expires_at": datetime.now(UTC) + timedelta(hours=2),
    }
    return await gateway.open_checkout(**facts | more)


async def bought(gateway: StripeGateway, account: Account, how: How = "card", cents: int = 5_000) -> CheckoutState:
    """A payment page on which somebody acted."""
    page = await opened(gateway, cents)
    await account.pay(page.session_id, how)
    return await gateway.checkout(page.session_id)


async def intent(gateway: StripeGateway, account: Account, how: How = "card", cents: int = 5_000) -> str:
    """The payment of a page on which somebody acted."""
    state = await bought(gateway, account, how, cents)
    assert state.payment_intent is not None
    return state.payment_intent


class Webhook:
    """A listener in a thread: what came, in order, with its signature. ``status`` is what it answers."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        self.came: list[tuple[bytes, str]] = []
        self.status = 200

    @property
    def types(self) -> list[str]:
        """The types of the events that came."""
        return [json.loads(body)["type"] for body, _ in self.came]

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[Self]:
        """Listen for the time of a ``with``."""

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                webhook.came.append((body, self.headers["Stripe-Signature"]))
                self.send_response(webhook.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        webhook = cls(server)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield webhook
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)
