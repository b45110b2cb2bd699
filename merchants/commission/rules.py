"""Rules of commission: added from a day on, never changed. The most specific one holds.

A campaign's rule goes before a shop's, a shop's before a trade's, a trade's before one for the whole programme, and
the commission of the programme's terms holds where there is none. Of two rules that reach as far, the one that began
later holds, and of two of the same day the one that was added later. A rule without a price ends those that reach as
far as itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.ids import new_id
from ledger.money import ZERO, Money
from merchants.commission.errors import CommissionMalformed, CommissionTooLate
from merchants.commission.prices import Price
from merchants.commission.tables import CommissionRule, CommissionRuleShop
from merchants.numbering import SETTLEMENTS, one_at_a_time
from merchants.programme import WHOLE
from merchants.shops.errors import ShopUnknown
from merchants.shops.queries import shops_by_id
from merchants.shops.trades import trade
from merchants.tables import Closing

Scope = Literal["campaign", "shop", "trade", "programme"]

SCOPES: Final[tuple[Scope, ...]] = ("campaign", "shop", "trade", "programme")
"""From the most specific to the widest."""

MOST_SUM: Final = Money(100_000)
"""A thousand euros a redemption: no voucher of a neighbourhood costs a shop more."""

LONGEST_NAME: Final = 80
MOST_SHOPS: Final = 5_000


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule to be added. ``price`` None ends the rules that reach as far.

    :param naf: of a trade's rule
    :param campaign: the name of a campaign's rule, which has a last day
    :param shops: the one of a shop's rule, those of a campaign's
    """

    scope: Scope
    price: Price | None
    effective_from: date
    last_day: date | None = None
    naf: str | None = None
    campaign: str | None = None
    shops: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is kept."""

    id: UUID
    scope: Scope
    price: Price | None
    effective_from: date
    last_day: date | None
    naf: str | None
    campaign: str | None
    shops: frozenset[UUID]
    actor: str
    at: datetime

    def holds_on(self, day: date) -> bool:
        """Whether a day is one of its days."""
        return self.effective_from <= day and (self.last_day is None or day <= self.last_day)

    def reaches(self, shop: UUID, naf: str) -> bool:
        """Whether it is for a shop of a trade."""
        if self.scope == "programme":
            return True
        return naf == self.naf if self.scope == "trade" else shop in self.shops


def rule_for(rules: Iterable[Rule], *, shop: UUID, naf: str, day: date) -> Rule | None:
    """The rule that holds for a shop on a day; None where the programme's terms do. Pure.

    :param naf: the trade of the shop on that day
    """
    newest: dict[Scope, Rule] = {}
    for one in rules:
        if one.holds_on(day) and one.reaches(shop, naf):
            known = newest.get(one.scope)
            if known is None or (known.effective_from, known.id) < (one.effective_from, one.id):
                newest[one.scope] = one
    found = (newest[scope] for scope in SCOPES if scope in newest)
    return next((one for one in found if one.price is not None), None)


async def add_rule(session: AsyncSession, new: NewRule, *, actor: str, at: datetime) -> Rule:
    """Let a rule hold from a day on.

    :raises CommissionMalformed: out of its bounds, or not of its scope
    :raises CommissionTooLate: if its first day is settled already
    :raises NafUnknown, ShopUnknown:
    """
    checked = _checked(new)
    naf = trade(new.naf).naf if new.naf is not None else None
    known = await shops_by_id(session, new.shops)
    if unknown := next((one for one in new.shops if one not in known), None):
        raise ShopUnknown(shop=unknown)
    await one_at_a_time(session, series=SETTLEMENTS)  # what is being closed now is settled before we look
    settled = (await session.execute(select(func.max(Closing.last_day)))).scalar_one()
    if settled is not None and new.effective_from <= settled:
        raise CommissionTooLate(settled=settled)
    rule_id, price = new_id(), new.price or Price(0)
    await session.execute(
        insert(CommissionRule).values(
            id=rule_id, scope=new.scope, naf=naf, campaign=checked, effective_from=new.effective_from,
            last_day=new.last_day, rate_bp=None if new.price is None else price.rate_bp, flat=price.flat.cents,
            least=price.least.cents, most=None if price.most is None else price.most.cents, actor=actor, at=at,
        )
    )  # fmt: skip
    if new.shops:
        rows = [{"rule_id": rule_id, "shop_id": one} for one in new.shops]
        await session.execute(insert(CommissionRuleShop), rows)
    return Rule(
        rule_id, new.scope, new.price, new.effective_from, new.last_day, naf, checked, frozenset(new.shops), actor, at
    )


async def all_rules(session: AsyncSession) -> list[Rule]:
    """Every rule, the newest first."""
    shops: dict[UUID, set[UUID]] = {}
    for rule, shop in await session.execute(select(CommissionRuleShop.rule_id, CommissionRuleShop.shop_id)):
        shops.setdefault(rule, set()).add(shop)
    rows = await session.execute(
        select(CommissionRule).order_by(CommissionRule.effective_from.desc(), CommissionRule.id.desc())
    )
    return [_rule(row, shops.get(row.id, set())) for row in rows.scalars()]


def _checked(new: NewRule) -> str | None:
    """The name of its campaign, if it has one."""
    name = None if new.campaign is None else " ".join(new.campaign.split())
    checks = {
        "campaign": (name is not None) == (new.scope == "campaign") and name != "" and len(name or "") <= LONGEST_NAME,
        "naf": (new.naf is not None) == (new.scope == "trade"),
        "shops": _as_many(new.scope, new.shops),
        "last_day": new.effective_from <= (new.last_day or new.effective_from)
        and (new.last_day is not None or new.scope != "campaign"),
        **(_bounds(new.price) if new.price else {}),
    }
    if wrong := next((field for field, holds in checks.items() if not holds), None):
        raise CommissionMalformed(field=wrong)
    return name


def _as_many(scope: Scope, shops: Sequence[UUID]) -> bool:
    """As many shops as a rule of its kind is for, each named once."""
    least, most = {"shop": (1, 1), "campaign": (1, MOST_SHOPS)}.get(scope, (0, 0))
    return least <= len(shops) <= most and len(set(shops)) == len(shops)


def _bounds(price: Price) -> dict[str, bool]:
    most = MOST_SUM if price.most is None else price.most
    return {
        "rate_bp": 0 <= price.rate_bp <= WHOLE,
        "flat": ZERO <= price.flat <= MOST_SUM,
        "least": ZERO <= price.least <= MOST_SUM,
        "most": price.least <= most <= MOST_SUM,
    }


def _rule(row: CommissionRule, shops: set[UUID]) -> Rule:
    price = None
    if row.rate_bp is not None:
        most = None if row.most is None else Money(row.most)
        price = Price(row.rate_bp, Money(row.flat), Money(row.least), most)
    scope = next(one for one in SCOPES if one == row.scope)
    return Rule(
        row.id, scope, price, row.effective_from, row.last_day, row.naf, row.campaign, frozenset(shops), row.actor,
        row.at,
    )  # fmt: skip
