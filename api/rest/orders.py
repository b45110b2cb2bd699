"""Orders: drafted, placed, paid by transfer, followed. What becomes of their vouchers is in `api.rest.handing`."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import IdempotencyKey, Reading, Writing, permitted
from api.once import do_once, request_of
from api.rest.buyers import refuse_other_buyer
from api.rest.order_shapes import (
    CancelAsked,
    CreditAsked,
    EventShown,
    OrderAsked,
    OrderChange,
    OrderShown,
    PlaceAsked,
    TransferAsked,
    WarningsShown,
)
from api.rest.types import (
    After,
    Limit,
    Page,
    Sought,
    StrictRoute,
    page,
)
from ledger.money import Money
from vouchers.orders import drafting, fulfilling, gifts, history, paying, placing, queries
from vouchers.orders.errors import OrderUnknown
from vouchers.orders.giving import urssaf_words
from vouchers.orders.queries import OrderView, Status

router = APIRouter(tags=["orders"], route_class=StrictRoute)


async def order_of(session: AsyncSession, caller: Caller, order_id: UUID) -> OrderView:
    """An order that the caller may see: another buyer's is as unknown as one that never was.

    :raises OrderUnknown:
    """
    found = await queries.order(session, order_id)
    if caller.role == "buyer" and caller.subject != found.buyer:
        raise OrderUnknown(order=order_id)
    return found


@router.post("/orders", status_code=201, response_model=OrderShown)
async def start_order(
    asked: OrderAsked, caller: Annotated[Caller, permitted(P.ORDERS_WRITE)], key: IdempotencyKey
) -> JSONResponse:
    """Start a draft. Nothing is owed until it is placed."""
    refuse_other_buyer(asked.buyer, caller, P.ORDERS_WRITE)

    async def work(session: AsyncSession) -> OrderShown:
        at = await clock.now(session)
        made = await drafting.start(session, await asked.to_domain(session), actor=caller.actor, at=at)
        return await OrderShown.of(session, await queries.order(session, made))

    return JSONResponse(await do_once(caller, request_of(caller, key, "start order", asked), work), 201)


@router.get("/orders")
async def list_orders(
    request: Request,
    response: Response,
    caller: Annotated[Caller, permitted(P.ORDERS_READ)],
    session: Reading,
    *,
    status: Annotated[Status | None, Query()] = None,
    search: Sought = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[OrderShown]:
    """Orders, newest first; a buyer sees its own. ``search``: number, reference or label."""
    own = [caller.subject] if caller.role == "buyer" and caller.subject else None
    rows = await queries.orders_page(session, buyers=own, status=status, search=search, after=after, limit=limit + 1)
    shown = {row.id: await OrderShown.of(session, row) for row in rows[:limit]}
    return page(request, response, rows, limit=limit, cursor=lambda row: row.id, show=lambda row: shown[row.id])


@router.get("/orders/{order}")
async def read_order(order: UUID, caller: Annotated[Caller, permitted(P.ORDERS_READ)], session: Reading) -> OrderShown:
    """One order."""
    return await OrderShown.of(session, await order_of(session, caller, order))


@router.put("/orders/{order}")
async def change_order(
    order: UUID, asked: OrderChange, caller: Annotated[Caller, permitted(P.ORDERS_WRITE)], session: Writing
) -> OrderShown:
    """Put something else in the place of what a draft asks for."""
    await order_of(session, caller, order)
    at = await clock.now(session)
    new = await asked.to_domain(session)
    await drafting.change(session, order, new, version=asked.version, actor=caller.actor, at=at)
    return await OrderShown.of(session, await queries.order(session, order))


@router.post("/orders/{order}/place")
async def place_order(
    order: UUID, asked: PlaceAsked, caller: Annotated[Caller, permitted(P.ORDERS_WRITE)], session: Writing
) -> OrderShown:
    """Place a draft: its price is agreed, and it waits for its payment."""
    await order_of(session, caller, order)
    at = await clock.now(session)
    placed = await placing.place(session, order, version=asked.version, method=asked.method, actor=caller.actor, at=at)
    return await OrderShown.of(session, placed)


@router.post("/orders/{order}/reopen")
async def reopen_order(
    order: UUID, caller: Annotated[Caller, permitted(P.ORDERS_WRITE)], session: Writing
) -> OrderShown:
    """Make an order that is not paid a draft again. What was paid for it waits as credit."""
    await order_of(session, caller, order)
    at = await clock.now(session)
    return await OrderShown.of(session, await placing.reopen(session, order, actor=caller.actor, at=at))


@router.post("/orders/{order}/cancel")
async def cancel_order(
    order: UUID, asked: CancelAsked, caller: Annotated[Caller, permitted(P.ORDERS_WRITE)], session: Writing
) -> OrderShown:
    """Cancel an order of which nothing is issued."""
    await order_of(session, caller, order)
    at = await clock.now(session)
    cancelled = await placing.cancel(session, order, actor=caller.actor, reason=asked.reason or "", at=at)
    return await OrderShown.of(session, cancelled)


@router.get("/orders/{order}/history")
async def read_history(
    order: UUID, caller: Annotated[Caller, permitted(P.ORDERS_READ)], session: Reading
) -> list[EventShown]:
    """What was done to an order, oldest first."""
    await order_of(session, caller, order)
    return [
        EventShown(what=one.what, actor=one.actor, facts=one.facts, at=one.at)
        for one in await history.history_of(session, order)
    ]


@router.get("/orders/{order}/warnings")
async def read_warnings(
    order: UUID,
    caller: Annotated[Caller, permitted(P.ORDERS_READ)],
    session: Reading,
    language: Annotated[Literal["fr", "en"], Query()] = "fr",
) -> WarningsShown:
    """Whom an order takes beyond the ceilings of social charges."""
    await order_of(session, caller, order)
    new = await drafting.asked(session, order)
    warned = await gifts.warnings_for(session, order, new, at=await clock.now(session))
    return WarningsShown(
        warnings=[urssaf_words.said(one, language) for one in warned], note=urssaf_words.ONLY_HERE[language]
    )


@router.post("/orders/{order}/payments", status_code=201, response_model=OrderShown)
async def order_paid(
    order: UUID, asked: TransferAsked, caller: Annotated[Caller, permitted(P.ORDERS_PAY)], key: IdempotencyKey
) -> JSONResponse:
    """Record money that came to the bank for an order; what is over is the buyer's credit."""

    async def work(session: AsyncSession) -> OrderShown:
        at = await clock.now(session)
        await paying.record_transfer(
            session, order, Money(asked.amount), reference=asked.reference, actor=caller.actor, at=at
        )
        return await OrderShown.of(session, await queries.order(session, order))

    return JSONResponse(await do_once(caller, request_of(caller, key, "order paid", order, asked), work), 201)


