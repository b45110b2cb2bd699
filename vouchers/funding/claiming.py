"""What rules promise to an order when it is paid: kept for it until it is issued, released if it is cancelled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Integer, Select, Table, Uuid, bindparam, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.database import sum_of
from ledger.days import day_of
from ledger.ids import new_id
from ledger.money import Money
from ledger.parallel import given, lists
from vouchers.funding.funds import count, funds_of, release, reserve, use
from vouchers.funding.rules import Adds, Bought, Wanted, adds
from vouchers.funding.ruling import RuleView, lock_rules, rules_for
from vouchers.funding.tables import Claim, Rule, Share


@dataclass(frozen=True, slots=True)
class ClaimView:
    """What a rule promised to an order: ``shares`` by the place of each voucher, counted from 1."""

    id: UUID
    rule: UUID
    title: str
    funder: UUID
    amount: Money
    state: str
    shares: dict[int, Money]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a rule would add to an order that were paid now."""

    rule: RuleView
    adds: Adds


async def offers(session: AsyncSession, wanted: Sequence[Wanted], bought: Bought, *, at: datetime) -> list[Offer]:
    """What rules would add to an order of such a buyer, were it paid now. Without a lock, for show."""
    found = await rules_for(session, bought, at=at)
    judged = [Offer(one, adds(one.terms, wanted, had=await _had(session, one, wanted), left=one.left)) for one in found]
    return [one for one in judged if one.adds.needed]


async def promise(
    session: AsyncSession, order_id: UUID, wanted: Sequence[Wanted], bought: Bought, *, at: datetime
) -> Money:
    """Keep what rules add to an order that is paid now, which is locked. Who pays first is served first.

    What a rule keeps for it already stays: a dispute that is won makes an order paid again.

    Rules are locked before the accounts of their funders, each in the order of their ids.

    :returns: what is kept in all
    """
    live = {one.rule for one in await claims_of(session, order_id, "kept", "given")}
    found = await rules_for(session, bought, at=at)
    kept = 0
    for rule in await lock_rules(session, [one.id for one in found if one.id not in live]):
        if rule.stage(day_of(at)) != "running":
            continue
        books = await posting.lock(session, [rule.funder])
        funds = await funds_of(session, rule.funder, books[rule.funder].available, at=at)
        left = min(rule.left, funds.free(rule.id))
        added = adds(rule.terms, wanted, had=await _had(session, rule, wanted), left=left)
        if added.total:
            await _keep(session, order_id, rule, wanted, added, at=at)
            kept += added.total.cents
    return Money(kept)


async def claims_of(session: AsyncSession, order_id: UUID, *states: str) -> list[ClaimView]:
    """What was promised to an order, in the order of the promises; of these states only, if any are named."""
    statement = (
        select(Claim, Rule.title, Rule.funder_id)
        .join(Rule, Rule.id == Claim.rule_id)
        .where(Claim.order_id == order_id)
        .order_by(Claim.id)
    )
    if states:
        statement = statement.where(Claim.state.in_(states))
    rows = (await session.execute(statement)).all()
    parts = select(Share.claim_id, Share.place, Share.amount).where(Share.claim_id.in_([row[0].id for row in rows]))
    shares: dict[UUID, dict[int, Money]] = {}
    for claim, place, cents in await session.execute(parts.order_by(Share.place)):
        shares.setdefault(claim, {})[place] = Money(cents)
    return [
        ClaimView(row.id, row.rule_id, title, funder, Money(row.amount), row.state, shares.get(row.id, {}))
        for row, title, funder in rows
    ]


async def let_go(session: AsyncSession, order_id: UUID) -> None:
    """Release what is kept for an order that will not be issued; a rule that still runs may give it to others."""
    claims = await claims_of(session, order_id, "kept")
    for rule in await lock_rules(session, sorted({one.rule for one in claims})):
        await posting.lock(session, [rule.funder])
        for one in claims:
            if one.rule == rule.id:
                await _release(session, one, rule)


def kept_beside(orders: Select[UUID], *, limit: int) -> Select[UUID]:
    """The statement that finds the claims that are kept for none of these orders, in the order of their ids."""
    (order,) = orders.subquery().c
    beside = select(Claim.id).where(Claim.state == "kept", ~exists().where(order == Claim.order_id))
    return beside.order_by(Claim.id).limit(limit)


async def was_given(session: AsyncSession, claim: ClaimView, top_ups: dict[int, UUID]) -> None:
    """Write down by which top-ups a claim was given, by the places of its vouchers."""
    await _set(session, claim.id, "given")
    pairs = given(place=list(top_ups), top_up=list(top_ups.values()))
    await session.execute(_GIVEN, {**pairs, "claim": claim.id})


async def _keep(
    session: AsyncSession, order_id: UUID, rule: RuleView, wanted: Sequence[Wanted], added: Adds, *, at: datetime
) -> None:
    claim, amount = new_id(), added.total
    row = {"id": claim, "order_id": order_id, "rule_id": rule.id, "amount": amount.cents, "at": at}
    await session.execute(insert(Claim).values(**row))
    shares = [
        {"claim_id": claim, "place": place, "person": one.person, "amount": part.cents}
        for place, (one, part) in enumerate(zip(wanted, added.parts, strict=True), start=1)
        if part
    ]
    await session.execute(insert(Share), shares)
    await _change_given(session, rule.id, amount)
    await use(session, rule.id, amount)
    await reserve(session, claim, funder_id=rule.funder, amount=amount, until=None, counted=True)
    await count(session, rule.funder, amount, on=day_of(at))


async def _release(session: AsyncSession, claim: ClaimView, rule: RuleView) -> None:
    at = (await session.execute(select(Claim.at).where(Claim.id == claim.id))).scalar_one()
    await _set(session, claim.id, "released")
    await _change_given(session, rule.id, -claim.amount)
    await release(session, claim.id)
    await count(session, rule.funder, -claim.amount, on=day_of(at))
    if rule.ended_at is None:
        await use(session, rule.id, -claim.amount)


async def _had(session: AsyncSession, rule: RuleView, wanted: Collection[Wanted]) -> dict[str, Money]:
    """What each person has had by a rule; asked only if it bounds that."""
    if not rule.terms.most_per_person:
        return {}
    statement = (
        select(Share.person, sum_of(Share.amount))
        .join(Claim, Claim.id == Share.claim_id)
        .where(Claim.rule_id == rule.id, Claim.state != "released", Share.person.in_({one.person for one in wanted}))
        .group_by(Share.person)
    )
    return {person: Money(cents) for person, cents in await session.execute(statement)}


async def _change_given(session: AsyncSession, rule_id: UUID, amount: Money) -> None:
    statement: Any = update(Rule).where(Rule.id == rule_id).values(given=Rule.given + amount.cents)
    await session.execute(statement.execution_options(synchronize_session=False))


async def _set(session: AsyncSession, claim_id: UUID, state: str) -> None:
    statement = update(Claim).where(Claim.id == claim_id).values(state=state)
    await session.execute(statement.execution_options(synchronize_session=False))


_PAIRS: Final = lists(place=Integer(), top_up=Uuid())
_GIVEN: Final = (
    update(cast("Table", Share.__table__))
    .where(Share.claim_id == bindparam("claim"), Share.place == _PAIRS.c.place)
    .values(top_up_id=_PAIRS.c.top_up)
)
