"""A shop's tills: devices that are paired and revoked, cashiers with or without a PIN, what closings said."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import pins, till_devices
from api.auth.pins import PinMalformed
from api.auth.till_devices import PAIRING_LASTS, DeviceView
from api.auth.visitors import PageReading, PageWriting
from api.dependencies import Here
from api.pages.catalogues import marked
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from api.pages.shop.access import KeepsTills, OwnShop
from ledger.errors import Refusal
from merchants.shops import cashiers
from merchants.shops import tills as register
from merchants.shops.cashiers import CashierView
from merchants.shops.errors import CashierNameMalformed, CashierRemoved, TillRevoked, TillUnknown
from merchants.shops.tills import TillView
from vouchers import qr, till_closing
from vouchers.online import website
from vouchers.till_closing import ClosingView

PIXELS: Final = 6
LABEL_MOST: Final = 60
CLOSINGS: Final = 10
QUIET: Final = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}

NO_LABEL: Final = marked("Call the till something, such as “Till 2” or “Terrace”.")

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class TillShown:
    """A till as its shop's owner sees it."""

    till: TillView
    devices: list[DeviceView]
    closings: list[ClosingView]


@router.get("/{slug:slug}/shop/{shop_id}/tills")
async def tills_page(request: Request, own: KeepsTills, session: PageReading) -> Response:
    """All of it on one page."""
    return await _page(request, session, own, blank(request))


@router.post("/{slug:slug}/shop/{shop_id}/tills")
async def open_till(
    request: Request, place: CurrentPlace, own: KeepsTills, session: PageWriting, form: Sent
) -> Response:
    """Put another till into service."""
    label = " ".join(form.text("label", required=False, most=LABEL_MOST).split())
    if not label:
        form.say("label", NO_LABEL)
    if not form.valid:
        return await _page(request, session, own, form)
    await register.open_till(session, own.id, label=label, at=await clock.now(session))
    return see_other(f"/{place.slug}/shop/{own.id}/tills", said="saved")


