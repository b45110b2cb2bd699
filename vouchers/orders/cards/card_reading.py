"""From Stripe's objects to our words. Stripe is named here for the types alone; the gateway is who imports it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from ledger.money import CURRENCY, Money
from vouchers.orders.cards.card_errors import CardPaymentRefused
from vouchers.orders.cards.card_words import (
    CheckoutState,
    DisputeState,
    Mark,
    Movement,
    PaymentState,
    PayoutState,
    PayoutStatus,
    RefundState,
    RefundStatus,
    SessionPayment,
    SessionStatus,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import stripe

EUR: Final = CURRENCY.lower()
"""The currency as Stripe writes it."""


def checkout_of(session: stripe.checkout.Session) -> CheckoutState:
    """A payment page."""
    return CheckoutState(
        id=session.id,
        status=cast("SessionStatus", session.status),
        payment_status=cast("SessionPayment", session.payment_status),
        payment_intent=_id(session.payment_intent),
        amount=_euros(session.amount_total or 0, session.currency),
        url=session.url,
        mark=_mark(session.metadata),
    )


def payment_of(
    intent: stripe.PaymentIntent, charge: stripe.Charge | None, dispute: DisputeState | None
) -> PaymentState:
    """A payment, its last charge with the refunds that come with it, and the newest dispute of it."""
    error = intent.last_payment_error
    back = charge.refunds if charge else None
    return PaymentState(
        id=intent.id,
        status=intent.status,
        amount=_euros(intent.amount, intent.currency),
        received=_euros(intent.amount_received, intent.currency),
        charge=charge.id if charge else None,
        refunded=_euros(charge.amount_refunded if charge else 0, intent.currency),
        dispute=dispute,
        failure=(error.code or error.type) if error else None,
        mark=_mark(intent.metadata),
        refunds=None if back and back.has_more else tuple(refund_of(one) for one in (back.data if back else ())),
    )


def refund_of(refund: stripe.Refund) -> RefundState:
    """A refund; ours if it bears our id."""
    return RefundState(
        id=refund.id,
        status=cast("RefundStatus", refund.status),
        amount=_euros(refund.amount, refund.currency),
        payment_intent=_id(refund.payment_intent),
        refund=_uuid(_marks(refund.metadata).get("refund")),
        failure=getattr(refund, "failure_reason", None),  # told only of one that failed
    )


def dispute_of(dispute: stripe.Dispute) -> DisputeState:
    """A dispute; its balance transactions tell whether the money is gone."""
    due_by = dispute.evidence_details.due_by  # 0 if no answer is taken
    return DisputeState(
        id=dispute.id,
        payment_intent=_id(dispute.payment_intent),
        charge=_id(dispute.charge) or "",
        amount=_euros(dispute.amount, dispute.currency),
        status=dispute.status,
        reason=dispute.reason,
        withdrawn=sum(line.amount for line in dispute.balance_transactions) < 0,
        opened_at=_moment(dispute.created),
        due_by=_moment(due_by) if due_by else None,
    )


def movement_of(line: stripe.BalanceTransaction) -> Movement:
    """A line of the account."""
    return Movement(
        id=line.id,
        type=line.type,
        category=line.reporting_category,
        amount=_euros(line.amount, line.currency),
        fee=_euros(line.fee, line.currency),
        net=_euros(line.net, line.currency),
        source=_id(line.source),
        payment_intent=_id(getattr(line.source, "payment_intent", None)),
        created=_moment(line.created),
    )


def payout_of(payout: stripe.Payout) -> PayoutState:
    """A transfer to our bank."""
    return PayoutState(
        id=payout.id,
        status=cast("PayoutStatus", payout.status),
        amount=_euros(payout.amount, payout.currency),
        arrival=_moment(payout.arrival_date).date(),
        failure=payout.failure_code,
    )


def _id(thing: object) -> str | None:
    if thing is None or isinstance(thing, str):
        return thing
    return str(cast("stripe.Charge", thing).id)


def _euros(cents: int, currency: str | None) -> Money:
    if currency not in {None, EUR}:
        raise CardPaymentRefused(code="currency_not_supported", param=currency)
    return Money(cents)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _marks(metadata: stripe.StripeObject | None) -> Mapping[str, str]:
    return metadata.to_dict() if metadata is not None else {}


def _mark(metadata: stripe.StripeObject | None) -> Mark:
    marks = _marks(metadata)
    return Mark(order=_uuid(marks.get("order")), programme=marks.get("programme"), attempt=_uuid(marks.get("attempt")))


def _uuid(text: str | None) -> UUID | None:
    with suppress(ValueError):
        return UUID(text) if text else None
    return None
