"""Commissions at the desk: the rules there are, one more of them, and what a shop is charged and paid from today."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor
from api.installation import in_transaction
from api.pages.catalogues import marked
from api.pages.desk.access import SeesAllSettlements, SetsCommissions
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from ledger.days import day_of
from ledger.errors import AmountMalformed, Refusal
from ledger.money import ZERO, Money
from merchants import programme
from merchants.commission import errors
from merchants.commission.prices import Price
from merchants.commission.pricing import pricing
from merchants.commission.rules import LONGEST_NAME, MOST_SHOPS, MOST_SUM, NewRule, Rule, Scope, add_rule, all_rules
from merchants.errors import NafUnknown
from merchants.programme import WHOLE
from merchants.settlements.closing import minimum_for
from merchants.settlements.queries import last_closed_day
from merchants.shops import queries, registering
from merchants.shops.errors import MinimumTooHigh
from merchants.shops.queries import ShopView
from merchants.shops.registering import MOST_MINIMUM
from merchants.shops.trades import trade

router = APIRouter(include_in_schema=False)

LISTED: Final = 200
"""Rules on the page, the newest first: more than any programme makes in years."""

NAMED: Final = 5
"""Shops of a rule that are named; of others there is the number."""

SCOPES: Final[Mapping[Scope, tuple[str, str]]] = {
    "programme": (marked("All shops"), marked("Unless a narrower rule says otherwise.")),
    "trade": (marked("A trade"), marked("All shops of that trade, also those that join later.")),
    "shop": (marked("A shop"), marked("Before the rule of its trade.")),
    "campaign": (marked("A campaign"), marked("The shops that you list, through its last day; before any other rule.")),
}
"""Whom a rule is for, from the widest to the most specific, and what that means."""

NO_RATE: Final = marked("Write a rate in per cent, from 0 to 100, such as 3 or 2,5.")
NO_SHOP: Final = marked("No shop here has the SIRET %(siret)s. Copy it from the list of shops.")
SAY_SHOPS: Final = marked("Write the SIRET of at least one shop.")
ONE_SHOP: Final = marked("Write one SIRET: this rule is for one shop.")
SAY_LAST: Final = marked("A campaign has a last day.")
WRONG: Final[Mapping[str, tuple[str, str]]] = {
    "most": ("most", marked("Write what is not below the least.")),
    "last_day": ("last_day", marked("Choose a day that is not before the first.")),
}
"""What the form says of a rule that cannot be, and beside which field."""

_BETWEEN: Final = re.compile(r"[\s,;]+")
_DIGITS: Final = 14


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule as it is listed: whom it is for, in words, and how it stands today."""

    rule: Rule
    whom: str
    shops: tuple[ShopView, ...]
    state: tuple[str, str]


@router.get("/{slug:slug}/desk/commissions")
async def every(request: Request, visitor: SeesAllSettlements, session: PageReading) -> Response:
    """The rules, the newest first, and what holds without any."""
    today = day_of(await clock.now(session))
    rules = (await all_rules(session))[:LISTED]
    named = {one for rule in rules for one in sorted(rule.shops)[:NAMED]}
    shops = await queries.shops_by_id(session, list(named))
    listed = [
        Listed(one, *_whom(one, shops), _state(one, before=today < one.effective_from, now=one.holds_on(today)))
        for one in rules
    ]
    terms = await programme.terms_on(session, today)
    return page(
        request, "desk/commissions.html", listed=listed, terms=terms, lowest=Money(terms.minimum_payout),
        sets=visitor.may(P.PROGRAMME_WRITE), scopes=SCOPES,
    )  # fmt: skip


@router.get("/{slug:slug}/desk/commissions/new")
async def begin(
    request: Request, _visitor: SetsCommissions, session: PageReading, shop: Annotated[UUID | None, Query()] = None
) -> Response:
    """A rule to be added; for one shop if that is named."""
    settled = await last_closed_day(session)
    tomorrow = day_of(await clock.now(session)) + timedelta(days=1)
    first = max(tomorrow, settled + timedelta(days=1)) if settled else tomorrow
    begins = {"effective_from": first.isoformat(), "kind": "price", "scope": "programme"}
    if shop is not None:
        begins |= {"scope": "shop", "sirets": (await queries.shop(session, shop)).siret}
    return await _form(request, session, blank(request, **begins))


@router.post("/{slug:slug}/desk/commissions/new")
async def add(request: Request, place: CurrentPlace, visitor: SetsCommissions, form: Sent) -> Response:
    """Add it."""
    async with place.town.sessions.begin() as session:
        new = await _read(session, form)

    if new is not None:
        asked = new

        async def work(other: AsyncSession) -> None:
            await add_rule(other, asked, actor=visitor.actor, at=await clock.now(other))

        try:
            await in_transaction(place.town.sessions, work)
            return see_other(f"/{place.slug}/desk/commissions", said="commission-added")
        except errors.CommissionMalformed as refusal:
            if refusal.field in WRONG:
                form.say(*WRONG[refusal.field])
            else:
                form.refuse(refusal)
        except Refusal as refusal:
            form.refuse(refusal, {errors.CommissionTooLate: "effective_from", NafUnknown: "naf"})
    async with place.town.sessions.begin() as session:
        return await _form(request, session, form)


