"""What the links of letters open: an invitation, to be followed or declined; an address, to be confirmed.

Opening a link changes nothing, since programs that scan mail open every link there is: a button does.
"""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading
from api.auth.visits import hash_of
from api.installation import in_transaction
from api.pages.forms import Sent, blank
from api.pages.joining.applying import IN_ALREADY, STEPS, invitation_of
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from merchants.joining import applying, inviting, links
from merchants.joining.applying import ApplicationView
from merchants.joining.errors import ApplicationUnknown, InvitationEnded, JoiningLinkSpent
from merchants.joining.inviting import LONGEST_REASON
from merchants.shops.queries import shop

router = APIRouter(include_in_schema=False)

SPENT = (JoiningLinkSpent, ApplicationUnknown, InvitationEnded)


@router.get("/{slug:slug}/join/invited/{secret}")
async def invited(request: Request, session: PageReading, secret: str) -> Response:
    """The invitation, with its two answers."""
    try:
        found = await invitation_of(session, secret)
    except JoiningLinkSpent:
        return _spent(request)
    known = await shop(session, found.shop)
    return page(
        request, "join/invited.html", form=blank(request), invitation=found, shop=known, secret=secret,
        longest=LONGEST_REASON,
    )  # fmt: skip


@router.post("/{slug:slug}/join/invited/{secret}")
async def follow(request: Request, place: CurrentPlace, secret: str) -> Response:
    """On to the form."""

    async def work(session: AsyncSession) -> None:
        found = await invitation_of(session, secret)
        await inviting.open_invitation(session, found.id, at=await clock.now(session))

    try:
        await in_transaction(place.town.sessions, work)
    except SPENT:
        return _spent(request)
    return see_other(f"/{place.slug}/join/invited/{secret}/form")


@router.post("/{slug:slug}/join/invited/{secret}/decline")
async def decline(request: Request, place: CurrentPlace, secret: str, form: Sent) -> Response:
    """No, thank you."""
    reason = form.text("reason", required=False, most=LONGEST_REASON)[:LONGEST_REASON]

    async def work(session: AsyncSession) -> None:
        found = await invitation_of(session, secret)
        await inviting.decline(session, found.id, reason=reason, at=await clock.now(session))

    try:
        await in_transaction(place.town.sessions, work)
    except SPENT:
        return _spent(request)
    return page(request, "join/declined.html")


@router.get("/{slug:slug}/join/invited/{secret}/decline")
async def back_to_invitation(place: CurrentPlace, secret: str) -> Response:
    """The address of the page that thanked, asked for again."""
    return see_other(f"/{place.slug}/join/invited/{secret}")


@router.get("/{slug:slug}/join/confirm/{secret}")
async def confirm_page(request: Request, session: PageReading, secret: str) -> Response:
    """The application whose address is to be confirmed."""
    try:
        found = await _application_of(session, secret)
    except SPENT:
        return _spent(request)
    return page(request, "join/confirm.html", application=found, steps=STEPS)


@router.post("/{slug:slug}/join/confirm/{secret}")
async def confirm(request: Request, place: CurrentPlace, secret: str) -> Response:
    """The address is confirmed: somebody will look at the application."""

    async def work(session: AsyncSession) -> ApplicationView:
        found = await _application_of(session, secret)
        return await applying.confirm(session, found.id, at=await clock.now(session))

    try:
        found = await in_transaction(place.town.sessions, work)
    except SPENT:
        return _spent(request)
    except IN_ALREADY as refusal:
        joined = refusal.name == "shop-joined-already"
        return page(request, "join/known.html", status=HTTPStatus.CONFLICT, joined=joined)
    return page(request, "join/confirmed.html", application=found)


async def _application_of(session: AsyncSession, secret: str) -> ApplicationView:
    found = await links.find_link(session, hash_of(secret), at=await clock.now(session))
    if found.application is None:
        raise JoiningLinkSpent
    return await applying.application(session, found.application)


def _spent(request: Request) -> Response:
    return page(request, "join/spent.html", status=HTTPStatus.GONE)
