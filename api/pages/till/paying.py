"""A voucher that was presented: what is left on it, the amount, and the money moves. Once, however often it is asked.

The ticket in the address is the key (`api.auth.tickets`): a double tap, the back button, a reload and a lost answer
all find what it brought about and show it. One that is given up is closed, so that "nothing was taken" stays true
whatever is still on its way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import tickets
from api.auth.tickets import Presented, TicketAbandoned, TicketUnknown
from api.dependencies import CounterOf, Here
from api.errors import explain
from api.installation import in_transaction
from api.once import request_of
from api.pages.forms import Form, Sent, blank
from api.pages.rendering import see_other
from api.pages.speaking import language_for
from api.pages.till.access import AtTill, CurrentTill
from api.pages.till.amounts import LONGEST, Read, read_amount
from api.pages.till.basket import Basket, BasketOf, Summed, summed
from api.pages.till.showing import till_page
from ledger import once
from ledger.days import day_of
from ledger.errors import KeyReused, Refusal
from ledger.formats import Language, shown_money
from ledger.money import Money
from ledger.once import Once
from merchants.shops.errors import CashierRemoved, CashierUnknown
from vouchers import queries
from vouchers.queries import VoucherView
from vouchers.redeeming import Asked, Receipt
from vouchers.rules.rule_errors import NotTakenHere

ATTEMPTS_MOST: Final = 20
"""Of one ticket. Each but the last was refused."""

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a ticket brought about so far. ``attempt`` is the number of the next one."""

    redemption: UUID | None
    abandoned: bool
    attempt: int


@router.get("/{slug:slug}/till/voucher/{ticket}")
async def voucher(request: Request, here: Here, till: CurrentTill, ticket: str, basket: BasketOf) -> Response:
    """What is left on a voucher, and the amount to take; the receipt if it was taken already."""
    presented = _read(here, till, ticket)
    async with till.town.sessions.begin() as session:
        settled = await _settled(session, till, presented)
    if settled.redemption is not None:
        return _to_receipt(till, settled.redemption, basket)
    if till.cashier_missing:
        return see_other(f"{till.home}/cashier", ticket=ticket, **basket.parts())
    return await _page(request, till, presented, settled, basket, blank(request))


@router.post("/{slug:slug}/till/voucher/{ticket}")
async def take(
    request: Request, here: Here, till: CurrentTill, ticket: str, counters: CounterOf, basket: BasketOf, form: Sent
) -> Response:
    """Take an amount. When this leads to the receipt, it is in the books."""
    presented = _read(here, till, ticket)
    async with till.town.sessions.begin() as session:
        settled = await _settled(session, till, presented)
        view = await queries.voucher_by_code(session, presented.code)
    elsewhere = _elsewhere(till, settled, ticket, basket)
    if elsewhere is not None:
        return elsewhere
    over = settled.abandoned or not presented.fresh
    read = Read() if over else _amount(form, view.available)
    if read.amount is None:
        return await _page(request, till, presented, settled, basket, form, meant=read.meant)
    asked = _asked(till, presented, read.amount, _attempt(form, settled))
    try:
        receipt = await counters.of(till.town).redeem(asked)
    except KeyReused:  # another amount, or it was given up, a moment ago: whatever stands is shown
        return see_other(f"{till.home}/voucher/{ticket}{basket.query()}")
    except Refusal as refusal:
        return await _refused(request, till, presented, basket, form, refusal)
    return _to_receipt(till, receipt.redemption, basket)


@router.post("/{slug:slug}/till/voucher/{ticket}/give-up")
async def give_up(here: Here, till: CurrentTill, ticket: str, basket: BasketOf) -> Response:
    """Close a ticket whose answer did not come; if it did its work meanwhile, that is shown."""
    presented = _read(here, till, ticket)

    async def work(session: AsyncSession) -> Settled:
        settled = await _settled(session, till, presented)
        if settled.redemption is None and not settled.abandoned:
            asked = request_of(till.caller, presented.key(settled.attempt), "give up")
            await once.remember(session, [(asked, once.pack_refusal(TicketAbandoned()))])
        return settled

    settled = await in_transaction(till.town.sessions, work)
    if settled.redemption is not None:
        return _to_receipt(till, settled.redemption, basket)
    return see_other(till.home, said="not-taken", **basket.parts())


def _elsewhere(till: AtTill, settled: Settled, ticket: str, basket: Basket) -> Response | None:
    """Where to go before anything is taken: to what was taken already, or to who stands at the till."""
    if settled.redemption is not None:
        return _to_receipt(till, settled.redemption, basket)
    if till.device.cashier is None and till.cashiers:
        return see_other(f"{till.home}/cashier", ticket=ticket, **basket.parts())
    return None


