"""Who is at a page of the till: a device that is paired, and the cashier who stands at it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from api import clock
from api.auth import till_devices
from api.auth.doorkeeper import Caller
from api.auth.permissions import ALLOWED
from api.auth.till_devices import Device, DeviceNotPaired, till_cookie_of
from api.installation import Installation, Town
from api.pages.place import CurrentPlace, Place
from ledger.days import day_of, start_of
from merchants.shops.cashiers import CashierView, cashiers_of


@dataclass(frozen=True, slots=True)
class AtTill:
    """A paired device at one of its pages. ``cashiers`` are those who may stand at it; none if nobody is told apart."""

    place: Place
    device: Device
    cashiers: tuple[CashierView, ...]
    at: datetime
    renewed: str | None = None
    """The key of the device, if its cookie is to begin anew."""

    @property
    def town(self) -> Town:
        """The programme."""
        return self.place.town

    @property
    def home(self) -> str:
        """The address of the till's first page."""
        return f"/{self.place.slug}/till"

    @property
    def cashier(self) -> CashierView | None:
        """Who stands here, unless it was removed meanwhile."""
        standing = self.device.cashier
        return standing if standing is not None and standing.removed_at is None else None

    @property
    def cashier_missing(self) -> bool:
        """Whether somebody has to say first who stands here."""
        return bool(self.cashiers) and self.cashier is None

    @property
    def morning(self) -> datetime:
        """When today began."""
        return start_of(day_of(self.at))

    @property
    def caller(self) -> Caller:
        """The device as those see it who count wrong codes and remember keys."""
        scopes = frozenset(one.value for one in ALLOWED["till"])
        return Caller(self.town, self.device.id, "till", self.device.till.id, scopes)


async def at_till(request: Request, place: CurrentPlace) -> AtTill:
    """The paired device that asks, which also stays on ``request.state`` for the layout of its pages.

    :raises DeviceNotPaired:
    """
    here = cast("Installation", request.app.state.installation)
    found = await recognised(request, here, place)
    if found is None:
        raise DeviceNotPaired
    request.state.till = found
    return found


CurrentTill = Annotated[AtTill, Depends(at_till)]
"""The till that a page under ``/{slug:slug}/till`` is shown to."""


async def recognised(request: Request, here: Installation, place: Place) -> AtTill | None:
    """The device of this programme that a request comes from, if it does."""
    name, _ = till_cookie_of(place.slug, here.settings.base_url)
    token = request.cookies.get(name)
    if token is None:
        return None
    async with place.town.sessions.begin() as session:
        at = await clock.now(session)
        device = await till_devices.recognise(session, token, at=at)
        if device is None:
            return None
        late = at - device.seen_at >= till_devices.SEEN_EACH
        if late:
            await till_devices.seen(session, device.id, at=at)
        known = tuple(await cashiers_of(session, device.shop.id))
    return AtTill(place, device, known, at, token if late else None)


def paired_with(request: Request, here: Installation, towns: Iterable[Town]) -> list[Town]:
    """In which programmes this browser keeps the key of a till; whether it still opens anything is not looked at."""
    base_url = here.settings.base_url
    return [one for one in towns if till_cookie_of(one.registered.slug, base_url)[0] in request.cookies]
