"""One order as the operator sees it: what may be done with it now, and the money that moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor
from api.pages.desk.access import SeesOrders, order_and_buyer
from api.pages.desk.words import REFUND_METHODS, REFUND_STATES, dispute_told
from api.pages.orders.words import status_shown
from api.pages.rendering import page
from vouchers.buyers import buyer
from vouchers.orders import disputing, history, queries
from vouchers.orders.queries import OrderView
from vouchers.orders.refunds import refunds_of

router = APIRouter(include_in_schema=False)

GIVES_BACK = frozenset({"issued", "delivered"})
NOT_ISSUED = frozenset({"draft", "awaiting_payment", "paid"})


@dataclass(frozen=True, slots=True)
class Actions:
    """What whoever visits may do with an order now: a path below ``/desk`` each, or none."""

    record: str | None
    use_credit: str | None
    on_credit: str | None
    refund: str | None
    cancel: str | None

    @property
    def any(self) -> bool:
        """Whether there is anything to do."""
        return any((self.record, self.use_credit, self.on_credit, self.refund, self.cancel))


async def desk_context(session: AsyncSession, visitor: Visitor, order: OrderView) -> dict[str, Any]:
    """What the partial ``desk/on_order.html`` needs: ``desk`` is none for who does not run the programme."""
    if not visitor.may(P.ORDERS_READ):
        return {"desk": None}
    giver = await buyer(session, order.buyer)
    waits = order.status == "awaiting_payment"
    owed = order.on_credit and order.status in {"issued", "delivered"} and bool(order.missing)
    base = f"/desk/orders/{order.id}"
    sent_back = order.status in GIVES_BACK or (order.status == "cancelled" and bool(giver.free))
    ways = {
        "record": (f"/desk/money/{order.id}", P.ORDERS_PAY, waits or owed),
        "use_credit": (f"/desk/credit/{order.buyer}", P.ORDERS_PAY, waits and bool(giver.free)),
        "on_credit": (f"{base}/credit", P.ORDERS_CREDIT, waits and giver.kind == "company"),
        "refund": (f"{base}/refund", P.REFUNDS_WRITE, sent_back),
        "cancel": (f"{base}/cancel", P.ORDERS_WRITE, order.status in NOT_ISSUED),
    }
    open_to = {name: path if fits and visitor.may(needed) else None for name, (path, needed, fits) in ways.items()}
    return {"desk": Actions(**open_to)}


@router.get("/{slug:slug}/desk/orders/{order_id}")
async def of_order(request: Request, visitor: SeesOrders, session: PageReading, order_id: UUID) -> Response:
    """An order with its money, and what may be done."""
    one = await order_and_buyer(session, order_id)
    told = {one.what: one for one in await history.history_of(session, order_id) if one.facts.get("reason")}
    return page(
        request, "desk/order.html", one=one, order=one.order, giver=await buyer(session, one.order.buyer),
        payments=await queries.payments_of(session, order_id), refunds=await refunds_of(session, order_id),
        disputes=await disputing.disputes_of(session, order_id), now=await clock.now(session),
        credit=told.get("credit_given"),
        cancelled=told.get("cancelled") if one.order.status == "cancelled" else None,
        shown=status_shown, refund_states=REFUND_STATES, refund_methods=REFUND_METHODS, dispute_told=dispute_told,
        **await desk_context(session, visitor, one.order),
    )  # fmt: skip
