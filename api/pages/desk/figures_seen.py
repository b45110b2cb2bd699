"""Figures as they are seen: read all at once, and told in the words of whoever looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.pages.desk.figures_asked import Asked, Offered
from ledger.money import Money
from merchants.shops.queries import ShopView
from merchants.street.groups import group_of
from vouchers.figures.delays import Waited, until_first_spent, until_last_cent
from vouchers.figures.flows import Flows, flows
from vouchers.figures.leverage import Leverage, leverage
from vouchers.figures.quiet_shops import Quiet, quiet
from vouchers.figures.spending import Spending, Wanted, spent_by_campaign, spent_by_day, spent_by_shop
from vouchers.figures.weeks import Week, by_week, weeks_of


@dataclass(frozen=True, slots=True)
class Whole:
    """What concerns the programme as a whole, and no shop more than another."""

    flows: Flows
    first_spent: Waited | None
    last_cent: Waited | None
    leverage: Sequence[Leverage]


@dataclass(frozen=True, slots=True)
class QuietShop:
    """A shop that takes no vouchers; ``last`` is when it last did, none if it never has."""

    shop: ShopView
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """All figures of what was asked for. ``trades`` are by the slug of their group; ``shops`` are the accepted ones
    among those asked for, ``used`` how many of all took something.
    """

    asked: Asked
    weeks: Sequence[Week]
    spent: Sequence[Money]
    purchases: int
    used: int
    shops: int
    trades: Sequence[tuple[str, Spending]]
    communes: Sequence[tuple[str, Spending]]
    campaigns: Sequence[tuple[str, Spending]]
    quiet: Sequence[QuietShop]
    whole: Whole | None


async def seen(session: AsyncSession, asked: Asked, choice: Offered, *, at: datetime) -> Seen:
    """Read all figures, in one snapshot. ``whole`` only where nothing is left out."""
    some = [one for one in choice.shops if _is_asked(one, asked)]
    named = None if not asked.trade and not asked.commune else [one.id for one in some]
    wanted = Wanted(asked.period, named, asked.campaign)
    by_shop = await spent_by_shop(session, wanted)
    by_campaign = await spent_by_campaign(session, wanted)
    titles = {one.id: one.promise.title for one in choice.campaigns}
    accepted = {one.id: one for one in some if one.status == "accepted"}
    known = {one.id: one for one in choice.shops}
    weeks = weeks_of(asked.period)
    whole = await _whole(session, asked) if asked.all_shops else None
    days = {} if whole else await spent_by_day(session, wanted)
    return Seen(
        asked, weeks, whole.flows.spent if whole else by_week(weeks, [(day, one.amount) for day, one in days.items()]),
        sum(one.purchases for one in by_shop.values()), sum(one.purchases > 0 for one in by_shop.values()),
        len(accepted), _ranked(by_shop, lambda shop: group_of(known[shop].naf).slug),
        _ranked(by_shop, lambda shop: known[shop].commune), _ranked(by_campaign, lambda one: titles[one]),
        [QuietShop(accepted[one.shop], one.last) for one in await _quiet(session, accepted, asked, at)], whole,
    )  # fmt: skip


def _is_asked(shop: ShopView, asked: Asked) -> bool:
    return asked.trade in {"", group_of(shop.naf).slug} and asked.commune in {"", shop.commune}


async def _whole(session: AsyncSession, asked: Asked) -> Whole:
    return Whole(
        await flows(session, asked.period), await until_first_spent(session, asked.period),
        await until_last_cent(session, asked.period), await leverage(session, asked.period),
    )  # fmt: skip


async def _quiet(
    session: AsyncSession, accepted: Mapping[UUID, ShopView], asked: Asked, at: datetime
) -> Sequence[Quiet]:
    """Of a campaign nobody is told to be silent: who takes part in it is another question."""
    return await quiet(session, list(accepted), at=at) if asked.campaign is None else []


def _ranked(spent: Mapping[UUID, Spending], name_of: Callable[[UUID], str]) -> list[tuple[str, Spending]]:
    """What was spent under each name, the most first."""
    cents, purchases = Counter[str](), Counter[str]()
    for one, what in spent.items():
        name = name_of(one)
        cents[name] += what.amount.cents
        purchases[name] += what.purchases
    ranked = [(name, Spending(Money(cents[name]), purchases[name])) for name in cents]
    return sorted(ranked, key=lambda one: (-one[1].amount.cents, one[0]))
