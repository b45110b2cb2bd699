"""The vouchers of an order one by one: whose they are, what is left, and a lost one replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor, VisitorOf
from api.dependencies import Here
from api.installation import in_transaction
from api.pages.catalogues import marked, sentences
from api.pages.forms import Form, Sent, blank
from api.pages.orders.access import order_for
from api.pages.orders.downloads import PDF, download
from api.pages.orders.mailings import Row, badges_of, row_of
from api.pages.orders.order import HANDED
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from api.printing import order_voucher_pdf
from ledger.errors import Refusal
from vouchers.errors import VoucherUnknown
from vouchers.orders import following, handing, queries
from vouchers.orders.handing_out import replacing
from vouchers.orders.handing_out.handouts import origins_of
from vouchers.orders.queries import BeneficiaryView, OrderView
from vouchers.queries import State, VoucherView

router = APIRouter(include_in_schema=False)

A_PAGE: Final = 50
DIGITS: Final = 6
"""Of the number of a voucher in an order, which has 100,000 at most."""

STATES: Final[Mapping[State, tuple[str, str]]] = {
    "active": ("done", marked("Valid")),
    "spent": ("stop", marked("Spent")),
    "blocked": ("error", marked("Blocked")),
    "replaced": ("stop", marked("Replaced")),
    "expired": ("stop", marked("Expired")),
    "not_yet_valid": ("wait", marked("Valid later")),
}
REASONS: Final[Mapping[str, str]] = {
    "lost": marked("It is lost"),
    "stolen": marked("It was stolen"),
    "damaged": marked("It is damaged or unreadable"),
    "wrong": marked("It went to the wrong person"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A voucher of the order; nothing is known of it before it is issued. ``place`` counts from 1."""

    place: int
    origin: UUID | None
    who: BeneficiaryView | None
    view: VoucherView | None
    badge: tuple[str, str] | None
    message: tuple[str, str] | None


