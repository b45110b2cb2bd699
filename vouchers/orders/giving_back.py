"""What becomes of a refund that was asked: sent by card or by transfer, or failed; each once, whoever tells it.

A refund that Stripe made by hand, which nobody asked for here, takes its money from the buyer all the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.chart import Kind, single
from ledger.ids import new_id
from ledger.money import ZERO, Money
from vouchers.buyers import buyer, set_aside
from vouchers.orders import adding
from vouchers.orders.cards.card_refusals import RefundSettled
from vouchers.orders.cards.card_words import RefundState
from vouchers.orders.handing import ask_letter
from vouchers.orders.history import tell
from vouchers.orders.locking import change_row, locked
from vouchers.orders.queries import OrderView
from vouchers.orders.refunds import RefundView, change_refund, refund, refunds_by_intent
from vouchers.orders.tables import Refund

SENT_BY_CARD: Final = "refund_by_card"
SENT_BY_TRANSFER: Final = "refund_by_transfer"
RETURNED: Final = "refund_returned"


async def note_refund(session: AsyncSession, found: OrderView, told: RefundState, *, actor: str, at: datetime) -> None:
    """Write down how a refund stands at Stripe. The order of its payment is locked."""
    known = await _known(session, told)
    if known is None:
        known = await _by_hand(session, found, told, at=at)
    if known is None or known.order != found.id:
        return
    if known.state == "asked" and not told.failed:
        await _send(session, found, known, told.id, actor=actor, at=at)
    elif known.state == "asked":
        await _fail(session, found, known, told.failure or told.status, actor=actor, at=at, stripe_refund=told.id)
    elif known.state == "sent" and told.failed and known.transfer is not None:
        await _come_back(session, found, known, told, actor=actor, at=at)


async def refuse_refund(session: AsyncSession, refund_id: UUID, *, why: str, actor: str, at: datetime) -> RefundView:
    """Stripe will not send it: the money stays the buyer's credit, to be sent by transfer.

    :raises RefundUnknown:
    """
    found, asked = await _locked(session, refund_id)
    if asked.state == "asked":
        await _fail(session, found, asked, why, actor=actor, at=at)
    return await refund(session, refund_id)


async def confirm_transfer(
    session: AsyncSession, refund_id: UUID, *, reference: str, actor: str, at: datetime
) -> RefundView:
    """The operator has sent a refund by bank transfer.

    :raises RefundUnknown:
    :raises RefundSettled: if it was confirmed or given up already, or goes by card
    """
    found, asked = await _locked(session, refund_id)
    if asked.state != "asked" or asked.method != "transfer":
        raise RefundSettled(state=asked.state)
    sent = posting.NewTransfer(
        SENT_BY_TRANSFER, found.buyer, single(Kind.BANK), asked.amount, document=reference or f"refund:{refund_id}"
    )
    await _post_set_aside(session, found, asked, sent, at=at)
    await change_refund(session, refund_id, state="sent", transfer_id=sent.id)
    await tell(session, found.id, "refund_sent", actor=actor, at=at, refund=refund_id, amount=asked.amount)
    await ask_letter(session, found.id, "refunded", at=at)
    return await refund(session, refund_id)


async def keep_as_credit(session: AsyncSession, refund_id: UUID, *, actor: str, at: datetime) -> RefundView:
    """Give up a transfer that was not sent: the money is the buyer's free credit.

    :raises RefundUnknown:
    :raises RefundSettled: if it was confirmed or given up already, or goes by card
    """
    found, asked = await _locked(session, refund_id)
    if asked.state != "asked" or asked.method != "transfer":
        raise RefundSettled(state=asked.state)
    await _fail(session, found, asked, "given_up", actor=actor, at=at)
    return await refund(session, refund_id)


async def _locked(session: AsyncSession, refund_id: UUID) -> tuple[OrderView, RefundView]:
    """The refund, read after its order is locked."""
    found = await locked(session, (await refund(session, refund_id)).order)
    return found, await refund(session, refund_id)


async def _known(session: AsyncSession, told: RefundState) -> RefundView | None:
    if told.payment_intent is None:
        return None
    for one in await refunds_by_intent(session, told.payment_intent):
        if told.id == one.stripe_refund or (one.stripe_refund is None and told.refund == one.id):
            return one
    return None


async def _send(
    session: AsyncSession, found: OrderView, asked: RefundView, stripe_refund: str, *, actor: str, at: datetime
) -> None:
    sent = posting.NewTransfer(SENT_BY_CARD, found.buyer, single(Kind.STRIPE), asked.amount, document=stripe_refund)
    await _post_set_aside(session, found, asked, sent, at=at)
    await change_refund(session, asked.id, state="sent", stripe_refund=stripe_refund, transfer_id=sent.id)
    await tell(session, found.id, "refund_sent", actor=actor, at=at, refund=asked.id, amount=asked.amount)
    await ask_letter(session, found.id, "refunded", at=at)


async def _fail(
    session: AsyncSession, found: OrderView, asked: RefundView, why: str, *, actor: str, at: datetime,
    stripe_refund: str | None = None,
) -> None:  # fmt: skip
    """What was set aside for it is the buyer's free credit again."""
    await posting.lock(session, [found.buyer])
    await set_aside(session, found.buyer, -asked.amount)
    await change_refund(session, asked.id, state="failed", stripe_refund=stripe_refund)
    await tell(session, found.id, "refund_failed", actor=actor, at=at, refund=asked.id, amount=asked.amount, why=why)


