"""The page of a checkout: the holder of a voucher enters its code for a basket of an online shop, and goes back to it.

The shop's website never sees the code. First it is told what is left and what would be held; then that is held, and
exactly that. However often the page is sent, in however many tabs, one hold comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.dependencies import GuessesOf
from api.guessing import Guesses
from api.installation import in_transaction
from api.pages import forms
from api.pages.catalogues import marked
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page
from api.pages.speaking import language_for
from ledger.days import day_of
from ledger.errors import Refusal
from ledger.money import ZERO, Money
from merchants.shops.queries import ShopView, shop
from vouchers import queries
from vouchers.errors import CodeNotRecognised, NotEnoughLeft
from vouchers.online import checkouts
from vouchers.online.checkouts import CheckoutView
from vouchers.online.errors import CheckoutClosed
from vouchers.queries import VoucherView

LONGEST_CODE: Final = 500
NOTHING_LEFT: Final = marked("Nothing is left on this voucher that could be used now. Try another one.")
CHANGED: Final = marked("What is left on this voucher has just changed. Here is what it can pay now.")

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """A checkout as its page shows it."""

    view: CheckoutView
    shop: ShopView
    at: datetime

    @property
    def held_until(self) -> datetime:
        """Until when a hold would last that is placed now."""
        return self.at + timedelta(minutes=self.view.hold_minutes)

    @property
    def way_back(self) -> str:
        """Where the holder goes on; the shop compares ``state``, and asks us what came of it."""
        joined = "&" if "?" in self.view.return_url else "?"
        return self.view.return_url + joined + urlencode({"checkout": self.view.id, "state": self.view.nonce})


@router.get("/{slug:slug}/checkout/{checkout}")
async def enter(request: Request, place: CurrentPlace, checkout: UUID) -> Response:
    """Where the code is entered; what became of it once that is done."""
    asked = await _asked(place, checkout)
    return _enter(request, asked, blank(request))


@router.post("/{slug:slug}/checkout/{checkout}")
async def go_on(request: Request, place: CurrentPlace, guesses: GuessesOf, form: Sent, checkout: UUID) -> Response:
    """Look at a voucher, hold it, or go back without one."""
    asked = await _asked(place, checkout)
    _speak(request, asked, form)
    do = form.shown("do")
    if do == "cancel":
        return await _cancel(place, asked)
    if asked.view.state != "open":
        return _back(asked) if asked.view.state == "completed" else _enter(request, asked, form)
    if do == "change":
        return _enter(request, asked, blank(request))
    code = await _code(request, place, guesses, form, checkout)
    if code is None:
        return _enter(request, asked, form)
    if do == "hold":
        return await _hold(request, place, asked, form, code)
    return await _look(request, place, asked, form, code)


async def _asked(place: Place, checkout: UUID) -> Asked:
    async with place.town.sessions.begin() as session:
        at = await clock.now(session)
        view = await checkouts.checkout(session, checkout, at=at)
        return Asked(view, await shop(session, view.shop), at)


async def _code(request: Request, place: Place, guesses: Guesses, form: Form, checkout: UUID) -> UUID | None:
    """The lookup hash of the code that was entered, if it proves itself and is of a voucher."""
    typed = form.text("code", most=LONGEST_CODE)
    if not form.valid:
        return None
    address = request.client.host if request.client else ""
    try:
        code = await guesses.read_at_checkout(place.town, typed, checkout=checkout, address=address)
    except CodeNotRecognised as refusal:
        form.refuse(refusal, "code")
        return None
    try:
        async with place.town.sessions.begin() as session:
            await queries.voucher_by_code(session, code)
    except CodeNotRecognised as refusal:
        await guesses.wrong_at_checkout(place.town, checkout=checkout, address=address)
        form.refuse(refusal, "code")
        return None
    return code


async def _look(
    request: Request, place: Place, asked: Asked, form: Form, code: UUID, *, changed: bool = False
) -> Response:
    """What is left, and what would be held of it."""
    async with place.town.sessions.begin() as session:
        voucher = await queries.voucher_by_code(session, code)
    held = _usable(voucher, asked, form)
    if held is None:
        return _enter(request, asked, form)
    return page(
        request, "checkout/confirm.html", form_action=asked.view.return_origin, asked=asked, form=form,
        voucher=voucher, held=held, to_pay=asked.view.amount - held, left=voucher.available - held,
        changed=CHANGED if changed else "",
    )  # fmt: skip


def _usable(voucher: VoucherView, asked: Asked, form: Form) -> Money | None:
    """What of a voucher this checkout can have."""
    try:
        voucher.facts.refuse_unless_usable(day_of(asked.at))
        voucher.facts.refuse_unless_taken(asked.shop.spot, day_of(asked.at))
    except Refusal as refusal:
        form.refuse(refusal, "code")
        return None
    if voucher.available == ZERO:
        form.say("code", NOTHING_LEFT)
        return None
    return min(voucher.available, asked.view.amount)


async def _hold(request: Request, place: Place, asked: Asked, form: Form, code: UUID) -> Response:
    """Hold what the holder was shown, and send them back to the shop."""
    cents = form.number("amount", least=1, most=asked.view.amount.cents)
    if cents is None:
        return await _look(request, place, asked, blank(request, code=form.shown("code")), code)

    async def work(session: AsyncSession) -> CheckoutView:
        at = await clock.now(session)
        return await checkouts.complete(session, asked.view.id, code=code, amount=Money(cents), at=at)

    try:
        await in_transaction(place.town.sessions, work)
    except NotEnoughLeft:
        return await _look(request, place, asked, form, code, changed=True)
    except CheckoutClosed:
        return _enter(request, await _asked(place, asked.view.id), form)
    except Refusal as refusal:
        form.refuse(refusal, forms.GENERAL)
        return _enter(request, asked, form)
    return _back(asked)


async def _cancel(place: Place, asked: Asked) -> Response:
    async def work(session: AsyncSession) -> None:
        await checkouts.cancel(session, asked.view.id, at=await clock.now(session))

    await in_transaction(place.town.sessions, work)
    return _back(asked)


def _enter(request: Request, asked: Asked, form: Form) -> Response:
    """The page on which a code is entered, or which says that it is too late for that."""
    _speak(request, asked, form)
    template = "checkout/enter.html" if asked.view.state == "open" else "checkout/over.html"
    status = HTTPStatus.OK if form.valid else HTTPStatus.UNPROCESSABLE_ENTITY
    return page(request, template, status=status, form_action=asked.view.return_origin, asked=asked, form=form)


def _speak(request: Request, asked: Asked, form: Form) -> None:
    """In the language in which the shop speaks to its customer, unless they chose another one here."""
    request.state.language = asked.view.language
    form.language = language_for(request)


def _back(asked: Asked) -> Response:
    return RedirectResponse(asked.way_back, HTTPStatus.SEE_OTHER)
