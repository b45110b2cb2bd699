"""A purchase that several vouchers pay together: the sum due, what they paid, what is left to pay otherwise.

It lives in the address of the pages (``?due=4500&with=<redemption>,<redemption>``) and nowhere else: what was paid is
read from the books each time, so that a redemption that is undone drops out of the sum by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.money import ZERO, Money, total
from vouchers import queries

VOUCHERS_MOST: Final = 20
DUE_MOST: Final = Money(1_000_000_00)


@dataclass(frozen=True, slots=True)
class Basket:
    """What is due in all, and the redemptions that paid for it. Without a sum due there is no basket."""

    due: Money | None = None
    redemptions: tuple[UUID, ...] = ()

    def query(self) -> str:
        """As the address of a page carries it, question mark included; nothing without a basket."""
        return "?" + urlencode(self.parts()) if self.due is not None else ""

    def parts(self) -> dict[str, str]:
        """The parameters of such an address."""
        if self.due is None:
            return {}
        told = {"due": str(self.due.cents), "with": ",".join(map(str, self.redemptions))}
        return {name: value for name, value in told.items() if value}

    def also(self, redemption: UUID) -> Basket:
        """With one redemption more."""
        if self.due is None or redemption in self.redemptions:
            return self
        return replace(self, redemptions=(*self.redemptions, redemption)[-VOUCHERS_MOST:])


@dataclass(frozen=True, slots=True)
class Summed:
    """A basket with its sums. ``paid`` counts what stands."""

    due: Money
    paid: Money
    vouchers: int

    @property
    def rest(self) -> Money:
        """What is left to pay, by another voucher or otherwise."""
        return max(self.due - self.paid, ZERO)


async def _basket_of(request: Request) -> Basket:
    """The basket in the address; an address that was tampered with has none."""
    due = request.query_params.get("due", "")
    if not due.isascii() or not due.isdecimal() or not 0 < int(due[:15]) <= DUE_MOST.cents:
        return Basket()
    try:
        ids = tuple(UUID(one) for one in request.query_params.get("with", "").split(",")[:VOUCHERS_MOST] if one)
    except ValueError:
        ids = ()
    return Basket(Money(int(due[:15])), ids)


BasketOf = Annotated[Basket, Depends(_basket_of)]
"""The basket of a page of the till."""


async def summed(session: AsyncSession, basket: Basket, *, shop: UUID) -> Summed | None:
    """The sums of a basket; only redemptions of this shop count. None without a basket."""
    if basket.due is None:
        return None
    found = (await queries.redemptions_by_id(session, basket.redemptions)).values()
    standing: Sequence[Money] = [one.amount for one in found if one.shop == shop and one.undo is None]
    return Summed(basket.due, total(standing), len(standing))
