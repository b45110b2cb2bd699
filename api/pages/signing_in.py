"""Signing in and out: by e-mail and password, or by a link that is sent. Known or not, everybody is answered alike."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import attempts, links, offices, passwords, visits
from api.auth.attempts import TooManyAttempts
from api.auth.links import LinkSpent, LinkView
from api.auth.passwords import PasswordGuessable, PasswordTooLong, PasswordTooShort, SignInRefused
from api.auth.visitors import (
    MaybeVisitor,
    PageReading,
    PageWriting,
    begin_guest_visit,
    begin_person_visit,
    end_visit,
    own_path,
)
from api.pages.forms import MISSING, Form, Sent, blank
from api.pages.navigation import start_of
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from vouchers.orders.lists.addresses import AddressInvalid, canonical

LONGEST_ADDRESS: Final = 254

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/sign-in")
async def sign_in_page(
    request: Request, place: CurrentPlace, visitor: MaybeVisitor, wanted: Annotated[str, Query(alias="next")] = ""
) -> Response:
    """Where one signs in; who is signed in goes on."""
    if visitor is not None and visitor.person is not None:
        start = start_of(place, (one.role for one in visitor.offices))
        return see_other(own_path(place.town, wanted, otherwise=start))
    form = blank(request)
    return page(request, "people/sign_in.html", form=form, wanted=form.shown("next", wanted))


@router.post("/{slug:slug}/sign-in")
async def sign_in(request: Request, place: CurrentPlace, session: PageWriting, form: Sent) -> Response:
    """Sign in by e-mail and password."""
    wanted = form.shown("next")
    email, password = form.text("email", most=LONGEST_ADDRESS), secret_of(form, "password")
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.valid:
        try:
            counted = await attempts.attempt(place.town.sessions, "password", email=email, address=address_of(request))
            person = await passwords.checked(place.town.sessions, email, password)
            await attempts.forgive(place.town.sessions, counted)
        except SignInRefused as refusal:
            form.refuse(refusal)
        except TooManyAttempts as refusal:
            form.refuse(refusal)
            status = HTTPStatus.TOO_MANY_REQUESTS
        else:
            answer = see_other(own_path(place.town, wanted, otherwise=await _start(session, place, person.id)))
            await begin_person_visit(request, answer, session, place.town, person=person.id, proved=True)
            return answer
    return page(request, "people/sign_in.html", status=status, form=form, wanted=wanted)


@router.get("/{slug:slug}/sign-in/link")
async def ask_page(request: Request) -> Response:
    """Where one asks for a link by e-mail."""
    return page(request, "people/ask_link.html", form=blank(request))


@router.post("/{slug:slug}/sign-in/link")
async def ask(request: Request, place: CurrentPlace, session: PageWriting, form: Sent) -> Response:
    """Let a link be sent to whoever has this address."""
    email = form.text("email", most=LONGEST_ADDRESS)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.valid:
        try:
            canonical(email)
            await attempts.attempt(place.town.sessions, "letter", email=email, address=address_of(request))
        except AddressInvalid as refusal:
            form.refuse(refusal, "email")
        except TooManyAttempts as refusal:
            form.refuse(refusal)
            status = HTTPStatus.TOO_MANY_REQUESTS
    if not form.valid:
        return page(request, "people/ask_link.html", status=status, form=form)
    await links.ask_link(session, email)
    return see_other(f"/{place.slug}/sign-in/link/sent")


@router.get("/{slug:slug}/sign-in/link/sent")
async def asked(request: Request) -> Response:
    """What to do now; the same for everybody."""
    minutes = int(links.LASTS["sign_in"].total_seconds() // 60)
    return page(request, "people/link_sent.html", minutes=minutes)


@router.get("/{slug:slug}/enter/{secret}")
async def enter_page(request: Request, session: PageReading, secret: str) -> Response:
    """What a link opens: a page with a button. The link stays as it is, whoever looks at it."""
    try:
        link = await links.look_at(session, secret, at=await clock.now(session))
    except LinkSpent:
        return _spent(request)
    return page(request, "people/enter.html", form=blank(request), link=link, least=passwords.LEAST)


@router.post("/{slug:slug}/enter/{secret}")
async def enter(request: Request, place: CurrentPlace, session: PageWriting, secret: str, form: Sent) -> Response:
    """Use a link up: sign in, with a new password if one was chosen."""
    try:
        async with place.town.sessions.begin() as looking:
            link = await links.look_at(looking, secret, at=await clock.now(looking))
        kept = await _chosen(form, link, place)
        if not form.valid:
            refused = HTTPStatus.UNPROCESSABLE_ENTITY
            return page(request, "people/enter.html", status=refused, form=form, link=link, least=passwords.LEAST)
        at = await clock.now(session)
        link = await links.use(session, secret, at=at)
    except LinkSpent:
        return _spent(request)
    start = await _start(session, place, link.person.id) if link.person else start_of(place, ["buyer"])
    answer = see_other(start, said="password-changed" if kept else None)
    if link.guest is not None:
        await begin_guest_visit(request, answer, session, place.town, buyer=link.guest)
    elif link.person is not None:
        if kept is not None:
            await passwords.keep(session, link.person.id, kept)
            await visits.end_all(session, link.person.id, at=at)
        await begin_person_visit(request, answer, session, place.town, person=link.person.id, proved=True)
    return answer


@router.post("/{slug:slug}/sign-out")
async def sign_out(request: Request, place: CurrentPlace, session: PageWriting) -> Response:
    """Sign this browser out."""
    answer = see_other(f"/{place.slug}/", said="signed-out")
    await end_visit(request, answer, session, place.town)
    return answer


async def new_password(form: Form, name: str, place: Place, *about: str) -> str | None:
    """The password that was chosen, as it is kept; None if there is something to say beside its field."""
    password = secret_of(form, name)
    if not form.valid:
        return None
    try:
        passwords.refuse_weak(password, about=(*about, place.name, place.slug))
    except (PasswordTooShort, PasswordTooLong, PasswordGuessable) as refusal:
        form.refuse(refusal, name)
        return None
    return await passwords.hashed(password)


def secret_of(form: Form, name: str) -> str:
    """A password as it was typed, with its spaces; beside its field, if there is none."""
    typed = form.typed.get(name, [""])[0]
    if not typed:
        form.say(name, MISSING)
    return typed


def address_of(request: Request) -> str:
    """The network address that asks."""
    return request.client.host if request.client else ""


async def _chosen(form: Form, link: LinkView, place: Place) -> str | None:
    """The new password, if the form for one was sent."""
    if link.person is None or form.shown("choose") != "yes":
        return None
    return await new_password(form, "new_password", place, link.person.name, link.person.email)


async def _start(session: AsyncSession, place: Place, person: UUID) -> str:
    held = (await offices.offices_of(session, [person]))[person]
    return start_of(place, (one.role for one in held))


def _spent(request: Request) -> Response:
    return page(request, "people/link_spent.html", status=HTTPStatus.GONE)
