"""Who signs in: the operator invites, gives and withdraws offices, disables; a company chooses its own colleagues."""

from __future__ import annotations

from typing import Annotated, Any, Final, cast
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import links, offices, people
from api.auth.offices import LastOperator
from api.auth.people import PersonDisabled, PersonNameMalformed
from api.auth.permissions import EVERYWHERE, Role
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, PageWriting, Visitor, VisitorOf, begin_person_visit
from api.pages.catalogues import marked
from api.pages.forms import Form, Sent, blank
from api.pages.people_words import MORE, ROLES
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from ledger.errors import Refusal
from ledger.formats import LANGUAGES, Language
from merchants.shops.errors import ShopUnknown, TillUnknown
from merchants.shops.queries import shop, shop_by_siret
from merchants.shops.tills import till
from vouchers.buyers import buyer, buyers_page
from vouchers.errors import BuyerUnknown
from vouchers.orders.lists.addresses import AddressInvalid

AT_A_TIME: Final = 50
MOST_LOOKED_THROUGH: Final = 5_000

NO_ROLE: Final = marked("Choose one role at least.")
ONE_SUBJECT: Final = marked("Choose one of buyer, shop owner and till at a time.")
NO_SUBJECT: Final = marked("There is no such company, shop or till here.")

BESIDE: Final[dict[type[Refusal], str]] = {
    AddressInvalid: "email", PersonNameMalformed: "name", PersonDisabled: "email", BuyerUnknown: "subject",
    ShopUnknown: "subject", TillUnknown: "subject",
}  # fmt: skip

router = APIRouter(include_in_schema=False)


async def _who_decides(visitor: VisitorOf) -> Visitor:
    visitor.require(P.PEOPLE_WRITE)
    return visitor


OperatorOf = Annotated[Visitor, Depends(_who_decides)]
"""Who decides who may do what."""


@router.get("/{slug:slug}/people")
async def list_people(
    request: Request, place: CurrentPlace, _operator: OperatorOf, session: PageReading, after: UUID | None = None
) -> Response:
    """Everybody who signs in, and what they are."""
    found = await people.people_page(session, after=after, limit=AT_A_TIME + 1)
    shown = found[:AT_A_TIME]
    held = await offices.offices_of(session, [one.id for one in shown])
    names = await offices.names_of(session, [one for every in held.values() for one in every])
    onwards = f"/{place.slug}/people?" + urlencode({"after": shown[-1].id}) if len(found) > AT_A_TIME else None
    first = f"/{place.slug}/people" if after else None
    return page(
        request, "people/people.html", people=shown, offices=held, names=names, roles=ROLES, before=first, after=onwards
    )


@router.get("/{slug:slug}/people/new")
async def invite_page(
    request: Request, _operator: OperatorOf,
    role: Annotated[str, Query(max_length=20)] = "", subject: UUID | None = None,
) -> Response:  # fmt: skip
    """Where somebody is invited; for a company or a shop, if the address names it."""
    begins = {"roles": [role], "subject": str(subject or "")} if role in ROLES else {}
    return page(request, "people/invite.html", form=blank(request, **begins), roles=ROLES, more=MORE)


@router.post("/{slug:slug}/people/new")
async def invite(
    request: Request, place: CurrentPlace, visitor: OperatorOf, session: PageWriting, form: Sent
) -> Response:
    """Invite somebody, with one role or several."""
    email, name = form.text("email"), form.text("name")
    language = form.one_of("language", LANGUAGES)
    chosen = await _chosen(session, form)
    if form.valid:
        try:
            at = await clock.now(session)
            async with session.begin_nested():
                for role, subject in chosen:
                    person = await links.invite(
                        session, email=email, name=name, language=cast("Language", language), role=role,
                        subject=subject, by=visitor.actor, at=at,
                    )  # fmt: skip
        except tuple(BESIDE) as refusal:
            form.refuse(refusal, BESIDE)
        else:
            answer = see_other(f"/{place.slug}/people", said="invited")
            await _renew(request, answer, session, visitor, person.id)
            return answer
    return page(request, "people/invite.html", status=422, form=form, roles=ROLES, more=MORE)


@router.get("/{slug:slug}/people/{person}")
async def one_person(request: Request, _operator: OperatorOf, session: PageReading, person: UUID) -> Response:
    """One person: offices, and whether it signs in."""
    return await _person_page(request, session, person, blank(request))


@router.post("/{slug:slug}/people/{person}/offices")
async def give(
    request: Request, place: CurrentPlace, visitor: OperatorOf, session: PageWriting, person: UUID, form: Sent
) -> Response:
    """Give somebody another office."""
    await people.person(session, person)
    chosen = await _chosen(session, form)
    if not form.valid:
        return await _person_page(request, session, person, form)
    at = await clock.now(session)
    for role, subject in chosen:
        await offices.give(session, person=person, role=role, subject=subject, by=visitor.actor, at=at)
    answer = see_other(f"/{place.slug}/people/{person}", said="saved")
    await _renew(request, answer, session, visitor, person)
    return answer


