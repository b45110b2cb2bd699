"""Which shops take part in a campaign: picked by trade, by place, one by one or from a list of SIRETs."""

from __future__ import annotations

import re
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading
from api.installation import in_transaction
from api.pages.desk.access import PlansCampaigns
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from api.pages.street.words import TRADES
from ledger.errors import Refusal
from merchants.street import directory
from merchants.street.directory import PublicShop, Wanted
from vouchers.campaigns import queries, taking_part

router = APIRouter(include_in_schema=False)

SHOWN: Final = 200
"""Shops of one list; whoever wants others chooses a trade or a place."""

SIRETS_MOST: Final = 5_000
_BETWEEN: Final = re.compile(r"[\n,;\t]+")
_DIGITS: Final = 14
Typed = Annotated[str, Query(max_length=100)]


@router.get("/{slug:slug}/desk/campaigns/{campaign_id}/shops")
async def shops(
    request: Request, _visitor: PlansCampaigns, session: PageReading, campaign_id: UUID, *,
    q: Typed = "", trade: Typed = "", where: Annotated[str, Query(max_length=100, alias="place")] = "",
) -> Response:  # fmt: skip
    """Those that take part, and those that may."""
    return await _page(request, session, campaign_id, blank(request, q=q, trade=trade, place=where))


@router.post("/{slug:slug}/desk/campaigns/{campaign_id}/shops")
async def pick(
    request: Request, place: CurrentPlace, visitor: PlansCampaigns, session: PageReading, form: Sent, campaign_id: UUID
) -> Response:
    """Let shops take part, or no longer."""
    do = form.one_of("do", ("found", "ticked", "listed", "leave"))
    chosen = await _chosen(session, form, do)
    if form.valid and not chosen:
        form.say("sirets" if do == "listed" else "shops", "Choose at least one shop.")
    if form.valid:
        act = taking_part.leave if do == "leave" else taking_part.join

        async def work(other: AsyncSession) -> None:
            await act(other, campaign_id, chosen, actor=visitor.actor, at=await clock.now(other))

        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            said = "shops-left" if do == "leave" else "shops-joined"
            return see_other(f"/{place.slug}/desk/campaigns/{campaign_id}/shops", said=said)
    return await _page(request, session, campaign_id, form)


async def _chosen(session: AsyncSession, form: Form, do: str) -> frozenset[UUID]:
    """The shops that are meant; SIRETs that are not of this programme are said beside the list."""
    if do == "found":
        return frozenset(one.id for one in await _found(session, form))
    if do == "listed":
        typed = sirets_in(form.text("sirets", most=SIRETS_MOST * 20))
        known = {one.siret: one.id for one in await directory.accepting(session)}
        strange = [one for one in typed if one not in known]
        if strange:
            form.say("sirets", "No shop that takes vouchers has this SIRET: %(siret)s", siret=strange[0][:_DIGITS])
        return frozenset(known[one] for one in typed if one in known)
    ticked = {one for one in form.many("shops") if re.fullmatch(r"[0-9a-f-]{36}", one)}
    return frozenset(UUID(one) for one in ticked)


def sirets_in(typed: str) -> list[str]:
    """The numbers of a list: one a line, or parted by commas and semicolons; spaces and dots within do not matter."""
    parts = ("".join(letter for letter in part if letter.isdecimal()) for part in _BETWEEN.split(typed))
    return [part[start : start + _DIGITS] for part in parts for start in range(0, len(part), _DIGITS)]


async def _found(session: AsyncSession, form: Form) -> list[PublicShop]:
    commune, _, postcode = form.shown("place").partition("|")
    wanted = Wanted(form.shown("q"), form.shown("trade"), commune, postcode)
    return await directory.every(session, wanted)


async def _page(request: Request, session: AsyncSession, campaign_id: UUID, form: Form) -> Response:
    one = await queries.campaign(session, campaign_id)
    among = await queries.shops_in(session, campaign_id)
    found = await _found(session, form)
    tally = await directory.tally(session)
    return page(
        request, "desk/campaign_shops.html", status=200 if form.valid else 422, form=form, one=one,
        among=await directory.shops_in_list(session, list(among)), found=found[:SHOWN], count=len(found),
        new=len([shop for shop in found if shop.id not in among]), taking=among, names=TRADES,
        trades=tally.trades, places=tally.places,
    )  # fmt: skip