async def _come_back(
    session: AsyncSession, found: OrderView, sent: RefundView, told: RefundState, *, actor: str, at: datetime
) -> None:
    """A bank sent it back after all."""
    if sent.transfer is None:
        return
    await posting.reverse(session, sent.transfer, kind=RETURNED, at=at)
    await change_refund(session, sent.id, state="failed")
    why = told.failure or told.status
    await tell(session, found.id, "refund_failed", actor=actor, at=at, refund=sent.id, amount=sent.amount, why=why)


async def _post_set_aside(
    session: AsyncSession, found: OrderView, asked: RefundView, sent: posting.NewTransfer, *, at: datetime
) -> None:
    await posting.post(session, [sent], at=at)
    await set_aside(session, found.buyer, -asked.amount)


async def _by_hand(session: AsyncSession, found: OrderView, told: RefundState, *, at: datetime) -> RefundView | None:
    """Somebody gave it back at Stripe itself: the buyer has it, so what waits for an order of its is less.

    :returns: nothing if it failed before it was ever seen here
    """
    if told.failed or told.payment_intent is None:
        return None
    sent = posting.NewTransfer(SENT_BY_CARD, found.buyer, single(Kind.STRIPE), told.amount, document=told.id)
    await posting.post(session, [sent], at=at)
    refund_id = new_id()
    await session.execute(
        insert(Refund).values(
            id=refund_id, order_id=found.id, method="card", source="stripe", amount=told.amount.cents, fee=0,
            fee_vat=0, state="sent", payment_intent=told.payment_intent, stripe_refund=told.id, transfer_id=sent.id,
            reason="", asked_by="stripe", asked_at=at,
        )
    )  # fmt: skip
    await tell(session, found.id, "refunded_by_hand", actor="stripe", at=at, refund=refund_id, amount=told.amount)
    await uncover_part(session, found.id, told.amount, actor="stripe", at=at)
    return await refund(session, refund_id)


async def uncover_part(session: AsyncSession, order_id: UUID, gone: Money, *, actor: str, at: datetime) -> None:
    """Money that an order's buyer had is gone: what was set aside for the order and is not there any more is missing.

    What the buyer has free goes first. The order is locked.
    """
    found = await locked(session, order_id)
    if not ({found.status, found.resting} & {"awaiting_payment", "paid"}):
        return
    books = await posting.lock(session, [found.buyer])
    lacking = (await buyer(session, found.buyer)).set_aside - books[found.buyer].available
    part = min(found.covered, gone, lacking)
    if part <= ZERO:
        return
    await set_aside(session, found.buyer, -part)
    await change_row(session, order_id, covered=(found.covered - part).cents)
    if found.status == "paid":
        await adding.let_go(session, order_id)  # a disputed one has it until it is decided
        await change_row(session, order_id, status="awaiting_payment")
        await tell(session, order_id, "short", actor=actor, at=at, amount=part)


async def sent_by_card(session: AsyncSession, payment_intent: str) -> list[str]:
    """The refunds of a payment, by their ids at Stripe, that were sent and may still come back."""
    statement = select(Refund.stripe_refund).where(Refund.payment_intent == payment_intent, Refund.state == "sent")
    return [one for one in (await session.execute(statement)).scalars() if one is not None]
