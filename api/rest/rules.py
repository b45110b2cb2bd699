"""Rules of use: where and when limited vouchers are taken."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import Reading, Spoken, Writing, permitted
from api.errors import rule_places
from api.rest.types import Day, Id, Line, Shown, Strict, StrictRoute, example
from ledger.formats import Language
from vouchers.rules import keeping, queries, rule_words
from vouchers.rules.keeping import MOST
from vouchers.rules.queries import RuleView
from vouchers.rules.rule import Rule

router = APIRouter(tags=["rules of use"], route_class=StrictRoute)

Codes = Annotated[list[Line], Field(max_length=MOST)]
Ids = Annotated[list[Id], Field(max_length=MOST)]


class Named(Shown):
    """A commune by its INSEE code, or a trade by its NAF code."""

    code: str
    name: str


class NamedShop(Shown):
    """A shop."""

    id: UUID
    name: str


class TakenShown(Shown):
    """Where and when limited vouchers are taken: all of it together, of each list one is enough.

    ``version`` is the version of the rule, which their batch keeps; ``told`` says it in a sentence.
    """

    version: UUID
    name: str
    communes: list[Named]
    trades: list[Named]
    shops: list[NamedShop]
    first_day: date | None
    last_day: date | None
    told: str

    @classmethod
    def of(cls, rule: Rule, language: Language) -> TakenShown:
        """From the domain."""
        return cls(version=rule.id, name=rule.name, told=rule_words.line(rule.asks, language),
                   **rule_places(rule.asks, language))  # fmt: skip


class RuleShown(Shown):
    """A rule as it stands. ``number`` counts its versions; ``offered``: buyers may choose it for their orders."""

    id: UUID
    number: int
    offered: bool
    made_at: datetime
    taken: TakenShown

    @classmethod
    def of(cls, view: RuleView, language: Language) -> RuleShown:
        """From the domain."""
        return cls(
            id=view.id, number=view.number, offered=view.offered, made_at=view.made_at,
            taken=TakenShown.of(view.current, language),
        )  # fmt: skip


class RuleAsked(Strict):
    """A rule to make, by what the programme's own shops have: INSEE codes, NAF codes, ids of shops, days."""

    model_config = Strict.model_config | example(
        name="Librairies de La Ciotat", communes=["13028"], trades=["47.61Z"], last_day="2027-12-31"
    )

    name: Line
    communes: Codes = Field(default_factory=list)
    trades: Codes = Field(default_factory=list)
    shops: Ids = Field(default_factory=list)
    first_day: Day | None = None
    last_day: Day | None = None

    def asks(self) -> dict[str, Any]:
        """As the domain takes it."""
        return {
            "name": self.name, "communes": frozenset(self.communes), "trades": frozenset(self.trades),
            "shops": frozenset(self.shops), "first_day": self.first_day, "last_day": self.last_day,
        }  # fmt: skip


class OfferAsked(Strict):
    """Whether buyers may choose it."""

    model_config = Strict.model_config | example(offered=False)

    offered: bool


@router.post("/usage-rules", status_code=201)
async def make_rule(
    asked: RuleAsked, caller: Annotated[Caller, permitted(P.PROGRAMME_WRITE)], session: Writing, language: Spoken
) -> RuleShown:
    """Make a rule, which buyers may then choose, and batches carry."""
    at = await clock.now(session)
    return RuleShown.of(await keeping.make(session, **asked.asks(), actor=caller.actor, at=at), language)


@router.get("/usage-rules")
async def list_rules(
    caller: Annotated[Caller, permitted(P.PROGRAMME_READ)], session: Reading, language: Spoken
) -> list[RuleShown]:
    """The rules, the newest first; to whoever buys, those that are offered."""
    found = await queries.rules(session)
    return [RuleShown.of(one, language) for one in found if one.offered or caller.role != "buyer"]


@router.get("/usage-rules/{rule}")
async def read_rule(
    rule: UUID, _caller: Annotated[Caller, permitted(P.PROGRAMME_READ)], session: Reading, language: Spoken
) -> RuleShown:
    """One rule."""
    return RuleShown.of(await queries.rule(session, rule), language)


@router.put("/usage-rules/{rule}")
async def change_rule(
    rule: UUID,
    asked: RuleAsked,
    caller: Annotated[Caller, permitted(P.PROGRAMME_WRITE)],
    session: Writing,
    language: Spoken,
) -> RuleShown:
    """Write a new version; what is issued or placed keeps the one that it has."""
    at = await clock.now(session)
    return RuleShown.of(await keeping.change(session, rule, **asked.asks(), actor=caller.actor, at=at), language)


@router.post("/usage-rules/{rule}/offer")
async def offer_rule(
    rule: UUID,
    asked: OfferAsked,
    caller: Annotated[Caller, permitted(P.PROGRAMME_WRITE)],
    session: Writing,
    language: Spoken,
) -> RuleShown:
    """Let buyers choose it, or no longer."""
    at = await clock.now(session)
    found = await keeping.offer(session, rule, to_buyers=asked.offered, actor=caller.actor, at=at)
    return RuleShown.of(found, language)


async def version_for(session: AsyncSession, rule: UUID | None) -> UUID | None:
    """The version that a batch or an order is to carry, by the id of a rule or of a version.

    :raises RuleUnknown:
    """
    return None if rule is None else (await queries.version_of_rule(session, rule)).id
