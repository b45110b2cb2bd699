"""One voucher for a friend, without an account: a page to fill in, a page to check, then the payment.

Between the two pages nothing is kept here: the second carries what was typed, and it is judged again. The buyer is
always a new one unless this browser proved who it is: an address that was only typed opens nobody's orders.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any, Final, cast
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import arrivals, offices
from api.auth.arrivals import TooManyNewcomers
from api.auth.permissions import Permission as P
from api.auth.visitors import MaybeVisitor, Visitor, begin_guest_visit, begin_person_visit
from api.dependencies import Here
from api.installation import Installation, in_transaction
from api.pages.forms import GENERAL, Form, Sent, blank
from api.pages.gift import FIELDS, OTHER, Gift, Giver, amounts, read_gift
from api.pages.orders.paying import methods_of
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from api.pages.signing_in import address_of
from ledger import once
from ledger.days import day_of, months_later
from ledger.errors import Refusal
from ledger.formats import Language
from ledger.money import Money
from ledger.once import Once
from merchants.programme import Terms
from vouchers.buyers import NewBuyer, buyers_by_id, register_buyer
from vouchers.orders import drafting, placing
from vouchers.orders.drafting import LONGEST_MESSAGE, Line, Named, NewOrder, Price
from vouchers.orders.queries import Method, OrderView, order

router = APIRouter(include_in_schema=False)

PAGES: Final = UUID(int=0)
"""Whose the keys are that pages write into their forms."""

AGAIN: Final = timedelta(hours=1)
"""How long the form of an order, sent once more, still opens that order to the browser that holds it."""

FIRST: Final = "50"
"""Euros: the amount that is chosen until another one is."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the second page shows: the gift, what it costs by the rules of today, from when it holds."""

    gift: Gift
    price: Price
    terms: Terms
    today: date

    @property
    def starts(self) -> date:
        """Its first day."""
        return self.gift.deliver_on or self.today


_KEY: Final = re.compile(r"[A-Za-z0-9_-]{32}")


@router.get("/{slug:slug}/offer")
async def offer(request: Request, place: CurrentPlace, visitor: MaybeVisitor, here: Here) -> Response:
    """What the voucher is worth, for whom, how and when, and from whom; or the check, in another language."""
    form, known = blank(request), await _known(place, visitor)
    shown = await _judged(place, form, known) if form.tried else None
    return _check(request, place, here, form, shown) if shown else _first(request, place, here, form, known)


@router.post("/{slug:slug}/offer")
async def go_on(request: Request, place: CurrentPlace, visitor: MaybeVisitor, here: Here, form: Sent) -> Response:
    """Show it as it will be, with what it costs; go back to change it; or order it."""
    known = await _known(place, visitor)
    shown = await _judged(place, form, known)
    if shown is None:
        return _first(request, place, here, form, known)
    if form.shown("do") != "order":
        return _check(request, place, here, form, shown)
    return await _ordered(request, place, visitor, here, form, shown)


async def _judged(place: Place, form: Form, known: Giver | None) -> Shown | None:
    """What there is to check; none where it is still filled in, or something in it cannot stand."""
    terms = place.terms
    if form.shown("do") == "change" or terms is None:
        return None
    today = await _today(place)
    gift = read_gift(form, terms, known, today=today)
    return Shown(gift, drafting.price([Line(1, gift.face)], terms), terms, today) if gift else None


async def _ordered(
    request: Request, place: Place, visitor: Visitor | None, here: Installation, form: Form, shown: Shown
) -> Response:
    """Order it, or show once more what cannot stand."""
    method = form.one_of("method", methods_of(here, place))
    if form.shown("total") != str(shown.price.total.cents):
        form.say(GENERAL, "The price has changed since you saw it: look once more.")
    if not form.valid or not _KEY.fullmatch(form.shown("key")):
        return _check(request, place, here, form, shown)
    try:
        return await _order(request, place, visitor, form, shown.gift, cast("Method", method))
    except Refusal as refusal:
        form.refuse(refusal)
        many = isinstance(refusal, TooManyNewcomers)
        return _check(request, place, here, form, shown, HTTPStatus.TOO_MANY_REQUESTS if many else None)


