"""The page of an order: what happens next, what is to be paid, its papers, its vouchers, and who did what."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor, VisitorOf
from api.dependencies import Here
from api.installation import in_transaction
from api.pages.forms import Form, Sent, blank
from api.pages.orders import telling
from api.pages.orders.access import order_for
from api.pages.orders.next_steps import Mail, state_of, what_next
from api.pages.orders.paying import checkout_origin, methods_of
from api.pages.orders.words import status_shown
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from ledger.days import day_of
from ledger.errors import Refusal
from ledger.money import ZERO
from vouchers import qr
from vouchers.buyers import BuyerView, buyer
from vouchers.orders import adding, drafting, following, handing, history, paying, placing, queries, refunds
from vouchers.orders.giving import urssaf
from vouchers.orders.handing import State
from vouchers.orders.handing_out import printing
from vouchers.orders.paperwork import issuing_papers, reference, requesting
from vouchers.orders.paperwork.papers import Account
from vouchers.orders.queries import OrderView
from vouchers.rules.queries import version

router = APIRouter(include_in_schema=False)

EVENTS_SHOWN: Final = 6
HANDED: Final = frozenset({"issued", "delivered"})
ISSUED: Final = HANDED | {"disputed", "refunded"}

PROMISED: Final = ISSUED | {"paid"}

Act = Callable[[AsyncSession], Awaitable[object]]


@router.get("/{slug:slug}/orders/{order_id}")
async def order(
    request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageReading, here: Here, order_id: UUID
) -> Response:
    """Everything about an order; a draft is gone on with where it stands."""
    found = await order_for(session, visitor, order_id)
    if found.status == "draft" and visitor.may(P.ORDERS_WRITE, found.buyer):
        lines = await queries.lines_of(session, order_id)
        ready = lines and not await drafting.unmended(session, order_id)
        return see_other(f"/{place.slug}/orders/{order_id}/{'check' if ready else 'people'}")
    return await show_order(request, place, visitor, session, here, found, blank(request))


@router.get("/{slug:slug}/orders/{order_id}/state")
async def state(visitor: VisitorOf, session: PageReading, order_id: UUID) -> Response:
    """Whether its page would say something else by now, for a script that looks again."""
    found = await order_for(session, visitor, order_id)
    mail = mail_of(await handing.counted(session, order_id)) if found.status in HANDED else Mail()
    under_way = await queries.under_way(session, order_id)
    return JSONResponse({"state": state_of(found, mail, under_way=under_way)}, headers={"Cache-Control": "no-store"})


@router.get("/{slug:slug}/orders/{order_id}/history")
async def all_history(request: Request, visitor: VisitorOf, session: PageReading, order_id: UUID) -> Response:
    """Who did what, from the first day on."""
    found = await order_for(session, visitor, order_id)
    events = await history.history_of(session, order_id)
    giver = await buyer(session, found.buyer)
    told = await telling.told(session, events, giver, blank(request).language)
    return page(request, "orders/history.html", order=found, told=told)


@router.get("/{slug:slug}/orders/{order_id}/cancel")
async def before_cancelling(
    request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageReading, order_id: UUID
) -> Response:
    """Whether it is really meant."""
    found = await order_for(session, visitor, order_id, P.ORDERS_WRITE)
    if found.status != "awaiting_payment":
        return see_other(f"/{place.slug}/orders/{order_id}")
    return page(request, "orders/cancel.html", order=found)


@router.post("/{slug:slug}/orders/{order_id}/cancel")
async def cancel(
    request: Request, place: CurrentPlace, visitor: VisitorOf, here: Here, form: Sent, order_id: UUID
) -> Response:
    """Cancel it; what was paid is the buyer's credit."""

    async def act(session: AsyncSession) -> None:
        at = await clock.now(session)
        await placing.cancel(session, order_id, actor=visitor.actor, at=at)

    return await _done(request, place, visitor, here, form, order_id, act, said="order-cancelled")


@router.get("/{slug:slug}/orders/{order_id}/reopen")
@router.get("/{slug:slug}/orders/{order_id}/use-credit")
async def back(place: CurrentPlace, visitor: VisitorOf, session: PageReading, order_id: UUID) -> Response:
    """Whoever loads what came back from a form again, or changes its language."""
    await order_for(session, visitor, order_id)
    return see_other(f"/{place.slug}/orders/{order_id}")


@router.post("/{slug:slug}/orders/{order_id}/reopen")
async def reopen(
    request: Request, place: CurrentPlace, visitor: VisitorOf, here: Here, form: Sent, order_id: UUID
) -> Response:
    """Take it back to change it."""

    async def act(session: AsyncSession) -> None:
        at = await clock.now(session)
        await placing.reopen(session, order_id, actor=visitor.actor, at=at)

    return await _done(request, place, visitor, here, form, order_id, act)


@router.post("/{slug:slug}/orders/{order_id}/use-credit")
async def use_credit(
    request: Request, place: CurrentPlace, visitor: VisitorOf, here: Here, form: Sent, order_id: UUID
) -> Response:
    """Pay from what the buyer has."""

    async def act(session: AsyncSession) -> None:
        at = await clock.now(session)
        await paying.use_credit(session, order_id, actor=visitor.actor, at=at)

    return await _done(request, place, visitor, here, form, order_id, act, said="credit-used")


