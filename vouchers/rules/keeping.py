"""Making rules of use, changing them by a new version, offering them to buyers or no longer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import day_of
from ledger.ids import new_id
from merchants.shops import reach
from merchants.shops.queries import shops_by_id
from vouchers.rules.queries import RuleView, offered, rule
from vouchers.rules.rule import Conditions, Rule
from vouchers.rules.rule_errors import (
    RuleDaysWrong,
    RuleNameWrong,
    RuleNotOffered,
    RuleOutsideValidity,
    RuleReachesNobody,
    RuleShopsUnknown,
    RuleTooLong,
    RuleUnknown,
    RuleWithoutConditions,
)
from vouchers.rules.tables import UsageRule, UsageRuleVersion

LONGEST_NAME: Final = 80
MOST: Final = 500
"""Communes, trades or shops that one rule names."""


async def make(
    session: AsyncSession,
    *,
    name: str,
    communes: frozenset[str] = frozenset(),
    trades: frozenset[str] = frozenset(),
    shops: frozenset[UUID] = frozenset(),
    first_day: date | None = None,
    last_day: date | None = None,
    to_buyers: bool = True,
    actor: str,
    at: datetime,
) -> RuleView:
    """Make a rule.

    :param communes: INSEE codes, of communes in which the programme has shops
    :param trades: NAF codes, of shops that it has
    :param to_buyers: whether buyers may choose it for their orders
    :raises RuleNameWrong, RuleTooLong, RuleWithoutConditions, RuleDaysWrong, RuleShopsUnknown, RuleReachesNobody:
    """
    asks = await _sound(
        session, name, communes=communes, trades=trades, shops=shops, days=(first_day, last_day), today=day_of(at)
    )
    rule_id = new_id()
    await session.execute(insert(UsageRule).values(id=rule_id, offered=to_buyers, changed_by=actor, changed_at=at))
    await _write(session, rule_id, 1, name, asks, actor=actor, at=at)
    return await rule(session, rule_id)


async def change(
    session: AsyncSession,
    rule_id: UUID,
    *,
    name: str,
    communes: frozenset[str] = frozenset(),
    trades: frozenset[str] = frozenset(),
    shops: frozenset[UUID] = frozenset(),
    first_day: date | None = None,
    last_day: date | None = None,
    actor: str,
    at: datetime,
) -> RuleView:
    """Write a new version. Vouchers that are issued, and orders that are placed, keep the one that they have.

    What is already so is not written again.

    :raises RuleUnknown: and what `make` raises
    """
    await _locked(session, rule_id)
    found = await rule(session, rule_id)
    asks = await _sound(
        session, name, communes=communes, trades=trades, shops=shops, days=(first_day, last_day), today=day_of(at)
    )
    if (found.current.name, found.current.asks) != (name, asks):
        await _write(session, rule_id, found.number + 1, name, asks, actor=actor, at=at)
    return await rule(session, rule_id)


async def offer(session: AsyncSession, rule_id: UUID, *, to_buyers: bool, actor: str, at: datetime) -> RuleView:
    """Let buyers choose a rule, or no longer. What was chosen and placed stays.

    :raises RuleUnknown:
    """
    await _locked(session, rule_id)
    statement = update(UsageRule).where(UsageRule.id == rule_id, UsageRule.offered != to_buyers)
    values = {"offered": to_buyers, "changed_by": actor, "changed_at": at}
    await session.execute(statement.values(**values).execution_options(synchronize_session=False))
    return await rule(session, rule_id)


async def refuse_unless_offered(session: AsyncSession, version: Rule, *, at: datetime) -> None:
    """Whether a buyer may order by this version today.

    :raises RuleNotOffered: if it is not offered, was changed since, or its last day is over
    """
    if version.id not in {one.current.id for one in await offered(session, today=day_of(at))}:
        raise RuleNotOffered(rule=version.name)


def refuse_outside(version: Rule, *, valid_from: date, last_day: date) -> None:
    """Whether vouchers of these days can be spent by the rule until its end. One that is running already is no fault.

    :raises RuleOutsideValidity:
    """
    first, last = version.asks.first_day, version.asks.last_day
    late = first is not None and first > last_day
    if late or (last is not None and not valid_from <= last <= last_day):
        raise RuleOutsideValidity(valid_from=valid_from, valid_until=last_day)


async def _sound(
    session: AsyncSession, name: str, *, communes: frozenset[str], trades: frozenset[str], shops: frozenset[UUID],
    days: tuple[date | None, date | None], today: date,
) -> Conditions:  # fmt: skip
    first, last = days
    if not 1 <= len(name.strip()) <= LONGEST_NAME or "\n" in name:
        raise RuleNameWrong(length=len(name.strip()), most=LONGEST_NAME)
    if (longest := max(map(len, (communes, trades, shops)))) > MOST:
        raise RuleTooLong(found=longest, most=MOST)
    if last is not None and (last < today or (first is not None and last < first)):
        raise RuleDaysWrong(first_day=first, last_day=last)
    known = await reach.choices(session)
    for typed in sorted(communes - known.communes.keys()) + sorted(trades - known.trades.keys()):
        raise RuleShopsUnknown(typed=typed)
    named = await shops_by_id(session, list(shops))
    for missing in shops - named.keys():
        raise RuleShopsUnknown(typed=str(missing))
    asks = Conditions(
        tuple((code, name) for code, (name, _) in known.communes.items() if code in communes),
        tuple(sorted(trades)),
        tuple(sorted(((id_, one.name) for id_, one in named.items()), key=lambda one: (one[1], one[0]))),
        first, last,
    )  # fmt: skip
    if asks.everywhere and first is None and last is None:
        raise RuleWithoutConditions
    if not await reach.reached(session, asks.reach):
        raise RuleReachesNobody
    return asks


async def _write(
    session: AsyncSession, rule_id: UUID, number: int, name: str, asks: Conditions, *, actor: str, at: datetime
) -> None:
    await session.execute(
        insert(UsageRuleVersion).values(
            id=new_id(), rule_id=rule_id, number=number, name=name.strip(),
            communes=[list(one) for one in asks.communes], trades=list(asks.trades),
            shops=[[str(id_), called] for id_, called in asks.shops],
            first_day=asks.first_day, last_day=asks.last_day, made_by=actor, made_at=at,
        )
    )  # fmt: skip


async def _locked(session: AsyncSession, rule_id: UUID) -> None:
    statement = select(UsageRule.id).where(UsageRule.id == rule_id).with_for_update()
    if (await session.execute(statement)).scalar_one_or_none() is None:
        raise RuleUnknown(rule=rule_id)
