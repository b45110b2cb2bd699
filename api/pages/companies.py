"""A company makes itself known, and keeps its particulars.

Who registers a company gets a letter, and may act for it once its link was opened; who is signed in acts at once.

A SIREN is public and proves nothing, so it lets nobody into an account that is there. It is also nobody's business
who buys here. Registering therefore does the same and answers the same whether the SIREN is known or not: each time
an account of its own, which sees its own orders only. Whoever would rather share a colleague's is told, always, to ask
that colleague for an invitation. An e-mail address that is known gets a link to sign in instead of an office: nobody
is made to act for a company by somebody else's typing, and no visit of theirs ends by it. The page says the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import arrivals, links, offices, people
from api.auth.arrivals import TooManyNewcomers
from api.auth.permissions import Permission as P
from api.auth.visitors import MaybeVisitor, OfficeMissing, PageReading, Visitor, VisitorOf, begin_person_visit
from api.installation import in_transaction
from api.pages.catalogues import marked
from api.pages.forms import Form, Sent, blank
from api.pages.gift import address, line, site_free
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from api.pages.signing_in import address_of
from ledger.errors import Refusal
from ledger.formats import Language
from merchants.errors import SirenInvalid, VatNumberInvalid
from merchants.shops import identity
from vouchers.buyers import BuyerView, NewBuyer, buyers_by_id, change_buyer, register_buyer

router = APIRouter(include_in_schema=False)

LONGEST_LINE: Final = 120
NO_POSTCODE: Final = marked("Write the five digits of the postcode, such as 13001.")
BY_ITSELF: Final = "registered itself"
"""How an office says who gave it."""

_POSTCODE: Final = re.compile(r"[0-9]{5}")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A company, and who makes it known: a person that is signed in, or a name and an address."""

    company: NewBuyer
    name: str
    email: str
    person: UUID | None


@router.get("/{slug:slug}/company/new")
async def new(request: Request, visitor: MaybeVisitor) -> Response:
    """Where a company makes itself known."""
    form = blank(request)
    if form.tried:
        _read(form, visitor)
    return _new(request, visitor, form)


@router.post("/{slug:slug}/company/new")
async def register(request: Request, place: CurrentPlace, visitor: MaybeVisitor, form: Sent) -> Response:
    """Make it known: at once for who is signed in, else by a letter to the address that was typed."""
    newcomer = _read(form, visitor)
    if newcomer is None:
        return _new(request, visitor, form)
    try:
        return await _register(request, place, newcomer, form.language)
    except Refusal as refusal:
        form.refuse(refusal)
        many = isinstance(refusal, TooManyNewcomers)
        return _new(request, visitor, form, HTTPStatus.TOO_MANY_REQUESTS if many else None)


@router.get("/{slug:slug}/company/sent")
async def sent(request: Request) -> Response:
    """What to do now; the same for everybody."""
    return page(request, "companies/sent.html", days=links.LASTS["invitation"].days)


@router.get("/{slug:slug}/company")
async def particulars(
    request: Request, visitor: VisitorOf, session: PageReading,
    asked: Annotated[UUID | None, Query(alias="buyer")] = None,
) -> Response:  # fmt: skip
    """What is known of the company; of the first of one's companies, unless the address names another."""
    own = await _companies(session, visitor)
    sent = blank(request)
    company = await _company(session, visitor, own, sent.identifier("buyer") if sent.sent else asked)
    form = blank(
        request, street=company.street, postcode=company.postcode, commune=company.commune,
        vat_number=company.vat_number or "", invoice_email=company.email or "",
    )  # fmt: skip
    return _particulars(request, form, company, own)


@router.post("/{slug:slug}/company")
async def change(request: Request, place: CurrentPlace, visitor: VisitorOf, form: Sent) -> Response:
    """Change where it is, its VAT number, where its invoices go; papers that were issued stay as they are."""
    asked = form.identifier("buyer")
    typed = _where(form)
    typed["email"] = address(form, "invoice_email")

    async def work(session: AsyncSession) -> BuyerView:
        company = await _company(session, visitor, [], asked)
        known = NewBuyer(company.kind, company.name, company.siren, company.vat_number, company.email)
        return await change_buyer(session, company.id, replace(known, **typed))

    if form.valid:
        changed = await in_transaction(place.town.sessions, work)
        return see_other(f"/{place.slug}/company", said="saved", buyer=str(changed.id))
    async with place.town.sessions.begin() as session:
        own = await _companies(session, visitor)
        company = await _company(session, visitor, own, asked)
    return _particulars(request, form, company, own)


