"""Handing vouchers out by e-mail: who received theirs, who did not and why, sending once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor, VisitorOf
from api.installation import in_transaction
from api.pages.catalogues import marked
from api.pages.forms import Form, Sent, blank
from api.pages.orders.access import order_for
from api.pages.orders.next_steps import Mail
from api.pages.orders.order import HANDED, ISSUED, mail_of
from api.pages.orders.words import message_shown
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from ledger.days import day_of
from ledger.errors import Refusal
from vouchers.orders import following, handing, queries
from vouchers.orders.errors import AddressesMissing
from vouchers.orders.handing import MailingView, State
from vouchers.orders.lists import addresses
from vouchers.orders.lists.addresses import AddressInvalid
from vouchers.orders.queries import BeneficiaryView, OrderView

router = APIRouter(include_in_schema=False)

A_PAGE: Final = 60
UNWELL: Final[frozenset[State]] = frozenset({"refused", "bounced", "doubtful"})
NO_ADDRESS: Final = ("draft", marked("No address"))
NOT_YET: Final = ("draft", marked("Not written to"))


@dataclass(frozen=True, slots=True)
class Row:
    """A person, and what became of the last message to them. ``said``: by the mail server, in its words.

    ``dropped``: the voucher held nothing any more, so that nothing was sent.
    """

    who: BeneficiaryView
    address: str
    badge: tuple[str, str]
    at: datetime | None
    said: str
    dropped: bool


@router.get("/{slug:slug}/orders/{order_id}/mailings")
async def mailings(
    request: Request, visitor: VisitorOf, session: PageReading, order_id: UUID,
    *, only: Annotated[str, Query()] = "", after: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:  # fmt: skip
    """Who received their voucher, and who did not."""
    order = await order_for(session, visitor, order_id)
    return await _page(request, visitor, session, order, blank(request), only=only == "failed", after=after)


@router.get("/{slug:slug}/orders/{order_id}/mailings/state")
async def state(visitor: VisitorOf, session: PageReading, order_id: UUID) -> Response:
    """How far the sending is, for a script."""
    await order_for(session, visitor, order_id)
    mail = mail_of(await handing.counted(session, order_id))
    told = {"state": _state(mail), "percent": mail.percent}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


@router.post("/{slug:slug}/orders/{order_id}/mailings")
async def send(request: Request, place: CurrentPlace, visitor: VisitorOf, form: Sent, order_id: UUID) -> Response:
    """Send to all who were not written to yet, or once more to all whose message failed."""
    first, doubtful = form.shown("do") == "first", form.ticked("doubtful")

    async def work(session: AsyncSession) -> None:
        await order_for(session, visitor, order_id, P.ORDERS_WRITE)
        at = await clock.now(session)
        if first:
            await handing.ask_vouchers(session, order_id, actor=visitor.actor, at=at)
        else:
            await handing.ask_failed(session, order_id, doubtful=doubtful, actor=visitor.actor, at=at)

    try:
        await in_transaction(place.town.sessions, work)
    except Refusal as refusal:
        async with place.town.sessions.begin() as session:
            order = await order_for(session, visitor, order_id, P.ORDERS_WRITE)
            form.refuse(refusal)
            return await _page(request, visitor, session, order, form)
    return see_other(f"/{place.slug}/orders/{order_id}/mailings", said="mail-asked")


@router.get("/{slug:slug}/orders/{order_id}/mailings/{beneficiary_id}")
async def before_again(
    request: Request, visitor: VisitorOf, session: PageReading, order_id: UUID,
    beneficiary_id: UUID,
) -> Response:  # fmt: skip
    """To which address somebody's voucher is sent once more, and what became of the messages before."""
    order = await order_for(session, visitor, order_id, P.ORDERS_WRITE)
    who = await queries.beneficiary(session, order_id, beneficiary_id)
    known = addresses.shown_address(who.email) if who.email else ""
    return await _again_page(request, session, order, who, blank(request, email=known))


