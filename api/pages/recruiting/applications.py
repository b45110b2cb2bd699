"""An application, and its answer: in, or not, and why."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import links, people
from api.auth.people import PersonDisabled
from api.auth.visitors import PageReading
from api.installation import in_transaction
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.recruiting.access import Recruits
from api.pages.rendering import page, see_other
from ledger.wishes import wish
from merchants.joining import applying, establishments
from merchants.joining.applying import LONGEST_REASON
from merchants.joining.errors import ApplicationDecided, ReasonMissing

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/desk/shops/applications/{application_id}")
async def shown(request: Request, _visitor: Recruits, session: PageReading, application_id: UUID) -> Response:
    """What was asked for, and what speaks for it or against it."""
    return await _page(request, session, application_id, blank(request))


@router.post("/{slug:slug}/desk/shops/applications/{application_id}/accept")
async def accept(
    request: Request, place: CurrentPlace, visitor: Recruits, application_id: UUID, form: Sent
) -> Response:
    """Let the shop in; its owner gets an office and a letter with a link that signs in."""

    async def work(session: AsyncSession) -> None:
        at = await clock.now(session)
        found = await applying.application(session, application_id)
        shop = await applying.accept(session, application_id, actor=visitor.actor, at=at)
        owner = await links.invite(
            session, email=found.email, name=found.name, language=found.language, role="shop", subject=shop.id,
            by=visitor.actor, at=at, letter=False,
        )  # fmt: skip
        wish(session, "shop_welcome_letter", person=str(owner.id), shop=str(shop.id))

    try:
        await in_transaction(place.town.sessions, work)
    except (ApplicationDecided, PersonDisabled) as refusal:
        form.refuse(refusal)
        return await _again(request, place, application_id, form)
    return see_other(f"/{place.slug}/desk/shops", said="shop-accepted")


@router.post("/{slug:slug}/desk/shops/applications/{application_id}/decline")
async def decline(
    request: Request, place: CurrentPlace, visitor: Recruits, application_id: UUID, form: Sent
) -> Response:
    """Do not let the shop in, and say why."""
    reason = form.text("reason", most=LONGEST_REASON)

    async def work(session: AsyncSession) -> None:
        at = await clock.now(session)
        await applying.decline(session, application_id, reason=reason, actor=visitor.actor, at=at)

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except (ApplicationDecided, ReasonMissing) as refusal:
            form.refuse(refusal, {ReasonMissing: "reason"})
        else:
            return see_other(f"/{place.slug}/desk/shops", said="shop-declined")
    return await _again(request, place, application_id, form)


@router.get("/{slug:slug}/desk/shops/applications/{application_id}/{_done}")
async def back_to_application(place: CurrentPlace, _visitor: Recruits, application_id: UUID, _done: str) -> Response:
    """The address of a form that came back with faults, asked for again."""
    return see_other(f"/{place.slug}/desk/shops/applications/{application_id}")


async def _again(request: Request, place: CurrentPlace, application_id: UUID, form: Form) -> Response:
    async with place.town.sessions.begin() as session:
        return await _page(request, session, application_id, form)


async def _page(request: Request, session: AsyncSession, application_id: UUID, form: Form) -> Response:
    found = await applying.application(session, application_id)
    known = await people.find(session, email=found.email)
    return page(
        request, "recruiting/application.html", status=200 if form.valid else 422, form=form, application=found,
        registered=await establishments.establishment(session, found.siret), longest=LONGEST_REASON,
        disabled=known is not None and known.disabled_at is not None,
    )  # fmt: skip
