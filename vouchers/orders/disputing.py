"""Disputes: the vouchers are frozen while the bank decides; won, everything is as before; lost, what is left is taken.

Acts upon how a dispute stands at Stripe, whatever was told of it before. A question by the bank (``warning_…``) moves
no money and freezes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.chart import Kind, single
from ledger.ids import new_id
from ledger.money import ZERO, Money, total
from vouchers import freezing
from vouchers.orders import adding
from vouchers.orders.cards.card_words import DisputeState
from vouchers.orders.giving_back import uncover_part
from vouchers.orders.history import tell
from vouchers.orders.locking import change_row, cover, locked, uncover
from vouchers.orders.paperwork.issuing_papers import issue_credit_papers
from vouchers.orders.placing import mark_paid
from vouchers.orders.queries import OrderView, order, payments_of
from vouchers.orders.refunds import refunds_of
from vouchers.orders.tables import Dispute
from vouchers.orders.unspent import CHARGED_BACK, lock_unspent, own_of, take, transfers_of

WITHDRAWN: Final = "dispute_withdrawn"
REINSTATED: Final = "dispute_reinstated"

DISPUTABLE: Final = frozenset({"paid", "issued", "delivered"})
"""What a dispute stops; in other statuses there is nothing to stop, only money that goes."""


ANSWERABLE: Final = ("needs_response", "warning_needs_response")


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A contested card payment. ``withdrawn`` while Stripe holds its amount back from us.

    ``due_by`` is the last moment for an answer; None if the bank takes none.
    """

    id: str
    order: UUID
    payment_intent: str
    amount: Money
    status: str
    reason: str
    withdrawn: bool
    withdrawal: UUID | None
    opened_at: datetime
    closed_at: datetime | None
    due_by: datetime | None

    @property
    def inquiry(self) -> bool:
        """A question by the bank, before any money moves."""
        return self.status.startswith("warning_")

    @property
    def freezes(self) -> bool:
        """Whether it keeps the vouchers frozen."""
        return self.closed_at is None and not self.inquiry

    @property
    def answer_by(self) -> date | None:
        """The day before which it is to be answered, while an answer is awaited.

        Stripe's days end at midnight in UTC, so that in France there is a little time beyond.
        """
        if self.due_by is None or self.status not in ANSWERABLE:
            return None
        return self.due_by.astimezone(UTC).date()

    def too_late(self, at: datetime) -> bool:
        """Whether the answer that is awaited comes too late."""
        return self.answer_by is not None and self.due_by is not None and at > self.due_by


async def note_dispute(session: AsyncSession, order_id: UUID, told: DisputeState, *, actor: str, at: datetime) -> None:
    """Write down how a dispute stands and act upon it. The order is locked and its payment is in the books."""
    before = await _known(session, order_id, told, actor=actor, at=at)
    if before.order != order_id:
        return
    await _change(session, told.id, status=told.status, reason=told.reason, due_by=told.due_by)
    if before.closed_at is None and not told.inquiry:
        # Also when it is heard of only once it is decided: the books end the same, however late we were told.
        await _stop(session, order_id, told, actor=actor, at=at)
    await _follow_money(session, before, told, actor=actor, at=at)
    if told.closed and before.closed_at is None:
        await _change(session, told.id, closed_at=at)
        await tell(session, order_id, "dispute_closed", actor=actor, at=at, dispute=told.id, outcome=told.status)
        if told.lost:
            await _charge_back(session, order_id, told, actor=actor, at=at)
    elif before.closed_at is not None and not told.closed:
        await _change(session, told.id, closed_at=None)
    if not any(one.freezes for one in await disputes_of(session, order_id)):
        await _calm(session, order_id, told, actor=actor, at=at)


