"""Planning a campaign: written as a draft, published once its money is there, ended or withdrawn."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.days import day_of
from ledger.ids import new_id
from ledger.money import ZERO, Money
from merchants.shops.spelling import folded
from vouchers.campaigns.errors import (
    BudgetBelowGiven,
    CampaignDaysWrong,
    CampaignIncomplete,
    CampaignNotFunded,
    CampaignStanding,
    CampaignUnknown,
)
from vouchers.campaigns.promises import LATEST, Promise
from vouchers.campaigns.queries import CampaignView, campaign, view_of
from vouchers.campaigns.tables import Campaign, CampaignEvent
from vouchers.funders import funder
from vouchers.funding.funds import funds_of, keep_until, release, reserve

SEED_BYTES: Final = 32
SLUG_LONGEST: Final = 60


async def locked(session: AsyncSession, campaign_id: UUID) -> CampaignView:
    """Lock a campaign; it is always locked before the accounts of its funder and of vouchers.

    :raises CampaignUnknown:
    """
    statement = select(Campaign).where(Campaign.id == campaign_id).with_for_update()
    row = (await session.execute(statement)).scalar_one_or_none()
    if row is None:
        raise CampaignUnknown(campaign=campaign_id)
    return view_of(row)


async def plan(session: AsyncSession, promise: Promise, *, actor: str, at: datetime) -> CampaignView:
    """Write a campaign down as a draft; its address follows from its title and stays.

    :raises CampaignDaysWrong, CampaignIncomplete, FunderUnknown:
    """
    promise.refuse_unless_sound()
    if promise.funder is not None:
        await funder(session, promise.funder)
    campaign_id = new_id()
    slug = await _free_slug(session, promise)
    await session.execute(insert(Campaign).values(id=campaign_id, slug=slug, made_at=at, **_row(promise)))
    await tell(session, campaign_id, "planned", actor=actor, at=at)
    return await campaign(session, campaign_id)


async def change(
    session: AsyncSession, campaign_id: UUID, promise: Promise, *, actor: str, at: datetime
) -> CampaignView:
    """Change a campaign: all of a draft; of a published one its words, its last day from today on, and its budget.

    What people were promised stays: its kind, its first day, its funder and what a purchase brings.

    :raises CampaignUnknown, CampaignDaysWrong, CampaignIncomplete, FunderUnknown, CampaignStanding:
    :raises BudgetBelowGiven, CampaignNotFunded, NoBudget, BudgetExceeded:
    """
    promise.refuse_unless_sound()
    found = await locked(session, campaign_id)
    if found.status == "published":
        await _refuse_breach(session, found, promise, at=at)
    elif found.status == "withdrawn":
        raise CampaignStanding(status=found.status)
    if promise.funder is not None:
        await funder(session, promise.funder)
    await _update(session, campaign_id, **_row(promise))
    moved = {
        name: _plain(new) for name, new in _row(promise).items() if name != "story" and new != _row(found.promise)[name]
    }
    await tell(session, campaign_id, "changed", actor=actor, at=at, **moved)
    return await campaign(session, campaign_id)


async def publish(session: AsyncSession, campaign_id: UUID, *, actor: str, at: datetime) -> CampaignView:
    """Publish a draft, once its funder holds all that it may give. A draw gets its seed, of which the hash is shown.

    :raises CampaignUnknown, CampaignStanding, CampaignDaysWrong, CampaignNotFunded, NoBudget, BudgetExceeded:
    """
    found = await locked(session, campaign_id)
    if found.status != "draft":
        raise CampaignStanding(status=found.status)
    if found.promise.last_day < day_of(at):
        raise CampaignDaysWrong(first_day=found.promise.first_day, last_day=found.promise.last_day)
    if found.promise.funder is not None:
        await _keep(session, found, found.promise.budget, found.promise.last_day, at=at)
    seed = secrets.token_bytes(SEED_BYTES) if found.promise.kind == "draw" else None
    await _update(session, campaign_id, status="published", published_at=at, seed=seed)
    await tell(session, campaign_id, "published", actor=actor, at=at)
    return await campaign(session, campaign_id)


async def end(session: AsyncSession, campaign_id: UUID, *, actor: str, at: datetime) -> CampaignView:
    """End a campaign: one that runs has its last day today, so that what is spent until midnight counts.

    One that has not begun, or is a draft, is withdrawn. Of one that is over nothing can be ended.

    :raises CampaignUnknown, CampaignStanding:
    """
    found, today = await locked(session, campaign_id), day_of(at)
    stage = found.stage(today)
    if stage in {"draft", "coming"}:
        await release(session, campaign_id)
        await _update(session, campaign_id, status="withdrawn")
        await tell(session, campaign_id, "withdrawn", actor=actor, at=at)
    elif stage == "running" and found.promise.last_day > today:
        await keep_until(session, campaign_id, None if found.promise.kind == "draw" else today + LATEST)
        await _update(session, campaign_id, last_day=today)
        await tell(session, campaign_id, "ended", actor=actor, at=at, last_day=today.isoformat())
    else:
        raise CampaignStanding(status=stage)
    return await campaign(session, campaign_id)


async def tell(
    session: AsyncSession, campaign_id: UUID, what: str, *, actor: str, at: datetime, **facts: str | int
) -> None:
    """Write down what was done to a campaign."""
    row = {"id": new_id(), "campaign_id": campaign_id, "what": what, "actor": actor, "facts": facts, "at": at}
    await session.execute(insert(CampaignEvent).values(**row))


async def give_of(session: AsyncSession, found: CampaignView, amount: Money, **values: object) -> None:
    """Count what was given of the budget of a campaign that this transaction has locked. For rewards and draws."""
    await _update(session, found.id, given=Campaign.given + amount.cents, **values)


async def _refuse_breach(session: AsyncSession, found: CampaignView, promise: Promise, *, at: datetime) -> None:
    kept = ("kind", "first_day", "funder", "rate_bp", "each", "most_per_voucher", "least_spent", "prizes")
    broken = [name for name in kept if getattr(promise, name) != getattr(found.promise, name)]
    if broken:
        raise CampaignIncomplete(fields=tuple(broken))
    today = day_of(at)
    if promise.last_day != found.promise.last_day and min(promise.last_day, found.promise.last_day) < today:
        raise CampaignDaysWrong(first_day=promise.first_day, last_day=promise.last_day)
    if promise.budget < found.given:
        raise BudgetBelowGiven(given=found.given, asked=promise.budget)
    if promise.funder is not None:
        await _keep(session, found, promise.budget, promise.last_day, at=at)


async def _keep(session: AsyncSession, found: CampaignView, budget: Money, last_day: date, *, at: datetime) -> None:
    """Keep what a campaign may still give, out of what its funder holds.

    Decided under the lock of the funder's account, so that two campaigns cannot promise the same euro.
    """
    assert found.promise.funder is not None  # noqa: S101 - only what costs has a budget
    books = await posting.lock(session, [found.promise.funder])
    funds = await funds_of(session, found.promise.funder, books[found.promise.funder].available, at=at)
    needed, before = budget - found.given, found.left if found.status == "published" else ZERO
    if needed > before and needed > funds.held - funds.kept(found.id):
        raise CampaignNotFunded(left=funds.held, needed=funds.kept(found.id) + needed)
    if needed > before:
        funds.refuse_beyond(needed, found.id)
    until = None if found.promise.kind == "draw" else last_day + LATEST
    await reserve(session, found.id, funder_id=found.promise.funder, amount=needed, until=until)


async def _free_slug(session: AsyncSession, promise: Promise) -> str:
    wanted = folded(promise.title).lower().replace(" ", "-")[:SLUG_LONGEST].strip("-") or promise.kind.replace("_", "-")
    taken = set((await session.execute(select(Campaign.slug).where(Campaign.slug.startswith(wanted)))).scalars())
    candidates = (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3)))
    return next(one for one in candidates if one not in taken)


def _row(promise: Promise) -> dict[str, Any]:
    return {
        "title": promise.title, "theme": promise.theme, "story": promise.story, "motif": promise.motif,
        "kind": promise.kind, "first_day": promise.first_day, "last_day": promise.last_day,
        "funder_id": promise.funder, "budget": promise.budget.cents, "rate_bp": promise.rate_bp,
        "each": promise.each.cents, "most_per_voucher": promise.most_per_voucher.cents,
        "least_spent": promise.least_spent.cents, "prizes": promise.prizes,
    }  # fmt: skip


def _plain(value: object) -> str | int:
    return value if isinstance(value, int | str) else value.isoformat() if isinstance(value, date) else str(value)


async def _update(session: AsyncSession, campaign_id: UUID, **values: object) -> None:
    await session.execute(
        update(Campaign).where(Campaign.id == campaign_id).values(**values).execution_options(synchronize_session=False)
    )
