"""A town that takes cards: the books, the Stripe double, and the messages between them.

Nothing is delivered by itself: a test says which message arrives, when, and how often.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from api import card_flow, clock
from api import installation as installations
from api.card_flow import Outcome
from api.installation import Installation
from api.jobs import cards
from api.jobs.orders import advance_order
from api.settings import Settings
from ledger.money import Money
from merchants.registry import Registered
from tests.stripe_double.driving import Account, How
from tests.till import money
from tests.vouchers.orders.given import OrderTown
from vouchers.orders import card, giving_back, paying, refunding, refunds, stripe_books
from vouchers.orders.cards.card_events import read_event
from vouchers.orders.cards.stripe_gateway import StripeGateway
from vouchers.orders.queries import OrderView
from vouchers.orders.refunds import RefundView
from vouchers.orders.stripe_books import Reconciliation

SECRET = "whsec_of_the_tests"  # noqa: S105 - nobody else listens


Told = dict[str, Any]


def signed(event: Told, *, at: datetime, secret: str = SECRET) -> tuple[bytes, str]:
    """An event's body and its ``Stripe-Signature`` (https://docs.stripe.com/webhooks#verify-manually)."""
    body, moment = json.dumps(event).encode(), int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return body, f"t={moment},v1={digest}"


@dataclass(slots=True)
class CardTown:
    """An `OrderTown` as the server has it, with its account at the double."""

    town: OrderTown
    here: Installation
    stripe: Account

    @property
    def served(self) -> installations.Town:
        """The programme as the API works with it."""
        registered = Registered(self.town.programme, self.town.slug, "p_treiz", self.town.at)
        return installations.Town(registered, self.town.sessions, self.town.keys)

    @property
    def gateway(self) -> StripeGateway:
        return self.here.cards.gateway(self.town.slug)

    async def open(self, order: UUID) -> str:
        """Ask for the payment page of an order.

        :returns: the id of its session
        """
        await card_flow.pay_by_card(self.here, self.served, order, actor="buyer")
        return await self.page(order)

    async def page(self, order: UUID) -> str:
        """The session of the newest attempt of an order."""
        found = await self.town.attempts(order)
        assert found[-1].session_id is not None
        return found[-1].session_id

    async def pay(self, order: UUID, how: How = "card") -> str:
        """Pay an order at the double; the books know nothing of it yet.

        :returns: its payment intent
        """
        session = await self.open(order)
        await self.stripe.pay(session, how)
        state = await self.gateway.checkout(session)
        return state.payment_intent or ""

    async def paid(self, *lines: tuple[int, str], issue: bool = True, **new: object) -> tuple[OrderView, str]:
        """An order that was paid by card, and issued unless told otherwise; with its payment intent."""
        found = await self.town.placed(*lines, method="card", **new)
        intent = await self.pay(found.id)
        await self.converge(intent)
        if issue:
            await self.advance(found.id)
        return await self.town.order(found.id), intent

    async def converge(self, intent: str) -> Outcome:
        return await card_flow.converge_payment(self.here, self.served, intent)

    async def advance(self, order: UUID) -> None:
        await advance_order(self.served, order)

    async def land(self, session: str) -> Outcome:
        """The payer comes to the landing page."""
        return await card_flow.converge_checkout(self.here, self.served, session)

    async def hear(self, event: Told) -> Outcome:
        """A message arrives in the moment it is signed, and is verified and acted upon, as the route does it."""
        body, header = signed(event, at=self.town.at)
        told = read_event(body, header, (SECRET,), at=self.town.at)
        return await card_flow.act_on_event(self.here, self.served, told)

    async def hear_all(self) -> None:
        """Everything that there was to hear, oldest first."""
        for event in await self.stripe.events():
            await self.hear(event)

    async def refund(self, order: UUID, typed: str | Money | None = None, **asked: object) -> RefundView:
        """Ask a refund, by card unless told otherwise; nothing is sent yet."""
        amount = None if typed is None else money(typed)
        wanted = {"method": "card", "reason": "", "actor": "op", **asked}
        return await self.town.do(
            lambda session: refunding.ask_refund(session, order, amount=amount, at=self.town.at, **wanted)
        )

    async def refund_credit(self, order: UUID, typed: str | Money | None = None, **asked: object) -> RefundView:
        """Ask free credit of an order's buyer back, to its card unless told otherwise."""
        amount = None if typed is None else money(typed)
        wanted = {"method": "card", "reason": "", "actor": "op", **asked}
        return await self.town.do(
            lambda session: refunding.ask_credit_refund(session, order, amount=amount, at=self.town.at, **wanted)
        )

    async def send(self, refund: RefundView) -> RefundView:
        """Send a refund that was asked."""
        await card_flow.send_refund(self.here, self.served, refund.id)
        return await self.refund_now(refund)

    async def refund_now(self, refund: RefundView) -> RefundView:
        """A refund as it stands."""
        return await self.town.do(lambda session: refunds.refund(session, refund.id))

    async def use_credit(self, order: UUID) -> OrderView:
        return await self.town.do(lambda session: paying.use_credit(session, order, actor="buyer", at=self.town.at))

    async def confirm(self, refund: RefundView) -> RefundView:
        return await self.town.do(
            lambda session: giving_back.confirm_transfer(
                session, refund.id, reference="VIR 9", actor="op", at=self.town.at
            )
        )

    async def tend(self) -> None:
        await cards.tend_cards(self.here, self.served)

    async def tend_later(self) -> None:
        """The jobs of every minute, when everything that is open was begun more than a minute ago."""
        async with self.town.sessions() as session:
            soon = await clock.now(session) + 2 * cards.A_MINUTE
            open_ = await card.waiting_attempts(session, "open", before=soon, limit=100)
        for one in open_:
            await self.land(one.session_id or "")
        await self.tend()

    async def reconcile(self) -> Reconciliation:
        """Take Stripe's lines and hold them against 517."""
        await cards.reconcile_cards(self.here, self.served)
        return await self.town.do(stripe_books.reconciliation)

    async def match(self) -> Reconciliation:
        """Take Stripe's lines only, and hold them against 517."""
        await cards.take_movements(self.here, self.served)
        return await self.town.do(stripe_books.reconciliation)

    async def pay_out(self) -> None:
        """Everything that Stripe has becomes available and goes to the bank."""
        await self.stripe.advance(40 * 86_400)
        await self.stripe.payout()

    async def assert_sound(self) -> None:
        """Nothing is found in the books."""
        audit = await self.town.audit()
        assert audit.agrees, audit.findings


@asynccontextmanager
async def a_card_town(town: OrderTown, engine: AsyncEngine, account: Account) -> AsyncIterator[CardTown]:
    """A programme that takes cards at an account of the double. Its time is the present."""
    async with town.sessions() as session:
        town.at = await clock.now(session)
    keys = {town.slug: {"secret_key": account.key, "webhook_secrets": [SECRET]}}
    with_keys = Settings(home=town.settings.home, stripe=json.dumps(keys), stripe_api=account.address)
    here = Installation(with_keys, engine)
    try:
        yield CardTown(town, here, account)
    finally:
        await here.cards.close()
