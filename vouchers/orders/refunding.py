"""Giving back what is unspent of an order: taken from its vouchers at once, sent by card or by transfer after.

From when it is asked until it is sent, the money lies on the buyer's account and is set aside, so that no other order
uses it. If it cannot be sent it stays there as free credit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.chart import Kind, single
from ledger.ids import new_id
from ledger.money import ZERO, Money, rounded, total
from ledger.wishes import wish
from vouchers import freezing
from vouchers.buyers import buyer, set_aside
from vouchers.errors import AmountNotPositive, VoucherUnknown
from vouchers.orders.cards.card_refusals import BuyerOwes, CardRefundTooLarge, RefundTooLarge
from vouchers.orders.errors import NotEnoughCredit
from vouchers.orders.handing import ask_letter
from vouchers.orders.history import tell
from vouchers.orders.locking import change_row, free_credit, locked
from vouchers.orders.paperwork.issuing_papers import issue_credit_papers
from vouchers.orders.queries import OrderView, Status, order
from vouchers.orders.refunds import Method, RefundView, Source, cards_left, refund, refunds_of
from vouchers.orders.tables import Refund
from vouchers.orders.unspent import REFUND, Taken, Unspent, lock_unspent, own_of, take, transfers_of, unspent

WITH_VOUCHERS: Final[tuple[Status, ...]] = ("issued", "delivered", "refunded")
"""In which an order has vouchers to take from; after a whole refund, a redemption that is undone brings some back."""


@dataclass(frozen=True, slots=True)
class Refundable:
    """What could be given back now.

    :param unspent: of the face values, what is neither spent nor held, without what funders added
    :param held: what online shops hold of it
    :param fee: what of the service fee would go with all that is unspent, ``fee_vat`` the VAT on it
    :param by_card: the most that a single card payment can have back
    :param free: the buyer's credit that nothing uses: over-payment, cancelled orders
    """

    unspent: Money
    held: Money
    by_voucher: tuple[Unspent, ...]
    fee: Money
    fee_vat: Money
    by_card: Money
    free: Money


@dataclass(frozen=True, slots=True)
class _Asked:
    """A refund as it will be written."""

    id: UUID
    face: Money
    fee: Money
    fee_vat: Money
    method: Method
    source: Source
    payment_intent: str | None

    @property
    def amount(self) -> Money:
        return self.face + self.fee + self.fee_vat


async def refundable(session: AsyncSession, order_id: UUID) -> Refundable:
    """What of an order could be given back now.

    :raises OrderUnknown:
    """
    found = await order(session, order_id)
    left = await unspent(session, order_id)
    fee, fee_vat = await _fee(session, found, own_of(left)) if own_of(left) else (ZERO, ZERO)
    cards = await cards_left(session, order_id)
    return Refundable(
        own_of(left), total([one.held for one in left]), tuple(left), fee, fee_vat,
        cards[0].left if cards else ZERO, (await buyer(session, found.buyer)).free,
    )  # fmt: skip


async def ask_refund(
    session: AsyncSession,
    order_id: UUID,
    *,
    amount: Money | None = None,
    vouchers: Sequence[UUID] | None = None,
    with_fee: bool = False,
    method: Method,
    reason: str,
    actor: str,
    at: datetime,
) -> RefundView:
    """Take back what is unspent of an order, all or part, and ask that it be sent to its buyer.

    The last vouchers are taken from first; those that are emptied are blocked. What a company has on credit pays its
    debt first.

    :param amount: of face values, the fee comes on top; everything unspent if None
    :param vouchers: those to take from; any of the order if None
    :param with_fee: whether the service fee goes back too, in proportion
    :param method: by ``credit`` nothing is sent: it stays the buyer's, or pays what it owes
    :raises OrderUnknown, WrongOrderStatus, AmountNotPositive, VoucherUnknown:
    :raises RefundTooLarge: if less is unspent
    :raises CardRefundTooLarge: if no card payment of the order has as much left
    :raises BuyerOwes: if the buyer owes, so that less could be sent
    """
    found = await locked(session, order_id, *WITH_VOUCHERS)
    left, books = await lock_unspent(session, order_id, found.buyer, single(Kind.FEES), single(Kind.VAT), at=at)
    chosen = _chosen(left, vouchers)
    face = own_of(chosen) if amount is None else amount
    if face <= ZERO and (amount is not None or not chosen):
        raise AmountNotPositive(amount=face)
    if face > own_of(chosen) or face == ZERO:
        raise RefundTooLarge(left=own_of(chosen), asked=face)
    fee, fee_vat = await _fee(session, found, face) if with_fee else (ZERO, ZERO)
    card = await _card(session, found, method, face + fee + fee_vat)
    asked = _Asked(refund_id := new_id(), face, fee, fee_vat, method, "vouchers", card)
    taken = take(chosen, face)
    await _post(session, found, asked, taken, books, at=at)
    await _settle_debt(session, found, asked.amount)
    await _keep(session, found, asked, reason=reason, actor=actor, at=at)
    await _close(session, found, taken, left, refund_id, reason=reason, actor=actor, at=at)
    await issue_credit_papers(session, order_id, refund=refund_id, entry=refund_id, at=at)
    if method == "credit":
        await ask_letter(session, order_id, "refunded", at=at)
    return await refund(session, refund_id)


async def ask_credit_refund(
    session: AsyncSession,
    order_id: UUID,
    *,
    amount: Money | None = None,
    method: Method,
    reason: str,
    actor: str,
    at: datetime,
) -> RefundView:
    """Ask that free credit of an order's buyer be sent back: an over-payment, or what a cancelled order had paid.

    :param amount: all that is free if None; to a card, what that card can have back of it
    :raises OrderUnknown, AmountNotPositive:
    :raises NotEnoughCredit: if less is free
    :raises CardRefundTooLarge: if no card payment of the order has as much left
    """
    found = await locked(session, order_id)
    free = await free_credit(session, found.buyer)
    cards = await cards_left(session, order_id)
    most = min(free, cards[0].left if cards else ZERO) if method == "card" else free
    sent = most if amount is None else amount
    if sent <= ZERO:
        raise AmountNotPositive(amount=sent)
    if sent > free:
        raise NotEnoughCredit(free=free, asked=sent)
    asked = _Asked(new_id(), sent, ZERO, ZERO, method, "credit", await _card(session, found, method, sent))
    await _keep(session, found, asked, reason=reason, actor=actor, at=at)
    return await refund(session, asked.id)


def _chosen(left: Sequence[Unspent], vouchers: Sequence[UUID] | None) -> list[Unspent]:
    if vouchers is None:
        return list(left)
    known = {one.voucher: one for one in left}
    for one in vouchers:
        if one not in known:
            raise VoucherUnknown(voucher=one)
    return [one for one in left if one.voucher in set(vouchers)]


async def _fee(session: AsyncSession, found: OrderView, face: Money) -> tuple[Money, Money]:
    """The part of the fee, and of its VAT, that goes back with face values: exact once everything went back with it."""
    before = [one for one in await refunds_of(session, found.id) if one.source == "vouchers" and one.fee + one.fee_vat]
    whole = total([one.face for one in before]) + face
    parts = []
    for agreed, given in (
        (found.fee, total([one.fee for one in before])),
        (found.fee_vat, total([one.fee_vat for one in before])),
    ):
        due = rounded(Fraction(agreed.cents * whole.cents, found.face_total.cents))
        parts.append(max(min(due, agreed) - given, ZERO))
    return parts[0], parts[1]


async def _card(session: AsyncSession, found: OrderView, method: Method, amount: Money) -> str | None:
    """The card payment that can have this back."""
    if method != "card":
        return None
    cards = await cards_left(session, found.id)
    if not cards or cards[0].left < amount:
        raise CardRefundTooLarge(left=max(cards[0].left, ZERO) if cards else ZERO, asked=amount)
    return cards[0].payment_intent


async def _post(
    session: AsyncSession,
    found: OrderView,
    asked: _Asked,
    taken: Sequence[Taken],
    books: posting.Books,
    *,
    at: datetime,
) -> None:
    """Vouchers, fees and VAT to the buyer, in one entry whose id is the refund's."""
    document = f"refund:{asked.id}"
    back = transfers_of(taken, kind=REFUND, buyer=found.buyer, entry=asked.id, document=document)
    back += [
        posting.NewTransfer(kind, single(account), found.buyer, amount, entry=asked.id, document=document)
        for account, kind, amount in (
            (Kind.FEES, "fee_refund", asked.fee),
            (Kind.VAT, "fee_vat_refund", asked.fee_vat),
        )
        if amount
    ]
    await posting.post(session, back, at=at, books=books)


