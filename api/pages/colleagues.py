"""A company chooses who orders for it. It sees the addresses of its own colleagues, and of nobody else anything."""

from __future__ import annotations

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import attempts, links, offices, people
from api.auth.attempts import TooManyAttempts
from api.auth.people import PersonDisabled, PersonNameMalformed
from api.auth.permissions import Permission as P
from api.auth.visitors import OfficeMissing, PageReading, PageWriting, Visitor, VisitorOf, begin_person_visit
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from api.pages.signing_in import address_of
from ledger.formats import LANGUAGES, Language
from vouchers.buyers import BuyerView, buyers_by_id
from vouchers.orders.lists.addresses import AddressInvalid

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/company/people")
async def colleagues(
    request: Request, visitor: VisitorOf, session: PageReading,
    asked: Annotated[UUID | None, Query(alias="buyer")] = None,
) -> Response:  # fmt: skip
    """Who orders for the company; for the first of one's companies, unless the address names another."""
    form = blank(request)
    company = await _company(session, visitor, form.identifier("buyer") if form.sent else asked)
    return await _shown(request, session, visitor, company, form)


@router.post("/{slug:slug}/company/people")
async def invite(
    request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageWriting, form: Sent
) -> Response:
    """Invite a colleague. Whether that address is known already is not told."""
    company = await _company(session, visitor, form.identifier("buyer"))
    email, name, language = form.text("email"), form.text("name"), form.one_of("language", LANGUAGES)
    if form.valid:
        try:
            await attempts.attempt(place.town.sessions, "letter", email=email, address=address_of(request))
            at = await clock.now(session)
            async with session.begin_nested():
                await links.invite(
                    session, email=email, name=name, language=cast("Language", language), role="buyer",
                    subject=company.id, by=visitor.actor, at=at,
                )  # fmt: skip
        except PersonDisabled:
            pass  # it is the operator's affair, and told to nobody else
        except AddressInvalid as refusal:
            form.refuse(refusal, "email")
        except PersonNameMalformed as refusal:
            form.refuse(refusal, "name")
        except TooManyAttempts as refusal:
            form.refuse(refusal)
    if not form.valid:
        return await _shown(request, session, visitor, company, form)
    return see_other(f"/{place.slug}/company/people", said="invited", buyer=str(company.id))


@router.post("/{slug:slug}/company/people/withdraw")
async def withdraw(
    request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageWriting, form: Sent
) -> Response:
    """Let a colleague order for the company no more."""
    company, office = await _company(session, visitor, form.identifier("buyer")), form.identifier("office")
    if office is None:
        return await _shown(request, session, visitor, company, form)
    gone = await offices.withdraw(session, office, subject=company.id, at=await clock.now(session))
    if visitor.person is not None and gone.person == visitor.person.id:
        answer = see_other(f"/{place.slug}/", said="office-withdrawn")
        await begin_person_visit(request, answer, session, place.town, person=gone.person)
        return answer
    return see_other(f"/{place.slug}/company/people", said="office-withdrawn", buyer=str(company.id))


@router.get("/{slug:slug}/company/people/withdraw")
async def back_to_colleagues(place: CurrentPlace) -> Response:
    """The address of a form that came back with faults, asked for again."""
    return see_other(f"/{place.slug}/company/people")


async def _company(session: AsyncSession, visitor: Visitor, asked: UUID | None) -> BuyerView:
    """The company that was asked for, or the first of one's own.

    :raises OfficeMissing: for a company that is not one's own, as for one that is not there
    """
    own = [one for one in visitor.buyers if visitor.may(P.COMPANY_WRITE, one)]
    wanted = [asked] if asked is not None and visitor.may(P.COMPANY_WRITE, asked) else [] if asked else own
    found = await buyers_by_id(session, wanted)
    for one in wanted:
        if one in found and found[one].kind == "company":
            return found[one]
    raise OfficeMissing(permission=P.COMPANY_WRITE.value)


async def _shown(request: Request, session: AsyncSession, visitor: Visitor, company: BuyerView, form: Form) -> Response:
    held = await offices.holders(session, role="buyer", subject=company.id)
    known = await people.people_by_id(session, {one.person for one in held})
    others = await buyers_by_id(session, [one for one in visitor.buyers if one != company.id])
    return page(
        request, "people/colleagues.html", status=200 if form.valid else 422, form=form, company=company, held=held,
        people=known, me=visitor.person.id if visitor.person else None,
        others=[one for one in others.values() if one.kind == "company"],
    )  # fmt: skip
