"""Money that buyers have here and that nothing uses: for another order of theirs, or sent back."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor
from api.pages import forms
from api.pages.desk.access import RecordsMoney
from api.pages.desk.money import LARGEST, LONGEST_REFERENCE, SMALLEST
from api.pages.doing_once import do_once, numbered
from api.pages.forms import Form, Sent
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from ledger.errors import Refusal
from ledger.money import total
from vouchers.buyers import buyer, with_credit
from vouchers.orders import awaiting, paying, queries
from vouchers.orders.errors import NotEnoughCredit, OrderUnknown

router = APIRouter(include_in_schema=False)

ORDERS_SHOWN = 20


@router.get("/{slug:slug}/desk/credit")
async def credit(request: Request, _visitor: RecordsMoney, session: PageReading) -> Response:
    """The buyers who have free credit, and the orders for which it could serve."""
    givers = await with_credit(session)
    waiting = await awaiting.awaiting(session, buyers=[one.id for one in givers])
    return page(
        request, "desk/credit.html", givers=givers, total=total([one.free for one in givers]),
        waiting={giver.id: [one for one in waiting if one.order.buyer == giver.id] for giver in givers},
    )  # fmt: skip


@router.get("/{slug:slug}/desk/credit/{buyer_id}")
async def of_buyer(request: Request, visitor: RecordsMoney, session: PageReading, buyer_id: UUID) -> Response:
    """The credit of one buyer: what to do with it."""
    giver = await buyer(session, buyer_id)
    free = f"{giver.free.cents // 100},{giver.free.cents % 100:02d}"
    return await _page(request, visitor, session, buyer_id, numbered(request, amount=free))


@router.post("/{slug:slug}/desk/credit/{buyer_id}")
async def use_or_pay_back(
    request: Request, place: CurrentPlace, visitor: RecordsMoney, form: Sent, buyer_id: UUID
) -> Response:
    """Use it for an order, or record that it was sent back."""
    do, _, which = form.shown("do").partition(":")
    try:
        if do == "use":
            used = await _use(request, place, visitor, form, buyer_id, which)
            if used is not None:
                return see_other(f"/{place.slug}/desk/orders/{used}", said="credit-spent")
        elif do != "back":
            form.say(forms.GENERAL, forms.NOT_OFFERED)
        else:
            visitor.require(P.REFUNDS_WRITE)
            if await _pay_back(request, place, visitor, form, buyer_id) is not None:
                return see_other(f"/{place.slug}/desk/credit", said="credit-paid-back")
    except NotEnoughCredit as refusal:
        form.refuse(refusal, "amount" if do == "back" else "")
    async with place.town.sessions.begin() as session:
        return await _page(request, visitor, session, buyer_id, form)


async def _use(request: Request, place: Place, visitor: Visitor, form: Form, buyer_id: UUID, which: str) -> UUID | None:
    try:
        order_id = UUID(which)
    except ValueError:
        raise OrderUnknown(order=UUID(int=0)) from None

    async def work(session: AsyncSession) -> UUID:
        if (await queries.order(session, order_id)).buyer != buyer_id:
            raise OrderUnknown(order=order_id)
        return (await paying.use_credit(session, order_id, actor=visitor.actor, at=await clock.now(session))).id

    try:
        return await do_once(request, place, visitor, form, work)
    except OrderUnknown:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return None


async def _pay_back(request: Request, place: Place, visitor: Visitor, form: Form, buyer_id: UUID) -> UUID | None:
    amount = form.money("amount", least=SMALLEST, most=LARGEST)
    reference = form.text("reference", most=LONGEST_REFERENCE)
    if not form.valid or amount is None:
        return None

    async def work(session: AsyncSession) -> UUID:
        at = await clock.now(session)
        return await paying.pay_back(session, buyer_id, amount, reference=reference, actor=visitor.actor, at=at)

    return await do_once(request, place, visitor, form, work)


async def _page(request: Request, visitor: Visitor, session: AsyncSession, buyer_id: UUID, form: Form) -> Response:
    giver = await buyer(session, buyer_id)
    orders = await queries.orders_page(session, buyers=[buyer_id], limit=ORDERS_SHOWN)
    return page(
        request, "desk/credit_of.html", status=200 if form.valid else 422, form=form, giver=giver,
        waiting=[one for one in await awaiting.awaiting(session, buyers=[buyer_id]) if not one.owed],
        by_card=[one for one in orders if one.method == "card" and one.status in {"cancelled", "paid", "issued"}],
        sends=visitor.may(P.REFUNDS_WRITE),
    )  # fmt: skip
