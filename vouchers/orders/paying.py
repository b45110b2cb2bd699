"""Money that comes for an order, by card or by transfer: short, over and double payments each have their place.

All of it goes to the buyer's account at once; what the order needs is set aside for it, and the rest is the buyer's
free credit, for another order or to be paid back, and told to the buyer by a letter, once for each payment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.chart import Kind, single
from ledger.database import sum_of
from ledger.money import ZERO, Money
from vouchers.buyers import buyer
from vouchers.errors import AmountNotPositive
from vouchers.orders.errors import NotEnoughCredit
from vouchers.orders.foreseeing import Effect, foresee
from vouchers.orders.handing import ask_letter
from vouchers.orders.history import history_of, tell
from vouchers.orders.locking import change_row, cover, free_credit, locked
from vouchers.orders.placing import mark_paid
from vouchers.orders.queries import Method, OrderView, PaymentView, order, payment_of, under_way
from vouchers.orders.tables import Dispute, Payment, Refund

PAYMENT: Final = "order_payment"
PAID_BACK: Final = "paid_back"

Why = Literal["over", "paid", "cancelled", "idle"]


@dataclass(frozen=True, slots=True)
class Kept:
    """Money that came for an order that did not need it, or not all of it.

    :param why: it was ``over`` what the order missed; the order was ``paid`` already, ``cancelled``, or waited for no
        money for another reason (``idle``)
    :param came: the payment
    :param kept: what of it the order did not take
    :param debt: what of that paid what the buyer owed
    """

    why: Why
    came: Money
    kept: Money
    debt: Money

    @property
    def credit(self) -> Money:
        """What of it became the buyer's free credit."""
        return self.kept - self.debt


async def record_transfer(
    session: AsyncSession, order_id: UUID, amount: Money, *, reference: str, actor: str, at: datetime
) -> PaymentView:
    """Record money that came to the bank for an order, whatever its status: late money is the buyer's credit.

    :param reference: what the bank says of it
    :raises OrderUnknown, AmountNotPositive:
    """
    found = await locked(session, order_id)
    return await _record(session, found, amount, "transfer", reference, intent=None, actor=actor, at=at)


async def record_card(
    session: AsyncSession, order_id: UUID, amount: Money, *, payment_intent: str, actor: str, at: datetime
) -> PaymentView:
    """Record a card payment that succeeded, once for each payment intent.

    :raises OrderUnknown, AmountNotPositive:
    """
    found = await locked(session, order_id)
    known = (
        await session.execute(select(Payment).where(Payment.payment_intent == payment_intent))
    ).scalar_one_or_none()
    if known is not None:
        return payment_of(known)
    return await _record(session, found, amount, "card", payment_intent, intent=payment_intent, actor=actor, at=at)


async def use_credit(session: AsyncSession, order_id: UUID, *, actor: str, at: datetime) -> OrderView:
    """Pay what an order misses from its buyer's free credit, as far as that reaches.

    :raises OrderUnknown, WrongOrderStatus:
    :raises NotEnoughCredit: if there is none
    """
    found = await locked(session, order_id, "awaiting_payment")
    free = await free_credit(session, found.buyer)
    if free == ZERO:
        raise NotEnoughCredit(free=free, asked=found.missing)
    used = min(free, found.missing)
    await tell(session, order_id, "credit_used", actor=actor, at=at, amount=used)
    if await cover(session, found, used) == found.total:
        await mark_paid(session, found, actor=actor, at=at)
    return await order(session, order_id)


async def pay_back(
    session: AsyncSession, buyer_id: UUID, amount: Money, *, reference: str, actor: str, at: datetime
) -> UUID:
    """Record that free credit was sent back to its buyer by bank transfer.

    :returns: the transfer in the books
    :raises BuyerUnknown, AmountNotPositive, NotEnoughCredit:
    """
    if amount <= ZERO:
        raise AmountNotPositive(amount=amount)
    await buyer(session, buyer_id)
    free = await free_credit(session, buyer_id)
    if free < amount:
        raise NotEnoughCredit(free=free, asked=amount)
    sent = posting.NewTransfer(PAID_BACK, buyer_id, single(Kind.BANK), amount, document=reference or actor)
    await posting.post(session, [sent], at=at)
    return sent.id


async def kept_by(session: AsyncSession, order_id: UUID, *, letter: int) -> Kept | None:
    """The money of which a letter of the kind ``kept`` is to tell; none if no such letter was asked for."""
    for one in await history_of(session, order_id):
        if one.facts.get("letter") == letter:
            came, kept, debt = (Money(one.facts[name]) for name in ("came", "amount", "debt"))
            return Kept(one.facts["why"], came, kept, debt)
    return None


