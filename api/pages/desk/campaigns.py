"""Campaigns at the desk: planned, published, followed, ended, drawn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor
from api.installation import in_transaction
from api.pages.desk import campaign_form
from api.pages.desk.access import PlansCampaigns, SeesFigures
from api.pages.desk.words import CAMPAIGN_EVENTS, CAMPAIGN_KINDS, CAMPAIGN_STAGES, MOTIF_NAMES
from api.pages.doing_once import do_once, numbered
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from ledger.days import day_of
from ledger.errors import Refusal
from ledger.money import ZERO, Money
from vouchers.campaigns import drawing, figures, planning, queries
from vouchers.campaigns.queries import CampaignView
from vouchers.campaigns.rewarding import last_before
from vouchers.funders import FunderView, funder, funders_page

router = APIRouter(include_in_schema=False)

FUNDERS: Final = 200
Do = Callable[..., Awaitable[CampaignView]]

DEEDS: Final[dict[str, tuple[Do, str]]] = {
    "publish": (planning.publish, "campaign-published"),
    "end": (planning.end, "campaign-ended"),
    "draw": (drawing.draw, "campaign-drawn"),
}
"""What a button of the page does, and what is said then."""


@router.get("/{slug:slug}/desk/campaigns")
async def every(request: Request, visitor: SeesFigures, session: PageReading) -> Response:
    """All campaigns, the newest first."""
    today = day_of(await clock.now(session))
    found = await queries.campaigns(session)
    return page(
        request, "desk/campaigns.html", found=found, today=today, kinds=CAMPAIGN_KINDS, stages=CAMPAIGN_STAGES,
        plans=visitor.may(P.CAMPAIGNS_WRITE),
    )  # fmt: skip


@router.get("/{slug:slug}/desk/campaigns/new")
async def new(request: Request, _visitor: PlansCampaigns, session: PageReading) -> Response:
    """Where one is planned."""
    form = numbered(request, kind="top_up", motif="heart", how="rate")
    return _form_page(request, form, await _funders(session))


@router.post("/{slug:slug}/desk/campaigns/new")
async def plan(
    request: Request, place: CurrentPlace, visitor: PlansCampaigns, session: PageReading, form: Sent
) -> Response:
    """Write it down as a draft."""
    funders = await _funders(session)
    promise = campaign_form.read(form, funders)
    if promise is not None:
        asked = promise

        async def work(other: AsyncSession) -> UUID:
            return (await planning.plan(other, asked, actor=visitor.actor, at=await clock.now(other))).id

        try:
            made = await do_once(request, place, visitor, form, work)
            if made is not None:
                return see_other(f"/{place.slug}/desk/campaigns/{made}", said="campaign-planned")
        except Refusal as refusal:
            campaign_form.refuse(form, refusal)
    return _form_page(request, form, funders)


@router.get("/{slug:slug}/desk/campaigns/{campaign_id}")
async def one(request: Request, visitor: SeesFigures, session: PageReading, campaign_id: UUID) -> Response:
    """A campaign as it stands, in figures, and what can be done about it."""
    return await _page(request, session, visitor, campaign_id, blank(request))


@router.post("/{slug:slug}/desk/campaigns/{campaign_id}")
async def decide(
    request: Request, place: CurrentPlace, visitor: PlansCampaigns, form: Sent, campaign_id: UUID
) -> Response:
    """Publish, end or draw it. Sent twice it is done once: each leads to another state."""
    do = form.one_of("do", tuple(DEEDS))
    if do in {"end", "draw"} and not form.ticked(f"sure_{do}"):
        form.say(f"sure_{do}", "Tick this box: it cannot be undone.")
    if form.valid:
        deed, said = DEEDS[do]

        async def work(session: AsyncSession) -> CampaignView:
            return await deed(session, campaign_id, actor=visitor.actor, at=await clock.now(session))

        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return see_other(f"/{place.slug}/desk/campaigns/{campaign_id}", said=said)
    async with place.town.sessions.begin() as session:
        return await _page(request, session, visitor, campaign_id, form)


@router.get("/{slug:slug}/desk/campaigns/{campaign_id}/change")
async def words(request: Request, _visitor: PlansCampaigns, session: PageReading, campaign_id: UUID) -> Response:
    """The campaign, to change it."""
    found = await queries.campaign(session, campaign_id)
    form = blank(request, **campaign_form.begins(found.promise))
    return _form_page(request, form, await _funders(session), found)


@router.post("/{slug:slug}/desk/campaigns/{campaign_id}/change")
async def change(
    request: Request, place: CurrentPlace, visitor: PlansCampaigns, session: PageReading, form: Sent, campaign_id: UUID
) -> Response:
    """Change it, as far as it may be."""
    found, funders = await queries.campaign(session, campaign_id), await _funders(session)
    draft = found.status == "draft"
    promise = campaign_form.read(form, funders) if draft else campaign_form.read_again(form, found.promise)
    if promise is not None:
        asked = promise

        async def work(other: AsyncSession) -> CampaignView:
            return await planning.change(other, campaign_id, asked, actor=visitor.actor, at=await clock.now(other))

        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            campaign_form.refuse(form, refusal)
        else:
            return see_other(f"/{place.slug}/desk/campaigns/{campaign_id}", said="saved")
    return _form_page(request, form, funders, found)


async def _page(request: Request, session: AsyncSession, visitor: Visitor, campaign_id: UUID, form: Form) -> Response:
    found = await queries.campaign(session, campaign_id)
    at = await clock.now(session)
    pays: FunderView | None = await funder(session, found.promise.funder) if found.promise.funder else None
    report = await figures.report(session, campaign_id, at=at)
    return page(
        request, "desk/campaign.html", status=200 if form.valid else 422, form=form, one=found,
        stage=found.stage(day_of(at)), report=report, ratio=_ratio(report), funder=pays, today=day_of(at),
        told=await queries.history_of(session, campaign_id), kinds=CAMPAIGN_KINDS, stages=CAMPAIGN_STAGES,
        events=CAMPAIGN_EVENTS, plans=visitor.may(P.CAMPAIGNS_WRITE),
        drawable=found.promise.kind == "draw" and found.drawn_at is None and last_before(at) >= found.promise.last_day,
    )  # fmt: skip


def _ratio(report: figures.Report) -> Money:
    """What was spent for each euro that was given."""
    return Money(report.spent.amount.cents * 100 // report.given.cents) if report.given else ZERO


def _form_page(request: Request, form: Form, funders: list[FunderView], found: CampaignView | None = None) -> Response:
    published = found is not None and found.status != "draft"
    return page(
        request, "desk/campaign_form.html", status=200 if form.valid else 422, form=form, funders=funders, one=found,
        published=published, kinds=CAMPAIGN_KINDS, motifs=MOTIF_NAMES,
    )  # fmt: skip


async def _funders(session: AsyncSession) -> list[FunderView]:
    return await funders_page(session, limit=FUNDERS)
