"""What online shops are told, for the API's description: messages that we send and never take."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import FastAPI, Header

from api.rest.types import Shown, example
from vouchers.notices.writing import EVENTS, Event

WHEN: Final[dict[Event, str]] = {
    "checkout.completed": "A customer has confirmed on the page of a checkout.",
    "hold.placed": "A sum is held.",
    "hold.captured": "A held sum is taken, or part of it: `taken`, by the redemption `redemption`.",
    "hold.voided": "What was held is given back.",
    "hold.timed_out": "The time of a hold is over: what was not captured went back by itself.",
    "redemption.returned": "Money went back to a voucher for returned goods.",
    "redemption.undone": "A redemption was taken back.",
}
"""What happened when a message of a type is sent."""


class Message(Shown):
    """A message. Verify its signature, act once on its `webhook-id`, and ask for what it is about."""

    model_config = Shown.model_config | example(
        type="hold.timed_out", timestamp="2026-11-29T16:38:23.987214+00:00",
        data={
            "hold": "01a2282c-0801-75ee-83ac-3d876ccb3f26", "state": "timed_out", "amount": 2_000, "captured": 1_200,
            "released": 800, "left": 0, "currency": "EUR",
        },
    )  # fmt: skip

    type: Event
    timestamp: datetime
    data: dict[str, Any]


def describe(app: FastAPI) -> None:
    """Let the description of the API say what is sent, and when."""
    for event in EVENTS:
        app.webhooks.add_api_route(
            event, _message, methods=["POST"], summary=event, description=WHEN[event], status_code=204,
            operation_id=event.replace(".", "_"),
        )  # fmt: skip


async def _message(
    message: Message,
    webhook_id: Annotated[str, Header(alias="webhook-id")],
    webhook_timestamp: Annotated[int, Header(alias="webhook-timestamp")],
    webhook_signature: Annotated[str, Header(alias="webhook-signature")],
) -> None:
    """Described, never called."""
