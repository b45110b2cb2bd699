"""Opening a rule of top-up, with its money kept for it; ending it; reading rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.database import sum_of
from ledger.days import Period, day_of
from ledger.ids import new_id
from ledger.money import Money
from vouchers.funders import funder
from vouchers.funding.errors import RuleEnded, RuleUnsound, TopUpRuleUnknown
from vouchers.funding.funds import funds_of, release, reserve
from vouchers.funding.rules import Bought, Buyers, Terms
from vouchers.funding.tables import Claim, Rule, Share
from vouchers.tables import TopUp

GRACE: Final = timedelta(days=1)
"""How long after its last day its money is still kept: an order may be paid in the last second of it."""


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule as it stands. ``given`` is what of its budget was promised to orders that were paid."""

    id: UUID
    funder: UUID
    terms: Terms
    given: Money
    ended_at: datetime | None

    @property
    def left(self) -> Money:
        """What it may still give."""
        return self.terms.budget - self.given

    def stage(self, today: date) -> str:
        """Where it stands on a day: ``coming``, ``running`` or ``over``."""
        if self.ended_at is not None or today > self.terms.days.last_day:
            return "over"
        return "coming" if today < self.terms.days.first_day else "running"


async def open_rule(session: AsyncSession, funder_id: UUID, terms: Terms, *, actor: str, at: datetime) -> RuleView:
    """Open a rule, and keep its budget for it out of what its funder holds.

    :raises FunderUnknown, RuleUnsound, FundsExhausted, FundsReserved, NoBudget, BudgetExceeded:
    """
    terms.refuse_unless_sound()
    if terms.days.last_day < day_of(at):
        raise RuleUnsound(fields=("last_day",))
    await funder(session, funder_id)
    books = await posting.lock(session, [funder_id])
    funds = await funds_of(session, funder_id, books[funder_id].available, at=at)
    funds.refuse_beyond(terms.budget)
    rule_id = new_id()
    await session.execute(
        insert(Rule).values(
            id=rule_id, funder_id=funder_id, title=terms.title, first_day=terms.days.first_day,
            last_day=terms.days.last_day, budget=terms.budget.cents, rate_bp=terms.rate_bp, each=terms.each.cents,
            most_per_voucher=terms.most_per_voucher.cents, most_per_order=terms.most_per_order.cents,
            most_per_person=terms.most_per_person.cents, least_face=terms.least_face.cents, buyers=terms.buyers,
            postcodes=list(terms.postcodes), use_id=terms.use, made_by=actor, made_at=at,
        )
    )  # fmt: skip
    await reserve(session, rule_id, funder_id=funder_id, amount=terms.budget, until=terms.days.last_day + GRACE)
    return await rule(session, rule_id)


async def end_rule(session: AsyncSession, rule_id: UUID, *, at: datetime) -> RuleView:
    """End a rule now: what it has not promised is free again. Orders that are paid have what they were promised.

    :raises TopUpRuleUnknown, RuleEnded:
    """
    (found,) = await lock_rules(session, [rule_id])
    if found.stage(day_of(at)) == "over":
        raise RuleEnded
    await session.execute(
        update(Rule).where(Rule.id == rule_id).values(ended_at=at).execution_options(synchronize_session=False)
    )
    await release(session, rule_id)
    return await rule(session, rule_id)


async def rule(session: AsyncSession, rule_id: UUID) -> RuleView:
    """One rule.

    :raises TopUpRuleUnknown:
    """
    row = (await session.execute(select(Rule).where(Rule.id == rule_id))).scalar_one_or_none()
    if row is None:
        raise TopUpRuleUnknown(rule=rule_id)
    return _view(row)


async def rules_of(session: AsyncSession, funder_id: UUID) -> list[RuleView]:
    """The rules of a funder, the newest first."""
    rows = await session.execute(select(Rule).where(Rule.funder_id == funder_id).order_by(Rule.id.desc()))
    return [_view(row) for row in rows.scalars()]


async def rules_for(session: AsyncSession, bought: Bought, *, at: datetime) -> list[RuleView]:
    """The rules that add to an order that is bought so, if it were paid now."""
    today = day_of(at)
    wanted = select(Rule).where(Rule.ended_at.is_(None), Rule.first_day <= today, Rule.last_day >= today)
    found = [_view(row) for row in (await session.execute(wanted.order_by(Rule.id))).scalars()]
    return [one for one in found if one.terms.concerns(bought, today=today)]


async def given_by(
    session: AsyncSession, funder_id: UUID, *, since: datetime, before: datetime
) -> list[tuple[str, int, Money]]:
    """What rules gave of a funder's money between two moments: the title of each, to how many vouchers, how much."""
    statement = (
        select(Rule.title, func.count(), sum_of(TopUp.amount))
        .join(Claim, Claim.rule_id == Rule.id)
        .join(Share, Share.claim_id == Claim.id)
        .join(TopUp, TopUp.id == Share.top_up_id)
        .where(TopUp.funder_id == funder_id, TopUp.at >= since, TopUp.at < before)
        .group_by(Rule.id, Rule.title)
        .order_by(Rule.id)
    )
    return [(title, number, Money(cents)) for title, number, cents in await session.execute(statement)]


async def lock_rules(session: AsyncSession, ids: list[UUID]) -> list[RuleView]:
    """Lock rules in the order of their ids, and read what they have left. Before the account of their funder.

    :raises TopUpRuleUnknown:
    """
    wanted = select(Rule).where(Rule.id.in_(ids)).order_by(Rule.id).with_for_update()
    found = [_view(row) for row in (await session.execute(wanted)).scalars()]
    for one in ids:
        if one not in {each.id for each in found}:
            raise TopUpRuleUnknown(rule=one)
    return found


def _view(row: Rule) -> RuleView:
    terms = Terms(
        row.title, Period(row.first_day, row.last_day), Money(row.budget), Money(row.most_per_voucher), row.rate_bp,
        Money(row.each), Money(row.most_per_order), Money(row.most_per_person), Money(row.least_face),
        cast("Buyers", row.buyers), tuple(row.postcodes), row.use_id,
    )  # fmt: skip
    return RuleView(row.id, row.funder_id, terms, Money(row.given), row.ended_at)
