"""What the desk calls things: refunds, disputes, what Stripe's lines are, why an order was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.pages.catalogues import marked

REFUND_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "asked": ("wait", marked("To be sent")),
    "sent": ("done", marked("Given back")),
    "failed": ("error", marked("Not sent")),
}

REFUND_METHODS: Final[Mapping[str, str]] = {
    "card": marked("To the card"),
    "transfer": marked("By bank transfer"),
    "credit": marked("Kept as credit"),
}

WHY_FOUND: Final[Mapping[str, tuple[str, str]]] = {
    "reference": ("done", marked("Its reference or number")),
    "nearly": ("warning", marked("Nearly its reference")),
    "amount": ("note", marked("The amount it misses")),
    "total": ("note", marked("Its total")),
    "name": ("note", marked("Its buyer or name")),
}

WHY_FAILED: Final[Mapping[str, str]] = {
    "given_up": marked("You decided not to send it; it stays as credit."),
    "charge_already_refunded": marked("Stripe says that this payment was given back already."),
    "charge_disputed": marked("Stripe gives nothing back while the payment is disputed."),
    "insufficient_funds": marked("Stripe's account does not hold enough."),
    "lost_or_stolen_card": marked("The card was lost or stolen: send a transfer instead."),
    "expired_or_canceled_card": marked("The card exists no more: send a transfer instead."),
}

FAILED_OTHERWISE: Final = marked("The bank or Stripe did not take it: send a transfer instead.")


@dataclass(frozen=True, slots=True)
class Told:
    """A state of a dispute: its badge, and what is to be done about it."""

    badge: str
    word: str
    todo: str


DISPUTES: Final[Mapping[str, Told]] = {
    "warning_needs_response": Told(
        "warning", marked("A question from the bank"),
        marked("No money has moved yet. Answer it at Stripe: a good answer often prevents the dispute."),
    ),
    "warning_under_review": Told(
        "wait", marked("Your answer is being read"),
        marked("Nothing to do. If the bank is not satisfied, a dispute follows."),
    ),
    "warning_closed": Told("done", marked("Question closed"), marked("Nothing more to do: no dispute followed.")),
    "needs_response": Told(
        "error", marked("Answer needed"),
        marked("Send your evidence at Stripe: the order, the invoice, the proof that the vouchers were delivered."),
    ),
    "under_review": Told(
        "wait", marked("The bank decides"),
        marked("Nothing to do: the bank reads your evidence. That takes up to three months."),
    ),
    "won": Told("done", marked("Won"), marked("The money came back, and the vouchers are good again.")),
    "lost": Told(
        "stop", marked("Lost"),
        marked("The money is gone. What was left on the vouchers was taken back; what was spent the buyer owes."),
    ),
}  # fmt: skip

DISPUTED_OTHERWISE: Final = Told("warning", marked("Disputed"), marked("Look at it at Stripe."))

REASONS: Final[Mapping[str, str]] = {
    "fraudulent": marked("The holder says that the payment is not theirs"),
    "duplicate": marked("Paid twice"),
    "product_not_received": marked("Nothing received"),
    "product_unacceptable": marked("Not what was ordered"),
    "credit_not_processed": marked("A refund that did not come"),
    "subscription_canceled": marked("Cancelled before"),
    "unrecognized": marked("The holder does not know the payment"),
    "general": marked("No reason given"),
    "debit_not_authorized": marked("The direct debit was not authorised"),
    "insufficient_funds": marked("The account did not hold enough"),
}

LINES: Final[Mapping[str, str]] = {
    "": marked("In our books"),
    "charge": marked("Card payment"),
    "payment": marked("Direct debit"),
    "payment_failure_refund": marked("Direct debit that failed"),
    "refund": marked("Refund"),
    "payment_refund": marked("Refund"),
    "refund_failure": marked("Refund that came back"),
    "payment_reversal": marked("Refund"),
    "adjustment": marked("Dispute"),
    "stripe_fee": marked("Stripe's fee"),
    "payout": marked("Payout to the bank"),
    "payout_failure": marked("Payout that came back"),
    "payout_cancel": marked("Payout that was cancelled"),
}

ANOTHER_KIND: Final = marked("Line of another kind")


def dispute_told(status: str) -> Told:
    """A dispute in words, whatever Stripe comes to call its state."""
    return DISPUTES.get(status, DISPUTED_OTHERWISE)


def line_told(kind: str) -> str:
    """What a line of Stripe's account is, in English as the catalogues know it."""
    return LINES.get(kind, ANOTHER_KIND)


CAMPAIGN_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "top_up": (marked("Top-up"), marked("A funder adds something to the voucher for every purchase.")),
    "draw": (marked("Draw"), marked("Some of the vouchers that were spent win a prize.")),
    "story": (marked("A story only"), marked("A theme, a text and the shops that take part. No money.")),
}
"""What a campaign may give, and what that means."""

RULE_STAGES: Final[Mapping[str, tuple[str, str]]] = {
    "coming": ("note", marked("Coming")),
    "running": ("done", marked("Running")),
    "over": ("wait", marked("Over")),
}
"""The kind of badge of each stage of a rule of top-up, and its word."""

CAMPAIGN_STAGES: Final[Mapping[str, tuple[str, str]]] = {
    "draft": ("draft", marked("Draft")),
    "withdrawn": ("stop", marked("Withdrawn")),
    "coming": ("note", marked("Coming")),
    "running": ("done", marked("Running")),
    "over": ("wait", marked("Over")),
}
"""The kind of badge of each stage, and its word."""

CAMPAIGN_EVENTS: Final[Mapping[str, str]] = {
    "planned": marked("planned"),
    "changed": marked("changed"),
    "published": marked("published"),
    "ended": marked("ended early"),
    "withdrawn": marked("withdrawn"),
    "joined": marked("shops joined"),
    "left": marked("shops left"),
    "drawn": marked("drawn"),
}

MOTIF_NAMES: Final[Mapping[str, str]] = {
    "heart": marked("Heart"), "star": marked("Star"), "sun": marked("Sun"), "leaf": marked("Leaf"),
    "gift": marked("Present"),
}  # fmt: skip
