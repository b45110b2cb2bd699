"""The draw: once, after its last day, from a seed whose hash everybody could read since the campaign was published.

Each voucher has one chance for every day on which it was spent in a shop that takes part. A chance is scored by the
SHA-256 of ``seed:day:reference`` in hexadecimal; the lowest scores win, one prize a voucher. Whoever has the seed and
the list of chances, both of which are published, finds the same winners with four lines of any language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.days import day_of
from ledger.money import Money, total
from vouchers.campaigns.errors import AlreadyDrawn, CampaignStanding, DrawTooEarly
from vouchers.campaigns.planning import give_of, locked, tell
from vouchers.campaigns.purchases import Purchase, kept_of, purchases
from vouchers.campaigns.queries import CampaignView, campaign
from vouchers.campaigns.rewarding import last_before
from vouchers.campaigns.tables import Chance, Reward
from vouchers.facts import VoucherFacts, heirs_of, vouchers_by_id
from vouchers.funding.funds import funds_of, release
from vouchers.topping_up import Gift, give

REFERENCE: Final = 12
"""Hexadecimal digits that stand for a voucher in the published list."""

Outcome = Literal["none", "won", "passed_over"]


@dataclass(frozen=True, slots=True)
class ChanceView:
    """A chance as it is published. ``passed_over``: it would have won, but its voucher could take nothing."""

    number: int
    day: date
    reference: str
    score: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Scored:
    """A chance and its score. ``purchase`` is the first of its voucher and day."""

    purchase: Purchase
    day: date
    reference: str
    score: str


def score(seed: bytes, day: date, reference: str) -> str:
    """The score of a chance: the lower the better."""
    return hashlib.sha256(f"{seed.hex()}:{day.isoformat()}:{reference}".encode()).hexdigest()


def reference(seed: bytes, origin: UUID) -> str:
    """What stands for a voucher in the list. Without its id, which is nowhere published, it names nothing."""
    return hashlib.sha256(f"{seed.hex()}:{origin}".encode()).hexdigest()[:REFERENCE]


def seal_of(seed: bytes) -> str:
    """The hash that is published with the campaign, long before its seed."""
    return hashlib.sha256(seed.hex().encode()).hexdigest()


def scored(seed: bytes, counted: Iterable[Purchase]) -> list[Scored]:
    """The chances in the order of their scores: one for each voucher and day, for its first purchase."""
    chances: dict[tuple[UUID, date], Scored] = {}
    for one in counted:
        day, refers = day_of(one.at), reference(seed, one.origin)
        chances.setdefault((one.origin, day), Scored(one, day, refers, score(seed, day, refers)))
    return sorted(chances.values(), key=lambda one: (one.score, one.day, one.reference))


def winners(chances: Sequence[Scored], usable: Mapping[UUID, VoucherFacts], *, prizes: int) -> dict[int, Outcome]:
    """Which chances win, by their place. Pure: a voucher wins once; one that can take nothing is passed over."""
    outcomes: dict[int, Outcome] = {}
    won: set[UUID] = set()
    for place, one in enumerate(chances):
        if len(won) == prizes:
            break
        if one.purchase.origin in won:
            continue
        outcomes[place] = "won" if one.purchase.origin in usable else "passed_over"
        if one.purchase.origin in usable:
            won.add(one.purchase.origin)
    return outcomes


async def draw(session: AsyncSession, campaign_id: UUID, *, actor: str, at: datetime) -> CampaignView:
    """Draw, and give the prizes at once. With fewer vouchers than prizes, each of them wins.

    :raises CampaignUnknown, CampaignStanding, DrawTooEarly, AlreadyDrawn:
    :raises FundsExhausted, FundsReserved, NoBudget, BudgetExceeded:
    """
    found = await locked(session, campaign_id)
    funder, seed = found.promise.funder, found.seed
    if found.status != "published" or found.promise.kind != "draw" or funder is None or seed is None:
        raise CampaignStanding(status=found.status)
    if found.drawn_at is not None:
        raise AlreadyDrawn
    if last_before(at) < found.promise.last_day:
        raise DrawTooEarly(first_possible=found.promise.last_day + timedelta(days=1))
    counted = await purchases(session, found, through=found.promise.last_day)
    heirs = await heirs_of(session, {one.origin for one in counted})
    books = await posting.lock(session, {funder, *heirs.values()})
    chances = scored(seed, await kept_of(session, counted, least=found.promise.least_spent))
    usable = {
        one.origin: one
        for one in (await vouchers_by_id(session, list(heirs.values()))).values()
        if one.status == "active" and one.last_day >= day_of(at)
    }
    outcomes = winners(chances, usable, prizes=found.promise.prizes)
    won = [chances[place] for place, outcome in outcomes.items() if outcome == "won"]
    needed = found.promise.each * len(won)
    funds = await funds_of(session, funder, books[funder].available, at=at, on=found.promise.last_day)
    funds.refuse_beyond(needed, campaign_id)
    await _keep(session, found, chances, outcomes)
    await _give(session, found, won, usable, books, on=funds.day, at=at)
    await release(session, campaign_id)
    await tell(session, campaign_id, "drawn", actor=actor, at=at, chances=len(chances), winners=len(won))
    return await campaign(session, campaign_id)


async def chances_of(session: AsyncSession, campaign_id: UUID) -> list[ChanceView]:
    """The chances as they were drawn, the lowest score first."""
    statement = (
        select(Chance.number, Chance.day, Chance.reference, Chance.score, Chance.outcome)
        .where(Chance.campaign_id == campaign_id)
        .order_by(Chance.number)
    )
    rows = await session.execute(statement)
    return [
        ChanceView(number, day, refers, points, cast("Outcome", what)) for number, day, refers, points, what in rows
    ]


async def _keep(
    session: AsyncSession, found: CampaignView, chances: Sequence[Scored], outcomes: Mapping[int, Outcome]
) -> None:
    rows = [
        {
            "campaign_id": found.id, "number": place + 1, "day": one.day, "redemption_id": one.purchase.redemption,
            "origin_id": one.purchase.origin, "reference": one.reference, "score": one.score,
            "outcome": outcomes.get(place, "none"),
        }
        for place, one in enumerate(chances)
    ]  # fmt: skip
    if rows:
        await session.execute(insert(Chance), rows)


async def _give(
    session: AsyncSession, found: CampaignView, won: Sequence[Scored], usable: Mapping[UUID, VoucherFacts],
    books: posting.Books, *, on: date, at: datetime,
) -> None:  # fmt: skip
    assert found.promise.funder is not None  # noqa: S101 - asked by the caller
    prize: Money = found.promise.each
    gifts = [Gift(usable[one.purchase.origin], prize) for one in won]
    transfers = await give(session, gifts, funder_id=found.promise.funder, books=books, at=at, out_of=found.id, on=on)
    rows = [
        {
            "campaign_id": found.id, "redemption_id": one.purchase.redemption, "origin_id": one.purchase.origin,
            "amount": prize.cents, "outcome": "prize", "top_up_id": transfer, "at": at,
        }
        for one, transfer in zip(won, transfers, strict=True)
    ]  # fmt: skip
    if rows:
        await session.execute(insert(Reward), rows)
    await give_of(session, found, total([prize for _ in won]), drawn_at=at)
