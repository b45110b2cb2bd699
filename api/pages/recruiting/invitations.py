"""Asking shops to join: chosen from the register, written to, reminded by hand; and how each invitation stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading
from api.errors import explain
from api.installation import in_transaction
from api.pages.catalogues import marked
from api.pages.forms import Form, Sent, blank
from api.pages.gift import address
from api.pages.place import CurrentPlace
from api.pages.recruiting.access import Recruits
from api.pages.recruiting.words import STANDINGS
from api.pages.rendering import page, see_other
from ledger.errors import Refusal
from merchants.joining import establishments, inviting
from merchants.joining import invitations as reading
from merchants.joining.invitations import InvitationView
from merchants.joining.inviting import BETWEEN, LETTERS_MOST, LONGEST_MESSAGE
from merchants.shops.queries import ShopView, shops_by_id, shops_by_siret
from vouchers.orders.lists.addresses import AddressInvalid, canonical

router = APIRouter(include_in_schema=False)

AT_A_TIME: Final = 50
FOUND: Final = 30
NOBODY: Final = marked("Write the address of at least one shop.")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An establishment of the register, and why it cannot be asked; it can if ``standing`` is empty."""

    siret: str
    name: str
    where: str
    trade: str
    email: str
    standing: str


@router.get("/{slug:slug}/desk/shops/invitations")
async def listed(request: Request, _visitor: Recruits, session: PageReading, after: UUID | None = None) -> Response:
    """Who was asked, and how each stands."""
    return await _list(request, session, blank(request), after=after)


@router.post("/{slug:slug}/desk/shops/invitations/{invitation_id}/remind")
async def remind(
    request: Request, place: CurrentPlace, _visitor: Recruits, invitation_id: UUID, form: Sent
) -> Response:
    """Write once more, to a better address if one is given."""
    email = address(form, "email", required=False)

    async def work(session: AsyncSession) -> None:
        await inviting.remind(session, invitation_id, email=email or None, at=await clock.now(session))

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return see_other(f"/{place.slug}/desk/shops/invitations", said="shop-reminded")
    form.faults = {"": next(iter(form.faults.values()))}  # the list has many fields of that name
    async with place.town.sessions.begin() as session:
        return await _list(request, session, form)


@router.get("/{slug:slug}/desk/shops/invitations/{_invitation}/remind")
async def back_to_list(place: CurrentPlace, _visitor: Recruits) -> Response:
    """The address of a form that came back with faults, asked for again."""
    return see_other(f"/{place.slug}/desk/shops/invitations")


@router.get("/{slug:slug}/desk/shops/invite")
async def choose(
    request: Request, _visitor: Recruits, session: PageReading, q: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """The establishments that a search finds, each with a field for its address."""
    return await _choose(request, session, blank(request, q=q), q)


@router.post("/{slug:slug}/desk/shops/invite")
async def invite(request: Request, place: CurrentPlace, visitor: Recruits, form: Sent) -> Response:
    """Ask every shop for which an address was written."""
    words = form.shown("q")[:100]
    message = form.text("message", required=False, most=LONGEST_MESSAGE)
    wanted = _wanted(form)

    async def work(session: AsyncSession) -> None:
        at = await clock.now(session)
        for siret, email in wanted.items():
            try:
                await inviting.invite(
                    session, siret, email=email, message=message, language="fr", actor=visitor.actor, at=at
                )
            except Refusal as refusal:
                form.faults.setdefault(f"email-{siret}", explain(refusal, form.language).detail)
        if not form.valid:
            raise _NotAll

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except _NotAll:
            pass
        else:
            return see_other(f"/{place.slug}/desk/shops/invitations", said="shops-invited")
    async with place.town.sessions.begin() as session:
        return await _choose(request, session, form, words)


def _wanted(form: Form) -> dict[str, str]:
    """The addresses that were written, by SIRET."""
    wanted: dict[str, str] = {}
    for siret in form.many("siret")[:FOUND]:
        typed = form.text(f"email-{siret}", required=False, most=254)
        try:
            wanted |= {siret: canonical(typed)} if typed else {}
        except AddressInvalid as refusal:
            form.refuse(refusal, f"email-{siret}")
    if not wanted and form.valid:
        form.say("", NOBODY)
    return wanted


class _NotAll(Exception):
    """One of several cannot be asked: none is, until that is mended."""


async def _list(request: Request, session: AsyncSession, form: Form, *, after: UUID | None = None) -> Response:
    found = await reading.invitations_page(session, after=after, limit=AT_A_TIME + 1)
    shown = found[:AT_A_TIME]
    shops = await shops_by_id(session, [one.shop for one in shown])
    at = await clock.now(session)
    return page(
        request, "recruiting/invitations.html", status=200 if form.valid else 422, form=form, invitations=shown,
        shops=shops, standings=STANDINGS, counted=await reading.counted(session), most=LETTERS_MOST,
        may_remind={one.id for one in shown if _may_be_reminded(one, at)},
        after=f"?after={shown[-1].id}" if len(found) > AT_A_TIME else None, before="?" if after else None,
    )  # fmt: skip


def _may_be_reminded(one: InvitationView, at: datetime) -> bool:
    if not one.is_open or one.letters >= LETTERS_MOST or one.letter in {"queued", "sending"}:
        return False
    return one.letter in {"refused", "bounced"} or one.letter_at + BETWEEN <= at


async def _choose(request: Request, session: AsyncSession, form: Form, words: str) -> Response:
    found = await establishments.search(session, words, limit=FOUND) if words.strip() else []
    known = await shops_by_siret(session, [one.siret for one in found])
    before = await reading.invitations_of(session, [one.id for one in known.values()])
    asked = {one.shop: one for one in reversed(before)}
    candidates = [
        Candidate(
            one.siret, one.name, ", ".join(part for part in (one.street, f"{one.postcode} {one.commune}") if part),
            one.trade, (shop.email or "") if (shop := known.get(one.siret)) else "", _standing(shop, asked),
        )
        for one in found
    ]  # fmt: skip
    return page(
        request, "recruiting/invite.html", status=200 if form.valid else 422, form=form, words=words,
        candidates=candidates, count=await establishments.count(session), found=FOUND, longest=LONGEST_MESSAGE,
    )  # fmt: skip


def _standing(shop: ShopView | None, asked: dict[UUID, InvitationView]) -> str:
    """Why a shop cannot be asked now: it is in, it applied, it is asked already. Nothing if it can."""
    if shop is None:
        return ""
    if shop.status in {"accepted", "suspended"}:
        return marked("In the programme")
    if shop.status == "applied":
        return marked("Has applied")
    last = asked.get(shop.id)
    return marked("Invited already") if last is not None and last.is_open else ""