async def still_free(session: AsyncSession, order_id: UUID) -> Money:
    """What of the money that came for a cancelled order can be used for another, or be had back.

    At most what its buyer has free: what another order used is not said to be there.

    :raises OrderUnknown:
    """
    giver = await buyer(session, (await order(session, order_id)).buyer)
    came = select(sum_of(Payment.amount)).where(Payment.order_id == order_id)
    given = select(sum_of(Refund.amount)).where(
        Refund.order_id == order_id, Refund.method != "credit", Refund.state != "failed"
    )
    taken = select(sum_of(Dispute.amount)).where(Dispute.order_id == order_id, Dispute.withdrawn)
    left = select(came.scalar_subquery() - given.scalar_subquery() - taken.scalar_subquery())
    return min(max(Money((await session.execute(left)).scalar_one()), ZERO), giver.free)


async def _record(
    session: AsyncSession,
    found: OrderView,
    amount: Money,
    method: Method,
    reference: str,
    *,
    intent: str | None,
    actor: str,
    at: datetime,
) -> PaymentView:
    if amount <= ZERO:
        raise AmountNotPositive(amount=amount)
    came_to = single(Kind.STRIPE if method == "card" else Kind.BANK)
    paid = posting.NewTransfer(PAYMENT, came_to, found.buyer, amount, document=reference)
    await posting.post(session, [paid], at=at)
    values = {
        "id": paid.id, "buyer_id": found.buyer, "order_id": found.id, "method": method, "amount": amount.cents,
        "reference": reference, "payment_intent": intent, "recorded_by": actor, "at": at,
    }  # fmt: skip
    row = (await session.execute(insert(Payment).values(**values).returning(Payment))).scalar_one()
    await _use(session, found, amount, method, actor=actor, at=at)
    return payment_of(row)


async def _use(
    session: AsyncSession, found: OrderView, amount: Money, method: Method, *, actor: str, at: datetime
) -> None:
    """Cover the order with what came for it, and say what is missing or over."""
    effect = await _effect(session, found, amount)
    if found.on_credit and found.status in {"issued", "delivered"} and found.missing:
        await _pay_off(session, found, amount, actor=actor, at=at)
        if effect.covers < amount:
            await _keep(session, found, amount, effect, method, actor=actor, at=at)
        return
    if found.status != "awaiting_payment":
        await _keep(session, found, amount, effect, method, actor=actor, at=at)
        return
    await tell(session, found.id, "payment", actor=actor, at=at, amount=amount, method=method)
    await change_row(session, found.id, method=method)
    covered = await cover(session, found, amount)
    if covered == found.total:
        await mark_paid(session, found, actor=actor, at=at)
        if amount > found.missing:
            await _keep(session, found, amount, effect, method, actor=actor, at=at)
    else:
        await tell(session, found.id, "short", actor=actor, at=at, amount=found.total - covered)
        if not await under_way(session, found.id):  # else the rest is coming: nobody is asked for it again
            await ask_letter(session, found.id, "short", at=at)


async def _effect(session: AsyncSession, found: OrderView, came: Money) -> Effect:
    """What money does that is in the books and not used yet; its buyer's account is locked since it was posted."""
    now = await buyer(session, found.buyer)
    return foresee(found, replace(now, credit=now.credit - came), came)


async def _pay_off(session: AsyncSession, found: OrderView, amount: Money, *, actor: str, at: datetime) -> None:
    """What was issued on credit is being paid: nothing is set aside any more, but what is missing is known."""
    part = min(amount, found.missing)
    await change_row(session, found.id, covered=(found.covered + part).cents)
    await tell(session, found.id, "payment", actor=actor, at=at, amount=amount)
    if part == found.missing:
        await tell(session, found.id, "paid", actor=actor, at=at, total=found.total)


async def _keep(
    session: AsyncSession, found: OrderView, came: Money, effect: Effect, method: Method, *, actor: str, at: datetime
) -> None:
    """What the order does not take stays its buyer's, who is told so by a letter: the history keeps which one."""
    letter = await ask_letter(session, found.id, "kept", at=at) if found.number is not None else None
    await tell(
        session, found.id, "over" if effect.covers else "paid_in_excess", actor=actor, at=at,
        amount=came - effect.covers, method=method, came=came, debt=effect.debt, why=_why(found, effect), letter=letter,
    )  # fmt: skip


def _why(found: OrderView, effect: Effect) -> Why:
    if effect.covers:
        return "over"
    if found.status == "cancelled":
        return "cancelled"
    return "paid" if found.status in {"paid", "issued", "delivered"} else "idle"