@router.post("/orders/{order}/use-credit", response_model=OrderShown)
async def use_credit(
    order: UUID, caller: Annotated[Caller, permitted(P.ORDERS_WRITE)], key: IdempotencyKey
) -> JSONResponse:
    """Pay what an order misses from its buyer's free credit, as far as that reaches."""

    async def work(session: AsyncSession) -> OrderShown:
        await order_of(session, caller, order)
        at = await clock.now(session)
        return await OrderShown.of(session, await paying.use_credit(session, order, actor=caller.actor, at=at))

    return JSONResponse(await do_once(caller, request_of(caller, key, "use credit", order), work))


@router.post("/orders/{order}/issue-on-credit", response_model=OrderShown)
async def issue_on_credit(
    order: UUID, asked: CreditAsked, caller: Annotated[Caller, permitted(P.ORDERS_CREDIT)], key: IdempotencyKey
) -> JSONResponse:
    """Issue a company's order before it is paid: the operator's recorded decision."""

    async def work(session: AsyncSession) -> OrderShown:
        at = await clock.now(session)
        issued = await fulfilling.issue_on_credit(
            session, order, reason=asked.reason, keys=caller.town.keys, actor=caller.actor, at=at
        )
        return await OrderShown.of(session, issued)

    return JSONResponse(await do_once(caller, request_of(caller, key, "issue on credit", order, asked), work))
