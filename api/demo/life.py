"""What happens in the demonstration, moment by moment: batches, shopping, mistakes, expiry, a month's end.

Every act goes through the domain as any other would, only with moments of the past. Days, people and sums are drawn
from one seed, so that two installations founded on the same day live the same life.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.demo.incidents import Incidents
from api.demo.orders import Orders
from api.demo.purse import Carried, Purse
from api.demo.rosters import staff
from api.demo.shopping import shopping
from api.demo.story import Desk, Story
from api.demo.street import Street
from api.demo.tills import closing_time
from api.demo.town import ACTOR, COMPANIES, People, Till, moment
from ledger.days import Period
from ledger.money import Money
from ledger.months import due_month
from merchants.settlements import opening
from merchants.settlements.accounting import close_month
from vouchers import buyers, expiring, issuing, releasing, topping_up
from vouchers.orders.drafting import Line, Named, NewOrder

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

    named: int | None = None
    """After how many of its people the company's list begins; nobody is named if there is no list."""


BATCHES: Final = (
    Planned("Rentrée des classes", 0, 30, 120, 0, 0, named=0),
    Planned("Semaine du commerce de proximité", 1, 10, 80, 0, 2, days_valid=24, topped_up=5),
    Planned("Prime de partage", 2, 50, 90, 0, 6, named=0),
    Planned("Remerciements aux clients", 1, 20, 150, 0, 13),
    Planned("Culture et librairies", 0, 50, 60, 1, 1, topped_up=10),
    Planned("Médailles du travail", 2, 100, 25, 1, 8, named=60),
    Planned("Cadeaux du personnel", 1, 50, 140, 1, 14, named=0),
    Planned("Tombola des commerçants", 0, 15, 60, 2, 0),
)
"""All of them were ordered, paid by transfer and printed, but one: the operator issued it itself, for three weeks."""
EXAMPLES: Final = "Cadeaux du personnel"
"""The batch from which three vouchers are kept unspent, as examples."""

EXAMPLES_KEPT: Final = 3


@dataclass(slots=True)
class Life:
    """The demonstration at work."""

    desk: Desk
    people: People
    tills: Sequence[Till]
    chance: random.Random
    examples: list[UUID] = field(default_factory=list)

    @property
    def session(self) -> AsyncSession:
        """The books."""
        return self.desk.session

    @property
    def purse(self) -> Purse:
        """What people carry about."""
        return self.desk.purse

    async def live(
        self, months: Sequence[Period], orders: Orders, *, letters_wait: bool, progress: Callable[[int, int], None]
    ) -> None:
        """Let everything happen that lies before the last moment of the orders, in its order."""
        street = Street(self.session, self.tills, self.people.funder).acts(months[1].first_day, orders.now)
        known = itertools.chain(self._acts(months), street, orders.acts(letters_wait=letters_wait))
        acts = sorted((act for act in known if act[0] < orders.now), key=lambda act: act[0])
        for done, (at, act) in enumerate(acts, start=1):
            await act(at)
            progress(done, len(acts))

    def _acts(self, months: Sequence[Period]) -> Iterator[tuple[datetime, Act]]:
        firsts = [month.first_day for month in months]
        for batch in BATCHES:
            day = firsts[batch.month] + timedelta(days=batch.day)
            if batch.days_valid:
                yield moment(day, 8, 40), self._issue(batch)
            else:
                yield from self._sell(batch, day)
        yield from shopping(self.session, self.purse, self.tills, self.chance, months)
        yield from Incidents(self.session, self.purse, self.tills, self.desk.keys, self.people.funder).acts(firsts)
        yield from closing_time(self.session, self.tills, _days(months))
        for night in _days(months):
            yield moment(night, 4), self._sweep
        yield moment(firsts[1] + timedelta(days=1), 9, 30), self._close(months[0])

    def _sell(self, batch: Planned, day: date) -> Iterator[tuple[datetime, Act]]:
        """A company orders, pays by transfer, and prints the sheets."""
        face = Money(batch.euros * 100)
        domain = str(COMPANIES[batch.company].email).partition("@")[2]
        people: tuple[Named, ...] = ()
        if batch.named is not None:
            people = staff(domain, batch.quantity, face, first=batch.named, with_email=False)
        lines = () if people else (Line(batch.quantity, face),)
        asked = NewOrder(self.people.companies[batch.company], lines, people, batch.label)
        story = Story(self.desk, asked, self.desk.staff.assistants[batch.company])

        async def issue(at: datetime) -> None:
            await story.issue(at)
            await self._handed_over(batch, story.issued, at=at)

        yield moment(day - timedelta(days=2), 14, 5), story.ask
        yield moment(day - timedelta(days=1), 10, 30), story.comes()
        yield moment(day, 8, 40), issue
        yield moment(day, 9, 10), story.take

    def _issue(self, batch: Planned) -> Act:
        async def issue(at: datetime) -> None:
            company, face = self.people.companies[batch.company], Money(batch.euros * 100)
            await self._pay(company, face * batch.quantity, batch.label, at=at - timedelta(days=1))
            last_day = at.date() + timedelta(days=batch.days_valid or 0)
            new = issuing.NewBatch(company, face, batch.quantity, label=batch.label, last_day=last_day)
            batch_id = await issuing.issue(self.session, new, keys=self.desk.keys, actor=ACTOR, at=at)
            issued = await self.purse.take_in(self.session, batch_id, self.desk.keys, label=batch.label)
            await self._handed_over(batch, issued, at=at)

        return issue

    async def _handed_over(self, batch: Planned, issued: Sequence[Carried], *, at: datetime) -> None:
        """The town adds its part; some vouchers are kept as examples."""
        for one in issued if batch.topped_up else ():
            extra = Money(batch.topped_up * 100)
            await topping_up.top_up(self.session, one.id, funder_id=self.people.funder, amount=extra, at=at)
            one.left = one.left + extra
        if batch.label == EXAMPLES:
            self.examples = [one.id for one in self.purse.set_aside(batch.label, EXAMPLES_KEPT)]

    async def _pay(self, company: UUID, value: Money, label: str, *, at: datetime) -> None:
        """What a batch costs with its fee of 2 % and the VAT on it, by transfer."""
        fees = Money(value.cents * 24 // 1000)
        await buyers.pay_in(self.session, company, value + fees, reference=f"VIR {label}", at=at)

    async def _sweep(self, at: datetime) -> None:
        await releasing.time_out_due(self.session, at=at)
        while await expiring.expire_due(self.session, at=at):
            pass

    def _close(self, month: Period) -> Act:
        async def close(at: datetime) -> None:
            await opening.close(self.session, month, at=at)
            while due := await due_month(self.session, at=at):
                await close_month(self.session, due, by=ACTOR, at=at)

        return close


def _days(months: Sequence[Period]) -> Iterator[date]:
    day = months[0].first_day
    while day <= months[-1].last_day:
        yield day
        day += timedelta(days=1)