@router.post("/{slug:slug}/orders/{order_id}/mailings/{beneficiary_id}")
async def again(
    request: Request, place: CurrentPlace, visitor: VisitorOf, form: Sent, order_id: UUID, beneficiary_id: UUID
) -> Response:
    """Send it."""
    async with place.town.sessions.begin() as session:
        order = await order_for(session, visitor, order_id, P.ORDERS_WRITE)
        who = await queries.beneficiary(session, order_id, beneficiary_id)
    typed = form.text("email", most=addresses.LONGEST + 1)
    if form.valid:
        try:
            await _ask_again(place, visitor, order_id, beneficiary_id, addresses.canonical(typed))
        except Refusal as refusal:
            form.refuse(refusal, {AddressInvalid: "email", AddressesMissing: "email"})
        else:
            return see_other(f"/{place.slug}/orders/{order_id}/mailings", said="mail-asked")
    async with place.town.sessions.begin() as session:
        return await _again_page(request, session, order, who, form)


async def _ask_again(place: Place, visitor: Visitor, order_id: UUID, who: UUID, address: str) -> MailingView:
    async def work(session: AsyncSession) -> MailingView:
        at = await clock.now(session)
        return await handing.ask_again(session, order_id, who, address=address, actor=visitor.actor, at=at)

    return await in_transaction(place.town.sessions, work)


async def _again_page(
    request: Request, session: AsyncSession, order: OrderView, who: BeneficiaryView, form: Form
) -> Response:
    before = await handing.mailings_of(session, order.id, beneficiary_id=who.id, kind=handing.VOUCHER)
    return page(
        request, "orders/send_again.html", status=HTTPStatus.OK if form.valid else HTTPStatus.UNPROCESSABLE_ENTITY,
        form=form, order=order, who=who, before=[row_of(who, one) for one in reversed(before)],
        last=before[-1].state if before else "",
    )  # fmt: skip


async def _page(
    request: Request, visitor: Visitor, session: AsyncSession, order: OrderView, form: Form, *, only: bool = False,
    after: int = 0,
) -> Response:  # fmt: skip
    mail = mail_of(await handing.counted(session, order.id))
    people = await following.people_of(session, order.id)
    if only:
        last = await handing.last_messages(session, order.id, states=UNWELL)
        unwell = {who.id: who for who in await queries.beneficiaries_of(session, order.id, after=after)}
        shown = [who for id_, who in unwell.items() if id_ in last]
    else:
        shown = await queries.beneficiaries_of(session, order.id, after=after, limit=A_PAGE + 1)
        last = await handing.last_messages(session, order.id, among=[one.id for one in shown])
    at = await clock.now(session)
    waits = order.handing == "email" and order.deliver_on is not None and order.deliver_on > day_of(at)
    return page(
        request, "orders/mailings.html", status=HTTPStatus.OK if form.valid else HTTPStatus.CONFLICT, form=form,
        order=order, rows=[row_of(one, last.get(one.id)) for one in shown[:A_PAGE]], mail=mail, only=only,
        further=shown[A_PAGE - 1].position if len(shown) > A_PAGE else None, before=after > 0,
        unwritten=people.unwritten, people=people.named,
        writes=visitor.may(P.ORDERS_WRITE, order.buyer) and order.status in HANDED, issued=order.status in ISSUED,
        state=_state(mail), waits=waits,
    )  # fmt: skip


def row_of(who: BeneficiaryView, last: MailingView | None) -> Row:
    """A person and the last message, as they are shown."""
    address = last.address if last else who.email
    shown = addresses.shown_address(address) if address else ""
    if last is None:
        return Row(who, shown, NOT_YET if who.email else NO_ADDRESS, None, "", dropped=False)
    told = last.state in UNWELL or last.state == "queued"
    said = last.detail if told and last.detail else ""
    dropped = last.state == "dropped"
    return Row(who, shown, message_shown(last.state), last.changed_at, said, dropped)


def badges_of(last: Mapping[UUID, MailingView], who: BeneficiaryView) -> tuple[str, str]:
    """The badge of the last message to somebody."""
    return row_of(who, last.get(who.id)).badge


def _state(mail: Mail) -> str:
    return "working" if mail.waiting else "still"