async def _register(request: Request, place: Place, newcomer: Newcomer, language: Language) -> Response:
    async def work(session: AsyncSession) -> Response:
        at = await clock.now(session)
        if newcomer.person is not None:
            company = await register_buyer(session, newcomer.company, at=at)
            by = f"person:{newcomer.person}"
            await offices.give(session, person=newcomer.person, role="buyer", subject=company.id, by=by, at=at)
            answer = see_other(f"/{place.slug}/orders/new", said="company-known")
            await begin_person_visit(request, answer, session, place.town, person=newcomer.person)
            return answer
        await arrivals.count(session, "company", email=newcomer.email, address=address_of(request))
        if await people.find(session, email=newcomer.email) is not None:
            await links.ask_link(session, newcomer.email)
        else:
            company = await register_buyer(session, newcomer.company, at=at)
            await links.invite(
                session, email=newcomer.email, name=newcomer.name, language=language, role="buyer",
                subject=company.id, by=BY_ITSELF, at=at,
            )  # fmt: skip
        return see_other(f"/{place.slug}/company/sent")

    return await in_transaction(place.town.sessions, work)


def _read(form: Form, visitor: Visitor | None) -> Newcomer | None:
    siren = form.text("siren", most=40)
    try:
        siren = identity.siren(siren) if siren else ""
    except SirenInvalid as refusal:
        form.refuse(refusal, "siren")
    company = site_free(form, "company")
    where = _where(form)
    invoices = address(form, "invoice_email", required=False)
    known = visitor.person if visitor else None
    name = known.name if known else site_free(form, "name")
    email = known.email if known else address(form, "email")
    if not form.valid:
        return None
    new = replace(NewBuyer("company", company, siren, email=invoices or email), **where)
    return Newcomer(new, name, email, known.id if known else None)


def _where(form: Form) -> dict[str, Any]:
    """The address, and the VAT number if there is one."""
    found: dict[str, Any] = {"street": line(form, "street", most=LONGEST_LINE)}
    found["postcode"] = "".join(form.text("postcode", most=20).split())
    if found["postcode"] and not _POSTCODE.fullmatch(found["postcode"]):
        form.say("postcode", NO_POSTCODE)
    found["commune"] = line(form, "commune", most=LONGEST_LINE)
    vat_number = form.text("vat_number", required=False, most=40)
    try:
        found["vat_number"] = identity.vat_number(vat_number) if vat_number else None
    except VatNumberInvalid as refusal:
        form.refuse(refusal, "vat_number")
    return found


async def _companies(session: AsyncSession, visitor: Visitor) -> list[BuyerView]:
    """The companies for which a visitor decides."""
    own = [one for one in visitor.buyers if visitor.may(P.COMPANY_WRITE, one)]
    found = await buyers_by_id(session, own)
    return [found[one] for one in own if one in found and found[one].kind == "company"]


async def _company(session: AsyncSession, visitor: Visitor, own: list[BuyerView], asked: UUID | None) -> BuyerView:
    """The company that was asked for, or the first of one's own.

    :raises OfficeMissing: for a company that is not one's own, as for one that is not there
    """
    if asked is None and own:
        return own[0]
    if asked is not None and visitor.may(P.COMPANY_WRITE, asked):
        found = (await buyers_by_id(session, [asked])).get(asked)
        if found is not None and found.kind == "company":
            return found
    raise OfficeMissing(permission=P.COMPANY_WRITE.value)


def _new(request: Request, visitor: Visitor | None, form: Form, status: HTTPStatus | None = None) -> Response:
    known = visitor.person if visitor else None
    return page(request, "companies/new.html", status=status or (200 if form.valid else 422), form=form, known=known)


def _particulars(request: Request, form: Form, company: BuyerView, own: list[BuyerView]) -> Response:
    others = [one for one in own if one.id != company.id]
    return page(
        request, "companies/company.html", status=200 if form.valid else 422, form=form, company=company, others=others
    )