def _read(here: Here, till: AtTill, ticket: str) -> Presented:
    return tickets.read(here.settings.master_secrets, till.device.id, ticket, at=till.at)


def _to_receipt(till: AtTill, redemption: UUID, basket: Basket) -> Response:
    return see_other(f"{till.home}/receipts/{redemption}{basket.also(redemption).query()}")


def _asked(till: AtTill, presented: Presented, amount: Money, attempt: int) -> Asked:
    till_id = till.device.till.id
    asked = request_of(till.caller, presented.key(attempt), "redeem", till_id, presented.code, amount.cents)
    standing = till.device.cashier
    return Asked(till_id, presented.code, amount, asked, standing.id if standing else None)


def _attempt(form: Form, settled: Settled) -> int:
    """Which attempt a form is; one that was sent before is answered as it was."""
    told = form.typed.get("attempt", [""])[0]
    known = told.isascii() and told.isdecimal() and int(told[:3]) <= settled.attempt
    return int(told[:3]) if known else settled.attempt


def _amount(form: Form, left: Money) -> Read:
    """The amount to take: that of a button ("all", or one that was asked about), else the one that was typed."""
    cents = form.typed.get("cents", [""])[0]
    if cents.isascii() and cents.isdecimal() and int(cents[:15]) > 0:
        return Read(Money(int(cents[:15])))
    typed = form.text("amount", required=False, most=100)
    found = read_amount(typed, left)
    if found.amount is None:
        form.say("amount", found.sentence, typed=typed[:LONGEST], left=shown_money(left, form.language))
    return found if form.valid else replace(found, amount=None)


async def _settled(session: AsyncSession, till: AtTill, presented: Presented) -> Settled:
    keys = [Once(till.device.id, presented.key(number), b"") for number in range(ATTEMPTS_MOST)]
    kept = await once.recall(session, keys)
    outcomes = [kept[one.id].outcome for one in keys if one.id in kept]
    done = next((Receipt.unpacked(one["receipt"]).redemption for one in outcomes if "receipt" in one), None)
    abandoned = any(one.get("refusal") == TicketAbandoned.name for one in outcomes)
    if len(outcomes) >= ATTEMPTS_MOST:
        raise TicketUnknown
    return Settled(done, abandoned, len(outcomes))


async def _refused(
    request: Request, till: AtTill, presented: Presented, basket: Basket, form: Form, refusal: Refusal
) -> Response:
    """What the books said no to, in words; the next attempt has another key."""
    if isinstance(refusal, CashierRemoved | CashierUnknown):
        said = explain(refusal, language_for(request))
        return await till_page(request, "stopped.html", till, status=said.status, said=said, basket=basket)
    form.refuse(refusal, "amount")
    async with till.town.sessions.begin() as session:
        settled = await _settled(session, till, presented)
    return await _page(request, till, presented, settled, basket, form)


async def _page(
    request: Request, till: AtTill, presented: Presented, settled: Settled, basket: Basket, form: Form,
    *, meant: tuple[Money, ...] = (),
) -> Response:  # fmt: skip
    async with till.town.sessions.begin() as session:
        view = await queries.voucher_by_code(session, presented.code)
        sums = await summed(session, basket, shop=till.device.shop.id)
    over = settled.abandoned or not presented.fresh
    stopped = _stopped(till)
    status = HTTPStatus.OK if form.valid and not (form.sent and over) else HTTPStatus.UNPROCESSABLE_ENTITY
    return await till_page(
        request, "voucher.html", till, status=status, form=form, basket=basket, sums=sums, view=view,
        state=view.state(till.at), over=over, stopped=stopped, ticket=presented.ticket, attempt=settled.attempt,
        proposed=_proposed(view, sums, form.language), meant=meant, limited=_limited(till, view, form.language),
    )  # fmt: skip


def _limited(till: AtTill, view: VoucherView, language: Language) -> str:
    """Where and when a limited voucher is taken, if it is not here and now; told before an amount is typed."""
    try:
        view.facts.refuse_unless_taken(till.device.shop.spot, day_of(till.at))
    except NotTakenHere as refusal:
        return explain(refusal, language).detail
    return ""


def _stopped(till: AtTill) -> str:
    """Why this till takes nothing at all, whatever voucher is presented."""
    if till.device.till.revoked_at is not None:
        return "till"
    return "" if till.device.shop.status == "accepted" else "shop"


def _proposed(view: VoucherView, sums: Summed | None, language: Language) -> str:
    """What the voucher can pay of a purchase, as it is typed; nothing is proposed without one."""
    if sums is None or not sums.rest:
        return ""
    euros, cents = divmod(min(view.available, sums.rest).cents, 100)
    return f"{euros}{',' if language == 'fr' else '.'}{cents:02d}"