async def show_order(
    request: Request, place: Place, visitor: Visitor, session: AsyncSession, here: Here, found: OrderView, form: Form
) -> Response:
    """The page; with ``form``, what was refused there."""
    at = await clock.now(session)
    giver = await buyer(session, found.buyer)
    under_way = await queries.under_way(session, found.id)
    mail = mail_of(await handing.counted(session, found.id)) if found.status in ISSUED else Mail()
    events = telling.folded(await history.history_of(session, found.id))
    account = _account(place, found)
    lines = await queries.lines_of(session, found.id)
    quantity = sum(line.quantity for line in lines)
    return page(
        request, "orders/order.html", status=HTTPStatus.OK if form.valid else HTTPStatus.CONFLICT,
        form=form, order=found, giver=giver, price=await drafting.price_of(session, found.id, at=at),
        lines=lines, badge=status_shown(found.status),
        next=what_next(
            found, mail, quantity=quantity, under_way=under_way, today=day_of(at), language=form.language
        ),
        state=state_of(found, mail, under_way=under_way),
        follows=found.status == "paid" or under_way or mail.waiting > 0,
        under_way=under_way, account=account, picture=await _picture(account), spell=reference.spell,
        offered=methods_of(here, place), mail=mail, occasion=_occasion(found, form),
        rule=await version(session, found.rule) if found.rule else None,
        papers=await issuing_papers.papers_of(session, found.id) if _may_papers(visitor, found) else (),
        refunds=await refunds.refunds_of(session, found.id),
        freed=await paying.still_free(session, found.id) if found.status == "cancelled" else ZERO,
        offers=await adding.offers(session, found, at=at) if found.status == "awaiting_payment" else (),
        promised=await adding.promised(session, found.id) if found.status in PROMISED else (),
        spent=await following.spent_of(session, found.id) if found.status in ISSUED else None,
        told=await telling.told(session, events[-EVENTS_SHOWN:], giver, form.language), events=len(events),
        writes=visitor.may(P.ORDERS_WRITE, found.buyer), codes=visitor.may(P.CODES_READ, found.buyer),
        reads_papers=_may_papers(visitor, found), form_action=checkout_origin(here, place),
        **await _handing_out(session, found, visitor, giver),
    )  # fmt: skip


async def _handing_out(session: AsyncSession, found: OrderView, visitor: Visitor, giver: BuyerView) -> dict[str, Any]:
    """What the section of handing out shows."""
    ready = found.status in HANDED and visitor.may(P.CODES_READ, found.buyer)
    people = await following.people_of(session, found.id)
    ways = [found.handing, *(one for one in ("sheets", "email", "links") if one != found.handing)]
    drawn = [
        one for one in await printing.printings_of(session, found.id) if one.state in {"ready", "drawing", "asked"}
    ]
    return {
        "hands_out": ready, "ways": ways, "drawn": drawn[:3] if ready else [], "named": people.named,
        "addressed": people.addressed, "company": giver.kind == "company",
    }  # fmt: skip


def mail_of(counted: Mapping[State, int]) -> Mail:
    """How many of the last messages to each person had which outcome."""
    of = Counter(counted)
    failed = of["refused"] + of["bounced"]
    return Mail(of["sent"], of["queued"] + of["sending"], failed, of["doubtful"], of["dropped"])


def _account(place: Place, found: OrderView) -> Account | None:
    """Where to transfer what is missing, while the order waits for it."""
    owes = found.status == "awaiting_payment" or (found.on_credit and found.status in HANDED)
    if not owes or found.missing == ZERO or place.terms is None or place.terms.iban is None:
        return None
    return requesting.account_of(place.terms, found.missing, reference=found.reference or "")


async def _picture(account: Account | None) -> str | None:
    """The code that a banking application reads, as the address of a picture that holds it itself."""
    if account is None or account.code is None:
        return None
    code = account.code
    drawn = await asyncio.to_thread(lambda: qr.png(code, level="M", scale=5))
    return f"data:image/png;base64,{b64encode(drawn).decode()}"


def _occasion(found: OrderView, form: Form) -> str:
    return urssaf.occasion(found.occasion).name(form.language) if found.occasion else ""


def _may_papers(visitor: Visitor, found: OrderView) -> bool:
    return visitor.may(P.DOCUMENTS_READ, found.buyer)


async def _done(
    request: Request, place: Place, visitor: Visitor, here: Here, form: Form, order_id: UUID, act: Act,
    *, said: str | None = None,
) -> Response:  # fmt: skip
    """Do something to an order that its buyer may change; what is refused is said on its page."""

    async def work(session: AsyncSession) -> None:
        await order_for(session, visitor, order_id, P.ORDERS_WRITE)
        await act(session)

    try:
        await in_transaction(place.town.sessions, work)
    except Refusal as refusal:
        async with place.town.sessions.begin() as session:
            found = await order_for(session, visitor, order_id, P.ORDERS_WRITE)
            form.refuse(refusal)
            return await show_order(request, place, visitor, session, here, found, form)
    return see_other(f"/{place.slug}/orders/{order_id}", said=said)
