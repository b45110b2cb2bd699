"""A shop applies: its SIRET, then one form, prefilled from the imported register and free to be corrected."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import arrivals
from api.auth.arrivals import TooManyNewcomers
from api.auth.visitors import PageReading
from api.auth.visits import hash_of
from api.installation import in_transaction
from api.pages.catalogues import marked
from api.pages.forms import Form, Sent, blank
from api.pages.gift import address, line, site_free
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from api.pages.shop_fields import particulars
from api.pages.signing_in import address_of
from ledger.errors import Refusal
from merchants.errors import SiretInvalid
from merchants.joining import applying, charter, establishments, links
from merchants.joining import invitations as reading
from merchants.joining.applying import NewApplication
from merchants.joining.errors import CharterOutdated, JoiningLinkSpent, ShopAppliedAlready, ShopJoinedAlready
from merchants.joining.invitations import InvitationView
from merchants.shops import identity
from merchants.shops.checking import NewShop
from merchants.shops.queries import ShopView, shop, shop_by_siret

router = APIRouter(include_in_schema=False)

NO_CHARTER: Final = marked("Read the charter, then tick this box: without it a shop cannot join.")
STEPS: Final = (marked("Your SIRET"), marked("Your shop"), marked("Your mail"))
IN_ALREADY: Final = (ShopJoinedAlready, ShopAppliedAlready)


@router.get("/{slug:slug}/join")
async def begin(request: Request, place: CurrentPlace) -> Response:
    """What joining is, and where the SIRET is typed."""
    return page(request, "join/begin.html", indexed=True, form=blank(request), steps=STEPS, terms=place.terms)


@router.post("/{slug:slug}/join")
async def look_up(request: Request, place: CurrentPlace, form: Sent) -> Response:
    """On to the form of this SIRET."""
    typed = form.text("siret", most=40)
    try:
        siret = identity.siret(typed) if typed else ""
    except SiretInvalid as refusal:
        form.refuse(refusal, "siret")
    if not form.valid:
        return page(request, "join/begin.html", status=422, form=form, steps=STEPS, terms=place.terms)
    return see_other(f"/{place.slug}/join/shop/{siret}")


@router.get("/{slug:slug}/join/charter")
async def read_charter(request: Request) -> Response:
    """What a shop promises, and what it is promised."""
    return page(request, "join/charter.html", indexed=True, clauses=charter.CLAUSES, version=charter.VERSION)


@router.get("/{slug:slug}/join/sent")
async def sent(request: Request) -> Response:
    """What to do now."""
    return page(request, "join/sent.html", days=applying.KEPT.days, steps=STEPS)


@router.get("/{slug:slug}/join/shop/{siret}")
async def form_of(request: Request, place: CurrentPlace, session: PageReading, siret: str) -> Response:
    """The form of a shop, with what the register knows of it."""
    number = _number(siret)
    if number is None:
        return see_other(f"/{place.slug}/join")
    return await _filled(request, session, number)


@router.post("/{slug:slug}/join/shop/{siret}")
async def apply(request: Request, place: CurrentPlace, siret: str, form: Sent) -> Response:
    """Ask to join."""
    number = _number(siret)
    if number is None:
        return see_other(f"/{place.slug}/join")
    return await _apply(request, place, number, form, None)


@router.get("/{slug:slug}/join/invited/{secret}/form")
async def form_of_invited(request: Request, session: PageReading, secret: str) -> Response:
    """The form of a shop that was invited."""
    try:
        invited = await invitation_of(session, secret)
    except JoiningLinkSpent:
        return page(request, "join/spent.html", status=HTTPStatus.GONE)
    return await _filled(request, session, (await shop(session, invited.shop)).siret, email=invited.email)


@router.post("/{slug:slug}/join/invited/{secret}/form")
async def apply_invited(request: Request, place: CurrentPlace, secret: str, form: Sent) -> Response:
    """Ask to join, having been invited."""
    async with place.town.sessions.begin() as session:
        try:
            invited = await invitation_of(session, secret)
        except JoiningLinkSpent:
            return page(request, "join/spent.html", status=HTTPStatus.GONE)
        siret = (await shop(session, invited.shop)).siret
    return await _apply(request, place, siret, form, invited.id)


async def invitation_of(session: AsyncSession, secret: str) -> InvitationView:
    """The invitation that a letter's link opens.

    :raises JoiningLinkSpent:
    """
    found = await links.find_link(session, hash_of(secret), at=await clock.now(session))
    if found.invitation is None:
        raise JoiningLinkSpent
    return await reading.invitation(session, found.invitation)


async def _filled(request: Request, session: AsyncSession, siret: str, *, email: str = "") -> Response:
    try:
        await applying.refuse_known(session, siret)
    except IN_ALREADY as refusal:
        return _known(request, refusal)
    found = await _looked_up(session, siret)
    begins = {} if found is None else {
        "name": found.name, "street": found.street, "postcode": found.postcode, "commune": found.commune,
        "naf": found.naf,
    }  # fmt: skip
    form = blank(request, **begins, email=email, charter_version=charter.VERSION)
    return await _page(request, session, siret, form)


async def _apply(request: Request, place: Place, siret: str, form: Form, invitation: UUID | None) -> Response:
    async with place.town.sessions.begin() as session:
        known = await establishments.establishment(session, siret)
    new = _read(form, siret, legal_name=known.legal_name if known else None)
    who, email = site_free(form, "person"), address(form, "email")
    if not form.ticked("charter"):
        form.say("charter", NO_CHARTER)
    version = form.shown("charter_version")

    async def work(session: AsyncSession) -> None:
        assert new is not None  # noqa: S101 - the form is valid
        await arrivals.count(session, "application", email=email, address=address_of(request))
        asked = NewApplication(new, who, email, form.language, version, known is not None, invitation)
        await applying.apply(session, asked, at=await clock.now(session))

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except IN_ALREADY as refusal:
            return _known(request, refusal)
        except CharterOutdated as refusal:
            form.refuse(refusal, "charter")
            form.typed["charter_version"] = [charter.VERSION]
        except TooManyNewcomers as refusal:
            form.refuse(refusal)
            status = HTTPStatus.TOO_MANY_REQUESTS
        else:
            return see_other(f"/{place.slug}/join/sent")
    async with place.town.sessions.begin() as session:
        return await _page(request, session, siret, form, status=status)


def _read(form: Form, siret: str, *, legal_name: str | None) -> NewShop | None:
    name = line(form, "name", most=120)
    iban = form.text("iban", most=60)
    return particulars(form, siret=siret, name=name, legal_name=legal_name, iban=iban) if name else None


def _number(typed: str) -> str | None:
    try:
        return identity.siret(typed)
    except SiretInvalid:
        return None


def _known(request: Request, refusal: Refusal) -> Response:
    """The shop is in, or on its way: said kindly, with the way on."""
    joined = isinstance(refusal, ShopJoinedAlready)
    return page(request, "join/known.html", status=HTTPStatus.CONFLICT, joined=joined)


async def _looked_up(session: AsyncSession, siret: str) -> establishments.EstablishmentView | ShopView | None:
    """What is known of a SIRET: by the programme's own register of shops, else by the imported one."""
    return await shop_by_siret(session, siret) or await establishments.establishment(session, siret)


async def _page(
    request: Request, session: AsyncSession, siret: str, form: Form, *, status: int = HTTPStatus.UNPROCESSABLE_ENTITY
) -> Response:
    found = await _looked_up(session, siret)
    clauses: Sequence[charter.Clause] = charter.CLAUSES[form.language]
    return page(
        request, "join/form.html", status=HTTPStatus.OK if form.valid else status, form=form, siret=siret, found=found,
        clauses=clauses, version=charter.VERSION, steps=STEPS,
    )  # fmt: skip
