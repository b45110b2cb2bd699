"""Reading rules of use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from vouchers.rules.rule import Conditions, Rule
from vouchers.rules.rule_errors import RuleUnknown
from vouchers.rules.tables import UsageRule, UsageRuleVersion
from vouchers.tables import Batch, Voucher


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule as it stands: its present version, which is its ``number``th, and whether buyers may choose it."""

    id: UUID
    current: Rule
    number: int
    offered: bool
    made_by: str
    made_at: datetime

    def over(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.current.asks.last_day is not None and self.current.asks.last_day < today


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version of a rule, and how many vouchers were issued by it."""

    number: int
    asked: Rule
    made_at: datetime
    vouchers: int


async def rule(session: AsyncSession, rule_id: UUID) -> RuleView:
    """One rule.

    :raises RuleUnknown:
    """
    row = (await session.execute(_current().where(UsageRule.id == rule_id))).one_or_none()
    if row is None:
        raise RuleUnknown(rule=rule_id)
    return _view(*row)


async def rules(session: AsyncSession) -> list[RuleView]:
    """All rules, the newest first."""
    return [_view(*row) for row in await session.execute(_current().order_by(UsageRule.id.desc()))]


async def offered(session: AsyncSession, *, today: date) -> list[RuleView]:
    """Those that buyers may choose, by name."""
    rows = await session.execute(_current().where(UsageRule.offered).order_by(UsageRuleVersion.name, UsageRule.id))
    return [one for one in (_view(*row) for row in rows) if not one.over(today)]


async def version(session: AsyncSession, version_id: UUID) -> Rule:
    """One version, as batches carry it.

    :raises RuleUnknown:
    """
    statement = select(UsageRuleVersion).where(UsageRuleVersion.id == version_id)
    row = (await session.execute(statement)).scalar_one_or_none()
    if row is None:
        raise RuleUnknown(rule=version_id)
    return _rule(row)


async def rule_of_version(session: AsyncSession, version_id: UUID) -> UUID:
    """The rule of which this is a version.

    :raises RuleUnknown:
    """
    statement = select(UsageRuleVersion.rule_id).where(UsageRuleVersion.id == version_id)
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise RuleUnknown(rule=version_id)
    return found


async def version_of_rule(session: AsyncSession, rule_id: UUID) -> Rule:
    """The present version of a rule, or the version whose own id this is.

    :raises RuleUnknown: if it is the id of neither
    """
    try:
        return (await rule(session, rule_id)).current
    except RuleUnknown:
        return await version(session, rule_id)


async def versions_of(session: AsyncSession, rule_id: UUID) -> list[VersionView]:
    """What a rule asked over time, the latest first."""
    issued = (
        select(func.coalesce(func.sum(Batch.quantity), 0)).where(Batch.rule_id == UsageRuleVersion.id).scalar_subquery()
    )
    statement = select(UsageRuleVersion, issued).where(UsageRuleVersion.rule_id == rule_id)
    rows = await session.execute(statement.order_by(UsageRuleVersion.number.desc()))
    return [VersionView(row.number, _rule(row), row.made_at, int(vouchers)) for row, vouchers in rows]


def rule_from(row: Sequence[Any]) -> Rule | None:
    """A version from its `COLUMNS`, or none where nothing limits."""
    id_, name, communes, trades, shops, first_day, last_day = row
    if id_ is None:
        return None
    asks = Conditions(
        tuple((code, called) for code, called in communes),
        tuple(trades),
        tuple((UUID(shop), called) for shop, called in shops),
        first_day,
        last_day,
    )
    return Rule(id_, name, asks)


def _current() -> Select[UsageRuleVersion, bool]:
    any_of_it = aliased(UsageRuleVersion)
    latest = select(func.max(any_of_it.number)).where(any_of_it.rule_id == UsageRule.id).scalar_subquery()
    return (
        select(UsageRuleVersion, UsageRule.offered)
        .join(UsageRule, UsageRule.id == UsageRuleVersion.rule_id)
        .where(UsageRuleVersion.number == latest)
    )


def _view(row: UsageRuleVersion, is_offered: bool) -> RuleView:
    return RuleView(row.rule_id, _rule(row), row.number, is_offered, row.made_by, row.made_at)


def _rule(row: UsageRuleVersion) -> Rule:
    found = rule_from((row.id, row.name, row.communes, row.trades, row.shops, row.first_day, row.last_day))
    assert found is not None  # noqa: S101 - a row has an id
    return found


_VOUCHERS: Final = cast("Table", Voucher.__table__)
_BATCHES: Final = cast("Table", Batch.__table__)
_VERSIONS: Final = cast("Table", UsageRuleVersion.__table__)

COLUMNS: Final = (
    _VERSIONS.c.id, _VERSIONS.c.name, _VERSIONS.c.communes, _VERSIONS.c.trades, _VERSIONS.c.shops,
    _VERSIONS.c.first_day, _VERSIONS.c.last_day,
)  # fmt: skip
"""What `rule_from` takes, for a statement that reads vouchers and their rules at once."""

VOUCHERS_AND_RULES: Final = _VOUCHERS.join(_BATCHES, _BATCHES.c.id == _VOUCHERS.c.batch_id).outerjoin(
    _VERSIONS, _VERSIONS.c.id == _BATCHES.c.rule_id
)
