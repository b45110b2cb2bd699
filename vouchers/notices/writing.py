"""Writing down what an online shop is to be told, in the transaction that does it: told if that commits, else never."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.holds import Held
from ledger.ids import new_id, new_ids
from ledger.money import CURRENCY
from ledger.wishes import wish
from vouchers.notices.tables import Endpoint, Notice

Event = Literal[
    "hold.placed", "hold.captured", "hold.voided", "hold.timed_out", "redemption.undone", "redemption.returned",
    "checkout.completed",
]  # fmt: skip

EVENTS: Final[tuple[Event, ...]] = (
    "checkout.completed", "hold.placed", "hold.captured", "hold.voided", "hold.timed_out", "redemption.returned",
    "redemption.undone",
)  # fmt: skip
"""In the order in which a shop is asked of which it wants to be told."""

SEND: Final = "send_notices"
"""The job that delivers what waits."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened to a shop's money. ``facts``: ids, cents, moments; nothing personal, nothing secret."""

    shop: UUID
    event: Event
    facts: Mapping[str, object]


async def tell(session: AsyncSession, shop: UUID, event: Event, facts: Mapping[str, object], *, at: datetime) -> None:
    """Let a shop be told, wherever it asked to be told of this; nothing is written for one that did not ask."""
    await tell_many(session, [Told(shop, event, facts)], at=at)


async def tell_many(session: AsyncSession, told: Sequence[Told], *, at: datetime) -> None:
    """Let shops be told of many things."""
    listening = select(Endpoint.id, Endpoint.shop_id, Endpoint.events).where(
        Endpoint.shop_id.in_({one.shop for one in told}), Endpoint.removed_at.is_(None)
    )
    endpoints = (await session.execute(listening)).all() if told else []
    rows = [
        {
            "id": new_id(), "endpoint_id": endpoint, "event_id": event_id, "event": one.event, "body": _body(one, at),
            "at": at, "next_at": at, "changed_at": at,
        }
        for one, event_id in zip(told, new_ids(len(told)), strict=True)
        for endpoint, shop, events in endpoints
        if shop == one.shop and one.event in events
    ]  # fmt: skip
    if rows:
        await session.execute(insert(Notice), rows)
        wish(session, SEND)


def hold_facts(held: Held, *, voucher: UUID, shop: UUID, till: UUID) -> dict[str, object]:
    """What is told of a hold."""
    return {
        "hold": held.id, "state": held.state, "amount": held.amount.cents, "captured": held.captured.cents,
        "released": held.released.cents, "left": held.left.cents, "currency": CURRENCY, "voucher": voucher,
        "shop": shop, "till": till, "placed_at": held.placed_at, "expires_at": held.expires_at,
    }  # fmt: skip


def _body(one: Told, at: datetime) -> str:
    data = {name: _plain(fact) for name, fact in one.facts.items()}
    return json.dumps({"type": one.event, "timestamp": at.isoformat(), "data": data}, separators=(",", ":"))


def _plain(fact: object) -> object:
    return fact.isoformat() if isinstance(fact, datetime) else str(fact) if isinstance(fact, UUID) else fact