@router.get("/{slug:slug}/desk/commissions/shops/{shop_id}")
async def of_shop(request: Request, visitor: SeesAllSettlements, session: PageReading, shop_id: UUID) -> Response:
    """What a shop is charged today and by which rule; from which sum it is paid."""
    found = await queries.shop(session, shop_id)
    own = Money(found.minimum_payout)
    form = blank(request, minimum="" if not own else str(own).removesuffix(" EUR").replace(".", ","))
    return await _shop(request, visitor, session, found, form)


@router.post("/{slug:slug}/desk/commissions/shops/{shop_id}")
async def set_minimum(
    request: Request, place: CurrentPlace, visitor: SetsCommissions, form: Sent, shop_id: UUID
) -> Response:
    """Say from which sum a shop is paid."""
    minimum = form.money("minimum", required=False, least=ZERO, most=Money(MOST_MINIMUM)) or ZERO

    async def work(session: AsyncSession) -> None:
        at = await clock.now(session)
        await registering.set_minimum_payout(session, shop_id, minimum, actor=visitor.actor, at=at)

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
            return see_other(f"/{place.slug}/desk/commissions/shops/{shop_id}", said="saved")
        except MinimumTooHigh as refusal:
            form.refuse(refusal, "minimum")
    async with place.town.sessions.begin() as session:
        return await _shop(request, visitor, session, await queries.shop(session, shop_id), form)


async def _shop(request: Request, visitor: Visitor, session: AsyncSession, found: ShopView, form: Form) -> Response:
    today = day_of(await clock.now(session))
    charged = await pricing(session, [found.id])
    terms = await programme.terms_on(session, today)
    rules = [one for one in charged.rules if one.reaches(found.id, found.naf) and one.effective_from > today]
    return page(
        request, "desk/commission_of.html", status=200 if form.valid else 422, form=form, shop=found,
        rule=charged.rule(found.id, today), price=charged.price(found.id, today), coming=rules[::-1], scopes=SCOPES,
        lowest=Money(terms.minimum_payout), minimum=minimum_for(found, terms), sets=visitor.may(P.PROGRAMME_WRITE),
    )  # fmt: skip


async def _form(request: Request, session: AsyncSession, form: Form) -> Response:
    return page(
        request, "desk/commission_new.html", status=200 if form.valid else 422, form=form, scopes=SCOPES,
        trades=[(naf, f"{trade(naf).label} ({naf})") for naf in await queries.trades_there(session)],
        settled=await last_closed_day(session),
    )  # fmt: skip


async def _read(session: AsyncSession, form: Form) -> NewRule | None:
    """The rule that a form asks for; none if something in it is wrong."""
    scope = next((one for one in SCOPES if one == form.one_of("scope", list(SCOPES))), None)
    ends = form.one_of("kind", ("price", "end")) == "end"
    price = None if ends else _price(form)
    first = form.day("effective_from")
    last = form.day("last_day", required=False)
    if scope == "campaign" and last is None:
        form.say("last_day", SAY_LAST)
    naf = form.text("naf", most=10) if scope == "trade" else None
    campaign = form.text("campaign", most=LONGEST_NAME) if scope == "campaign" else None
    shops = await _shops(session, form, scope) if scope in {"shop", "campaign"} else ()
    if not form.valid or scope is None or first is None:
        return None
    return NewRule(scope, price, first, last, naf, campaign, shops)


def _price(form: Form) -> Price:
    typed = form.text("rate", most=10).removesuffix("%").strip()
    try:
        rate = Money.of(typed).cents if typed else 0  # per cent with two decimals: hundredths of a percent
    except AmountMalformed:
        rate = -1
    if not 0 <= rate <= WHOLE:
        form.say("rate", NO_RATE)
    flat, least, most = (
        form.money(name, required=False, least=ZERO, most=MOST_SUM) for name in ("flat", "least", "most")
    )
    return Price(rate, flat or ZERO, least or ZERO, most)


async def _shops(session: AsyncSession, form: Form, scope: Scope | None) -> tuple[UUID, ...]:
    """The shops whose SIRETs were typed, one a line or however they were pasted, in groups of digits or whole."""
    typed = form.text("sirets", required=False, most=MOST_SHOPS * 20)
    digits = "".join(_BETWEEN.split(typed))
    sirets = list(dict.fromkeys(digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS)))
    known = await queries.shops_by_siret(session, sirets)
    if not sirets:
        form.say("sirets", SAY_SHOPS)
    elif unknown := next((one for one in sirets if one not in known), None):
        form.say("sirets", NO_SHOP, siret=unknown)
    elif scope == "shop" and len(sirets) > 1:
        form.say("sirets", ONE_SHOP)
    return tuple(known[one].id for one in sirets if one in known)


def _whom(one: Rule, shops: Mapping[UUID, ShopView]) -> tuple[str, tuple[ShopView, ...]]:
    if one.scope == "trade":
        return trade(one.naf or "").label, ()
    return one.campaign or "", tuple(shops[shop] for shop in sorted(one.shops)[:NAMED])


def _state(one: Rule, *, before: bool, now: bool) -> tuple[str, str]:
    if before:
        return "wait", marked("To come")
    if not now:
        return "stop", marked("Past")
    return ("note", marked("Back to the terms")) if one.price is None else ("done", marked("In force"))
