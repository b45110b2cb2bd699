"""Selling online, for the owner of a shop: keys for its website, where customers return to, where it is told."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import keys
from api.auth.keys import KeyUnknown, KeyView
from api.auth.visitors import PageReading, PageWriting
from api.dependencies import Here
from api.installation import Installation
from api.pages.catalogues import marked
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace
from api.pages.rendering import page, see_other
from api.pages.shop.access import OwnShop, SellsOnline
from api.pages.shop.online_words import POWERS, TOLD, powers_of
from api.reaching import NotReached
from api.web_addresses import (
    LONGEST,
    EndpointAddressRefused,
    ReturnAddressRefused,
    WebAddress,
    endpoint_address,
    return_address,
)
from vouchers.notices import endpoints, queries
from vouchers.notices.errors import TooManyEndpoints
from vouchers.online import website
from vouchers.online.errors import TooManyReturnAddresses

LONGEST_LABEL: Final = 100
PATIENCE: Final = 3.0
"""Seconds that a name may take to be found while somebody waits for the page."""

CHOOSE_ONE: Final = marked("Tick one at least.")
NO_NAME: Final = marked(
    "This name is not known on the internet. Check how it is spelt, or come back once the site is up."
)
NOT_PUBLIC: Final = marked(
    "This name leads to a machine that is not on the public internet. We send messages to public machines only."
)

router = APIRouter(include_in_schema=False)


@dataclass(slots=True)
class Forms:
    """The three forms of the page; the one that was sent holds what is wrong with it."""

    key: Form
    back: Form
    endpoint: Form

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong with any of them."""
        return self.key.valid and self.back.valid and self.endpoint.valid


@router.get("/{slug:slug}/shop/{shop_id}/online")
async def online(request: Request, own: SellsOnline, session: PageReading) -> Response:
    """How the shop sells online."""
    return await _page(request, session, own)


@router.post("/{slug:slug}/shop/{shop_id}/online/keys")
async def make_key(
    request: Request, place: CurrentPlace, own: SellsOnline, session: PageWriting, form: Sent
) -> Response:
    """Make a key for the website; its text is shown on the page that answers, and never again."""
    label = form.text("label", most=LONGEST_LABEL)
    chosen = [name for name in POWERS if name in form.many("powers")]
    if not chosen:
        form.say("powers", CHOOSE_ONE)
    if not form.valid:
        return await _page(request, session, own, key=form)
    at = await clock.now(session)
    till = await website.online_till(session, own.id, at=at)
    scopes = sorted({scope.value for name in chosen for scope in POWERS[name].scopes})
    made, text = await keys.make_key(
        session, slug=place.slug, role="till", subject=till.id, label=label, at=at, scopes=scopes
    )
    return page(
        request, "shop/key_made.html", status=HTTPStatus.CREATED, shop=own.shop, key=made,
        text=text, powers=powers_of(made.scopes),
    )  # fmt: skip


@router.post("/{slug:slug}/shop/{shop_id}/online/keys/revoke")
async def revoke_key(place: CurrentPlace, own: SellsOnline, session: PageWriting, form: Sent) -> Response:
    """Let a key of the website open nothing from now on."""
    wanted = form.identifier("key")
    known = {one.id for one in await _keys(session, own.id)}
    if wanted is None or wanted not in known:
        raise KeyUnknown(key=wanted or UUID(int=0))
    await keys.revoke_key(session, wanted, at=await clock.now(session))
    return see_other(f"/{place.slug}/shop/{own.id}/online", said="key-revoked")


