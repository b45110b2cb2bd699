"""Rules of use at the desk: which there are, how many shops each takes in, new ones, new versions, whether offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading
from api.installation import in_transaction
from api.pages.desk.access import SeesRules, WritesRules
from api.pages.doing_once import do_once, numbered
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from ledger.days import day_of
from ledger.errors import Refusal
from ledger.formats import Language
from merchants.shops import reach, trade_names
from merchants.shops.queries import shops_by_id
from merchants.shops.spelling import folded
from merchants.street import directory
from merchants.street.directory import Wanted
from vouchers.rules import keeping, queries
from vouchers.rules.keeping import LONGEST_NAME
from vouchers.rules.queries import RuleView
from vouchers.rules.rule_errors import RuleDaysWrong, RuleNameWrong

router = APIRouter(include_in_schema=False)

SHOWN: Final = 100
"""Shops that one search shows; whoever looks for others types more."""

BESIDE: Final[dict[type[Refusal], str]] = {RuleNameWrong: "name", RuleDaysWrong: "last_day"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One that can be ticked: its value, what it is called, and what stands beside it."""

    value: str
    words: str
    more: str


@router.get("/{slug:slug}/desk/rules")
async def every(request: Request, visitor: SeesRules, session: PageReading) -> Response:
    """All rules, with how many shops take their vouchers today."""
    found = await queries.rules(session)
    counted = {one.id: await reach.reached(session, one.current.asks.reach) for one in found}
    return page(
        request, "desk/rules.html", found=found, counted=counted, today=day_of(await clock.now(session)),
        writes=visitor.may(P.PROGRAMME_WRITE),
    )  # fmt: skip


@router.get("/{slug:slug}/desk/rules/new")
async def new(request: Request, _visitor: WritesRules, session: PageReading) -> Response:
    """Where one is made."""
    return await _form_page(request, session, numbered(request, offered="yes"))


@router.post("/{slug:slug}/desk/rules/new")
async def make(
    request: Request, place: CurrentPlace, visitor: WritesRules, session: PageReading, form: Sent
) -> Response:
    """Make it, or look for shops to choose."""
    asked = _read(form)
    if asked is not None:

        async def work(other: AsyncSession) -> UUID:
            at = await clock.now(other)
            offered = form.ticked("offered")
            return (await keeping.make(other, **asked, to_buyers=offered, actor=visitor.actor, at=at)).id

        try:
            made = await do_once(request, place, visitor, form, work)
            if made is not None:
                return see_other(f"/{place.slug}/desk/rules/{made}", said="rule-made")
        except Refusal as refusal:
            form.refuse(refusal, BESIDE)
    return await _form_page(request, session, form)


@router.get("/{slug:slug}/desk/rules/{rule_id}")
async def one(request: Request, visitor: SeesRules, session: PageReading, rule_id: UUID) -> Response:
    """A rule as it stands, where its vouchers are taken today, and what it asked before."""
    found = await queries.rule(session, rule_id)
    return page(
        request, "desk/rule.html", one=found, shops=await reach.reached(session, found.current.asks.reach),
        versions=await queries.versions_of(session, rule_id), today=day_of(await clock.now(session)),
        trade=trade_names.one_of, writes=visitor.may(P.PROGRAMME_WRITE),
    )  # fmt: skip


@router.post("/{slug:slug}/desk/rules/{rule_id}")
async def offer(place: CurrentPlace, visitor: WritesRules, form: Sent, rule_id: UUID) -> Response:
    """Offer it to buyers, or no longer."""
    to_buyers = form.shown("do") == "offer"

    async def work(session: AsyncSession) -> RuleView:
        at = await clock.now(session)
        return await keeping.offer(session, rule_id, to_buyers=to_buyers, actor=visitor.actor, at=at)

    await in_transaction(place.town.sessions, work)
    said = "rule-offered" if to_buyers else "rule-withdrawn"
    return see_other(f"/{place.slug}/desk/rules/{rule_id}", said=said)


