"""The till's first page: a voucher is presented, by camera, photo, scanner or thumb; several pay one purchase."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.dependencies import GuessesOf, Here, ScanningOf
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from api.pages.till.access import AtTill, CurrentTill, recognised
from api.pages.till.basket import DUE_MOST, Basket, BasketOf, summed
from api.pages.till.presenting import FIELD, NO_CODE_IN_PHOTO, Fault, present
from api.pages.till.showing import HEADERS, till_page
from api.scanning import FRAME_BYTES, ScanningBusy
from ledger.money import Money
from vouchers import codes
from vouchers.qr_reading import PhotoTooLarge, PhotoUnreadable

LONGEST: Final = codes.LONGEST_PRESENTED
LEAST_DUE: Final = Money(1)

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/till")
async def first_page(request: Request, place: CurrentPlace, here: Here, basket: BasketOf) -> Response:
    """Where a voucher is presented; a device that is no till is told how it becomes one."""
    till = await recognised(request, here, place)
    if till is None:
        answer = page(request, "till/unpaired.html", status=HTTPStatus.UNAUTHORIZED, till=None)
        answer.headers.update(HEADERS)
        return answer
    if till.cashier_missing:
        return see_other(f"{till.home}/cashier{basket.query()}")
    return await _start(request, till, basket, blank(request))


@router.post("/{slug:slug}/till")
async def present_code(
    request: Request, here: Here, till: CurrentTill, guesses: GuessesOf, basket: BasketOf, form: Sent
) -> Response:
    """A code that was typed, or read by the device itself."""
    text = form.typed.get(FIELD, [""])[0][: LONGEST + 1]
    return await _presented(request, here, till, guesses, basket, form, [text])


@router.post("/{slug:slug}/till/photo")
async def present_photo(
    request: Request, here: Here, till: CurrentTill, guesses: GuessesOf, scanning: ScanningOf, basket: BasketOf,
    form: Sent,
) -> Response:  # fmt: skip
    """A photo of the voucher."""
    sent = form.file("photo")
    if sent is not None:
        try:
            found = await scanning.photo(till.device.id, await sent.read())
        except (PhotoTooLarge, PhotoUnreadable, ScanningBusy) as refusal:
            form.refuse(refusal, "photo")
        else:
            if found:
                return await _presented(request, here, till, guesses, basket, form, found)
            form.say("photo", NO_CODE_IN_PHOTO)
    return await _start(request, till, basket, form)


@router.post("/{slug:slug}/till/frame")
async def read_frame(request: Request, till: CurrentTill, scanning: ScanningOf) -> Response:
    """A frame of the camera, sent by the script: what its QR codes say, or nothing yet. No voucher is looked at."""
    length = request.headers.get("content-length", "")
    if not length.isascii() or not length.isdecimal() or int(length) > FRAME_BYTES:
        return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        found = await scanning.frame(till.device.id, await request.body())
    except ScanningBusy:
        return Response(status_code=HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": "1"})
    except (PhotoTooLarge, PhotoUnreadable):
        return Response(status_code=HTTPStatus.UNPROCESSABLE_ENTITY)
    return JSONResponse({"found": found}) if found else Response(status_code=HTTPStatus.NO_CONTENT)


@router.post("/{slug:slug}/till/basket")
async def begin_basket(request: Request, till: CurrentTill, form: Sent) -> Response:
    """The sum of a purchase that several vouchers pay."""
    due = form.money("due", least=LEAST_DUE, most=DUE_MOST)
    if due is None:
        return await _start(request, till, Basket(), form)
    return see_other(till.home + Basket(due).query())


async def _presented(
    request: Request, here: Here, till: AtTill, guesses: GuessesOf, basket: Basket, form: Form, texts: list[str]
) -> Response:
    """Of several codes in one photo the first that is a voucher counts; of none, what is said of the first."""
    if till.cashier_missing:
        return see_other(f"{till.home}/cashier{basket.query()}")
    first: Fault | None = None
    for text in texts[:3]:
        found = await present(request, here, guesses, till, text)
        if isinstance(found, str):
            return see_other(f"{till.home}/voucher/{found}{basket.query()}")
        first = first or found
    if first is not None:
        first.say(form)
    return await _start(request, till, basket, form)


async def _start(request: Request, till: AtTill, basket: Basket, form: Form) -> Response:
    status = HTTPStatus.OK if form.valid else HTTPStatus.UNPROCESSABLE_ENTITY
    async with till.town.sessions.begin() as session:
        sums = await summed(session, basket, shop=till.device.shop.id)
    return await till_page(request, "start.html", till, status=status, form=form, basket=basket, sums=sums)
