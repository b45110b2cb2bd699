"""Who stands at the till: chosen by one tap, and by a PIN if that cashier has one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.auth import pins, till_devices
from api.auth.attempts import TooManyAttempts
from api.auth.pins import PinWrong
from api.auth.tickets import TICKET_FORM
from api.pages.catalogues import marked
from api.pages.forms import NOT_OFFERED, Form, Sent, blank
from api.pages.rendering import see_other
from api.pages.signing_in import address_of
from api.pages.till.access import AtTill, CurrentTill
from api.pages.till.basket import Basket, BasketOf
from api.pages.till.showing import till_page
from merchants.shops.cashiers import CashierView

TICKET: Final = "ticket"
PIN_MISSING = marked("Type your PIN.")
TRY_LATER = marked("Too many wrong PINs. Wait %(minutes)s minutes, or ask the shop's owner for another one.")

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/till/cashier")
async def choose_page(request: Request, till: CurrentTill, basket: BasketOf, who: UUID | None = None) -> Response:
    """Who is at the till? Or the PIN of who said so."""
    if not till.cashiers:
        return see_other(_onwards(request, till, basket))
    return await _page(request, till, basket, _found(till, who), blank(request))


@router.post("/{slug:slug}/till/cashier")
async def choose(request: Request, till: CurrentTill, basket: BasketOf, form: Sent) -> Response:
    """Let somebody stand at the till from now on."""
    found = _found(till, form.identifier("cashier"))
    if found is None:
        form.say("cashier", NOT_OFFERED)
        return await _page(request, till, basket, None, form)
    if found.has_pin and "pin" not in form.typed:
        return see_other(f"{till.home}/cashier", who=str(found.id), **_kept(request, basket))
    if found.has_pin:
        await _check(request, till, found, form)
    if not form.valid:
        return await _page(request, till, basket, found, form)
    async with till.town.sessions.begin() as session:
        await till_devices.stand_at(session, till.device, found.id, at=till.at)
    return see_other(_onwards(request, till, basket))


async def _check(request: Request, till: AtTill, found: CashierView, form: Form) -> None:
    pin = "".join(form.typed["pin"][0].split())
    if not pin:
        form.say("pin", PIN_MISSING)
        return
    try:
        await pins.require(till.town.sessions, found.id, pin[:20], address=address_of(request))
    except PinWrong as refusal:
        form.refuse(refusal, "pin")
    except TooManyAttempts as refusal:
        form.say("pin", TRY_LATER, minutes=refusal.minutes)


def _kept(request: Request, basket: Basket) -> dict[str, str]:
    """What the page's address carries on: the purchase, and the voucher that waits for somebody to take it."""
    ticket = request.query_params.get(TICKET, "")
    return {**basket.parts(), **({TICKET: ticket} if TICKET_FORM.fullmatch(ticket) else {})}


def _onwards(request: Request, till: AtTill, basket: Basket) -> str:
    ticket = _kept(request, basket).get(TICKET)
    return f"{till.home}/voucher/{ticket}{basket.query()}" if ticket else till.home + basket.query()


def _found(till: AtTill, who: UUID | None) -> CashierView | None:
    return next((one for one in till.cashiers if one.id == who), None)


async def _page(request: Request, till: AtTill, basket: Basket, chosen: CashierView | None, form: Form) -> Response:
    status = HTTPStatus.OK if form.valid else HTTPStatus.UNPROCESSABLE_ENTITY
    kept = urlencode(_kept(request, basket))
    to = f"{till.home}/cashier" + (f"?{kept}" if kept else "")
    return await till_page(request, "cashier.html", till, status=status, to=to, chosen=chosen, form=form)
