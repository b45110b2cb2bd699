"""Commission: the rules by which shops are charged, what one shop is charged today, and from which sum it is paid.

None of it takes an Idempotency-Key: a rule that is added twice charges nobody twice.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import Reading, Spoken, Writing, permitted
from api.rest.shops import refuse_other_shop
from api.rest.types import After, Currency, Day, Id, Limit, Line, Page, Shown, Strict, StrictRoute, example, page
from ledger.days import day_of
from ledger.money import Money
from merchants import programme
from merchants.commission import rules
from merchants.commission.prices import Price
from merchants.commission.pricing import pricing
from merchants.commission.rules import MOST_SHOPS, MOST_SUM, NewRule, Rule, Scope
from merchants.settlements.closing import minimum_for
from merchants.shops import queries, registering
from merchants.shops.registering import MOST_MINIMUM

router = APIRouter(tags=["commission"], route_class=StrictRoute)

Rate = Annotated[int, Field(ge=0, le=10_000, examples=[250], description="hundredths of a percent")]
Sum = Annotated[int, Field(ge=0, le=MOST_SUM.cents, examples=[10], description="whole cents, for each redemption")]


class PriceAsked(Strict):
    """What a redemption costs: a rate and a flat sum, no less than ``least``, no more than ``most`` or itself."""

    rate_bp: Rate = 0
    flat: Sum = 0
    least: Sum = 0
    most: Sum | None = None

    def price(self) -> Price:
        """In the words of the domain."""
        most = None if self.most is None else Money(self.most)
        return Price(self.rate_bp, Money(self.flat), Money(self.least), most)


class RuleAsked(Strict):
    """A rule from a day on. Without a price it ends the rules that reach as far as itself."""

    model_config = Strict.model_config | example(
        scope="trade", naf="10.71C", effective_from="2031-01-01", price={"rate_bp": 250, "least": 10}
    )

    scope: Scope
    price: PriceAsked | None = None
    effective_from: Day
    last_day: Day | None = None
    naf: Line | None = None
    campaign: Line | None = None
    shops: Annotated[list[Id], Field(max_length=MOST_SHOPS, default_factory=list)]
    currency: Currency = "EUR"


class PriceShown(Shown):
    """What a redemption costs; sums in cents."""

    rate_bp: int
    flat: int
    least: int
    most: int | None

    @classmethod
    def of(cls, price: Price) -> PriceShown:
        """From the domain."""
        most = None if price.most is None else price.most.cents
        return cls(rate_bp=price.rate_bp, flat=price.flat.cents, least=price.least.cents, most=most)


class RuleShown(Shown):
    """A rule; without a price it ends the rules that reach as far."""

    id: UUID
    scope: Scope
    price: PriceShown | None
    effective_from: date
    last_day: date | None
    naf: str | None
    campaign: str | None
    shops: list[UUID]
    currency: Currency = "EUR"
    added_at: datetime

    @classmethod
    def of(cls, one: Rule) -> RuleShown:
        """From the domain."""
        return cls(
            id=one.id, scope=one.scope, price=PriceShown.of(one.price) if one.price else None,
            effective_from=one.effective_from, last_day=one.last_day, naf=one.naf, campaign=one.campaign,
            shops=sorted(one.shops), added_at=one.at,
        )  # fmt: skip


class ChargedShown(Shown):
    """What a shop is charged for a redemption of today, in figures and in words; from which sum it is paid."""

    shop: UUID
    rule: UUID | None
    price: PriceShown
    said: str
    minimum_payout: int
    currency: Currency = "EUR"


class MinimumAsked(Strict):
    """What a shop must be owed to be paid; the programme's own minimum holds where it is more."""

    model_config = Strict.model_config | example(minimum_payout=2000)

    minimum_payout: Annotated[int, Field(ge=0, le=MOST_MINIMUM, examples=[2000], description="whole cents")]
    currency: Currency = "EUR"


@router.get("/commission-rules")
async def list_rules(
    request: Request,
    response: Response,
    _caller: Annotated[Caller, permitted(P.LEDGER_READ)],
    session: Reading,
    limit: Limit = 50,
    after: After = None,
) -> Page[RuleShown]:
    """Every rule, that of the latest day first."""
    every = await rules.all_rules(session)
    start = next((place for place, one in enumerate(every, start=1) if one.id == after), 0)
    some = every[start : start + limit + 1]
    return page(request, response, some, limit=limit, cursor=lambda row: row.id, show=RuleShown.of)


@router.post("/commission-rules", status_code=201)
async def add_rule(
    asked: RuleAsked, caller: Annotated[Caller, permitted(P.PROGRAMME_WRITE)], session: Writing
) -> RuleShown:
    """Let a rule hold from a day on that is not settled yet."""
    new = NewRule(
        asked.scope, asked.price.price() if asked.price else None, asked.effective_from, asked.last_day, asked.naf,
        asked.campaign, tuple(asked.shops),
    )  # fmt: skip
    return RuleShown.of(await rules.add_rule(session, new, actor=caller.actor, at=await clock.now(session)))


@router.get("/shops/{shop}/commission")
async def read_commission(
    shop: UUID, caller: Annotated[Caller, permitted(P.SETTLEMENTS_READ)], session: Reading, language: Spoken
) -> ChargedShown:
    """What a shop is charged today; a shop sees its own."""
    await refuse_other_shop(shop, caller, session, P.SETTLEMENTS_READ)
    return await _charged(session, shop, language)


@router.post("/shops/{shop}/minimum-payout", status_code=201)
async def set_minimum(
    shop: UUID, asked: MinimumAsked, caller: Annotated[Caller, permitted(P.PROGRAMME_WRITE)], session: Writing,
    language: Spoken,
) -> ChargedShown:  # fmt: skip
    """Say what a shop must be owed to be paid."""
    minimum, at = Money(asked.minimum_payout), await clock.now(session)
    await registering.set_minimum_payout(session, shop, minimum, actor=caller.actor, at=at)
    return await _charged(session, shop, language)


async def _charged(session: Reading, shop: UUID, language: Spoken) -> ChargedShown:
    found = await queries.shop(session, shop)
    today = day_of(await clock.now(session))
    charged = await pricing(session, [shop])
    rule, price = charged.rule(shop, today), charged.price(shop, today)
    minimum = minimum_for(found, await programme.terms_on(session, today))
    return ChargedShown(
        shop=shop, rule=rule.id if rule else None, price=PriceShown.of(price), said=price.said(language),
        minimum_payout=minimum.cents,
    )  # fmt: skip
