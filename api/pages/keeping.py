"""What a holder can ask for on a voucher's page: to keep it with an address, to be reminded of its last day.

Nothing happens by an address that was only typed: a letter goes there, and its link says yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import attempts
from api.auth.attempts import TooManyAttempts
from api.dependencies import Here
from api.installation import Town, in_transaction
from api.pages import held
from api.pages.catalogues import marked
from api.pages.forms import GENERAL, Form, Sent, blank
from api.pages.held import Chosen, Found, MaybeFound, Shown
from api.pages.rendering import page
from api.pages.signing_in import LONGEST_ADDRESS, address_of
from ledger.errors import Refusal
from vouchers.holders import claiming, reminding
from vouchers.holders.errors import TooLateToRemind, VoucherKeptAlready
from vouchers.orders.lists.addresses import AddressInvalid, canonical

TOO_MANY: Final = marked("Many letters were asked for just now. Nothing is lost: try again in %(minutes)s minutes.")
NO_DAYS: Final = marked("Tick at least one of the boxes.")

router = APIRouter(include_in_schema=False)


@router.get("/v/{token}/keep")
async def keep_page(request: Request, found: MaybeFound, here: Here, chosen: Chosen) -> Response:
    """Where a voucher is kept with an address."""
    if chosen is not None or found is None:
        return chosen or held.unknown(request)
    one = await held.shown(found, here.settings.base_url)
    return _back(one) or page(request, "holder/keep.html", form=blank(request), voucher=one)


@router.post("/v/{token}/keep")
async def keep(request: Request, found: MaybeFound, here: Here, form: Sent) -> Response:
    """Let a letter ask that address whether it wants to; a voucher that is kept already stays as it is."""
    if found is None:
        return held.unknown(request)
    one = await held.shown(found, here.settings.base_url)
    if (back := _back(one)) is not None:
        return back
    email = await read_address(request, found.town, form)

    async def work(session: AsyncSession) -> bool:
        at = await clock.now(session)
        return await claiming.ask_claim(session, found.id, email=email, language=form.language, at=at)

    if form.valid:
        try:
            if await in_transaction(found.town.sessions, work):
                return held.away(one.path, said="keep-asked")
            form.refuse(VoucherKeptAlready())
        except Refusal as refusal:
            form.refuse(refusal)
    return page(request, "holder/keep.html", status=status_of(request), form=form, voucher=one)


@router.get("/v/{token}/remind")
async def remind_page(request: Request, found: MaybeFound, here: Here, chosen: Chosen) -> Response:
    """Where reminders are asked for."""
    if chosen is not None or found is None:
        return chosen or held.unknown(request)
    one = await held.shown(found, here.settings.base_url)
    form = blank(request, days=[str(days) for days in one.ahead])
    return _back(one) or page(request, "holder/remind.html", form=form, voucher=one)


@router.post("/v/{token}/remind")
async def remind(request: Request, found: MaybeFound, here: Here, form: Sent) -> Response:
    """Let a letter ask that address whether it wants reminders."""
    if found is None:
        return held.unknown(request)
    one = await held.shown(found, here.settings.base_url)
    if (back := _back(one)) is not None:
        return back
    days = _days(form, one)
    email = await read_address(request, found.town, form)
    if form.valid:
        try:
            await in_transaction(found.town.sessions, lambda session: _ask(session, found, form, email, days))
        except Refusal as refusal:
            form.refuse(refusal, {TooLateToRemind: "days"})
        else:
            return held.away(one.path, said="reminder-asked")
    return page(request, "holder/remind.html", status=status_of(request), form=form, voucher=one)


async def read_address(request: Request, town: Town, form: Form) -> str:
    """The address that was typed, canonical, once it may be written to: such letters are counted, ever slower."""
    typed = form.text("email", most=LONGEST_ADDRESS)
    if not form.valid:
        return ""
    try:
        email = canonical(typed)
        await attempts.attempt(town.sessions, "holder", email=email, address=address_of(request))
    except AddressInvalid as refusal:
        form.refuse(refusal, "email")
    except TooManyAttempts as refusal:
        form.say(GENERAL, TOO_MANY, minutes=refusal.minutes)
        request.state.too_many = True
    else:
        return email
    return ""


def status_of(request: Request) -> int:
    """Of a form that comes back."""
    many = getattr(request.state, "too_many", False)
    return HTTPStatus.TOO_MANY_REQUESTS if many else HTTPStatus.UNPROCESSABLE_ENTITY


async def _ask(session: AsyncSession, found: Found, form: Form, email: str, days: Sequence[int]) -> None:
    at = await clock.now(session)
    await reminding.ask_reminder(session, found.id, email=email, days=days, language=form.language, at=at)


def _days(form: Form, one: Shown) -> list[int]:
    """The distances chosen, of those that can still be chosen."""
    chosen = [days for days in one.ahead if str(days) in form.many("days")]
    if not chosen:
        form.say("days", NO_DAYS)
    return chosen


def _back(one: Shown) -> Response | None:
    """A voucher that cannot be spent says why on its own page."""
    return None if one.spendable else held.away(one.path)