async def _order(
    request: Request, place: Place, visitor: Visitor | None, form: Form, gift: Gift, method: Method
) -> Response:
    """Place it, once for each form however often it is sent, and let this browser see it."""
    asked = _once(form, method)

    async def work(session: AsyncSession) -> Response:
        await once.serialise(session, asked)
        kept = (await once.recall(session, [asked])).get(asked.id)
        if kept is None:
            if gift.giver.person is None:
                address = address_of(request)
                await arrivals.count(session, "order", email=gift.giver.email, address=address)
            placed = await _place(session, gift, method, form.language)
            new = gift.giver.buyer is None
            outcome: dict[str, Any] = {"order": str(placed.id), "new": new}
            await once.remember(session, [(asked, outcome)])
        else:
            outcome = kept.for_request(asked)
            placed = await order(session, UUID(outcome["order"]))
        pay = placed.status == "awaiting_payment" and method == "card"
        answer = see_other(f"/{place.slug}/orders/{placed.id}{'/pay' if pay else ''}", said="order-placed")
        if outcome["new"]:
            await _let_in(request, answer, session, place, visitor, placed)
        return answer

    return await in_transaction(place.town.sessions, work)


async def _place(session: AsyncSession, gift: Gift, method: Method, language: Language) -> OrderView:
    at = await clock.now(session)
    giver = gift.giver
    buyer = giver.buyer or (await register_buyer(session, NewBuyer("person", giver.name, email=giver.email), at=at)).id
    actor = f"person:{giver.person}" if giver.person else f"guest:{buyer}"
    if giver.person is not None and giver.buyer is None:
        await offices.give(session, person=giver.person, role="buyer", subject=buyer, by=actor, at=at)
    named = (Named(gift.name, gift.face, gift.email),)
    asked = NewOrder(
        buyer, named=named, message=gift.message, handing="email", deliver_on=gift.deliver_on, language=language
    )  # fmt: skip
    made = await drafting.start(session, asked, actor=actor, at=at)
    version = (await order(session, made)).version
    return await placing.place(session, made, version=version, method=method, actor=actor, at=at)


async def _let_in(
    request: Request, answer: Response, session: AsyncSession, place: Place, visitor: Visitor | None, placed: OrderView
) -> None:
    """Let this browser see the order it has just placed; one that is signed in stays who it is."""
    if visitor is not None and visitor.person is not None:
        if placed.made_by == visitor.actor:  # its office ended its visits
            await begin_person_visit(request, answer, session, place.town, person=visitor.person.id)
    elif await clock.now(session) - placed.made_at < AGAIN:
        await begin_guest_visit(request, answer, session, place.town, buyer=placed.buyer)


async def _known(place: Place, visitor: Visitor | None) -> Giver | None:
    """Who offers, if this browser proved it: as its private buyer, or as a person who has none yet."""
    if visitor is None:
        return None
    async with place.town.sessions.begin() as session:
        found = await buyers_by_id(session, visitor.buyers)
    for one in found.values():
        if one.kind == "person" and one.email and visitor.may(P.ORDERS_WRITE, one.id):
            person = visitor.person.id if visitor.person else None
            return Giver(one.name, one.email, one.id, person)
    if visitor.person is not None:
        return Giver(visitor.person.name, visitor.person.email, person=visitor.person.id)
    return None


async def _today(place: Place) -> date:
    async with place.town.sessions.begin() as session:
        return day_of(await clock.now(session))


def _once(form: Form, method: Method) -> Once:
    typed = "\n".join((method, form.shown("total"), *(repr(form.shown(name)) for name in FIELDS)))
    return Once(PAGES, form.shown("key"), hashlib.sha256(typed.encode()).digest())


def _first(request: Request, place: Place, here: Installation, form: Form, known: Giver | None) -> Response:
    terms = place.terms
    if terms is None:
        return page(request, "offer/offer.html", form=form, offered=[])
    offered = amounts(terms)
    first = FIRST if int(FIRST) in offered else str(offered[len(offered) // 2]) if offered else OTHER
    face = Money(int(first) * 100 if offered else terms.least_face)
    return page(
        request, "offer/offer.html", status=200 if form.valid else 422, form=form, known=known, terms=terms,
        amounts=offered, first=first, longest=LONGEST_MESSAGE, offered=methods_of(here, place),
        least=Money(terms.least_face), most=Money(terms.most_face), price=drafting.price([Line(1, face)], terms),
    )  # fmt: skip


def _check(
    request: Request, place: Place, here: Installation, typed: Form, shown: Shown, status: HTTPStatus | None = None
) -> Response:
    offered = methods_of(here, place)
    chosen = not typed.valid or "method" in typed.typed
    form = typed if chosen else Form(typed.language, begins={"method": [*offered[:1]]})
    sent = {name: values for name, values in typed.typed.items() if name in {*FIELDS, "method"}}
    return page(
        request, "offer/check.html", status=status or (200 if typed.valid else 422), form=form,
        sent=Form(typed=sent, sent=True), gift=shown.gift, key=secrets.token_urlsafe(24), offered=offered,
        typed={name: typed.shown(name) for name in FIELDS},
        price=shown.price, terms=shown.terms, starts=shown.starts,
        last_day=months_later(shown.starts, shown.terms.validity_months),
    )  # fmt: skip
