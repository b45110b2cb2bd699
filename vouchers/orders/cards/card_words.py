"""What we say and read of card payments, in our words. Amounts are euro cents; moments are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from ledger.money import Money

SessionStatus = Literal["open", "complete", "expired"]
SessionPayment = Literal["paid", "unpaid", "no_payment_required"]
RefundStatus = Literal["pending", "succeeded", "failed", "canceled", "requires_action"]
PayoutStatus = Literal["pending", "in_transit", "paid", "failed", "canceled"]

_INQUIRY: Final = "warning_"
_DECIDED: Final = frozenset({"won", "lost", "warning_closed", "prevented"})


@dataclass(frozen=True, slots=True)
class CheckoutLine:
    """A line the payer sees on Stripe's page: ``quantity`` times ``unit``."""

    name: str
    quantity: int
    unit: Money
    description: str | None = None


@dataclass(frozen=True, slots=True)
class OpenedCheckout:
    """A payment page and the address to send the payer to."""

    session_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What we wrote on the thing when we made it; nothing where it was not made by us."""

    order: UUID | None = None
    programme: str | None = None
    attempt: UUID | None = None


@dataclass(frozen=True, slots=True)
class CheckoutState:
    """A payment page as it stands. ``complete`` may be ``unpaid``: a direct debit takes days."""

    id: str
    status: SessionStatus
    payment_status: SessionPayment
    payment_intent: str | None
    amount: Money
    url: str | None
    mark: Mark

    @property
    def order(self) -> UUID | None:
        return self.mark.order

    @property
    def programme(self) -> str | None:
        return self.mark.programme

    @property
    def attempt(self) -> UUID | None:
        return self.mark.attempt


@dataclass(frozen=True, slots=True)
class PaymentState:
    """A payment as it stands. ``received`` is what was collected, ``refunded`` what went back of it.

    ``failure`` is Stripe's code of why the last try failed; ``dispute`` is the newest. ``refunds`` are those of the
    last charge, newest first, those made by hand at Stripe too; None if there are more than come with a payment.
    """

    id: str
    status: str
    amount: Money
    received: Money
    charge: str | None
    refunded: Money
    dispute: DisputeState | None
    failure: str | None
    mark: Mark
    refunds: tuple[RefundState, ...] | None = ()

    @property
    def order(self) -> UUID | None:
        return self.mark.order

    @property
    def programme(self) -> str | None:
        return self.mark.programme

    @property
    def attempt(self) -> UUID | None:
        return self.mark.attempt

    @property
    def succeeded(self) -> bool:
        return self.status == "succeeded"

    @property
    def processing(self) -> bool:
        """On its way: neither collected nor failed."""
        return self.status == "processing"

    @property
    def failed(self) -> bool:
        """Nothing will be collected unless the payer tries again."""
        return self.status == "canceled" or (self.status == "requires_payment_method" and self.failure is not None)


@dataclass(frozen=True, slots=True)
class RefundState:
    """Money on its way back. ``refund`` is our id of it, nothing if it was made by hand at Stripe."""

    id: str
    status: RefundStatus
    amount: Money
    payment_intent: str | None
    refund: UUID | None
    failure: str | None

    @property
    def failed(self) -> bool:
        """The money is with us again."""
        return self.status in {"failed", "canceled"}


@dataclass(frozen=True, slots=True)
class DisputeState:
    """A contested payment. ``withdrawn`` while Stripe holds its amount back from us, fees left aside.

    ``due_by`` is the last moment for an answer; None if the bank takes none.
    """

    id: str
    payment_intent: str | None
    charge: str
    amount: Money
    status: str
    reason: str
    withdrawn: bool
    opened_at: datetime
    due_by: datetime | None

    @property
    def won(self) -> bool:
        return self.status == "won"

    @property
    def lost(self) -> bool:
        return self.status == "lost"

    @property
    def closed(self) -> bool:
        return self.status in _DECIDED

    @property
    def inquiry(self) -> bool:
        """A question by the bank, before any money moves."""
        return self.status.startswith(_INQUIRY)


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of our account at Stripe, with its sign: ``net`` is ``amount`` less ``fee``.

    ``source`` is what moved: a charge, a refund, a dispute or a payout; ``payment_intent`` the payment that it is of.
    ``category`` tells adjustments apart.
    """

    id: str
    type: str
    category: str
    amount: Money
    fee: Money
    net: Money
    source: str | None
    payment_intent: str | None
    created: datetime


@dataclass(frozen=True, slots=True)
class PayoutState:
    """A transfer of Stripe to our bank; ``arrival`` is when Stripe expects it there."""

    id: str
    status: PayoutStatus
    amount: Money
    arrival: date
    failure: str | None


@dataclass(frozen=True, slots=True)
class BalanceState:
    """What Stripe owes us: ``available`` can be paid out, ``pending`` not yet. Either may be negative."""

    available: Money
    pending: Money


@dataclass(frozen=True, slots=True)
class Event:
    """A verified message of Stripe: something changed. Its snapshot may be old, so only pointers are kept of it."""

    id: str
    type: str
    object_id: str
    payment_intent: str | None
    livemode: bool
    created: datetime
