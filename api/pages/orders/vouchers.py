"""First step, without names: how many vouchers of which value."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, VisitorOf
from api.pages.forms import Form, Sent, blank
from api.pages.orders.access import change_draft, order_for
from api.pages.orders.steps import step
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from ledger.errors import Refusal
from ledger.formats import shown_money
from ledger.money import Money
from merchants.programme import Terms
from vouchers.issuing import MOST
from vouchers.orders import drafting, queries
from vouchers.orders.drafting import Line
from vouchers.orders.errors import WrongOrderStatus

router = APIRouter(include_in_schema=False)

LINES: Final = 20
"""How many different values one order takes at most."""


@router.get("/{slug:slug}/orders/{order_id}/vouchers")
async def vouchers(
    request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageReading, order_id: UUID
) -> Response:
    """How many of which value, as it stands."""
    await order_for(session, visitor, order_id, P.ORDERS_WRITE)
    asked = await drafting.asked(session, order_id)
    begins: dict[str, str] = {}
    for number, line in enumerate(asked.lines, start=1):
        begins |= {f"quantity-{number}": str(line.quantity), f"face-{number}": _plain(line.face_value)}
    form = blank(request, **begins)
    return await _page(request, place, order_id, form, lines=_shown(form) or max(1, len(asked.lines)))


@router.post("/{slug:slug}/orders/{order_id}/vouchers")
async def keep(
    request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageReading, form: Sent, order_id: UUID
) -> Response:
    """Keep the lines, and go on; or show one line more."""
    await order_for(session, visitor, order_id, P.ORDERS_WRITE)
    shown = _shown(form)
    if form.shown("do") == "more":
        form.typed.pop("do")
        return await _page(request, place, order_id, form, lines=min(LINES, shown + 1))
    lines = [line for number in range(1, shown + 1) if (line := _line(form, number, place.terms))]
    if form.valid and not lines:
        form.say("quantity-1", "Write how many vouchers you would like.")
    if form.valid:
        try:
            new = await change_draft(place, visitor, order_id, lines=tuple(lines))
        except WrongOrderStatus:
            return see_other(f"/{place.slug}/orders/{order_id}")
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            names = form.shown("do") == "names"
            return see_other(f"/{place.slug}/orders/{order_id}/{'people' if names or new.named else 'giving'}")
    return await _page(request, place, order_id, form, lines=shown)


def _shown(form: Form) -> int:
    """How many lines were sent."""
    return min(LINES, sum(1 for name in form.typed if name.startswith("quantity-")))


def _line(form: Form, number: int, terms: Terms | None) -> Line | None:
    """A line that was filled in; one that is empty is left out."""
    if not form.shown(f"quantity-{number}").strip() and not form.shown(f"face-{number}").strip():
        return None
    least = Money(terms.least_face) if terms else None
    most = Money(terms.most_face) if terms else None
    quantity = form.number(f"quantity-{number}", least=1, most=MOST)
    face = form.money(f"face-{number}", least=least, most=most)
    return Line(quantity, face) if quantity and face else None


async def _page(request: Request, place: Place, order_id: UUID, form: Form, *, lines: int) -> Response:
    async with place.town.sessions.begin() as session:
        order = await queries.order(session, order_id)
        named = len(await queries.beneficiaries_of(session, order_id, limit=1))
    if order.status != "draft":
        return see_other(f"/{place.slug}/orders/{order_id}")
    return page(
        request, "orders/vouchers.html", status=200 if form.valid else 422, form=form, order=order, lines=lines,
        most_lines=LINES, steps=step(place, order, 1), named=named,
        least=Money(place.terms.least_face) if place.terms else None,
        most=Money(place.terms.most_face) if place.terms else None,
    )  # fmt: skip


def _plain(amount: Money) -> str:
    """As a person types it."""
    return shown_money(amount).replace("\u00a0", "").removesuffix("€").removesuffix(",00")
