"""What money would do if it were recorded now: said before, so that nobody is surprised after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ledger.money import ZERO, Money
from vouchers.buyers import BuyerView
from vouchers.orders.queries import OrderView

Kind = Literal["exact", "short", "over", "late"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What an amount does.

    :param kind: the order is paid by it ``exact``, misses some (``short``) or leaves some ``over``; ``late`` if the
        order takes none, because it is paid already or cancelled
    :param covers: what of the amount the order takes
    :param missing: what the order still misses after
    :param debt: what of it pays what the buyer owes for other orders
    :param credit: what of it becomes the buyer's free credit
    """

    kind: Kind
    covers: Money
    missing: Money
    debt: Money
    credit: Money


def takes(found: OrderView) -> Money:
    """What an order would take of money that comes now: nothing once it is paid, or cancelled.

    Issuing, handing out and delivering change nothing in it.
    """
    owed = found.on_credit and found.status in {"issued", "delivered"}
    return found.missing if owed or found.status == "awaiting_payment" else ZERO


def foresee(found: OrderView, buyer: BuyerView, amount: Money) -> Effect:
    """What recording an amount for an order would do. Pure."""
    owes = max(buyer.set_aside - buyer.credit, ZERO)
    if found.on_credit and found.status in {"issued", "delivered"} and found.missing:
        covers = min(amount, found.missing)
        rest = amount - covers
        debt = min(rest, max(owes - covers, ZERO))
        return Effect(_kind(found, covers, rest - debt), covers, found.missing - covers, debt, rest - debt)
    if found.status != "awaiting_payment":
        debt = min(amount, owes)
        return Effect("late", ZERO, ZERO, debt, amount - debt)
    free = max(buyer.credit + amount - buyer.set_aside, ZERO)
    covers = min(free, found.missing, amount)
    debt = min(amount - covers, owes)
    credit = amount - covers - debt
    return Effect(_kind(found, covers, credit), covers, found.missing - covers, debt, credit)


def _kind(found: OrderView, covers: Money, credit: Money) -> Kind:
    if covers < found.missing:
        return "short"
    return "over" if credit else "exact"
