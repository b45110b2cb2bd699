"""The three steps in which an order is made."""

from __future__ import annotations

from dataclasses import dataclass

from api.pages.catalogues import marked
from api.pages.place import Place
from vouchers.orders.queries import OrderView


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps with their addresses, and the present one, counted from 1."""

    names: tuple[tuple[str, str], ...]
    current: int


def step(place: Place, order: OrderView, current: int) -> Steps:
    """Where one is on the way."""
    base = f"/{place.slug}/orders/{order.id}"
    return Steps(
        (
            (marked("For whom"), f"{base}/people"),
            (marked("How they receive it"), f"{base}/giving"),
            (marked("Check and pay"), f"{base}/check"),
        ),
        current,
    )
