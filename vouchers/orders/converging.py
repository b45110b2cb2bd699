"""Acting upon what Stripe says, fetched anew: by the state of a payment, its page, its refunds and its disputes.

Whatever made us ask (a message, the landing page, a job) and however often, in whatever order: what is fetched last
decides, and what the books show already is not done again. ``knowledge`` is read before fetching; if it changed until
the order is locked, somebody else fetched meanwhile, and what we have may be older: it is fetched again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from typing import cast as typed
from uuid import UUID

from sqlalchemy import CompoundSelect, Table, Text, bindparam, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.expression import cast

from ledger.money import ZERO
from vouchers.orders import card, disputing, giving_back, paying, placing, queries
from vouchers.orders.cards.card_words import CheckoutState, DisputeState, Event, PaymentState, RefundState
from vouchers.orders.errors import OrderUnknown
from vouchers.orders.locking import locked
from vouchers.orders.tables import CheckoutAttempt, Dispute, Payment, Refund, StripeEvent

STRIPE: Final = "stripe"
"""Who acts when Stripe says so."""

Outcome = Literal["acted", "foreign", "outrun"]
"""``foreign``: not of this programme, nothing was done; ``outrun``: fetch again."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the books show of a page and of a payment: it changes with everything that is acted upon."""

    session_id: str | None
    payment_intent: str | None
    shown: frozenset[tuple[str, str, str]]

    @property
    def refunds(self) -> frozenset[str]:
        """The refunds of the payment, sent or only asked for."""
        return self._named("refund")

    @property
    def disputes(self) -> frozenset[str]:
        """The disputes of the payment, decided or not."""
        return self._named("dispute")

    def _named(self, wanted: str) -> frozenset[str]:
        return frozenset(name for what, name, _ in self.shown if what == wanted)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What Stripe says of one payment now; ``payment`` is None while nobody has tried to pay on a page."""

    checkout: CheckoutState | None = None
    payment: PaymentState | None = None
    refunds: tuple[RefundState, ...] = ()
    disputes: tuple[DisputeState, ...] = ()

    @property
    def order(self) -> UUID | None:
        """The order that it bears."""
        told = self.payment or self.checkout
        return told.order if told else None

    @property
    def programme(self) -> str | None:
        """The programme that it bears."""
        told = self.payment or self.checkout
        return told.programme if told else None


async def knowledge(
    session: AsyncSession, *, session_id: str | None = None, payment_intent: str | None = None
) -> Knowledge:
    """What the books show of a page and of a payment: to be read before they are fetched, for `act`."""
    rows = await session.execute(_SHOWN, {"page": session_id or "", "intent": payment_intent or ""})
    shown = frozenset((str(what), str(name), str(state)) for what, name, state in rows)
    return Knowledge(session_id, payment_intent, shown)


async def act(session: AsyncSession, told: Fetched, *, known: Knowledge, programme: str, at: datetime) -> Outcome:
    """Let the books follow what Stripe says of one payment.

    :param known: what `knowledge` answered before it was fetched
    :param programme: the slug by which Stripe's objects know this programme
    """
    if told.order is None or told.programme != programme:
        return "foreign"
    try:
        found = await locked(session, told.order)
    except OrderUnknown:
        return "foreign"
    now = await knowledge(session, session_id=known.session_id, payment_intent=known.payment_intent)
    if now != known:
        return "outrun"
    if told.checkout is not None:
        checkout, payment = told.checkout, told.payment
        if await card.note_checkout(session, found, checkout, payment, actor=STRIPE, at=at):
            await placing.await_otherwise(session, found, at=at)
    if told.payment is not None:
        await _act_on_payment(session, told.order, told, told.payment, at=at)
    return "acted"


async def first_time(session: AsyncSession, event: Event, *, at: datetime) -> bool:
    """Write down that a message is acted upon, in the transaction that acts.

    :returns: whether it never was before
    """
    row = {"id": event.id, "type": event.type, "object_id": event.object_id, "at": at}
    written = await session.execute(_FIRST_TIME, row)
    return written.scalar_one_or_none() is not None


async def seen(session: AsyncSession, event_id: str) -> bool:
    """Whether a message was acted upon already."""
    return (await session.execute(_SEEN, {"event": event_id})).scalar_one_or_none() is not None


async def _act_on_payment(
    session: AsyncSession, order_id: UUID, told: Fetched, payment: PaymentState, *, at: datetime
) -> None:
    paid = await _paid_by(session, payment.id)
    if paid is None and payment.succeeded and payment.received > ZERO:
        await paying.record_card(session, order_id, payment.received, payment_intent=payment.id, actor=STRIPE, at=at)
        await card.note_payment(session, order_id, payment)
        paid = order_id
    if paid != order_id:
        return  # nothing came, so nothing can go back
    for refund in sorted(told.refunds, key=lambda one: one.id):
        found = await queries.order(session, order_id)
        await giving_back.note_refund(session, found, refund, actor=STRIPE, at=at)
    for dispute in sorted(told.disputes, key=lambda one: (one.opened_at, one.id)):
        await disputing.note_dispute(session, order_id, dispute, actor=STRIPE, at=at)


async def _paid_by(session: AsyncSession, payment_intent: str) -> UUID | None:
    """The order for which a payment is in the books."""
    statement = select(Payment.order_id).where(Payment.payment_intent == payment_intent)
    return (await session.execute(statement)).scalar_one_or_none()


_PAGE: Final = bindparam("page", type_=Text())
_INTENT: Final = bindparam("intent", type_=Text())
_SHOWN: Final[CompoundSelect[str, str | None, str]] = union_all(
    select(literal("attempt"), CheckoutAttempt.session_id, CheckoutAttempt.state).where(
        or_(CheckoutAttempt.session_id == _PAGE, CheckoutAttempt.payment_intent == _INTENT)
    ),
    select(literal("payment"), Payment.payment_intent, cast(Payment.amount, Text)).where(
        Payment.payment_intent == _INTENT
    ),
    select(literal("refund"), cast(Refund.id, Text), Refund.state).where(Refund.payment_intent == _INTENT),
    select(
        literal("dispute"),
        Dispute.id,
        Dispute.status + cast(Dispute.withdrawn, Text) + func.coalesce(cast(Dispute.due_by, Text), ""),
    ).where(Dispute.payment_intent == _INTENT),
)
"""What the books show of a page and of a payment; asked twice for each message."""
_EVENTS: Final = typed("Table", StripeEvent.__table__)
_FIRST_TIME: Final = insert(_EVENTS).on_conflict_do_nothing().returning(_EVENTS.c.id)
_SEEN: Final = select(_EVENTS.c.id).where(_EVENTS.c.id == bindparam("event"))
