"""Budgets: what the agreement with a funder grants, exercise by exercise. What is given beyond them is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.database import sum_of
from ledger.days import Period, day_of
from ledger.ids import new_id
from ledger.money import ZERO, Money, total
from vouchers.errors import AmountNotPositive
from vouchers.funders import funder
from vouchers.funding.errors import BudgetDaysWrong, BudgetTooSmall, BudgetUnknown
from vouchers.funding.funds import reserves_of
from vouchers.funding.tables import Budget, Claim, Rule, Share
from vouchers.tables import TopUp


@dataclass(frozen=True, slots=True)
class BudgetView:
    """A budget. ``granted`` is what of ``amount`` went to vouchers on its days; what came back is not taken off."""

    id: UUID
    label: str
    first_day: date
    last_day: date
    amount: Money
    granted: Money

    @property
    def left(self) -> Money:
        """What of it went to no voucher yet."""
        return self.amount - self.granted


async def budgets_of(session: AsyncSession, funder_id: UUID) -> list[BudgetView]:
    """The budgets of a funder, the latest first."""
    wanted = select(Budget).where(Budget.funder_id == funder_id).order_by(Budget.first_day.desc())
    return [
        BudgetView(row.id, row.label, row.first_day, row.last_day, Money(row.amount), Money(row.granted))
        for row in (await session.execute(wanted)).scalars()
    ]


async def open_budget(
    session: AsyncSession, funder_id: UUID, *, label: str, days: Period, amount: Money, actor: str, at: datetime
) -> UUID:
    """Write down what the agreement grants for some days. What was given on them before counts.

    :returns: the budget's id
    :raises FunderUnknown, AmountNotPositive:
    :raises BudgetDaysWrong: if it shares a day with another one
    :raises BudgetTooSmall: if more was given, or is promised
    """
    if amount <= ZERO:
        raise AmountNotPositive(amount=amount)
    await funder(session, funder_id)
    await posting.lock(session, [funder_id])
    for one in await budgets_of(session, funder_id):
        if one.first_day <= days.last_day and days.first_day <= one.last_day:
            raise BudgetDaysWrong(first_day=days.first_day, last_day=days.last_day)
    before = await granted_in(session, funder_id, days)
    await _refuse_too_small(session, funder_id, days.first_day, days.last_day, before, amount, at=at)
    made = new_id()
    await session.execute(
        insert(Budget).values(
            id=made, funder_id=funder_id, label=label, first_day=days.first_day, last_day=days.last_day,
            amount=amount.cents, granted=before.cents, made_by=actor, made_at=at,
        )
    )  # fmt: skip
    return made


async def change_budget(
    session: AsyncSession, funder_id: UUID, budget_id: UUID, amount: Money, *, at: datetime
) -> None:
    """Grant more by a budget, or less: not less than was given and, if this is one of its days, is promised.

    :raises FunderUnknown, BudgetUnknown, BudgetTooSmall:
    """
    await funder(session, funder_id)
    await posting.lock(session, [funder_id])
    found = next((one for one in await budgets_of(session, funder_id) if one.id == budget_id), None)
    if found is None:
        raise BudgetUnknown(budget=budget_id)
    await _refuse_too_small(session, funder_id, found.first_day, found.last_day, found.granted, amount, at=at)
    await session.execute(
        update(Budget)
        .where(Budget.id == budget_id)
        .values(amount=amount.cents)
        .execution_options(synchronize_session=False)
    )


async def granted_in(session: AsyncSession, funder_id: UUID, days: Period) -> Money:
    """What counts on a budget of these days: what went to vouchers for them, or was promised to orders paid on them."""
    by_claim = select(Share.top_up_id).where(Share.top_up_id.is_not(None))
    given = select(sum_of(TopUp.amount)).where(
        TopUp.funder_id == funder_id,
        or_(
            and_(TopUp.counts_on.is_(None), TopUp.at >= days.starts, TopUp.at < days.ends),
            TopUp.counts_on.between(days.first_day, days.last_day),
        ),
        TopUp.id.not_in(by_claim),
    )
    promised = (
        select(sum_of(Claim.amount))
        .join(Rule, Rule.id == Claim.rule_id)
        .where(Rule.funder_id == funder_id, Claim.at >= days.starts, Claim.at < days.ends, Claim.state != "released")
    )
    return Money(sum([(await session.execute(one)).scalar_one() for one in (given, promised)]))


async def _refuse_too_small(
    session: AsyncSession, funder_id: UUID, first: date, last: date, granted: Money, amount: Money, *, at: datetime
) -> None:
    now = first <= day_of(at) <= last
    kept = (await reserves_of(session, funder_id, at=at)).values() if now else ()
    promised = total([one.amount for one in kept if not one.counted])
    if amount < granted + promised:
        raise BudgetTooSmall(bound=granted + promised, asked=amount)
