"""What goes otherwise than planned in the demonstration: each thing that a voucher can live through, once or twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.demo.purse import Carried, Purse, code_of
from api.demo.town import ACTOR, Till, moment
from ledger.money import Money
from vouchers import blocking, holding, reissuing, topping_up, undoing
from vouchers.keys import KeyRing

Act = Callable[[datetime], Awaitable[None]]

_HELD: Final = Money(1_500)
_CAPTURED: Final = Money(1_240)
_EXTRA: Final = Money(1_000)


@dataclass(frozen=True, slots=True)
class Incidents:
    """Holds of an online shop, a block, a reissue, extensions, a late undo. Without a voucher for it: nothing."""

    session: AsyncSession
    purse: Purse
    tills: Sequence[Till]
    keys: KeyRing
    funder: UUID

    def acts(self, firsts: Sequence[date]) -> Iterator[tuple[datetime, Act]]:
        """What happens when, counted from the first days of the three months."""
        first, second, third = firsts
        plan: tuple[tuple[date, int, int, int, Act], ...] = (
            (first, 9, 14, 5, self.hold_captured),
            (first, 17, 14, 20, self.hold_voided),
            (first, 19, 21, 30, self.hold_forgotten),
            (first, 20, 14, 30, self.block),
            (first, 21, 14, 10, self.reissue),
            (second, 2, 14, 15, self.extend_expired),
            (second, 4, 14, 30, self.undo_late),
            (second, 11, 14, 0, self.hold_captured),
            (second, 15, 14, 25, self.extend),
            (second, 18, 14, 40, self.reissue),
            (second, 22, 14, 30, self.top_up),
            (third, 3, 14, 10, self.hold_voided),
            (third, 8, 14, 20, self.block),
        )
        for month, days, hour, minute, act in plan:
            yield moment(month + timedelta(days=days), hour, minute), act

    async def hold_captured(self, at: datetime) -> None:
        """An online shop holds 15 € and takes 12,40 €."""
        if one := self.purse.full("Remerciements aux clients"):
            hold, shop = await self._hold(one, at)
            soon = at + timedelta(minutes=9)
            _, receipt = await holding.capture(self.session, hold, _CAPTURED, shop=shop, final=True, at=soon)
            one.left = receipt.left

    async def hold_voided(self, at: datetime) -> None:
        """An online order is given up."""
        if one := self.purse.full("Prime de partage"):
            hold, shop = await self._hold(one, at)
            await holding.void(self.session, hold, shop=shop, at=at + timedelta(minutes=25))

    async def hold_forgotten(self, at: datetime) -> None:
        """An online order that nobody ends: it times out in the night."""
        if one := self.purse.full("Prime de partage"):
            await self._hold(one, at)

    async def block(self, at: datetime) -> None:
        """A stolen purse."""
        if one := self.purse.full("Prime de partage"):
            self.purse.carried.remove(one)
            await blocking.block(self.session, one.id, actor=ACTOR, reason="Vol déclaré par le porteur", at=at)

    async def reissue(self, at: datetime) -> None:
        """A lost sheet of paper."""
        if one := self.purse.full("Rentrée des classes"):
            one.id = await reissuing.reissue(
                self.session, one.id, keys=self.keys, actor=ACTOR, reason="Bon perdu", at=at
            )
            one.code = code_of(one.id, self.keys)

    async def extend(self, at: datetime) -> None:
        """Three more months for one who asked in time."""
        if one := self.purse.full("Rentrée des classes"):
            await self._extend(one, at, one.last_day + timedelta(days=92), "Hospitalisation")

    async def extend_expired(self, at: datetime) -> None:
        """What had expired comes back to one who could not come."""
        if self.purse.expired:
            one = self.purse.expired.pop()
            await self._extend(one, at, at.date() + timedelta(days=200), "Congé maladie")
            self.purse.carried.append(one)

    async def undo_late(self, at: datetime) -> None:
        """The operator takes back what was settled already: it is taken off the shop's next settlement."""
        for redemption, one in self.purse.spent:
            if one in self.purse.carried:
                undone = await undoing.undo(
                    self.session, redemption, shop=None, actor=ACTOR, reason="Litige en faveur du porteur", at=at
                )
                one.left = undone.left
                return

    async def top_up(self, at: datetime) -> None:
        """The town adds 10 € to one voucher more."""
        if one := self.purse.full("Remerciements aux clients"):
            await topping_up.top_up(self.session, one.id, funder_id=self.funder, amount=_EXTRA, at=at)
            one.left = one.left + _EXTRA

    async def _hold(self, one: Carried, at: datetime) -> tuple[UUID, UUID]:
        """Hold at the last till, which is an online shop's; answers the hold and the shop."""
        till, lasts = self.tills[-1], timedelta(hours=2)
        held = await holding.place(self.session, till=till.id, code=one.code, amount=_HELD, lasts=lasts, at=at)
        return held.id, till.shop

    async def _extend(self, one: Carried, at: datetime, until: date, reason: str) -> None:
        await blocking.extend(self.session, one.id, last_day=until, actor=ACTOR, reason=reason, at=at)
        one.last_day = until