@router.get("/{slug:slug}/desk/rules/{rule_id}/change")
async def words(request: Request, _visitor: WritesRules, session: PageReading, rule_id: UUID) -> Response:
    """The rule, to write a new version."""
    found = await queries.rule(session, rule_id)
    asks = found.current.asks
    form = blank(
        request, name=found.current.name, communes=[code for code, _ in asks.communes], trades=list(asks.trades),
        shops=[str(id_) for id_, _ in asks.shops], first_day=asks.first_day.isoformat() if asks.first_day else "",
        last_day=asks.last_day.isoformat() if asks.last_day else "",
    )  # fmt: skip
    return await _form_page(request, session, form, found)


@router.post("/{slug:slug}/desk/rules/{rule_id}/change")
async def change(
    request: Request, place: CurrentPlace, visitor: WritesRules, session: PageReading, form: Sent, rule_id: UUID
) -> Response:
    """Write the new version, or look for shops to choose."""
    asked = _read(form)
    if asked is not None:

        async def work(other: AsyncSession) -> RuleView:
            return await keeping.change(other, rule_id, **asked, actor=visitor.actor, at=await clock.now(other))

        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal, BESIDE)
        else:
            return see_other(f"/{place.slug}/desk/rules/{rule_id}", said="saved")
    return await _form_page(request, session, form, await queries.rule(session, rule_id))


def _read(form: Form) -> dict[str, Any] | None:
    """What was typed and ticked; none while somebody only looks for shops, or if it has faults."""
    if form.shown("do") == "find":
        return None
    name = form.text("name", most=LONGEST_NAME)
    first, last = form.day("first_day", required=False), form.day("last_day", required=False)
    if not form.valid:
        return None
    return {
        "name": name, "communes": frozenset(form.many("communes")), "trades": frozenset(form.many("trades")),
        "shops": frozenset(_ids(form.many("shops"))), "first_day": first, "last_day": last,
    }  # fmt: skip


def _ids(typed: list[str]) -> list[UUID]:
    found = []
    for one in typed:
        try:
            found.append(UUID(one))
        except ValueError:  # no page of ours writes such a value
            continue
    return found


async def _form_page(request: Request, session: AsyncSession, form: Form, found: RuleView | None = None) -> Response:
    sought = form.shown("q")
    known = await reach.choices(session)
    communes = [Choice(code, name, str(count)) for code, (name, count) in known.communes.items()]
    trades = _trades(known.trades, form.language)
    return page(
        request, "desk/rule_form.html", status=200 if form.valid else 422, form=form, one=found,
        unplaced=known.unplaced, communes=_matching(form, "communes", communes, sought),
        trades=_matching(form, "trades", trades, sought), shops=await _shops(session, form, sought), most=LONGEST_NAME,
    )  # fmt: skip


def _trades(known: Mapping[str, int], language: Language) -> list[Choice]:
    every = [Choice(naf, trade_names.one_of(naf, language), f"{naf} · {count}") for naf, count in known.items()]
    return sorted(every, key=lambda one: folded(one.words))


def _matching(form: Form, name: str, every: list[Choice], sought: str) -> list[Choice]:
    """Those that answer to what is looked for, and all that are ticked."""
    words = folded(sought).split()
    return [
        one for one in every
        if form.chosen(name, one.value) or all(word in folded(f"{one.words} {one.more}") for word in words)
    ]  # fmt: skip


async def _shops(session: AsyncSession, form: Form, sought: str) -> list[Choice]:
    """The shops that are ticked, then those that were looked for: all of them would be too many to read."""
    ticked = _ids(form.many("shops") if form.sent else form.begins.get("shops", []))
    kept = await shops_by_id(session, ticked)
    found = [Choice(str(one.id), one.name, one.commune) for one in kept.values()]
    if sought:
        every = await directory.every(session, Wanted(sought))
        found += [Choice(str(one.id), one.name, one.commune) for one in every if one.id not in kept][:SHOWN]
    return found
