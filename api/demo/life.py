"""What happens in the demonstration, moment by moment: batches, shopping, mistakes, expiry, a month's end.

Every act goes through the domain as any other would, only with moments of the past. Days, people and sums are drawn
from one seed, so that two installations founded on the same day live the same life.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.demo.incidents import Incidents
from api.demo.purse import Purse
from api.demo.shopping import shopping
from api.demo.town import ACTOR, People, Till, moment
from ledger import holds
from ledger.days import Period
from ledger.money import Money
from merchants.settlements import closing
from vouchers import buyers, expiring, issuing, topping_up
from vouchers.keys import KeyRing

Act = Callable[[datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Planned:
    """A batch to come: ``day`` counts from the first of ``month``, the first of the three months being 0."""

    label: str
    company: int
    euros: int
    quantity: int
    month: int
    day: int
    days_valid: int | None = None
    topped_up: int = 0
    """Euros that the town adds to each voucher."""


BATCHES: Final = (
    Planned("Rentrée des classes", 0, 30, 120, 0, 0),
    Planned("Semaine du commerce de proximité", 1, 10, 80, 0, 2, days_valid=24, topped_up=5),
    Planned("Prime de partage", 2, 50, 90, 0, 6),
    Planned("Remerciements aux clients", 1, 20, 150, 0, 13),
    Planned("Culture et librairies", 0, 50, 60, 1, 1, topped_up=10),
    Planned("Médailles du travail", 2, 100, 25, 1, 8),
    Planned("Cadeaux du personnel", 1, 50, 140, 1, 14),
    Planned("Tombola des commerçants", 0, 15, 60, 2, 0),
)
EXAMPLES: Final = "Cadeaux du personnel"
"""The batch from which three vouchers are kept unspent, as examples."""

EXAMPLES_KEPT: Final = 3


@dataclass(slots=True)
class Life:
    """The demonstration at work."""

    session: AsyncSession
    keys: KeyRing
    people: People
    tills: Sequence[Till]
    chance: random.Random
    purse: Purse = field(default_factory=Purse)
    examples: list[UUID] = field(default_factory=list)

    async def live(self, months: Sequence[Period], *, until: datetime, progress: Callable[[int, int], None]) -> None:
        """Let everything happen that lies before ``until``, in its order."""
        acts = sorted((act for act in self._acts(months) if act[0] < until), key=lambda act: act[0])
        for done, (at, act) in enumerate(acts, start=1):
            await act(at)
            progress(done, len(acts))

    def _acts(self, months: Sequence[Period]) -> Iterator[tuple[datetime, Act]]:
        firsts = [month.first_day for month in months]
        for batch in BATCHES:
            day = firsts[batch.month] + timedelta(days=batch.day)
            yield moment(day, 8, 40), self._issue(batch)
        yield from shopping(self.session, self.purse, self.tills, self.chance, months)
        yield from Incidents(self.session, self.purse, self.tills, self.keys, self.people.funder).acts(firsts)
        for night in _days(months):
            yield moment(night, 4), self._sweep
        yield moment(firsts[1] + timedelta(days=1), 9, 30), self._close(months[0])

    def _issue(self, batch: Planned) -> Act:
        async def issue(at: datetime) -> None:
            company, face = self.people.companies[batch.company], Money(batch.euros * 100)
            await self._pay(company, face * batch.quantity, batch.label, at=at - timedelta(days=1))
            last_day = at.date() + timedelta(days=batch.days_valid) if batch.days_valid else None
            new = issuing.NewBatch(company, face, batch.quantity, label=batch.label, last_day=last_day)
            batch_id = await issuing.issue(self.session, new, keys=self.keys, actor=ACTOR, at=at)
            issued = await self.purse.take_in(self.session, batch_id, self.keys, label=batch.label)
            for one in issued if batch.topped_up else ():
                extra = Money(batch.topped_up * 100)
                await topping_up.top_up(self.session, one.id, funder_id=self.people.funder, amount=extra, at=at)
                one.left = one.left + extra
            if batch.label == EXAMPLES:
                self.examples = [one.id for one in self.purse.set_aside(batch.label, EXAMPLES_KEPT)]

        return issue

    async def _pay(self, company: UUID, value: Money, label: str, *, at: datetime) -> None:
        """What a batch costs with its fee of 2 % and the VAT on it, by transfer; what is over stays as credit."""
        fees = Money(value.cents * 24 // 1000 + 1)
        await buyers.pay_in(self.session, company, value + fees, reference=f"VIR {label}", at=at)

    async def _sweep(self, at: datetime) -> None:
        await holds.time_out_due(self.session, at=at)
        while await expiring.expire_due(self.session, at=at):
            pass

    def _close(self, month: Period) -> Act:
        async def close(at: datetime) -> None:
            await closing.close(self.session, month, at=at)

        return close


def _days(months: Sequence[Period]) -> Iterator[date]:
    day = months[0].first_day
    while day <= months[-1].last_day:
        yield day
        day += timedelta(days=1)
