"""Where a shop is paid: another account takes having signed in a moment ago, is announced, and waits two days."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import attempts, links, passwords, people
from api.auth.attempts import TooManyAttempts
from api.auth.passwords import OldPasswordWrong
from api.auth.visitors import PROVES, PageReading, PageWriting, begin_person_visit
from api.installation import in_transaction
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from api.pages.shop.access import DecidesWherePaid, OwnShop
from api.pages.signing_in import address_of, secret_of
from ledger.errors import Refusal
from merchants.errors import BicInvalid, IbanInvalid, IbanOutsideSepa
from merchants.shops import bank_changing
from merchants.shops.errors import BankAccountSame
from merchants.shops.identity import masked_iban

router = APIRouter(include_in_schema=False)

SHOWN: Final = 5
BESIDE: Final[dict[type[Refusal], str]] = {
    IbanInvalid: "iban", IbanOutsideSepa: "iban", BankAccountSame: "iban", BicInvalid: "bic",
}  # fmt: skip


@router.get("/{slug:slug}/shop/{shop_id}/bank")
async def shown(request: Request, own: DecidesWherePaid, session: PageReading) -> Response:
    """The account that is known, the one that waits, and where another is asked for."""
    return await _page(request, session, own, blank(request))


@router.post("/{slug:slug}/shop/{shop_id}/bank")
async def ask(request: Request, place: CurrentPlace, own: DecidesWherePaid, form: Sent) -> Response:
    """Ask for another account."""
    iban, bic = form.text("iban", most=60), form.text("bic", required=False, most=20)

    async def work(session: AsyncSession) -> bool:
        at = await clock.now(session)
        if not own.visitor.proved_lately(at=at):
            return False
        await bank_changing.ask_change(session, own.id, iban=iban, bic=bic or None, actor=own.actor, at=at)
        return True

    if form.valid:
        try:
            asked = await in_transaction(place.town.sessions, work)
        except tuple(BESIDE) as refusal:
            form.refuse(refusal, BESIDE)
        else:
            # Who must first prove who they are types the account once more: it is not written into a page.
            return see_other(f"/{place.slug}/shop/{own.id}/bank", said="bank-asked" if asked else "prove-first")
    async with place.town.sessions.begin() as session:
        return await _page(request, session, own, form)


@router.post("/{slug:slug}/shop/{shop_id}/bank/prove")
async def prove(
    request: Request, place: CurrentPlace, own: DecidesWherePaid, session: PageWriting, form: Sent
) -> Response:
    """Prove once more who one is, by the password: the visit goes on under a new token."""
    person, status = own.visitor.person, HTTPStatus.UNPROCESSABLE_ENTITY
    password = secret_of(form, "password")
    if form.valid and person is not None:
        try:
            where = place.town.sessions
            counted = await attempts.attempt(where, "password", email=person.email, address=address_of(request))
            await passwords.require_old(where, person.id, password)
            await attempts.forgive(where, counted)
        except OldPasswordWrong as refusal:
            form.refuse(refusal, "password")
        except TooManyAttempts as refusal:
            form.refuse(refusal)
            status = HTTPStatus.TOO_MANY_REQUESTS
        else:
            answer = see_other(f"/{place.slug}/shop/{own.id}/bank")
            await begin_person_visit(request, answer, session, place.town, person=person.id, proved=True)
            return answer
    async with place.town.sessions.begin() as reading:
        return await _page(request, reading, own, blank(request), proving=form, status=status)


@router.post("/{slug:slug}/shop/{shop_id}/bank/link")
async def send_link(request: Request, place: CurrentPlace, own: DecidesWherePaid, session: PageWriting) -> Response:
    """Have a link sent that signs in anew."""
    person = own.visitor.person
    if person is not None:
        try:
            await attempts.attempt(place.town.sessions, "letter", email=person.email, address=address_of(request))
        except TooManyAttempts as refusal:
            form = blank(request)
            form.refuse(refusal)
            async with place.town.sessions.begin() as reading:
                return await _page(
                    request, reading, own, blank(request), proving=form, status=HTTPStatus.TOO_MANY_REQUESTS
                )
        await links.ask_link(session, person.email)
    return see_other(f"/{place.slug}/sign-in/link/sent")


@router.post("/{slug:slug}/shop/{shop_id}/bank/cancel")
async def cancel(place: CurrentPlace, own: DecidesWherePaid, form: Sent) -> Response:
    """Call a change off."""
    change = form.identifier("change")

    async def work(session: AsyncSession) -> None:
        if change is not None:
            await bank_changing.cancel(
                session, change, shop_id=own.id, actor=own.actor, at=await clock.now(session)
            )  # fmt: skip

    await in_transaction(place.town.sessions, work)
    return see_other(f"/{place.slug}/shop/{own.id}/bank", said="bank-cancelled")


@router.get("/{slug:slug}/shop/{shop_id}/bank/{_done}")
async def back_to_bank(place: CurrentPlace, own: DecidesWherePaid, _done: str) -> Response:
    """The address of a form that came back with faults, asked for again."""
    return see_other(f"/{place.slug}/shop/{own.id}/bank")


async def _page(
    request: Request, session: AsyncSession, own: OwnShop, form: Form, *, proving: Form | None = None,
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Response:  # fmt: skip
    """What is known of the account, never whole."""
    at = await clock.now(session)
    person = own.visitor.person
    known = await people.person(session, person.id) if person else None
    changes = await bank_changing.changes_of(session, own.id, limit=SHOWN)
    good = form.valid and (proving is None or proving.valid)
    return page(
        request, "shop/bank.html", status=HTTPStatus.OK if good else status, shop=own.shop, form=form,
        proving=proving or blank(request), proved=own.visitor.proved_lately(at=at),
        has_password=known is not None and known.has_password, email=known.email if known else "",
        account=masked_iban(own.shop.iban) if own.shop.iban else None,
        waiting=next((one for one in changes if one.state == "waiting"), None), changes=changes,
        minutes=int(PROVES.total_seconds() // 60), hours=int(bank_changing.WAITS.total_seconds() // 3600),
    )  # fmt: skip
