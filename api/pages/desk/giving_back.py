"""Giving back what is unspent of an order, or what its buyer has free: shown in all its sums, then asked for once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading, Visitor
from api.pages import forms
from api.pages.desk.access import GivesBack, order_and_buyer
from api.pages.desk.decisions import LONGEST_REASON
from api.pages.desk.money import LARGEST, SMALLEST
from api.pages.desk.words import REFUND_METHODS
from api.pages.doing_once import do_once, numbered, try_out
from api.pages.forms import Form, blank
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from ledger.errors import Refusal
from ledger.money import Money
from vouchers.errors import AmountNotPositive
from vouchers.orders import queries, refunding
from vouchers.orders.cards.card_refusals import CardRefundTooLarge, RefundTooLarge
from vouchers.orders.errors import NotEnoughCredit
from vouchers.orders.queries import OrderView
from vouchers.orders.refunding import WITH_VOUCHERS, Refundable
from vouchers.orders.refunds import Method, RefundView

router = APIRouter(include_in_schema=False)

SHOWN: Final = 100
"""Vouchers on one page: the rest is found by name."""

FIELDS_MOST: Final = 1_000
BESIDE: Final[dict[type[Refusal], str]] = {
    RefundTooLarge: "amount", CardRefundTooLarge: "method", AmountNotPositive: "amount", NotEnoughCredit: "amount",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A voucher from which something may be taken, and whose it is."""

    voucher: UUID
    serial: int
    name: str
    left: Money
    held: Money


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a form asks for. No amount: everything that is unspent."""

    amount: Money | None
    vouchers: tuple[UUID, ...]
    from_vouchers: bool
    with_fee: bool
    method: Method
    reason: str


@router.get("/{slug:slug}/desk/orders/{order_id}/refund")
async def give_back(
    request: Request,
    place: CurrentPlace,
    _visitor: GivesBack,
    session: PageReading,
    order_id: UUID,
    *,
    q: Annotated[str, Query(max_length=80)] = "",
    source: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """What could be given back, of which vouchers, and how; or, from the credit, what is free."""
    form = numbered(request, how="all", source=source)
    return await _page(request, place, session, order_id, form, q=form.shown("q", q.strip()))


@router.post("/{slug:slug}/desk/orders/{order_id}/refund")
async def ask(request: Request, place: CurrentPlace, visitor: GivesBack, order_id: UUID) -> Response:
    """Show what it would do; once that is confirmed, do it."""
    form = await forms.read(request, most_fields=FIELDS_MOST)
    try:
        async with place.town.sessions.begin() as session:
            order = await queries.order(session, order_id)
            found = await refunding.refundable(session, order_id)
        wanted = _wanted(form, found, order)
        if wanted is not None and form.shown("do") == "back":
            form.typed.pop("do")
        elif wanted is not None:
            trying = form.shown("do") != "give"
            asked = await _ask(request, place, visitor, form, order, wanted, trying=trying)
            if isinstance(asked, UUID):
                return see_other(f"/{place.slug}/desk/refunds/{asked}", said="refund-asked")
            if asked is not None:
                return await _summary(request, place, form, order, wanted, asked)
        async with place.town.sessions.begin() as session:
            return await _page(request, place, session, order_id, form, q=form.shown("q"))
    finally:
        await request.close()


async def _ask(
    request: Request, place: Place, visitor: Visitor, form: Form, order: OrderView, wanted: Wanted, *, trying: bool
) -> UUID | RefundView | None:
    """The refund that was asked; or, when only trying, as it would be; none if it is refused, which the form says."""

    async def work(session: AsyncSession) -> RefundView:
        return await _do(session, visitor, order, wanted)

    async def done(session: AsyncSession) -> UUID:
        return (await work(session)).id

    try:
        if trying:
            return await try_out(place, work)
        return await do_once(request, place, visitor, form, done)
    except Refusal as refusal:
        form.refuse(refusal, BESIDE)
        return None


async def _do(session: AsyncSession, visitor: Visitor, order: OrderView, wanted: Wanted) -> RefundView:
    at = await clock.now(session)
    if wanted.from_vouchers:
        return await refunding.ask_refund(
            session, order.id, amount=wanted.amount, vouchers=wanted.vouchers or None, with_fee=wanted.with_fee,
            method=wanted.method, reason=wanted.reason, actor=visitor.actor, at=at,
        )  # fmt: skip
    return await refunding.ask_credit_refund(
        session, order.id, amount=wanted.amount, method=wanted.method, reason=wanted.reason, actor=visitor.actor, at=at
    )


def _wanted(form: Form, found: Refundable, order: OrderView) -> Wanted | None:
    """What the form asks for, or none if it cannot stand."""
    vouchers, from_vouchers = _chosen(form), _from_vouchers(form, order)
    part = form.one_of("how", ("all", "part")) == "part"
    amount = form.money("amount", least=SMALLEST, most=LARGEST) if part else None
    method = form.one_of("method", methods_of(found, from_vouchers=from_vouchers))
    reason = form.text("reason", most=LONGEST_REASON)
    if not form.valid:
        return None
    with_fee = form.ticked("with_fee") and from_vouchers
    return Wanted(amount, vouchers, from_vouchers, with_fee, cast("Method", method), reason)


def _chosen(form: Form) -> tuple[UUID, ...]:
    try:
        return tuple(UUID(one) for one in form.many("vouchers"))
    except ValueError:
        form.say(forms.GENERAL, forms.NOT_OFFERED)
        return ()


def _from_vouchers(form: Form, order: OrderView) -> bool:
    """Whether it is taken from the vouchers of the order; otherwise from what its buyer has free."""
    return order.status in WITH_VOUCHERS and form.shown("source") != "credit"


def methods_of(found: Refundable, *, from_vouchers: bool) -> list[Method]:
    """How money can go back: to the card if one paid, by transfer, or as credit if it comes from vouchers."""
    ways: list[tuple[Method, bool]] = [
        ("card", bool(found.by_card)), ("transfer", True), ("credit", from_vouchers),
    ]  # fmt: skip
    return [method for method, possible in ways if possible]


async def _summary(
    request: Request, place: Place, form: Form, order: OrderView, wanted: Wanted, asked: RefundView
) -> Response:
    async with place.town.sessions.begin() as session:
        one = await order_and_buyer(session, order.id)
    kept = [(name, value) for name, values in form.typed.items() if name != "do" for value in values]
    return page(
        request, "desk/refund_check.html", form=blank(request), sent=form, one=one, order=order, wanted=wanted,
        asked=asked, kept=kept, methods=REFUND_METHODS,
    )  # fmt: skip


async def _page(
    request: Request, place: Place, session: AsyncSession, order_id: UUID, form: Form, *, q: str
) -> Response:
    one = await order_and_buyer(session, order_id)
    found = await refunding.refundable(session, order_id)
    from_vouchers = _from_vouchers(form, one.order)
    if not from_vouchers and not found.free:
        return see_other(f"/{place.slug}/desk/orders/{order_id}")
    rows = await _rows(session, order_id, found, q, keep=_chosen(form)) if from_vouchers else []
    return page(
        request, "desk/refund.html", status=200 if form.valid else 422, form=form, one=one, order=one.order,
        found=found, rows=rows[:SHOWN], more=max(len(rows) - SHOWN, 0), q=q, from_vouchers=from_vouchers,
        methods=methods_of(found, from_vouchers=from_vouchers),
    )  # fmt: skip


async def _rows(session: AsyncSession, order_id: UUID, found: Refundable, q: str, *, keep: Sequence[UUID]) -> list[Row]:
    """The vouchers that hold something, in their order; those that are ticked stay, whatever is looked for."""
    people = {one.voucher: one.name for one in await queries.beneficiaries_of(session, order_id, search=q or None)}
    chosen = set(keep)
    return [
        Row(one.voucher, one.serial, people.get(one.voucher, ""), one.own, one.held)
        for one in sorted(found.by_voucher, key=lambda one: (one.line, one.serial))
        if (one.own or one.held) and (not q or one.voucher in people or one.voucher in chosen)
    ]
