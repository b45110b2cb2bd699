"""My account: one's name and language, password, and the browsers in which one is signed in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api import clock
from api.auth import attempts, offices, passwords, people, visits
from api.auth.attempts import TooManyAttempts
from api.auth.passwords import OldPasswordWrong
from api.auth.people import PersonNameMalformed
from api.auth.permissions import Permission as P
from api.auth.visitors import (
    OfficeMissing,
    PageWriting,
    Visitor,
    VisitorOf,
    begin_person_visit,
    end_visit,
)
from api.auth.visits import Known
from api.pages.forms import Form, Sent, blank
from api.pages.people_words import ROLES
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from api.pages.signing_in import address_of, new_password, secret_of
from api.pages.speaking import remember
from ledger.formats import LANGUAGES, Language

router = APIRouter(include_in_schema=False)


async def _person(visitor: VisitorOf) -> Known:
    """Who is signed in with an account.

    :raises OfficeMissing: for a guest, who has none
    """
    if visitor.person is None:
        raise OfficeMissing(permission="account")
    return visitor.person


PersonOf = Annotated[Known, Depends(_person)]


@router.get("/{slug:slug}/account")
async def account(request: Request, visitor: VisitorOf) -> Response:
    """Everything about one's own account."""
    if visitor.person is None:
        return page(request, "people/guest.html")
    return await _shown(request, visitor, visitor.person)


@router.post("/{slug:slug}/account/details")
async def change_details(
    request: Request, place: CurrentPlace, visitor: VisitorOf, person: PersonOf, session: PageWriting, form: Sent
) -> Response:
    """Change one's name and language."""
    name, language = form.text("name"), form.one_of("language", LANGUAGES)
    if form.valid:
        try:
            await people.change(session, person.id, name=name, language=cast("Language", language))
        except PersonNameMalformed as refusal:
            form.refuse(refusal, "name")
    if not form.valid:
        return await _shown(request, visitor, person, details=form)
    answer = see_other(f"/{place.slug}/account", said="saved")
    remember(answer, cast("Language", language), secure=request.url.scheme == "https")
    return answer


@router.post("/{slug:slug}/account/password")
async def change_password(
    request: Request, place: CurrentPlace, visitor: VisitorOf, person: PersonOf, session: PageWriting, form: Sent
) -> Response:
    """Change one's password; every visit ends, and this one goes on under a new token."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    async with place.town.sessions.begin() as reading:
        has_password = (await people.person(reading, person.id)).has_password
    old = secret_of(form, "old_password") if has_password else ""
    kept = await new_password(form, "new_password", place, person.name, person.email)
    if kept is not None:
        try:
            where = place.town.sessions
            counted = await attempts.attempt(where, "password", email=person.email, address=address_of(request))
            await passwords.require_old(where, person.id, old)
            await attempts.forgive(where, counted)
        except OldPasswordWrong as refusal:
            form.refuse(refusal, "old_password")
        except TooManyAttempts as refusal:
            form.refuse(refusal)
            status = HTTPStatus.TOO_MANY_REQUESTS
        else:
            await passwords.keep(session, person.id, kept)
            await visits.end_all(session, person.id, at=await clock.now(session))
            answer = see_other(f"/{place.slug}/account", said="password-changed")
            await begin_person_visit(request, answer, session, place.town, person=person.id)
            return answer
    return await _shown(request, visitor, person, secret=form, status=status)


@router.post("/{slug:slug}/account/visits/end")
async def end_one(
    request: Request, place: CurrentPlace, visitor: VisitorOf, person: PersonOf, session: PageWriting, form: Sent
) -> Response:
    """Sign out one browser, which may be this one."""
    ended = _hash(form.shown("visit"))
    if ended == visitor.visit:
        answer = see_other(f"/{place.slug}/", said="signed-out")
        await end_visit(request, answer, session, place.town)
        return answer
    await visits.end(session, ended, person=person.id, at=await clock.now(session))
    return see_other(f"/{place.slug}/account", said="visits-ended")


@router.post("/{slug:slug}/account/visits/end-others")
async def end_others(place: CurrentPlace, visitor: VisitorOf, person: PersonOf, session: PageWriting) -> Response:
    """Sign out every browser but this one."""
    await visits.end_all(session, person.id, but=visitor.visit, at=await clock.now(session))
    return see_other(f"/{place.slug}/account", said="visits-ended")


@router.get("/{slug:slug}/account/{done:path}")
async def back_to_account(request: Request, place: CurrentPlace, visitor: VisitorOf) -> Response:
    """The address of a form that came back with faults, asked for again or in another language."""
    if blank(request).sent:
        return await account(request, visitor)
    return see_other(f"/{place.slug}/account")


async def _shown(
    request: Request, visitor: Visitor, known: Known, *, details: Form | None = None, secret: Form | None = None,
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Response:  # fmt: skip
    """The account's page, with the form that was sent as it was sent."""
    async with visitor.town.sessions.begin() as session:
        person = await people.person(session, known.id)
        held = (await offices.offices_of(session, [person.id]))[person.id]
        names = await offices.names_of(session, held)
        going_on = await visits.visits_of(session, person.id, at=await clock.now(session))
    return page(
        request, "people/account.html", status=status if details or secret else HTTPStatus.OK, person=person,
        details=details or blank(request), secret=secret or blank(request), offices=held, names=names, roles=ROLES,
        visits=going_on, this=visitor.visit.hex(), least=passwords.LEAST,
        has_company=any(visitor.may(P.COMPANY_WRITE, one) for one in visitor.buyers),
    )  # fmt: skip


def _hash(typed: str) -> bytes:
    try:
        return bytes.fromhex(typed)
    except ValueError:
        return b""
