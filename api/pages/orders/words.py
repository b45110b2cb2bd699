"""What the pages of orders call things: statuses, occasions, what was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.pages.catalogues import marked
from ledger.formats import Language
from vouchers.orders.giving.urssaf import EVENTS, OCCASIONS
from vouchers.orders.queries import Status

_STATUSES: Final[Mapping[Status, tuple[str, str]]] = {
    "draft": ("draft", marked("Draft")),
    "awaiting_payment": ("wait", marked("Awaiting payment")),
    "paid": ("note", marked("Paid")),
    "issued": ("note", marked("Issued")),
    "delivered": ("done", marked("Delivered")),
    "cancelled": ("stop", marked("Cancelled")),
    "refunded": ("stop", marked("Refunded")),
    "disputed": ("warning", marked("Disputed")),
}

_MESSAGES: Final[Mapping[str, tuple[str, str]]] = {
    "queued": ("wait", marked("Waiting to leave")),
    "sending": ("wait", marked("Leaving")),
    "sent": ("done", marked("Sent")),
    "refused": ("error", marked("Refused")),
    "bounced": ("error", marked("Came back")),
    "doubtful": ("warning", marked("Uncertain")),
    "dropped": ("stop", marked("Nothing left to send")),
}


def status_shown(status: Status) -> tuple[str, str]:
    """The badge of a status: its kind and its word, in English as the catalogues know it."""
    return _STATUSES[status]


def message_shown(state: str) -> tuple[str, str]:
    """The badge of a message."""
    return _MESSAGES[state]


def occasions_offered(language: Language) -> list[tuple[str, str]]:
    """The events for which staff receives vouchers, by code, in a person's language."""
    return [(event, OCCASIONS[event].name(language)) for event in EVENTS]
