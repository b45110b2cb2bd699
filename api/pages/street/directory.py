"""The directory: where the programme's vouchers are taken, found by words, trade, place and hours, or near somebody.

Where somebody stands is asked by a script, only when they press the button, rounded to some hundred metres, and sent
in the body of a form: so it stands in no address, no history and no log, and nothing keeps it (decision 0039).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading
from api.pages.forms import Sent
from api.pages.place import CurrentPlace
from api.pages.rendering import page
from api.pages.speaking import language_for
from api.pages.street.addresses import indexed
from api.pages.street.showing import shown
from api.pages.street.words import TRADES
from merchants.shops.reach import EVERYWHERE
from merchants.street import directory
from merchants.street.directory import PAGES_MOST, Found, Wanted
from merchants.street.near import Position
from vouchers.campaigns.errors import CampaignUnknown
from vouchers.campaigns.queries import CampaignView, published_by_slug, running, shops_in
from vouchers.rules.queries import version
from vouchers.rules.rule import Rule
from vouchers.rules.rule_errors import RuleUnknown

router = APIRouter(include_in_schema=False)

ASKED: Final = "geolocation=(self)"
"""What a browser may do on this page and no other: ask where it is, once somebody presses the button."""

POLICY: Final = f"camera=(), {ASKED}, microphone=(), payment=(), usb=()"
LONGEST: Final = 100

Typed = Annotated[str, Query(max_length=LONGEST)]


@dataclass(frozen=True, slots=True)
class Search:
    """What was typed and chosen, as addresses and forms write it."""

    q: str = ""
    trade: str = ""
    place: str = ""
    open: str = ""
    campaign: str = ""
    page: int = 1
    rule: str = ""

    def wanted(self, at: datetime, near: Position | None, among: frozenset[UUID] | None, rule: Rule | None) -> Wanted:
        """As the directory is asked."""
        commune, _, postcode = self.place.partition("|")
        reach = rule.asks.reach if rule else EVERYWHERE
        return Wanted(self.q, self.trade, commune, postcode, at if self.open else None, near, among, self.page, reach)

    def fields(self, **other: str) -> dict[str, str]:
        """What is not empty, with something else in it; the first page unless another is asked."""
        every = {
            "q": self.q, "trade": self.trade, "place": self.place, "open": self.open, "campaign": self.campaign,
            "for": self.rule, **other,
        }  # fmt: skip
        return {name: value for name, value in every.items() if value}

    def address(self, path: str, **other: str) -> str:
        """Where that search is."""
        fields = self.fields(**other)
        return f"{path}?{urlencode(fields)}" if fields else path

    @property
    def empty(self) -> bool:
        """Whether everything is asked for."""
        return not self.fields()


def _typed(
    q: Typed = "",
    trade: Typed = "",
    place_: Annotated[str, Query(max_length=LONGEST, alias="place")] = "",
    open_: Annotated[str, Query(max_length=3, alias="open")] = "",
    campaign: Typed = "",
    page_: Annotated[str, Query(max_length=5, alias="page")] = "",
    for_: Annotated[str, Query(max_length=LONGEST, alias="for")] = "",
) -> Search:
    return Search(q.strip(), trade, place_, open_, campaign, _number(page_), for_)


@router.get("/{slug:slug}/shops")
async def shops(
    request: Request, place: CurrentPlace, session: PageReading, search: Annotated[Search, Depends(_typed)]
) -> Response:
    """Where vouchers are taken."""
    return await _answer(request, place.slug, session, search)


@router.post("/{slug:slug}/shops")
async def near(request: Request, place: CurrentPlace, session: PageReading, form: Sent) -> Response:
    """The same, nearest first."""
    typed = {name: form.text(name, required=False)[:LONGEST] for name in ("q", "trade", "place", "open", "campaign")}
    rule = form.text("for", required=False)[:LONGEST]
    search = Search(**typed, page=_number(form.shown("page")), rule=rule)
    return await _answer(request, place.slug, session, search, Position.read(form.shown("lat"), form.shown("lon")))


async def _answer(
    request: Request, slug: str, session: AsyncSession, search: Search, near: Position | None = None
) -> Response:
    at, path = await clock.now(session), f"/{slug}/shops"
    campaign = await _campaign(session, search.campaign)
    among = await shops_in(session, campaign.id) if campaign else None
    rule = await _rule(session, search.rule)
    found = await directory.find(session, search.wanted(at, near, among, rule))
    tally, goes_on = await directory.tally(session), await running(session, at=at)
    by_trade = search.fields() == {"trade": search.trade} and bool(found.count)
    answer = page(
        request, "street/shops.html", indexed=search.empty or by_trade, search=search, found=found, near=near,
        path=path, campaign=campaign, rule=rule, total=tally.count, trades=tally.trades, names=TRADES,
        campaigns=goes_on, shops=await shown(session, found.shops, goes_on, at=at, language=language_for(request)),
        places=_places(tally.places), pages=_pages(search, found, path),
        links=indexed(request, search.address(path) if by_trade else path),
    )  # fmt: skip
    answer.headers["Permissions-Policy"] = POLICY
    return answer


async def _campaign(session: AsyncSession, slug: str) -> CampaignView | None:
    if not slug:
        return None
    try:
        return await published_by_slug(session, slug)
    except CampaignUnknown:
        return None


async def _rule(session: AsyncSession, typed: str) -> Rule | None:
    """The rule whose vouchers somebody holds, by its version; none if there is no such rule."""
    try:
        return await version(session, UUID(typed)) if typed else None
    except (ValueError, RuleUnknown):
        return None


def _places(known: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """What can be chosen: each commune, and under one with several postcodes each of them."""
    found: list[tuple[str, str, int]] = []
    communes: dict[str, list[tuple[str, int]]] = {}
    for commune, postcode, count in known:
        communes.setdefault(commune, []).append((postcode, count))
    for commune, parts in communes.items():
        found.append((commune, commune, sum(count for _, count in parts)))
        if len(parts) > 1:
            found += [(f"{commune}|{postcode}", f"{commune} {postcode}", count) for postcode, count in parts]
    return found


def _pages(search: Search, found: Found, path: str) -> Mapping[str, str | None]:
    before = search.address(path, page=str(found.page - 1) if found.page > 2 else "") if found.page > 1 else None  # noqa: PLR2004
    after = search.address(path, page=str(found.page + 1)) if found.page < found.pages else None
    return {"before": before, "after": after}


def _number(typed: str) -> int:
    return min(int(typed), PAGES_MOST) if typed.isdecimal() and typed.isascii() else 1
