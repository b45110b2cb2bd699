"""From a message that was asked for to the letter that goes out: what the books say of it at this moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from io import BytesIO
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import offices
from api.auth.links import guest_link_for
from api.email import composing, composing_orders
from api.email.composing import Gift, Logo, Look, look_of
from api.email.composing_orders import OrderFacts, Transfer
from api.email.letters import Envelope, Letter, Paper
from api.installation import Installation, Town
from ledger.days import day_of
from ledger.money import ZERO
from merchants import programme
from merchants.programme import Terms
from vouchers import codes
from vouchers.buyers import BuyerView, buyer
from vouchers.facts import heirs_of
from vouchers.orders import drafting, paying, queries, refunds
from vouchers.orders.handing import VOUCHER, MailingView
from vouchers.orders.handing_out import reminding
from vouchers.orders.paperwork import issuing_papers, request_pdf, requesting
from vouchers.orders.paperwork.issuing_papers import DocumentView
from vouchers.orders.queries import OrderView, Status
from vouchers.queries import voucher_view

Compose = Callable[[], Letter]
"""Composing takes the processor some tens of milliseconds: it is done where nobody waits."""

_GONE_WITH: Final = {"issued": ("invoice", "receipt"), "refunded": ("credit_note", "receipt_cancellation")}
"""The numbered papers that go with a letter."""


_ENDED: Final[dict[str, Callable[[Envelope, Look, OrderFacts], Letter]]] = {
    "lapsed": composing_orders.order_lapsed_letter,
    "cancelled": composing_orders.order_cancelled_letter,
}


_SAID_OF: Final[dict[str, tuple[Status, ...]]] = {
    "placed": ("awaiting_payment", "paid", "issued", "delivered"),
    "short": ("awaiting_payment",),
    "debit_failed": ("awaiting_payment",),
    "lapsed": ("cancelled",),
    "cancelled": ("cancelled",),
}
"""In which statuses a letter is still true; one that was overtaken is not sent."""


class NothingToSay(Exception):
    """There is nothing left to write about: the voucher is spent or was given back, or the order has moved on."""


async def letter_of(session: AsyncSession, installation: Installation, town: Town, mailing: MailingView) -> Letter:
    """The letter of a message.

    :raises NothingToSay:
    """
    order = await queries.order(session, mailing.order)
    at = await clock.now(session)
    terms = await programme.terms_on(session, day_of(at))
    base = installation.settings.base_url
    look = look_of(terms, home=f"{base}/{town.registered.slug}/")
    envelope = Envelope(mailing.id, mailing.address, installation.settings.sender, at, order.language)
    if mailing.beneficiary is None:
        card = installation.cards.offered(town.registered.slug)
        compose = await _to_buyer(session, town, mailing, order, envelope, look, terms, card=card)
    else:
        gift = await _gift(session, town, base, order, mailing)
        compose = _to_holder(mailing.kind, envelope, look, gift)
    return await asyncio.to_thread(compose)


def _to_holder(kind: str, envelope: Envelope, look: Look, gift: Gift) -> Compose:
    if kind == VOUCHER:
        return lambda: composing.voucher_letter(envelope, look, gift)
    days = next(days for days in reminding.DAYS if reminding.kind_of(days) == kind)
    return lambda: composing.reminder_letter(envelope, look, gift, days=days)


async def _gift(session: AsyncSession, town: Town, base: str, order: OrderView, mailing: MailingView) -> Gift:
    """What a beneficiary holds now: of a voucher that was reissued, its heir."""
    assert mailing.beneficiary is not None  # noqa: S101 - the caller asked
    who = await queries.beneficiary(session, order.id, mailing.beneficiary)
    if who.voucher is None:
        raise NothingToSay
    alive = (await heirs_of(session, [who.voucher]))[who.voucher]
    view = await voucher_view(session, alive)
    if view.left == ZERO or view.facts.status != "active":
        raise NothingToSay
    code = codes.derive(town.keys.keys[view.facts.key_number], alive)
    giver = await buyer(session, order.buyer)
    return Gift(
        beneficiary=who.name, giver=giver.name, message=order.message, face_value=view.face_value, left=view.left,
        last_day=view.facts.last_day, link=codes.link(base, code), typed=code.typed, logo=await _logo(session, order),
        again=alive != who.voucher, rule=view.facts.rule,
    )  # fmt: skip


async def _logo(session: AsyncSession, order: OrderView) -> Logo | None:
    if order.picture is None:
        return None
    found = await drafting.picture(session, order.picture, buyer_id=order.buyer)
    return Logo(found.png, found.width, found.height)


async def _to_buyer(
    session: AsyncSession, town: Town, mailing: MailingView, order: OrderView, envelope: Envelope, look: Look,
    terms: Terms, *, card: bool,
) -> Compose:  # fmt: skip
    giver, kind = await buyer(session, order.buyer), mailing.kind
    if order.status not in _SAID_OF.get(kind, (order.status,)):
        raise NothingToSay
    facts = await _facts(session, town, order, giver, look, envelope)
    match kind:
        case "placed":
            return await _placed(session, order, envelope, look, facts, terms)
        case "short" | "debit_failed":
            if not order.missing or await queries.under_way(session, order.id):
                raise NothingToSay
            transfer = _transfer(order, terms)
            return _missing(kind, order, envelope, look, facts, transfer, card=card)
        case "issued" | "paid":
            return await _fulfilled(session, kind, order, envelope, look, facts)
        case "lapsed" | "cancelled":
            compose = _ENDED[kind]
            return lambda: compose(envelope, look, facts)
        case "kept":
            return await _kept(session, mailing, giver, envelope, look, facts)
        case _:
            return await _refunded(session, order, envelope, look, facts)


async def _placed(
    session: AsyncSession, order: OrderView, envelope: Envelope, look: Look, facts: OrderFacts, terms: Terms
) -> Compose:
    waiting = order.status == "awaiting_payment" and bool(order.missing)
    debit = waiting and await queries.under_way(session, order.id)
    transfer = _transfer(order, terms) if waiting and not debit else None
    papers = await _request(session, order, envelope) if debit or transfer else ()
    return lambda: composing_orders.order_placed_letter(
        envelope, look, facts, transfer=transfer, debit=debit, papers=papers
    )


def _missing(
    kind: str, order: OrderView, envelope: Envelope, look: Look, facts: OrderFacts, transfer: Transfer | None, *,
    card: bool,
) -> Compose:  # fmt: skip
    """What is missing, since only part of it came or since a direct debit failed."""
    if kind == "debit_failed":
        before = order.lapses_on or day_of(envelope.at)
        return lambda: composing_orders.debit_failed_letter(
            envelope, look, facts, missing=order.missing, before=before, transfer=transfer, card=card
        )
    if transfer is None:
        raise NothingToSay
    return lambda: composing_orders.payment_short_letter(
        envelope, look, facts, received=order.covered, transfer=transfer
    )


async def _fulfilled(
    session: AsyncSession, kind: str, order: OrderView, envelope: Envelope, look: Look, facts: OrderFacts
) -> Compose:
    if kind == "paid":
        return lambda: composing_orders.order_paid_letter(envelope, look, facts, deliver_on=order.deliver_on)
    papers = await _papers(session, order, kind)
    return lambda: composing_orders.order_issued_letter(
        envelope, look, facts, handing=order.handing, deliver_on=order.deliver_on, papers=papers
    )


async def _kept(
    session: AsyncSession, mailing: MailingView, giver: BuyerView, envelope: Envelope, look: Look, facts: OrderFacts
) -> Compose:
    """Money that an order did not need, unless all that its buyer had free is used or given back by now."""
    kept = await paying.kept_by(session, mailing.order, letter=mailing.attempt)
    if kept is None or (kept.credit and not giver.free):
        raise NothingToSay
    return lambda: composing_orders.money_kept_letter(envelope, look, facts, kept)


async def _refunded(
    session: AsyncSession, order: OrderView, envelope: Envelope, look: Look, facts: OrderFacts
) -> Compose:
    sent = [one for one in await refunds.refunds_of(session, order.id) if one.state == "sent"]
    if not sent:
        raise NothingToSay
    newest = sent[-1]
    papers = await _papers(session, order, "refunded")
    return lambda: composing_orders.refund_letter(
        envelope, look, facts, amount=newest.amount, method=newest.method, papers=papers
    )


async def _facts(
    session: AsyncSession, town: Town, order: OrderView, giver: BuyerView, look: Look, envelope: Envelope
) -> OrderFacts:
    vouchers = sum(line.quantity for line in await queries.lines_of(session, order.id))
    page = f"{look.home}orders/{order.id}"
    if not await offices.holders(session, role="buyer", subject=order.buyer):
        # Whoever ordered without an account comes back by the letter: each brings a link of its own, good for once.
        async with town.sessions.begin() as other:
            page = look.home.rstrip("/") + await guest_link_for(other, order.buyer, envelope.at)
    return OrderFacts(order.number or "", order.label, giver.name, vouchers, order.total, page)


def _transfer(order: OrderView, terms: Terms) -> Transfer | None:
    if terms.iban is None or order.reference is None:
        return None
    return Transfer(terms.legal_name, terms.iban, terms.bic, order.reference, order.missing, order.lapses_on)


async def _request(session: AsyncSession, order: OrderView, envelope: Envelope) -> tuple[Paper, ...]:
    request = await requesting.payment_request(session, order.id, at=envelope.at)
    pdf = await asyncio.to_thread(_drawn, lambda out: request_pdf.draw_request(out, request, order.language))
    return (Paper(f"{order.number}.pdf", pdf),)


async def _papers(session: AsyncSession, order: OrderView, kind: str) -> tuple[Paper, ...]:
    kinds = _GONE_WITH[kind]
    found = [one for one in await issuing_papers.papers_of(session, order.id) if one.kind in kinds]

    def draw(one: DocumentView) -> Paper:
        return Paper(f"{one.number}.pdf", _drawn(lambda out: issuing_papers.draw(one, out, order.language)))

    return await asyncio.to_thread(lambda: tuple(draw(one) for one in found))


def _drawn(draw: Callable[[BytesIO], None]) -> bytes:
    out = BytesIO()
    draw(out)
    return out.getvalue()