async def disputes_of(session: AsyncSession, order_id: UUID) -> list[DisputeView]:
    """The disputes of an order, oldest first."""
    statement = select(Dispute).where(Dispute.order_id == order_id).order_by(Dispute.opened_at, Dispute.id)
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def open_disputes(session: AsyncSession) -> list[DisputeView]:
    """The disputes that are not decided, questions of banks among them: soonest to be answered first, then oldest."""
    statement = select(Dispute).where(Dispute.closed_at.is_(None)).order_by(_URGENT, Dispute.opened_at, Dispute.id)
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def recent_disputes(session: AsyncSession, *, limit: int) -> list[DisputeView]:
    """All disputes: those that are not decided as `open_disputes` has them, then the others, the newest first."""
    decided = Dispute.closed_at.is_not(None)
    newest = case((decided, Dispute.opened_at)).desc()
    statement = select(Dispute).order_by(decided, _URGENT, newest, Dispute.opened_at, Dispute.id)
    return [_view(row) for row in (await session.execute(statement.limit(limit))).scalars()]


async def _known(session: AsyncSession, order_id: UUID, told: DisputeState, *, actor: str, at: datetime) -> DisputeView:
    """The dispute as it was known, written first if it was not."""
    row = await _row(session, told.id)
    if row is not None:
        return _view(row)
    new = {
        "id": told.id, "order_id": order_id, "payment_intent": told.payment_intent or "", "amount": told.amount.cents,
        "status": told.status, "reason": told.reason, "opened_at": told.opened_at, "due_by": told.due_by,
    }  # fmt: skip
    made = (await session.execute(insert(Dispute).values(**new).returning(Dispute))).scalar_one()
    what = "inquiry" if told.inquiry else "dispute_opened"
    await tell(session, order_id, what, actor=actor, at=at, dispute=told.id, amount=told.amount, why=told.reason)
    return _view(made)


async def _stop(session: AsyncSession, order_id: UUID, told: DisputeState, *, actor: str, at: datetime) -> None:
    """Nothing is issued, handed out or spent of the order until it is decided."""
    found = await locked(session, order_id)
    if found.status in DISPUTABLE:
        await change_row(session, order_id, status="disputed", resting=found.status)
        await tell(session, order_id, "disputed", actor=actor, at=at, dispute=told.id)
    if found.status in DISPUTABLE or found.status == "disputed":
        left, _ = await lock_unspent(session, order_id, at=at)
        await freezing.freeze(session, [one.voucher for one in left], reason=told.id, actor=actor, at=at)


async def _follow_money(
    session: AsyncSession, before: DisputeView, told: DisputeState, *, actor: str, at: datetime
) -> None:
    """Take what Stripe took, give what it gave back: once each way, and for the amount that it is now."""
    withdrawal = before.withdrawal
    if withdrawal is not None and (not told.withdrawn or before.amount != told.amount):
        await posting.reverse(session, withdrawal, kind=REINSTATED, at=at)
        await _change(session, told.id, withdrawn=False, withdrawal_id=None)
        await tell(
            session, before.order, "dispute_reinstated", actor=actor, at=at, dispute=told.id, amount=before.amount
        )
        withdrawal = None
    if before.amount != told.amount:
        await _change(session, told.id, amount=told.amount.cents)
    if withdrawal is None and told.withdrawn:
        buyer = (await order(session, before.order)).buyer
        taken = posting.NewTransfer(WITHDRAWN, buyer, single(Kind.STRIPE), told.amount, document=told.id)
        await posting.post(session, [taken], at=at)
        await _change(session, told.id, withdrawn=True, withdrawal_id=taken.id)
        await tell(session, before.order, "dispute_withdrawn", actor=actor, at=at, dispute=told.id, amount=told.amount)
        await uncover_part(session, before.order, told.amount, actor=actor, at=at)


