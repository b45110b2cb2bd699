"""A till of a shop, and what is presented at it. Amounts are given as a person types them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from ledger.errors import Refusal
from ledger.money import Money
from ledger.once import Once
from vouchers import holding
from vouchers.holding import HoldView
from vouchers.redeeming import Asked, Receipt
from vouchers.returning import ReturnedView
from vouchers.undoing import UndoneView

if TYPE_CHECKING:
    from tests.given import Town


@dataclass(frozen=True, slots=True)
class Paper:
    """A voucher as someone holds it: its id and the lookup hash of the code typed from it."""

    id: UUID
    code: UUID
    batch: UUID


@dataclass(frozen=True, slots=True)
class Till:
    """A till of a shop. Each function raises what the domain refuses."""

    town: Town
    id: UUID
    shop: UUID

    async def redeem(self, voucher: Paper, typed: str | Money, *, key: str | None = None) -> Receipt:
        (answer,) = await self.town.redeem_many([self.asks(voucher, typed, key=key)])
        if isinstance(answer, Refusal):
            raise answer
        return answer

    def asks(self, voucher: Paper, typed: str | Money, *, key: str | None = None) -> Asked:
        """A redemption asked for at this till."""
        amount = money(typed)
        digest = hashlib.sha256(f"{voucher.code} {amount}".encode()).digest()
        return Asked(self.id, voucher.code, amount, Once(self.id, key, digest) if key else None)

    async def undo(self, receipt: Receipt) -> UndoneView:
        return await self.town.undo(receipt, shop=self.shop)

    async def give_back(self, receipt: Receipt, typed: str | Money | None = None) -> ReturnedView:
        return await self.town.give_back(receipt, typed, shop=self.shop)

    async def hold(self, voucher: Paper, typed: str | Money, *, lasts: timedelta = timedelta(minutes=15)) -> HoldView:
        return await self.town.do(
            lambda session: holding.place(
                session, till=self.id, code=voucher.code, amount=money(typed), lasts=lasts, at=self.town.at
            )
        )

    async def capture(self, hold: HoldView | UUID, typed: str | Money | None = None, *, final: bool = False) -> Receipt:
        _, receipt = await self.town.do(
            lambda session: holding.capture(
                session, _id(hold), None if typed is None else money(typed), shop=self.shop, final=final,
                at=self.town.at,
            )
        )  # fmt: skip
        return receipt

    async def void(self, hold: HoldView | UUID) -> HoldView:
        return await self.town.do(lambda session: holding.void(session, _id(hold), shop=self.shop, at=self.town.at))


def money(typed: str | Money) -> Money:
    """An amount as a person types it, or as it is."""
    return typed if isinstance(typed, Money) else Money.of(typed)


def _id(hold: HoldView | UUID) -> UUID:
    return hold if isinstance(hold, UUID) else hold.id