async def _settle_debt(session: AsyncSession, found: OrderView, amount: Money) -> None:
    """What was issued on credit and is given back need not be paid any more."""
    if found.on_credit and found.missing:
        await change_row(session, found.id, covered=(found.covered + min(amount, found.missing)).cents)


async def _keep(
    session: AsyncSession, found: OrderView, asked: _Asked, *, reason: str, actor: str, at: datetime
) -> None:
    """Write the refund; what is to be sent is set aside until it is, and asked for once this is committed."""
    if asked.method != "credit":
        free = await free_credit(session, found.buyer)
        if free < asked.amount:
            raise BuyerOwes(free=free, asked=asked.amount)
        await set_aside(session, found.buyer, asked.amount)
    state = "sent" if asked.method == "credit" else "asked"
    await session.execute(
        insert(Refund).values(
            id=asked.id, order_id=found.id, method=asked.method, source=asked.source, amount=asked.amount.cents,
            fee=asked.fee.cents, fee_vat=asked.fee_vat.cents, state=state, payment_intent=asked.payment_intent,
            reason=reason, asked_by=actor, asked_at=at,
        )
    )  # fmt: skip
    await tell(
        session, found.id, "refund_asked", actor=actor, at=at, refund=asked.id, amount=asked.amount,
        fee=asked.fee + asked.fee_vat, method=asked.method, reason=reason or None,
    )  # fmt: skip
    if asked.method == "card":
        wish(session, "send_refund", refund=str(asked.id))


async def _close(
    session: AsyncSession, found: OrderView, taken: Sequence[Taken], left: Sequence[Unspent], refund_id: UUID, *,
    reason: str, actor: str, at: datetime,
) -> None:  # fmt: skip
    """Vouchers that are emptied are blocked; an order of which nothing is unspent any more is refunded."""
    emptied = [one.voucher for one in taken if one.emptied]
    await freezing.block_spent(session, emptied, "refunded", reason=reason or f"refund {refund_id}", actor=actor, at=at)
    given = total([one.own for one in taken])
    if given == own_of(left) and not any(one.held for one in left) and found.status != "refunded":
        await change_row(session, found.id, status="refunded")
        await tell(session, found.id, "refunded", actor=actor, at=at)
