"""What goes on in the streets of the demonstration: a draw, a top-up, a story to come, a rule of use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.demo.town import ACTOR, Till, moment
from ledger.days import day_of
from ledger.money import Money
from vouchers.campaigns import drawing, planning, rewarding, taking_part
from vouchers.campaigns.promises import Promise, a_draw
from vouchers.rules import keeping

Act = Callable[[datetime], Awaitable[None]]

RUNS_SINCE: Final = 9
RUNS_FOR: Final = 30
"""Days of the top-up, of which so many are over."""

TAKING_PART: Final = 60
NEIGHBOURS: Final = 12
"""Shops of the rule of use."""

WINDOWS: Final = (
    "Pendant deux semaines, les vitrines du centre racontent la même histoire : celle de la ville, en objets, en photos"
    " et en gourmandises.\n\n"
    "Chaque jour où vous dépensez un bon chez un commerçant participant est une chance de plus. Dix bons seront tirés"
    " au sort."
)
LOVE: Final = (
    "Il y a la boulangère qui connaît votre pain, le libraire qui a mis un livre de côté, la fleuriste qui ne vend que"
    " ce qui pousse ici. Une ville, c'est cela : des gens qui se croisent et se parlent.\n\n"
    "Jusqu'à la fin de l'opération, la ville vous rend dix pour cent de ce que vous dépensez avec vos bons. C'est sur"
    " le bon dès le lendemain matin, tout seul.\n\n"
    "Dites-leur que vous les aimez. Entrez."
)
WORKSHOPS: Final = (
    "Poussez la porte de l'arrière-boutique : les artisans montrent leurs outils, leurs gestes et ce qu'ils préparent."
)


@dataclass(frozen=True, slots=True)
class Street:
    """Campaigns, which shops take part in them, and what the town gives by them."""

    session: AsyncSession
    tills: Sequence[Till]
    funder: UUID

    def acts(self, second: date, now: datetime) -> Iterator[tuple[datetime, Act]]:
        """What happens when, counted from the first day of the second month and from today."""
        first, last = second + timedelta(days=4), second + timedelta(days=17)
        draw = self._campaign(self._windows(first, last), self.tills, then_drawn=last + timedelta(days=2))
        yield from draw
        since = day_of(now) - timedelta(days=RUNS_SINCE)
        until = since + timedelta(days=RUNS_FOR)
        yield from self._campaign(self._love(since, until), self.tills[:TAKING_PART])
        soon = Promise(
            "Les ateliers ouverts", "story", until + timedelta(days=3), until + timedelta(days=6), story=WORKSHOPS,
            theme="Quatre jours chez les artisans", motif="leaf",
        )  # fmt: skip
        yield from self._campaign(soon, self.tills[-TAKING_PART:], planned=day_of(now) - timedelta(days=1))
        yield moment(day_of(now) - timedelta(days=1), 9, 40), self._rule
        for days in range(1, RUNS_SINCE + 1):
            yield moment(since + timedelta(days=days), 6, 10), self._give

    def _campaign(
        self, promise: Promise, tills: Sequence[Till], *, planned: date | None = None, then_drawn: date | None = None
    ) -> Iterator[tuple[datetime, Act]]:
        """Planned three days before it begins, and published."""
        made: list[UUID] = []

        async def plan(at: datetime) -> None:
            one = await planning.plan(self.session, promise, actor=ACTOR, at=at)
            await taking_part.join(self.session, one.id, sorted({till.shop for till in tills}), actor=ACTOR, at=at)
            await planning.publish(self.session, one.id, actor=ACTOR, at=at)
            made.append(one.id)

        async def draw(at: datetime) -> None:
            await drawing.draw(self.session, made[0], actor=ACTOR, at=at)

        yield moment(planned or promise.first_day - timedelta(days=3), 11, 20), plan
        if then_drawn is not None:
            yield moment(then_drawn, 10, 15), draw

    async def _rule(self, at: datetime) -> None:
        """A rule of use that buyers may choose."""
        shops = frozenset(till.shop for till in self.tills[:NEIGHBOURS])
        await keeping.make(self.session, name="Les douze voisins", shops=shops, actor=ACTOR, at=at)

    async def _give(self, at: datetime) -> None:
        """What the job does each morning."""
        for campaign in await rewarding.campaigns_due(self.session, at=at):
            await rewarding.reward_due(self.session, campaign, at=at)

    def _windows(self, first: date, last: date) -> Promise:
        sums: Any = a_draw(prizes=10, each=Money(2_000))
        return Promise(
            "La quinzaine des vitrines", "draw", first, last, story=WINDOWS, theme="Dix bons gagnent 20 €",
            motif="star", funder=self.funder, **sums,
        )  # fmt: skip

    def _love(self, since: date, until: date) -> Promise:
        return Promise(
            "Tu es l'amour de ma Ville", "top_up", since, until, story=LOVE,
            theme="Dix pour cent de ce que vous dépensez reviennent sur votre bon", motif="heart", funder=self.funder,
            budget=Money(40_000), rate_bp=1_000, most_per_voucher=Money(500),
        )  # fmt: skip
