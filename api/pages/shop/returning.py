"""Goods that came back to a shop: what was taken for them goes back to the voucher, shown first, then done once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading
from api.pages.doing_once import do_once, numbered, try_out
from api.pages.forms import Form, Sent, blank
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from api.pages.shop.access import OwnShop, ReturnsGoods
from ledger.days import day_of
from ledger.errors import Refusal
from ledger.formats import shown_money
from ledger.money import ZERO, Money
from merchants.settlements.queries import reference
from merchants.shops import tills
from vouchers import queries, returning
from vouchers.errors import AmountNotPositive, RedemptionUnknown, ReturnExceeded
from vouchers.queries import RedemptionView, ReturnView
from vouchers.returning import WITHIN, ReturnedView

router = APIRouter(include_in_schema=False)

LONGEST_REASON: Final = 200
BESIDE: Final[dict[type[Refusal], str]] = {ReturnExceeded: "amount", AmountNotPositive: "amount"}


@dataclass(frozen=True, slots=True)
class Taken:
    """A redemption as its shop reads it, with what went back of it before."""

    redemption: RedemptionView
    till: str
    before: Sequence[ReturnView]

    @property
    def reference(self) -> str:
        """As receipts and statements print it."""
        return reference(self.redemption.id)

    @property
    def day(self) -> date:
        """On which it was taken."""
        return day_of(self.redemption.at)

    @property
    def rest(self) -> Money:
        """What can still go back."""
        return rest_of(self.redemption)


def rest_of(taken: RedemptionView) -> Money:
    """What of a redemption is neither undone nor returned."""
    return ZERO if taken.undone_at is not None else taken.amount - taken.returned


def may_return(own: OwnShop, taken: RedemptionView, *, today: date) -> bool:
    """Whether its page offers it: on the day itself the till undoes it; after 90 days the operator alone returns."""
    day = day_of(taken.at)
    in_time = own.visitor.is_operator or today <= day + WITHIN
    return day < today and in_time and rest_of(taken) > ZERO and own.visitor.may(P.REDEMPTIONS_RETURN, own.id)


@router.get("/{slug:slug}/shop/{shop_id}/takings/{redemption_id}/return")
async def begin(request: Request, own: ReturnsGoods, session: PageReading, redemption_id: UUID) -> Response:
    """What was taken, and how much of it came back."""
    return await _page(request, own, await _taken(session, own, redemption_id), numbered(request, how="all"))


@router.post("/{slug:slug}/shop/{shop_id}/takings/{redemption_id}/return")
async def ask(request: Request, place: CurrentPlace, own: ReturnsGoods, redemption_id: UUID, form: Sent) -> Response:
    """Show what it would do; once that is confirmed, do it."""
    async with place.town.sessions.begin() as session:
        taken = await _taken(session, own, redemption_id)
    amount = _amount(form, taken)
    reason = form.text("reason", most=LONGEST_REASON)
    if form.valid and form.shown("do") == "back":
        form.typed.pop("do")
    elif form.valid:
        asked = await _ask(request, place, own, form, taken, amount, reason)
        if isinstance(asked, UUID):
            where = f"/{place.slug}/shop/{own.id}/takings"
            return see_other(where, said="goods-returned", day=taken.day.isoformat())
        if asked is not None:
            return await _summary(request, own, form, taken, asked, reason)
    return await _page(request, own, taken, form)


async def _ask(
    request: Request, place: Place, own: OwnShop, form: Form, taken: Taken, amount: Money | None, reason: str
) -> UUID | ReturnedView | None:
    """What was returned; or, before it is confirmed, what would be; none if it is refused, which the form says."""

    async def work(session: AsyncSession) -> ReturnedView:
        return await returning.give_back(
            session, taken.redemption.id, amount, shop=None if own.visitor.is_operator else own.id, actor=own.actor,
            reason=reason, at=await clock.now(session),
        )  # fmt: skip

    async def done(session: AsyncSession) -> UUID:
        return (await work(session)).id

    try:
        if form.shown("do") != "give":
            return await try_out(place, work)
        return await do_once(request, place, own.visitor, form, done)
    except Refusal as refusal:
        form.refuse(refusal, BESIDE)
        return None


def _amount(form: Form, taken: Taken) -> Money | None:
    """The part that came back; none if all of it did."""
    if form.one_of("how", ("all", "part")) == "all":
        return None
    return form.money("amount", least=Money(1), most=taken.rest or taken.redemption.amount)


async def _taken(session: AsyncSession, own: OwnShop, redemption_id: UUID) -> Taken:
    """:raises RedemptionUnknown: also if it is another shop's"""
    found = await queries.redemption(session, redemption_id)
    if found.shop != own.id:
        raise RedemptionUnknown(redemption=redemption_id)
    named = await tills.tills_by_id(session, [found.till])
    return Taken(found, named[found.till].label, await queries.returns_of(session, redemption_id))


async def _summary(
    request: Request, own: OwnShop, form: Form, taken: Taken, asked: ReturnedView, reason: str
) -> Response:
    # What was shown is what is confirmed, to the cent: not "all", of which less may be left by then.
    told = {**form.typed, "how": ["part"], "amount": [shown_money(asked.amount, "fr")]}
    kept = [(name, value) for name, values in told.items() if name != "do" for value in values]
    return page(
        request, "shop/return_check.html", form=blank(request), shop=own.shop, taken=taken, asked=asked, reason=reason,
        kept=kept,
    )  # fmt: skip


async def _page(request: Request, own: OwnShop, taken: Taken, form: Form) -> Response:
    return page(
        request, "shop/return.html", status=200 if form.valid else 422, shop=own.shop, taken=taken, form=form,
        longest=LONGEST_REASON,
    )  # fmt: skip
