"""Paying an order: by which means, and by card through the provider's own page."""

from __future__ import annotations

from api.dependencies import Here
from api.pages.place import Place
from vouchers.orders.queries import Method


def methods_of(here: Here, place: Place) -> list[Method]:
    """How a buyer can pay here: by card where there are keys, by transfer where there is an account."""
    by_card = False if not hasattr(here, "cards") else here.cards.offered(place.slug)
    by_transfer = place.terms is not None and place.terms.iban is not None
    offered: list[tuple[Method, bool]] = [("card", by_card), ("transfer", by_transfer)]
    return [method for method, possible in offered if possible]