@router.post("/{slug:slug}/shop/{shop_id}/tills/{till}/pair")
async def make_pairing(
    request: Request, place: CurrentPlace, here: Here, own: KeepsTills, session: PageWriting, till: UUID
) -> Response:
    """A link and its QR code, shown once; asked for again, it is another one."""
    found = await own_till(session, till, shop_id=own.id)
    path = await till_devices.make_pairing(session, till, by=own.actor, at=await clock.now(session))
    link = f"{here.settings.base_url}/{place.slug}{path}"
    picture = await asyncio.to_thread(qr.png, link, scale=PIXELS)
    answer = page(
        request, "shop/pairing.html", shop=own.shop, till=found, link=link,
        picture=b64encode(picture).decode("ascii"), minutes=int(PAIRING_LASTS.total_seconds() // 60),
    )  # fmt: skip
    answer.headers.update(QUIET)
    return answer


@router.post("/{slug:slug}/shop/{shop_id}/tills/{till}/revoke")
async def revoke_till(place: CurrentPlace, own: KeepsTills, session: PageWriting, till: UUID) -> Response:
    """Take a till out of service, with all its devices."""
    at = await clock.now(session)
    await own_till(session, till, shop_id=own.id)
    await register.revoke_till(session, till, at=at)
    for device in (await till_devices.devices_of(session, [till]))[till]:
        await till_devices.revoke_device(session, device.id, shop_id=own.id, at=at)
    return see_other(f"/{place.slug}/shop/{own.id}/tills", said="removed")


@router.post("/{slug:slug}/shop/{shop_id}/tills/devices/{device}/revoke")
async def revoke_device(place: CurrentPlace, own: KeepsTills, session: PageWriting, device: UUID) -> Response:
    """Let a device be a till no more."""
    await till_devices.revoke_device(session, device, shop_id=own.id, at=await clock.now(session))
    return see_other(f"/{place.slug}/shop/{own.id}/tills", said="device-revoked")


@router.post("/{slug:slug}/shop/{shop_id}/tills/cashiers")
async def add_cashier(
    request: Request, place: CurrentPlace, own: KeepsTills, session: PageWriting, form: Sent
) -> Response:
    """Let somebody work at the tills, with a PIN or without."""
    name, typed = form.text("name", most=200), form.text("pin", required=False, most=20)
    try:
        kept = await pins.hashed(typed) if typed and form.valid else None
        if form.valid:
            at = await clock.now(session)
            async with session.begin_nested():
                await cashiers.add_cashier(session, own.id, name=name, pin_hash=kept, at=at)
    except (CashierNameMalformed, PinMalformed) as refusal:
        form.refuse(refusal, {CashierNameMalformed: "name", PinMalformed: "pin"})
    if not form.valid:
        return await _page(request, session, own, form)
    return see_other(f"/{place.slug}/shop/{own.id}/tills", said="cashier-added")


@router.post("/{slug:slug}/shop/{shop_id}/tills/cashiers/{cashier}")
async def change_cashier(
    request: Request, place: CurrentPlace, own: KeepsTills, session: PageWriting, cashier: UUID, form: Sent
) -> Response:
    """Call a cashier otherwise, give it another PIN, or none any more."""
    typed = form.text(f"pin-{cashier}", required=False, most=20)
    beside: dict[type[Refusal], str] = {CashierNameMalformed: f"name-{cashier}", PinMalformed: f"pin-{cashier}"}
    try:
        kept = await pins.hashed(typed) if typed else None
        async with session.begin_nested():
            name = form.text(f"name-{cashier}", most=200)
            if form.valid:
                await cashiers.rename_cashier(session, cashier, shop_id=own.id, name=name)
            if kept is not None or form.ticked(f"no-pin-{cashier}"):
                await cashiers.set_pin(session, cashier, shop_id=own.id, pin_hash=kept)
    except (CashierNameMalformed, CashierRemoved, PinMalformed) as refusal:
        form.refuse(refusal, beside)
    if not form.valid:
        return await _page(request, session, own, form)
    return see_other(f"/{place.slug}/shop/{own.id}/tills", said="saved")


@router.post("/{slug:slug}/shop/{shop_id}/tills/cashiers/{cashier}/remove")
async def remove_cashier(place: CurrentPlace, own: KeepsTills, session: PageWriting, cashier: UUID) -> Response:
    """Let somebody take nothing any more, from this moment."""
    await cashiers.remove_cashier(session, cashier, shop_id=own.id, at=await clock.now(session))
    return see_other(f"/{place.slug}/shop/{own.id}/tills", said="cashier-removed")


@router.get("/{slug:slug}/shop/{shop_id}/tills/{_done:path}")
async def back_to_tills(place: CurrentPlace, own: KeepsTills) -> Response:
    """The address of a form, asked for again."""
    return see_other(f"/{place.slug}/shop/{own.id}/tills")


async def own_till(session: AsyncSession, till_id: UUID, *, shop_id: UUID) -> TillView:
    """A till of this shop that is in service at a counter.

    :raises TillUnknown: also if it is another shop's, or stands behind a website
    :raises TillRevoked:
    """
    found = await register.till(session, till_id)
    if found.shop != shop_id or found.id in await _behind_websites(session, shop_id):
        raise TillUnknown(till=till_id)
    if found.revoked_at is not None:
        raise TillRevoked(till=till_id)
    return found


async def working_tills(session: AsyncSession, shop_id: UUID) -> list[TillView]:
    """The tills of a shop that are in service at a counter; the one behind its website belongs to selling online."""
    elsewhere = await _behind_websites(session, shop_id)
    found = await register.tills_of(session, shop_id)
    return [one for one in found if one.revoked_at is None and one.id not in elsewhere]


async def shown_tills(session: AsyncSession, shop_id: UUID) -> list[TillShown]:
    """The tills of a shop that are in service, with their devices and last closings."""
    found = await working_tills(session, shop_id)
    devices = await till_devices.devices_of(session, [one.id for one in found])
    return [
        TillShown(one, devices[one.id], await till_closing.closings_of(session, one.id, limit=CLOSINGS))
        for one in found
    ]


async def _behind_websites(session: AsyncSession, shop_id: UUID) -> set[UUID]:
    return {one.id for one in await website.online_tills(session, shop_id)}


async def _page(request: Request, session: AsyncSession, own: OwnShop, form: Form) -> Response:
    shown = await shown_tills(session, own.id)
    named = await cashiers.cashiers_by_id(
        session, {line.cashier for one in shown for line in one.closings if line.cashier}
    )
    working: list[CashierView] = list(await cashiers.cashiers_of(session, own.id))
    status = HTTPStatus.OK if form.valid else HTTPStatus.UNPROCESSABLE_ENTITY
    return page(
        request, "shop/tills.html", status=status, shop=own.shop, tills=shown, cashiers=working,
        named=named, form=form,
    )  # fmt: skip