@router.post("/{slug:slug}/shop/{shop_id}/online/returns")
async def add_return(
    request: Request, place: CurrentPlace, here: Here, own: SellsOnline, session: PageWriting, form: Sent
) -> Response:
    """Let customers come back to an address of the website."""
    typed = form.text("back", most=LONGEST)
    try:
        if form.valid:
            where = return_address(typed, loopback=here.settings.shops_on_loopback, whole=False)
            await website.register_return(
                session, own.id, origin=where.origin, path=where.path, actor=own.actor, at=await clock.now(session)
            )
    except (ReturnAddressRefused, TooManyReturnAddresses) as refusal:
        form.refuse(refusal, "back")
    if not form.valid:
        return await _page(request, session, own, back=form)
    return see_other(f"/{place.slug}/shop/{own.id}/online", said="saved")


@router.post("/{slug:slug}/shop/{shop_id}/online/returns/remove")
async def remove_return(place: CurrentPlace, own: SellsOnline, session: PageWriting, form: Sent) -> Response:
    """Send nobody there any more."""
    wanted = form.identifier("address")
    await website.remove_return(session, wanted or UUID(int=0), shop=own.id, at=await clock.now(session))
    return see_other(f"/{place.slug}/shop/{own.id}/online", said="removed")


@router.post("/{slug:slug}/shop/{shop_id}/online/endpoints")
async def add_endpoint(request: Request, place: CurrentPlace, here: Here, own: SellsOnline, form: Sent) -> Response:
    """Tell the website what happens, at an address that the internet knows."""
    typed = form.text("url", most=LONGEST)
    events = [one for one in TOLD if one in form.many("events")]
    if not events:
        form.say("events", CHOOSE_ONE)
    where = await _judged(here, form, typed) if typed else None
    async with place.town.sessions.begin() as session:
        try:
            if form.valid and where is not None:
                added = await endpoints.add(
                    session, own.id, url=where.whole, events=events, keys=place.town.keys, actor=own.actor,
                    at=await clock.now(session),
                )  # fmt: skip
                return see_other(f"/{place.slug}/shop/{own.id}/online/endpoints/{added.id}", said="endpoint-added")
        except TooManyEndpoints as refusal:
            form.refuse(refusal, "url")
        return await _page(request, session, own, endpoint=form)


@router.get("/{slug:slug}/shop/{shop_id}/online/{_done}")
async def back_to_online(place: CurrentPlace, own: SellsOnline, _done: str) -> Response:
    """The address of a form that came back with faults, asked for again."""
    return see_other(f"/{place.slug}/shop/{own.id}/online")


async def _judged(here: Installation, form: Form, typed: str) -> WebAddress | None:
    """The address, if it reads well and leads to public machines as far as can be told now."""
    try:
        where = endpoint_address(typed, loopback=here.settings.shops_on_loopback)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await here.reach.addresses_of(where)
    except EndpointAddressRefused as refusal:
        form.refuse(refusal, "url")
    except NotReached as error:
        told = {"address": NOT_PUBLIC}.get(error.why, NO_NAME)
        form.say("url", told)
    else:
        return where
    return None


async def _keys(session: AsyncSession, shop_id: UUID) -> list[KeyView]:
    tills = await website.online_tills(session, shop_id)
    return await keys.keys_of(session, [one.id for one in tills])


async def _page(
    request: Request, session: AsyncSession, own: OwnShop, *,
    key: Form | None = None, back: Form | None = None, endpoint: Form | None = None,
) -> Response:  # fmt: skip
    usual = [name for name, one in POWERS.items() if one.usual]
    sent = Forms(
        key or blank(request, powers=usual), back or blank(request), endpoint or blank(request, events=list(TOLD))
    )
    told = await endpoints.endpoints_of(session, own.id)
    found = await _keys(session, own.id)
    return page(
        request, "shop/online.html", status=200 if sent.valid else 422, shop=own.shop,
        form=next((one for one in (key, back, endpoint) if one is not None), sent.key), forms_of=sent,
        keys=[one for one in found if one.revoked_at is None], revoked=[one for one in found if one.revoked_at],
        powers=POWERS, powers_of=powers_of, addresses=await website.return_addresses(session, own.id), endpoints=told,
        counts=await queries.counts(session, [one.id for one in told]), told=TOLD,
    )  # fmt: skip
