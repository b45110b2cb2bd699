"""Campaigns that run in a town. ``town.at`` is the fifth of October 2026, half past ten in the morning."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from ledger import posting
from ledger.chart import Kind, single
from ledger.money import ZERO, Money, total
from tests.given import Town, paris
from tests.till import Till
from vouchers.campaigns import drawing, figures, planning, queries, rewarding, taking_part
from vouchers.campaigns.promises import Promise, a_draw
from vouchers.campaigns.queries import CampaignView

FIRST: Final = date(2026, 10, 5)
LAST: Final = date(2026, 10, 31)
NEXT_MORNING: Final = paris("2026-10-06T06:00")
AFTER: Final = paris("2026-11-01T06:00")


@dataclass(slots=True)
class Running:
    """A campaign in a town."""

    town: Town
    id: UUID

    async def rewards(self, *, limit: int = 500) -> Money:
        """Let the job do its work, as it does each morning.

        :returns: what was given
        """
        given, place = ZERO, None
        while True:
            done = await self.town.do(
                lambda session, after=place: rewarding.reward_due(  # type: ignore[misc]
                    session, self.id, at=self.town.at, after=after, limit=limit
                )
            )
            given, place = given + done.given, done.last
            if place is None:
                return given

    async def view(self) -> CampaignView:
        return await self.town.do(lambda session: queries.campaign(session, self.id))

    async def draw(self) -> CampaignView:
        return await self.town.do(lambda session: drawing.draw(session, self.id, actor="manager", at=self.town.at))

    async def end(self) -> CampaignView:
        return await self.town.do(lambda session: planning.end(session, self.id, actor="manager", at=self.town.at))

    async def change(self, **other: Any) -> CampaignView:
        promise = replace((await self.view()).promise, **other)
        return await self.town.do(
            lambda session: planning.change(session, self.id, promise, actor="manager", at=self.town.at)
        )

    async def join(self, *tills: Till) -> frozenset[UUID]:
        shops = [one.shop for one in tills]
        return await self.town.do(
            lambda session: taking_part.join(session, self.id, shops, actor="manager", at=self.town.at)
        )

    async def leave(self, *tills: Till) -> frozenset[UUID]:
        shops = [one.shop for one in tills]
        return await self.town.do(
            lambda session: taking_part.leave(session, self.id, shops, actor="manager", at=self.town.at)
        )

    async def report(self) -> figures.Report:
        return await self.town.do(lambda session: figures.report(session, self.id, at=self.town.at))

    async def told(self) -> list[str]:
        return [one.what for one in await self.town.do(lambda session: queries.history_of(session, self.id))]


def top_up(town: Town, **other: Any) -> Promise:
    """10 % of what is spent, up to 5 € a voucher, out of 50 €."""
    sound = Promise(
        "Tu es l'amour de ma Ville", "top_up", FIRST, LAST, theme="Dix pour cent en plus", funder=town.funder,
        budget=Money.of("50"), rate_bp=1_000, most_per_voucher=Money.of("5"),
    )  # fmt: skip
    return replace(sound, **other)


def a_lottery(town: Town, *, prizes: int = 2, each: str = "10", **other: Any) -> Promise:
    """Two prizes of 10 €."""
    sums: Any = a_draw(prizes=prizes, each=Money.of(each))
    return replace(Promise("Quinzaine de rentrée", "draw", FIRST, LAST, funder=town.funder, **sums), **other)


async def planned(town: Town, promise: Promise) -> Running:
    view = await town.do(lambda session: planning.plan(session, promise, actor="manager", at=town.at))
    return Running(town, view.id)


async def running(town: Town, promise: Promise | None = None, *, shops: Collection[Till] | None = None) -> Running:
    """Published, with the first two of three shops in it."""
    found = await planned(town, promise or top_up(town))
    await found.join(*(town.tills[:2] if shops is None else shops))
    await town.do(lambda session: planning.publish(session, found.id, actor="manager", at=town.at))
    return found


async def spend_what_is_promised(town: Town, typed: str) -> None:
    """Take a funder's money past every promise, as no door of ours does: by a posting of the books themselves."""
    taken = posting.NewTransfer("funder_paid_back", town.funder, single(Kind.BANK), Money.of(typed))
    await town.do(lambda session: posting.post(session, [taken], at=town.at))


async def proved(town: Town) -> None:
    """The audit agrees, and so does every batch."""
    audit = await town.audit()
    assert audit.agrees, audit.findings
    assert audit.ring_fence.covered


def sums(amounts: Collection[Money]) -> Money:
    return total(list(amounts))