@router.post("/{slug:slug}/people/{person}/offices/withdraw")
async def withdraw(
    request: Request, place: CurrentPlace, visitor: OperatorOf, session: PageWriting, person: UUID, form: Sent
) -> Response:
    """Withdraw an office."""
    office = form.identifier("office")
    try:
        if office is not None:
            await offices.withdraw(session, office, at=await clock.now(session))
    except LastOperator as refusal:
        form.refuse(refusal)
    if not form.valid:
        return await _person_page(request, session, person, form)
    answer = see_other(f"/{place.slug}/people/{person}", said="office-withdrawn")
    await _renew(request, answer, session, visitor, person)
    return answer


@router.post("/{slug:slug}/people/{person}/disable")
async def disable(
    request: Request, place: CurrentPlace, _operator: OperatorOf, session: PageWriting, person: UUID, form: Sent
) -> Response:
    """Let somebody sign in no more."""
    try:
        await people.disable(session, person, at=await clock.now(session))
    except LastOperator as refusal:
        form.refuse(refusal)
        return await _person_page(request, session, person, form)
    return see_other(f"/{place.slug}/people/{person}", said="person-disabled")


@router.post("/{slug:slug}/people/{person}/enable")
async def enable(place: CurrentPlace, _operator: OperatorOf, session: PageWriting, person: UUID) -> Response:
    """Let somebody sign in again."""
    await people.enable(session, person)
    return see_other(f"/{place.slug}/people/{person}", said="saved")


@router.post("/{slug:slug}/people/{person}/invitation")
async def invite_again(place: CurrentPlace, _operator: OperatorOf, session: PageWriting, person: UUID) -> Response:
    """Send the invitation once more."""
    known = await people.person(session, person)
    await links.ask_link(session, known.email, "invitation")
    return see_other(f"/{place.slug}/people/{person}", said="invited")


@router.get("/{slug:slug}/people/{person}/{done:path}")
async def back_to_person(
    request: Request, place: CurrentPlace, _operator: OperatorOf, session: PageReading, person: UUID
) -> Response:
    """The address of a form that came back with faults, asked for again or in another language."""
    form = blank(request)
    if form.sent:
        return await _person_page(request, session, person, form)
    return see_other(f"/{place.slug}/people/{person}")


async def _person_page(request: Request, session: AsyncSession, person_id: UUID, form: Form) -> Response:
    person = await people.person(session, person_id)
    held = (await offices.offices_of(session, [person_id]))[person_id]
    names = await offices.names_of(session, held)
    return page(
        request, "people/person.html", status=200 if form.valid else 422, form=form, person=person, offices=held,
        names=names, roles=ROLES, more=MORE,
    )  # fmt: skip


async def _renew(request: Request, answer: Response, session: AsyncSession, visitor: Visitor, person: UUID) -> None:
    """Whoever changes their own offices goes on under a new token; the old one ended with the change."""
    if visitor.person is not None and visitor.person.id == person:
        await begin_person_visit(request, answer, session, visitor.town, person=person)


async def _chosen(session: AsyncSession, form: Form) -> list[tuple[Role, UUID | None]]:
    """The offices that were ticked, each with the company, shop or till that was named for it."""
    roles = [role for role in ROLES if role in form.many("roles")]
    typed = form.text("subject", required=any(role not in EVERYWHERE for role in roles))
    if not roles:
        form.say("roles", NO_ROLE)
    for_one = [role for role in roles if role not in EVERYWHERE]
    if len(for_one) > 1:
        form.say("roles", ONE_SUBJECT)
    subject = await _subject(session, for_one[0], typed) if form.valid and for_one else None
    if form.valid and for_one and subject is None:
        form.say("subject", NO_SUBJECT)
    return [(role, None if role in EVERYWHERE else subject) for role in roles]


async def _subject(session: AsyncSession, role: Role, typed: str) -> UUID | None:
    """The company, shop or till that was named: by its identifier, SIREN, SIRET or exact name."""
    looks: dict[str, Any] = {"buyer": buyer, "shop": shop, "till": till}
    try:
        named = UUID(typed)
        await looks[role](session, named)
    except ValueError:
        digits = "".join(typed.split())
        if role == "shop":
            found = await shop_by_siret(session, digits) if digits.isascii() and digits.isdecimal() else None
            return found.id if found else None
        if role == "buyer":
            every = await buyers_page(session, limit=MOST_LOOKED_THROUGH)
            alike = [one.id for one in every if one.siren == digits or one.name.casefold() == typed.casefold()]
            return alike[0] if len(alike) == 1 else None
        return None
    except (BuyerUnknown, ShopUnknown, TillUnknown):
        return None
    return named