async def _calm(session: AsyncSession, order_id: UUID, told: DisputeState, *, actor: str, at: datetime) -> None:
    """No dispute is open any more: the order is what it was, or refunded if nothing is left of it."""
    found = await locked(session, order_id)
    if found.status != "disputed" or found.resting is None:
        return
    lost = any(one.status == "lost" for one in await disputes_of(session, order_id))
    if found.resting == "paid":
        await _calm_unissued(session, found, lost=lost, actor=actor, at=at)
        return
    left, _ = await lock_unspent(session, order_id, at=at)
    if lost and own_of(left) == ZERO and not any(one.held for one in left):
        await change_row(session, order_id, status="refunded", resting=None)
        await tell(session, order_id, "refunded", actor=actor, at=at)
        return
    every = [one.voucher for one in left]
    gone = await freezing.told_among(session, every, CHARGED_BACK)
    alive = [one for one in every if one not in gone]
    await freezing.thaw(session, alive, reason=told.id, actor=actor, at=at)
    await change_row(session, order_id, status=found.resting, resting=None)


async def _calm_unissued(session: AsyncSession, found: OrderView, *, lost: bool, actor: str, at: datetime) -> None:
    """Nothing was issued: if all of it is there it goes on; if it is gone for good, what is left is free credit."""
    covered = await cover(session, found, found.missing)
    if covered == found.total:
        await change_row(session, found.id, resting=None, status="paid")
        await mark_paid(session, found, actor=actor, at=at)
        return
    await adding.let_go(session, found.id)
    if lost:
        await uncover(session, await order(session, found.id))
        await change_row(session, found.id, resting=None, status="refunded")
        await tell(session, found.id, "refunded", actor=actor, at=at)
    else:
        await change_row(session, found.id, resting=None, status="awaiting_payment")
        await tell(session, found.id, "short", actor=actor, at=at, amount=found.total - covered)


async def _charge_back(session: AsyncSession, order_id: UUID, told: DisputeState, *, actor: str, at: datetime) -> None:
    """Take what is left on the vouchers for what was lost; what was spent stays owed by the buyer."""
    found = await order(session, order_id)
    left, books = await lock_unspent(session, order_id, found.buyer, at=at)
    amount = min(own_of(left), await _unpaid(session, found, told))
    if amount == ZERO:
        return
    entry = new_id()
    taken = take(left, amount)
    back = transfers_of(taken, kind=CHARGED_BACK, buyer=found.buyer, entry=entry, document=told.id)
    await posting.post(session, back, at=at, books=books)
    await _change(session, told.id, entry_id=entry)
    emptied = [one.voucher for one in taken if one.emptied]
    await freezing.block_spent(session, emptied, CHARGED_BACK, reason=told.id, actor=actor, at=at)
    await tell(session, order_id, CHARGED_BACK, actor=actor, at=at, dispute=told.id, amount=amount)
    await issue_credit_papers(session, order_id, refund=entry, entry=entry, at=at)


async def _unpaid(session: AsyncSession, found: OrderView, told: DisputeState) -> Money:
    """What of the order is not paid without the lost money: none of it if somebody had paid twice."""
    refunds = await refunds_of(session, found.id)
    given = total([one.amount for one in refunds if one.source == "vouchers"])
    sent = total([one.amount for one in refunds if one.method != "credit" and one.state != "failed"])
    gone = total([one.amount for one in await disputes_of(session, found.id) if one.withdrawn])
    came = total([one.amount for one in await payments_of(session, found.id)])
    return min(max((found.total - given) - (came - sent - gone), ZERO), told.amount)


async def _row(session: AsyncSession, dispute_id: str) -> Dispute | None:
    return (await session.execute(select(Dispute).where(Dispute.id == dispute_id))).scalar_one_or_none()


async def _change(session: AsyncSession, dispute_id: str, **values: object) -> None:
    await session.execute(
        update(Dispute).where(Dispute.id == dispute_id).values(**values).execution_options(synchronize_session=False)
    )


def _view(row: Dispute) -> DisputeView:
    return DisputeView(
        row.id, row.order_id, row.payment_intent, Money(row.amount), row.status, row.reason, row.withdrawn,
        row.withdrawal_id, row.opened_at, row.closed_at, row.due_by,
    )  # fmt: skip


_URGENT: Final = case((Dispute.status.in_(ANSWERABLE), Dispute.due_by)).asc().nulls_last()
