"""Orders: drafted, placed, paid by transfer, followed. What becomes of their vouchers is in `api.rest.handing`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import IdempotencyKey, Reading, Writing, permitted
from api.once import do_once, request_of
from api.rest.buyers import refuse_other_buyer
from api.rest.types import (
    After,
    Cents,
    Currency,
    Day,
    Id,
    Limit,
    Line,
    Message,
    Page,
    Reason,
    Shown,
    Sought,
    Strict,
    StrictRoute,
    example,
    page,
)
from ledger.formats import Language
from ledger.money import Money
from vouchers.issuing import MOST
from vouchers.orders import drafting, fulfilling, gifts, history, paying, placing, queries
from vouchers.orders.drafting import Line as Asked
from vouchers.orders.drafting import Named, NewOrder
from vouchers.orders.errors import OrderUnknown
from vouchers.orders.giving import urssaf_words
from vouchers.orders.lists import addresses
from vouchers.orders.queries import Handing, Method, OrderView, Status

router = APIRouter(tags=["orders"], route_class=StrictRoute)

MOST_LINES = 100
MOST_PEOPLE = 5_000


class LineAsked(Strict):
    """Vouchers for nobody in particular."""

    quantity: Annotated[int, Field(ge=1, le=MOST)]
    face_value: Cents
    currency: Currency = "EUR"


class BeneficiaryAsked(Strict):
    """A voucher for somebody. ``staff_number`` is your own; by it, or by the e-mail, a person's year is added up."""

    name: Line
    face_value: Cents
    currency: Currency = "EUR"
    email: Line | None = None
    staff_number: Line | None = None


class OrderAsked(Strict):
    """What is ordered. It stays a draft until it is placed."""

    model_config = Strict.model_config | example(
        buyer="01a204d2-0860-74ce-a8b1-a57a89cfe4e9", currency="EUR", label="Noël 2026", occasion="christmas",
        handing="email", lines=[],
        beneficiaries=[
            {"name": "Marie Curie", "email": "marie@example.org", "staff_number": "M017", "face_value": 5000}
        ],
    )  # fmt: skip

    buyer: Id
    currency: Currency = "EUR"
    lines: Annotated[list[LineAsked], Field(max_length=MOST_LINES)] = Field(default_factory=list)
    beneficiaries: Annotated[list[BeneficiaryAsked], Field(max_length=MOST_PEOPLE)] = Field(default_factory=list)
    label: Line | None = None
    occasion: Line | None = None
    message: Message | None = None
    handing: Handing = "sheets"
    deliver_on: Day | None = None
    language: Language = "fr"

    def to_domain(self) -> NewOrder:
        """As the domain takes it.

        :raises AddressInvalid:
        """
        return NewOrder(
            self.buyer,
            tuple(Asked(one.quantity, Money(one.face_value)) for one in self.lines),
            tuple(
                Named(one.name, Money(one.face_value), addresses.canonical(one.email) if one.email else None,
                      one.staff_number)
                for one in self.beneficiaries
            ),
            label=self.label or "", occasion=self.occasion, message=self.message or "", handing=self.handing,
            deliver_on=self.deliver_on, language=self.language,
        )  # fmt: skip


class OrderChange(OrderAsked):
    """What is ordered instead; ``version`` is the one that was read, and its buyer stays."""

    model_config = Strict.model_config | example(
        buyer="01a204d2-0860-74ce-a8b1-a57a89cfe4e9", version=1, lines=[{"quantity": 140, "face_value": 5000}]
    )

    version: Annotated[int, Field(ge=1)]


class PlaceAsked(Strict):
    """Placing a draft as it was read."""

    model_config = Strict.model_config | example(version=1, method="transfer")

    version: Annotated[int, Field(ge=1)]
    method: Method = "transfer"


class TransferAsked(Strict):
    """Money that came to the bank for an order."""

    model_config = Strict.model_config | example(
        amount=721680, currency="EUR", reference="VIR SEPA RF18TREIZC2026000042"
    )

    amount: Cents
    currency: Currency = "EUR"
    reference: Line


class CreditAsked(Strict):
    """Why vouchers are issued before they are paid."""

    model_config = Strict.model_config | example(reason="Convention 2026-17 with the company")

    reason: Reason


class CancelAsked(Strict):
    """Why an order is cancelled."""

    model_config = Strict.model_config | example(reason="Ordered twice")

    reason: Reason | None = None


class OrderShown(Shown):
    """An order. ``covered`` is what came for it, ``missing`` what has not; a draft's price is that of today."""

    id: UUID
    buyer: UUID
    status: Status
    number: str | None
    reference: str | None
    label: str
    occasion: str | None
    message: str
    handing: Handing
    deliver_on: date | None
    language: Language
    quantity: int
    face_total: int
    fee: int
    fee_vat: int
    total: int
    covered: int
    missing: int
    currency: Currency = "EUR"
    method: Method | None
    on_credit: bool
    version: int
    made_at: datetime
    placed_at: datetime | None
    lapses_on: date | None

    @classmethod
    async def of(cls, session: AsyncSession, view: OrderView) -> OrderShown:
        """From the domain, with its price."""
        price = await drafting.price_of(session, view.id, at=await clock.now(session))
        return cls(
            id=view.id, buyer=view.buyer, status=view.status, number=view.number, reference=view.reference,
            label=view.label, occasion=view.occasion, message=view.message, handing=view.handing,
            deliver_on=view.deliver_on, language=view.language, quantity=price.quantity,
            face_total=price.face_total.cents, fee=price.fee.cents, fee_vat=price.fee_vat.cents,
            total=price.total.cents, covered=view.covered.cents, missing=(price.total - view.covered).cents,
            method=view.method, on_credit=view.on_credit, version=view.version, made_at=view.made_at,
            placed_at=view.placed_at, lapses_on=view.lapses_on,
        )  # fmt: skip


class EventShown(Shown):
    """Something done to an order; amounts among the facts are cents."""

    what: str
    actor: str
    facts: dict[str, str | int | bool]
    at: datetime


class WarningsShown(Shown):
    """What the social-charge guard says; it forbids nothing, and sees this programme only."""

    warnings: list[str]
    note: str


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
        made = await drafting.start(session, asked.to_domain(), actor=caller.actor, at=at)
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
    await drafting.change(session, order, asked.to_domain(), version=asked.version, actor=caller.actor, at=at)
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
