"""What a top-up campaign gives: the morning after, to each purchase once, in the order in which they were made.

Three steps, as in redeeming: lock, read, write; between reading and writing, a pure decision. A campaign is locked
before any account, so that of two jobs at once one waits, and then finds what the other has done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.database import sum_of
from ledger.days import PARIS, day_of
from ledger.money import ZERO, Money, total
from vouchers.campaigns.planning import give_of, locked
from vouchers.campaigns.promises import LATEST, MORNING, Promise
from vouchers.campaigns.purchases import Place, Purchase, kept_of, purchases
from vouchers.campaigns.queries import CampaignView
from vouchers.campaigns.tables import Campaign, Reward
from vouchers.facts import VoucherFacts, heirs_of, vouchers_by_id
from vouchers.funding.funds import funds_of
from vouchers.topping_up import Gift, give

AT_ONCE: Final = 500
"""Purchases that one transaction looks at."""

Outcome = Literal["given", "full", "exhausted", "expired"]


@dataclass(frozen=True, slots=True)
class Decided:
    """What a purchase brings; ``voucher`` is the one that is alive in its chain, where money goes to."""

    purchase: Purchase
    outcome: Outcome
    amount: Money = ZERO
    voucher: VoucherFacts | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that deciding needs, read under the locks. What is left of the budget, and what of the funder's is for it."""

    promise: Promise
    left: Money
    funds: Money
    alive: Mapping[UUID, VoucherFacts]
    """By the first voucher of each chain."""
    had: Mapping[UUID, Money]
    """What this campaign has added to each chain so far."""
    today: date


@dataclass(frozen=True, slots=True)
class Round:
    """One transaction's work. ``last`` is where the next one goes on; none once all was looked at."""

    decided: int = 0
    given: Money = ZERO
    last: Place | None = None
    short: bool = False
    """The funder holds less than was promised: everything else waits for it."""


async def reward_due(
    session: AsyncSession, campaign_id: UUID, *, at: datetime, after: Place | None = None, limit: int = AT_ONCE
) -> Round:
    """Decide on the next purchases whose day is over, and give what they bring: those of one day at once.

    It is the budget of that day from which they are given: the morning after, an exercise may be over.

    :raises CampaignUnknown:
    """
    found = await locked(session, campaign_id)
    funder, last = found.promise.funder, last_before(at)
    if found.status != "published" or found.promise.kind != "top_up" or funder is None:
        return Round()
    if last > found.promise.last_day + LATEST:
        return Round()
    due = await purchases(session, found, through=last, undecided=True, after=after, limit=limit)
    if not due:
        return Round()
    day = day_of(due[0].at)
    more = len(due) == limit or day_of(due[-1].at) != day
    due = [one for one in due if day_of(one.at) == day]
    heirs = await heirs_of(session, {one.origin for one in due})
    books = await posting.lock(session, {funder, *heirs.values()})
    alive = await vouchers_by_id(session, list(heirs.values()))
    funds = await funds_of(session, funder, books[funder].available, at=at, on=day)
    facts = Facts(
        found.promise, found.left, funds.free(found.id), {one.origin: one for one in alive.values()},
        await _had(session, found.id, heirs), day_of(at),
    )  # fmt: skip
    decided, short = decide(await kept_of(session, due, least=found.promise.least_spent), facts)
    await _write(session, found, decided, books, on=funds.day, at=at)
    place = due[-1].place if more and not short else None
    return Round(len(decided), total([one.amount for one in decided]), place, short)


async def campaigns_due(session: AsyncSession, *, at: datetime) -> list[UUID]:
    """The campaigns that may have something to give, in the order in which they were published."""
    before = last_before(at)
    statement = (
        select(Campaign.id)
        .where(Campaign.kind == "top_up", Campaign.status == "published")
        .where(Campaign.first_day <= before, Campaign.last_day >= before - LATEST)
        .order_by(Campaign.published_at, Campaign.id)
    )
    return list((await session.execute(statement)).scalars())


def last_before(at: datetime) -> date:
    """The last day whose purchases bring something now: yesterday, from the morning on. Its undos are done."""
    return day_of(at) - timedelta(days=1 if at.astimezone(PARIS).hour >= MORNING else 2)


def decide(due: Sequence[Purchase], facts: Facts) -> tuple[list[Decided], bool]:
    """What purchases bring, in the order in which they were made. Pure.

    One that must wait is left out: its voucher is blocked, or is being replaced at this moment. Where the funder
    holds too little, that one and all after it wait, so that nobody is passed over.

    :returns: what is decided, and whether the funder holds too little
    """
    decided: list[Decided] = []
    had, left, funds = dict(facts.had), facts.left, facts.funds
    for one in due:
        voucher = facts.alive.get(one.origin)
        if voucher is None or voucher.status == "replaced":
            continue
        brings = min(facts.promise.brings(one.spent), facts.promise.most_per_voucher - had.get(one.origin, ZERO), left)
        if voucher.last_day < facts.today:
            decided.append(Decided(one, "expired"))
        elif left <= ZERO:
            decided.append(Decided(one, "exhausted"))
        elif brings <= ZERO:
            decided.append(Decided(one, "full"))
        elif brings > funds:
            return decided, True
        elif voucher.status == "active":
            decided.append(Decided(one, "given", brings, voucher))
            had[one.origin] = had.get(one.origin, ZERO) + brings
            left, funds = left - brings, funds - brings
    return decided, False


async def _had(session: AsyncSession, campaign_id: UUID, origins: Collection[UUID]) -> dict[UUID, Money]:
    statement = (
        select(Reward.origin_id, sum_of(Reward.amount))
        .where(Reward.campaign_id == campaign_id, Reward.origin_id.in_(list(origins)))
        .group_by(Reward.origin_id)
    )
    return {origin: Money(cents) for origin, cents in await session.execute(statement)}


async def _write(
    session: AsyncSession, found: CampaignView, decided: Sequence[Decided], books: posting.Books, *, on: date,
    at: datetime,
) -> None:  # fmt: skip
    if not decided:
        return
    assert found.promise.funder is not None  # noqa: S101 - asked by the caller
    paid = [one for one in decided if one.voucher is not None]
    gifts = [Gift(one.voucher, one.amount) for one in paid if one.voucher is not None]
    transfers = await give(session, gifts, funder_id=found.promise.funder, books=books, at=at, out_of=found.id, on=on)
    of = dict(zip((one.purchase.redemption for one in paid), transfers, strict=True))
    rows = [
        {
            "campaign_id": found.id, "redemption_id": one.purchase.redemption, "origin_id": one.purchase.origin,
            "amount": one.amount.cents, "outcome": one.outcome, "top_up_id": of.get(one.purchase.redemption), "at": at,
        }
        for one in decided
    ]  # fmt: skip
    await session.execute(insert(Reward), rows)
    await give_of(session, found, total([one.amount for one in decided]))