@router.get("/{slug:slug}/orders/{order_id}/beneficiaries")
async def beneficiaries(
    request: Request, visitor: VisitorOf, session: PageReading, order_id: UUID,
    *, q: Annotated[str, Query(max_length=120)] = "", after: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:  # fmt: skip
    """Every voucher, found by name, address, staff number or its number in the order."""
    order = await order_for(session, visitor, order_id)
    at = await clock.now(session)
    sought = " ".join(q.replace("\x00", "").split())
    people = await following.people_of(session, order_id)
    origins = await origins_of(session, order_id)
    places = await _places(session, order_id, sought, people.named, origins)
    some = [one for one in places if one > after][: A_PAGE + 1]
    entries = await _entries(session, order_id, some[:A_PAGE], origins, at=at)
    return page(
        request, "orders/beneficiaries.html", order=order, entries=entries, q=sought, named=people.named > 0,
        found=len(places), count=max(len(origins), people.named), issued=bool(origins),
        further=some[A_PAGE - 1] if len(some) > A_PAGE else None, before=after > 0,
        writes=bool(origins) and _writes(visitor, order),
    )  # fmt: skip


@router.get("/{slug:slug}/orders/{order_id}/vouchers/{origin}")
async def one_voucher(
    request: Request, visitor: VisitorOf, session: PageReading, order_id: UUID, origin: UUID
) -> Response:
    """One voucher, and what can be done with it."""
    order = await order_for(session, visitor, order_id)
    entry, messages = await _one(session, order_id, origin)
    return page(
        request, "orders/voucher.html", order=order, entry=entry, messages=messages,
        prints=visitor.may(P.CODES_READ, order.buyer) and order.status in HANDED, writes=_writes(visitor, order),
    )  # fmt: skip


@router.get("/{slug:slug}/orders/{order_id}/vouchers/{origin}/sheet.pdf")
async def sheet(visitor: VisitorOf, session: PageReading, here: Here, order_id: UUID, origin: UUID) -> Response:
    """Its sheet."""
    order = await order_for(session, visitor, order_id, P.CODES_READ)
    base = here.settings.base_url
    pdf = await order_voucher_pdf(session, visitor.town, order_id, origin, base_url=base)
    return download(pdf, f"{order.number}-voucher.pdf", PDF)


@router.get("/{slug:slug}/orders/{order_id}/vouchers/{origin}/replace")
async def before_replacing(
    request: Request, visitor: VisitorOf, session: PageReading, order_id: UUID, origin: UUID
) -> Response:
    """What replacing does, and to whom the new one goes."""
    order = await order_for(session, visitor, order_id, P.ORDERS_WRITE)
    entry, _ = await _one(session, order_id, origin)
    seen = str(entry.view.facts.id) if entry.view else ""
    return _replace_page(request, order, entry, blank(request, seen=seen, reason="lost"))


@router.post("/{slug:slug}/orders/{order_id}/vouchers/{origin}/replace")
async def replace(
    request: Request, place: CurrentPlace, visitor: VisitorOf, form: Sent, order_id: UUID, origin: UUID
) -> Response:
    """Replace it. A form that is sent twice replaces once."""
    async with place.town.sessions.begin() as session:
        order = await order_for(session, visitor, order_id, P.ORDERS_WRITE)
        entry, _ = await _one(session, order_id, origin)
    reason = form.one_of("reason", tuple(REASONS))
    seen = form.identifier("seen")
    send = form.ticked("send")
    if form.valid and seen is not None:
        said = sentences(form.language).gettext(REASONS[reason])
        try:
            await _replace(place, visitor, order_id, entry, seen=seen, reason=said, send=send)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return see_other(f"/{place.slug}/orders/{order_id}/vouchers/{origin}", said="voucher-replaced")
    return _replace_page(request, order, entry, form)


async def _replace(
    place: Place, visitor: Visitor, order_id: UUID, entry: Entry, *, seen: UUID, reason: str, send: bool
) -> None:
    async def work(session: AsyncSession) -> None:
        at, keys = await clock.now(session), place.town.keys
        if entry.who is not None:
            await replacing.replace(
                session, order_id, entry.who.id, keys=keys, reason=reason, send=send, seen=seen, actor=visitor.actor,
                at=at,
            )  # fmt: skip
        elif entry.origin is not None:
            await replacing.replace_unnamed(
                session, order_id, entry.origin, keys=keys, reason=reason, seen=seen, actor=visitor.actor, at=at
            )

    await in_transaction(place.town.sessions, work)


def _replace_page(request: Request, order: OrderView, entry: Entry, form: Form) -> Response:
    return page(
        request, "orders/replace.html", status=HTTPStatus.OK if form.valid else HTTPStatus.CONFLICT, form=form,
        order=order, entry=entry, reasons=list(REASONS.items()), possible=order.status in HANDED,
    )  # fmt: skip


async def _places(session: AsyncSession, order_id: UUID, sought: str, named: int, origins: list[UUID]) -> list[int]:
    """The places of the vouchers that are sought, in their order."""
    if not sought:
        return list(range(1, max(len(origins), named) + 1))
    matching = await queries.beneficiaries_of(session, order_id, search=sought)
    if not origins:
        return [one.position for one in matching]
    place_of = {origin: place for place, origin in enumerate(origins, start=1)}
    found = {place_of[one.voucher] for one in matching if one.voucher in place_of}
    typed = sought.lstrip("nN°º#. ")
    if typed.isdecimal() and typed.isascii() and len(typed) <= DIGITS and 1 <= int(typed) <= len(origins):
        found.add(int(typed))
    return sorted(found)


async def _entries(
    session: AsyncSession, order_id: UUID, places: list[int], origins: list[UUID], *, at: datetime
) -> list[Entry]:
    if not origins:
        least, most = (places[0], places[-1]) if places else (1, 0)
        people = await queries.beneficiaries_of(session, order_id, after=least - 1, limit=most - least + 1)
        return [Entry(one.position, None, one, None, None, None) for one in people if one.position in places]
    wanted = [origins[place - 1] for place in places]
    views = await following.standings(session, wanted)
    whose = await following.whose(session, order_id, wanted)
    last = await handing.last_messages(session, order_id, among=[one.id for one in whose.values()])
    found = []
    for place, origin in zip(places, wanted, strict=True):
        who, view = whose.get(origin), views[origin]
        message = badges_of(last, who) if who else None
        found.append(Entry(place, origin, who, view, STATES[view.state(at)], message))
    return found


async def _one(session: AsyncSession, order_id: UUID, origin: UUID) -> tuple[Entry, list[Row]]:
    """A voucher of this order, and the messages about it, newest first.

    :raises VoucherUnknown: if it is not of this order
    """
    origins = await origins_of(session, order_id)
    if origin not in origins:
        raise VoucherUnknown(voucher=origin)
    at = await clock.now(session)
    (entry,) = await _entries(session, order_id, [origins.index(origin) + 1], origins, at=at)
    if entry.who is None:
        return entry, []
    sent = await handing.mailings_of(session, order_id, beneficiary_id=entry.who.id, kind=handing.VOUCHER)
    return entry, [row_of(entry.who, one) for one in reversed(sent)]


def _writes(visitor: Visitor, order: OrderView) -> bool:
    return visitor.may(P.ORDERS_WRITE, order.buyer) and order.status in HANDED
