"""The vouchers that people of the demonstration carry about, and what they know to be left on them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.money import Money
from vouchers import codes, queries
from vouchers.keys import KeyRing


@dataclass(slots=True)
class Carried:
    """A voucher in somebody's purse. ``code`` is the lookup hash of its code."""

    id: UUID
    code: UUID
    left: Money
    last_day: date
    label: str


@dataclass(slots=True)
class Purse:
    """All vouchers that can be spent; those that expired in the purse; what was spent and not taken back."""

    carried: list[Carried] = field(default_factory=list)
    expired: list[Carried] = field(default_factory=list)
    spent: list[tuple[UUID, Carried]] = field(default_factory=list)

    async def take_in(self, session: AsyncSession, batch: UUID, keys: KeyRing, *, label: str) -> list[Carried]:
        """Carry the vouchers of a batch that was issued this moment."""
        page = await queries.vouchers_page(session, batch=batch, limit=1_000)
        issued = [
            Carried(one.facts.id, code_of(one.facts.id, keys), one.left, one.facts.last_day, label) for one in page
        ]
        self.carried += issued
        return issued

    def set_aside(self, label: str, count: int) -> list[Carried]:
        """Take vouchers of a batch out, so that nobody spends them."""
        kept = [one for one in self.carried if one.label == label][-count:]
        for one in kept:
            self.carried.remove(one)
        return kept

    def draw(self, chance: random.Random, count: int, today: date) -> list[Carried]:
        """Different vouchers that can be spent today."""
        self.expired += [one for one in self.carried if one.left and one.last_day < today]
        self.carried = [one for one in self.carried if one.left and one.last_day >= today]
        return chance.sample(self.carried, min(count, len(self.carried)))

    def full(self, label: str) -> Carried | None:
        """A voucher of a batch that nobody has spent from, the last of them."""
        of_batch = [one for one in self.carried if one.label == label]
        most = max((one.left for one in of_batch), default=None)
        return next((one for one in reversed(of_batch) if one.left == most), None)


def code_of(voucher: UUID, keys: KeyRing) -> UUID:
    """The lookup hash of a voucher's code, as scanning it would give."""
    code = codes.derive(keys.current, voucher)
    return UUID(bytes=codes.lookups(code, keys.current)[0])
