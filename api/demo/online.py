"""A shop of the demonstration sells online: its website's key, where customers return to, what it was told.

Its website is invented, so the address for messages is paused: nothing is sent to a machine that is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.keys import make_key
from api.auth.permissions import Permission as P
from api.demo.purse import Carried, Purse
from api.demo.town import SLUG
from ledger.money import Money
from vouchers import holding, releasing, returning
from vouchers.keys import KeyRing
from vouchers.notices import delivering, endpoints
from vouchers.notices.delivering import Outcome
from vouchers.notices.writing import EVENTS
from vouchers.online import checkouts, website
from vouchers.online.checkouts import NewCheckout

ORIGIN: Final = "https://boutique.example"
SCOPES: Final = (
    P.CHECKOUTS_READ, P.CHECKOUTS_WRITE, P.HOLDS_READ, P.HOLDS_WRITE, P.REDEMPTIONS_READ, P.REDEMPTIONS_RETURN,
)  # fmt: skip
FROM: Final = "Cadeaux du personnel"
"""The batch whose holders buy online."""


@dataclass(frozen=True, slots=True)
class OnlineShop:
    """A website at work in the demonstration."""

    session: AsyncSession
    purse: Purse
    keys: KeyRing
    shop: UUID

    async def live(self, now: datetime) -> None:
        """Ten days of it: an order that shipped and came back in part, one that nobody ended, one under way."""
        till, endpoint = await self._open(now - timedelta(days=10))
        shipped = now - timedelta(days=7)
        hold = await self._buys(till, Money(3_490), "Commande 1802", shipped)
        if hold is None:
            return
        _, receipt = await holding.capture(
            self.session, hold, Money(2_900), shop=self.shop, final=True, at=shipped + timedelta(hours=20)
        )
        await self._deliver(endpoint, shipped + timedelta(hours=21), Outcome(204, None, 182))
        await returning.give_back(
            self.session, receipt.redemption, Money(1_250), shop=self.shop, actor=f"till:{till}",
            reason="Taille trop petite", at=now - timedelta(days=3),
        )  # fmt: skip
        await self._deliver(endpoint, now - timedelta(days=3) + timedelta(minutes=1), Outcome(204, None, 231))
        forgotten = now - timedelta(days=6)
        await self._buys(till, Money(1_800), "Commande 1807", forgotten)
        await releasing.time_out_due(self.session, at=forgotten + timedelta(days=2, minutes=10))
        forgotten += timedelta(minutes=5)
        for pause in (timedelta(), *delivering.PAUSES):
            forgotten += pause + timedelta(seconds=1)
            await self._deliver(endpoint, forgotten, Outcome(503, None, 94))
        await endpoints.pause(self.session, endpoint, shop=self.shop, at=now - timedelta(hours=5))
        await self._buys(till, Money(2_450), "Commande 1817", now - timedelta(hours=2))

    async def _open(self, at: datetime) -> tuple[UUID, UUID]:
        till = await website.online_till(self.session, self.shop, at=at)
        await make_key(
            self.session, slug=SLUG, role="till", subject=till.id, label="Site internet", at=at,
            scopes=[one.value for one in SCOPES],
        )  # fmt: skip
        await website.register_return(self.session, self.shop, origin=ORIGIN, path="/panier", actor="demo", at=at)
        added = await endpoints.add(
            self.session, self.shop, url=f"{ORIGIN}/obole", events=EVENTS, keys=self.keys, actor="demo", at=at
        )
        return till.id, added.id

    async def _buys(self, till: UUID, amount: Money, reference: str, at: datetime) -> UUID | None:
        """Somebody enters a code on the payment page: a hold of two days comes of it."""
        one = self._voucher(amount)
        if one is None:
            return None
        new = NewCheckout(
            till, amount, reference, f"{ORIGIN}/panier/merci", ORIGIN, "/panier/merci", "demonstration", "fr",
            timedelta(days=2),
        )  # fmt: skip
        opened = await checkouts.open_checkout(self.session, new, at=at)
        soon = at + timedelta(minutes=3)
        done = await checkouts.complete(self.session, opened.id, code=one.code, amount=amount, at=soon)
        one.left = one.left - amount
        return done.hold

    def _voucher(self, least: Money) -> Carried | None:
        one = self.purse.full(FROM)
        return one if one is not None and one.left >= least else None

    async def _deliver(self, endpoint: UUID, at: datetime, outcome: Outcome) -> None:
        """What waits is sent, and answered so."""
        while due := await delivering.claim(self.session, endpoint, at=at):
            await delivering.settle(self.session, due, outcome, at=at)
