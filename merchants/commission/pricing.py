"""What is charged to which shop on which day: rules, terms and trades, read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from merchants import programme
from merchants.commission.prices import Price
from merchants.commission.rules import Rule, all_rules, rule_for
from merchants.programme import Terms
from merchants.tables import Shop, TradeChange


@dataclass(frozen=True, slots=True)
class Pricing:
    """Prices by shop and day, and the rate of VAT by day.

    :param trades: of each shop its trades, each with its last day, oldest first; the present one has none
    """

    terms: Sequence[tuple[date, Terms]]
    rules: Sequence[Rule]
    trades: dict[UUID, list[tuple[date | None, str]]]
    found: dict[tuple[UUID, date], Price] = field(default_factory=dict)

    def rule(self, shop: UUID, day: date) -> Rule | None:
        """The rule that holds for a shop on a day; None where the programme's terms do."""
        return rule_for(self.rules, shop=shop, naf=self._naf(shop, day), day=day)

    def price(self, shop: UUID, day: date) -> Price:
        """What a shop is charged for a redemption of that day."""
        known = self.found.get((shop, day))
        if known is None:
            rule = self.rule(shop, day)
            known = rule.price if rule and rule.price else Price(self._terms(day).commission_bp)
            self.found[shop, day] = known
        return known

    def vat(self, day: date) -> int:
        """The rate of VAT, in basis points, on the commission for a redemption of that day."""
        return self._terms(day).vat_rate_bp

    def _terms(self, day: date) -> Terms:
        """The terms of a day; before the first ones, those."""
        held = [one for since, one in self.terms if since <= day]
        return held[-1] if held else self.terms[0][1]

    def _naf(self, shop: UUID, day: date) -> str:
        return next(naf for last, naf in self.trades[shop] if last is None or day <= last)


async def pricing(session: AsyncSession, shops: Sequence[UUID]) -> Pricing:
    """What these shops are charged, on any day."""
    trades: dict[UUID, list[tuple[date | None, str]]] = {}
    changes = select(TradeChange).where(TradeChange.shop_id.in_(shops)).order_by(TradeChange.last_day, TradeChange.id)
    for row in (await session.execute(changes)).scalars():
        trades.setdefault(row.shop_id, []).append((row.last_day, row.naf))
    for shop, naf in await session.execute(select(Shop.id, Shop.naf).where(Shop.id.in_(shops))):
        trades.setdefault(shop, []).append((None, naf))
    return Pricing(await programme.all_terms(session), await all_rules(session), trades)
