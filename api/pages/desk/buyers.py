"""Buyers: found, looked at, mended; a company registered with its first person, who is invited."""

from __future__ import annotations

from typing import Annotated, Any, Final, cast
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import links, offices, people
from api.auth.people import PersonDisabled, PersonNameMalformed
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading
from api.installation import in_transaction
from api.pages.desk.access import KeepsBuyers, SeesBuyers
from api.pages.doing_once import do_once, numbered
from api.pages.forms import Form, Sent, blank
from api.pages.orders.words import status_shown
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from ledger.errors import Refusal
from ledger.formats import LANGUAGES, Language
from merchants.errors import SirenInvalid, VatNumberInvalid
from vouchers import buyers
from vouchers.buyers import BuyerKind, BuyerView, NewBuyer
from vouchers.orders import drafting, queries
from vouchers.orders.lists.addresses import AddressInvalid, canonical

router = APIRouter(include_in_schema=False)

A_PAGE: Final = 30
ORDERS: Final = 15
LONGEST_NAME: Final = 120
BESIDE: Final[dict[type[Refusal], str]] = {
    SirenInvalid: "siren", VatNumberInvalid: "vat_number", PersonNameMalformed: "person",
    PersonDisabled: "person_email",
}  # fmt: skip


@router.get("/{slug:slug}/desk/buyers")
async def every(
    request: Request,
    place: CurrentPlace,
    visitor: SeesBuyers,
    session: PageReading,
    *,
    q: Annotated[str, Query(max_length=80)] = "",
    after: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """Buyers by name."""
    found = await buyers.find_buyers(session, search=q.strip(), after=_place(after), limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    onwards = urlencode({"q": q, "after": buyers.place_in_list(shown[-1])}) if len(found) > A_PAGE else None
    return page(
        request, "desk/buyers.html", givers=shown, q=q, keeps=visitor.may(P.BUYERS_WRITE),
        before=f"/{place.slug}/desk/buyers?{urlencode({'q': q})}" if after else None,
        further=f"/{place.slug}/desk/buyers?{onwards}" if onwards else None,
    )  # fmt: skip


@router.get("/{slug:slug}/desk/buyers/new")
async def new(request: Request, _visitor: KeepsBuyers) -> Response:
    """Where a company is registered."""
    return page(request, "desk/buyer_new.html", form=numbered(request))


@router.post("/{slug:slug}/desk/buyers/new")
async def register(request: Request, place: CurrentPlace, visitor: KeepsBuyers, form: Sent) -> Response:
    """Register a company, and invite the person who orders for it."""
    asked = _particulars(form, "company")
    person, email = form.text("person", required=False), form.text("person_email", required=False)
    language = form.one_of("language", LANGUAGES)
    if person and not email:
        form.say("person_email", "Write where the invitation goes.")
    if email and not person:
        form.say("person", "Write who is invited.")

    async def work(session: AsyncSession) -> UUID:
        at = await clock.now(session)
        made = await buyers.register_buyer(session, asked, at=at)
        if email:
            await links.invite(
                session, email=email, name=person, language=cast("Language", language), role="buyer",
                subject=made.id, by=visitor.actor, at=at,
            )  # fmt: skip
        return made.id

    if form.valid and await _is_known(place, asked) and not form.ticked("again"):
        form.say("again", "A company with this SIREN is registered already. Confirm that this is another one.")
    if form.valid:
        try:
            made = await do_once(request, place, visitor, form, work)
            if made is not None:
                return see_other(f"/{place.slug}/desk/buyers/{made}", said="invited" if email else "saved")
        except AddressInvalid as refusal:
            form.refuse(refusal, "person_email")
        except tuple(BESIDE) as refusal:
            form.refuse(refusal, BESIDE)
    return page(request, "desk/buyer_new.html", status=422, form=form)


@router.get("/{slug:slug}/desk/buyers/{buyer_id}")
async def one(request: Request, visitor: SeesBuyers, session: PageReading, buyer_id: UUID) -> Response:
    """A buyer: particulars, credit, orders, and who orders for it."""
    giver = await buyers.buyer(session, buyer_id)
    held = await offices.holders(session, role="buyer", subject=buyer_id)
    orders = await queries.orders_page(session, buyers=[buyer_id], limit=ORDERS + 1)
    at = await clock.now(session)
    return page(
        request, "desk/buyer.html", giver=giver, held=held, orders=orders[:ORDERS], more=len(orders) > ORDERS,
        people=await people.people_by_id(session, {office.person for office in held}), shown=status_shown,
        prices={
            one.id: (await drafting.price_of(session, one.id, at=at)).total for one in orders if one.status == "draft"
        },
        keeps=visitor.may(P.BUYERS_WRITE), invites=visitor.may(P.PEOPLE_WRITE), pays=visitor.may(P.ORDERS_PAY),
    )  # fmt: skip


@router.get("/{slug:slug}/desk/buyers/{buyer_id}/change")
async def particulars(request: Request, _visitor: KeepsBuyers, session: PageReading, buyer_id: UUID) -> Response:
    """The particulars of a buyer, to mend them."""
    giver = await buyers.buyer(session, buyer_id)
    begins: dict[str, Any] = {
        name: getattr(giver, name) or ""
        for name in ("name", "siren", "vat_number", "email", "street", "postcode", "commune")
    }
    return page(request, "desk/buyer_change.html", form=blank(request, **begins), giver=giver)


@router.post("/{slug:slug}/desk/buyers/{buyer_id}/change")
async def change(
    request: Request, place: CurrentPlace, _visitor: KeepsBuyers, session: PageReading, form: Sent, buyer_id: UUID
) -> Response:
    """Mend them. Papers that were issued stay as they are."""
    giver = await buyers.buyer(session, buyer_id)
    asked = _particulars(form, giver.kind)

    async def work(other: AsyncSession) -> BuyerView:
        return await buyers.change_buyer(other, buyer_id, asked)

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except tuple(BESIDE) as refusal:
            form.refuse(refusal, BESIDE)
        else:
            return see_other(f"/{place.slug}/desk/buyers/{buyer_id}", said="saved")
    return page(request, "desk/buyer_change.html", status=422, form=form, giver=giver)


def _particulars(form: Form, kind: BuyerKind) -> NewBuyer:
    """Who buys, as the form says it; what cannot stand is said beside its field."""
    company = kind == "company"
    email = form.text("email", required=False)
    if email:
        try:
            email = canonical(email)
        except AddressInvalid as refusal:
            form.refuse(refusal, "email")
    siren = form.text("siren", required=company, most=30) if company else ""
    vat_number = form.text("vat_number", required=False, most=30) if company else ""
    return NewBuyer(
        kind, form.text("name", most=LONGEST_NAME), siren or None, vat_number or None, email or None,
        form.text("street", required=company), form.text("postcode", required=company, most=12),
        form.text("commune", required=company, most=80),
    )  # fmt: skip


async def _is_known(place: Place, asked: NewBuyer) -> bool:
    """Whether another company has this SIREN."""
    digits = "".join((asked.siren or "").split())
    async with place.town.sessions.begin() as session:
        return bool(digits) and bool(await buyers.find_buyers(session, siren=digits, limit=1))


def _place(after: str) -> str:
    """Where the list goes on, if the address says a place."""
    id_, _, _ = after.partition(" ")
    try:
        UUID(id_)
    except ValueError:
        return ""
    return after
