"""Attempts to pay an order by card: one payment page at a time, and what became of each.

An attempt is a row first; under its id the page is opened at Stripe, with no transaction open; then the page's address
is kept. Stopped between any two of these, the next call takes the same attempt up under the same key: one page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.formats import Language
from ledger.ids import new_id
from ledger.money import Money
from vouchers.buyers import buyer
from vouchers.orders.cards.card_refusals import PaymentUnderWay, TooLittleForCard
from vouchers.orders.cards.card_words import CheckoutLine, CheckoutState, PaymentState
from vouchers.orders.history import tell
from vouchers.orders.locking import locked
from vouchers.orders.queries import OrderView
from vouchers.orders.tables import CheckoutAttempt, Order

State = Literal["opening", "open", "complete", "paid", "failed", "expired"]

LASTS: Final = timedelta(hours=3)
"""How long a payment page stays open; Stripe takes 30 minutes to 24 hours."""

TOO_OLD: Final = LASTS - timedelta(minutes=35)
"""After which nobody is sent to a page any more: it could close before it is paid."""

LEAST: Final = Money(50)
"""Stripe takes no payment below (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts)."""

_LINE: Final[dict[Language, str]] = {"fr": "Bons d’achat, commande {number}", "en": "Gift vouchers, order {number}"}


@dataclass(frozen=True, slots=True)
class AttemptView:
    """An attempt to pay an order by card, for ``amount`` and the order as it was at ``version``."""

    id: UUID
    order: UUID
    number: int
    version: int
    amount: Money
    state: State
    session_id: str | None
    payment_intent: str | None
    url: str | None
    made_at: datetime

    @property
    def expires_at(self) -> datetime:
        """When its page closes: derived from what is kept, so that the same request can be made again."""
        return self.made_at + LASTS


@dataclass(frozen=True, slots=True)
class Page:
    """All that a payment page is opened with, derived from what is kept of the attempt and its order."""

    attempt: AttemptView
    number: str
    lines: tuple[CheckoutLine, ...]
    email: str | None
    language: Language


@dataclass(frozen=True, slots=True)
class Begun:
    """What to do to pay an order: shut the pages that are ``stale`` first and ask again, or use ``page``."""

    page: Page | None
    stale: tuple[Page, ...] = ()


async def begin_attempt(session: AsyncSession, order_id: UUID, *, actor: str, at: datetime) -> Begun:
    """Begin to pay what an order misses by card, or take up the attempt that is open for just that.

    :raises OrderUnknown, WrongOrderStatus:
    :raises PaymentUnderWay: while a direct debit is on its way
    :raises TooLittleForCard: if less is missing than Stripe takes
    """
    found = await locked(session, order_id, "awaiting_payment")
    attempts = await attempts_of(session, order_id)
    if any(one.state == "complete" for one in attempts):
        raise PaymentUnderWay
    waiting = [one for one in attempts if one.state in {"opening", "open"}]
    stale = [one for one in waiting if _stale(one, found) or at > one.made_at + TOO_OLD]
    if stale:
        return Begun(None, tuple([await page_of(session, found, one) for one in stale]))
    if waiting:
        return Begun(await page_of(session, found, waiting[0]))
    if found.missing < LEAST:
        raise TooLittleForCard(amount=found.missing, least=LEAST)
    attempt_id = new_id()
    await session.execute(
        insert(CheckoutAttempt).values(
            id=attempt_id, order_id=order_id, number=len(attempts) + 1, version=found.version,
            amount=found.missing.cents, state="opening", made_at=at,
        )
    )  # fmt: skip
    await tell(session, order_id, "card_begun", actor=actor, at=at, amount=found.missing)
    return Begun(await page_of(session, found, await attempt(session, attempt_id)))


async def keep_session(session: AsyncSession, attempt_id: UUID, *, session_id: str, url: str) -> bool:
    """Keep the page that was opened for an attempt.

    :returns: whether it may be shown: the order still waits for just this payment
    """
    order_id = (await attempt(session, attempt_id)).order
    found = await locked(session, order_id)
    now = await attempt(session, attempt_id)
    if now.state == "opening":
        await _change(session, attempt_id, state="open", session_id=session_id, url=url)
    return now.state in {"opening", "open"} and found.status == "awaiting_payment" and not _stale(now, found)


async def give_up(session: AsyncSession, attempt_id: UUID, *, why: str, actor: str, at: datetime) -> None:
    """An attempt whose page Stripe will not open. Another attempt may."""
    order_id = (await attempt(session, attempt_id)).order
    await locked(session, order_id)
    if (await attempt(session, attempt_id)).state == "opening":
        await _change(session, attempt_id, state="failed")
        await tell(session, order_id, "card_refused", actor=actor, at=at, why=why)


async def note_checkout(
    session: AsyncSession, found: OrderView, told: CheckoutState, payment: PaymentState | None, *, actor: str,
    at: datetime,
) -> bool:  # fmt: skip
    """Write down what became of a page, by its state. The order is locked. A page that is not ours changes nothing.

    :returns: whether a direct debit is found to have failed, and was not known to
    """
    one = await _attempt_of(session, found.id, told)
    if one is None:
        return False
    state = _state(told, payment)
    # A page of which the address was never kept is known again by the attempt's id that it bears.
    await _change(session, one.id, session_id=told.id, url=told.url or one.url, payment_intent=told.payment_intent)
    if one.state in {state, "paid"}:
        return False
    await _change(session, one.id, state=state)
    if state in {"complete", "failed"}:
        what = "card_processing" if state == "complete" else "card_failed"
        why = payment.failure if payment else None
        await tell(session, found.id, what, actor=actor, at=at, amount=one.amount, why=why)
    return state == "failed"


async def note_payment(session: AsyncSession, order_id: UUID, told: PaymentState) -> None:
    """Write down that a payment succeeded, with the attempt that brought it. The order is locked."""
    if told.attempt is None:
        return
    await session.execute(
        update(CheckoutAttempt)
        .where(CheckoutAttempt.id == told.attempt, CheckoutAttempt.order_id == order_id)
        .values(state="paid", payment_intent=told.id)
        .execution_options(synchronize_session=False)
    )


async def attempts_of(session: AsyncSession, order_id: UUID) -> list[AttemptView]:
    """The attempts to pay an order by card, oldest first."""
    statement = select(CheckoutAttempt).where(CheckoutAttempt.order_id == order_id).order_by(CheckoutAttempt.number)
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def attempt(session: AsyncSession, attempt_id: UUID) -> AttemptView:
    """One attempt, which is known to be there."""
    row = (await session.execute(select(CheckoutAttempt).where(CheckoutAttempt.id == attempt_id))).scalar_one()
    return _view(row)


async def page_of(session: AsyncSession, found: OrderView, one: AttemptView) -> Page:
    """What the page of an attempt is opened with: the same each time it is asked."""
    name = _LINE[found.language].format(number=found.number)
    email = (await buyer(session, found.buyer)).email
    return Page(one, found.number or "", (CheckoutLine(name, 1, one.amount),), email, found.language)


async def stale_attempts(session: AsyncSession, *, at: datetime, limit: int) -> list[UUID]:
    """Attempts whose page should be shut: their order does not wait for just that payment any more."""
    gone = or_(
        Order.status != "awaiting_payment",
        Order.version != CheckoutAttempt.version,
        Order.face_total + Order.fee + Order.fee_vat - Order.covered != CheckoutAttempt.amount,
        CheckoutAttempt.made_at < at - LASTS,
    )
    statement = (
        select(CheckoutAttempt.id)
        .join(Order, Order.id == CheckoutAttempt.order_id)
        .where(CheckoutAttempt.state.in_(("opening", "open")), gone)
        .order_by(CheckoutAttempt.id)
        .limit(limit)
    )
    return list((await session.execute(statement)).scalars())


async def waiting_attempts(
    session: AsyncSession, *states: State, before: datetime, after: UUID | None = None, limit: int
) -> list[AttemptView]:
    """Attempts in these states that were begun before a moment and whose page is known, in the order of their ids."""
    statement = select(CheckoutAttempt).where(
        and_(CheckoutAttempt.state.in_(states), CheckoutAttempt.session_id.is_not(None)),
        CheckoutAttempt.made_at < before,
    )
    if after is not None:
        statement = statement.where(CheckoutAttempt.id > after)
    rows = await session.execute(statement.order_by(CheckoutAttempt.id).limit(limit))
    return [_view(row) for row in rows.scalars()]


def _stale(one: AttemptView, found: OrderView) -> bool:
    return one.version != found.version or one.amount != found.missing


def _state(told: CheckoutState, payment: PaymentState | None) -> State:
    """A declined card leaves its page open for another; only what is complete can fail."""
    if told.payment_status == "paid" or (payment is not None and payment.succeeded):
        return "paid"
    if told.status == "complete":
        return "failed" if payment is not None and payment.failed else "complete"
    return cast("State", told.status)


async def _attempt_of(session: AsyncSession, order_id: UUID, told: CheckoutState) -> AttemptView | None:
    mine: Sequence[AttemptView] = await attempts_of(session, order_id)
    return next((one for one in mine if one.session_id == told.id or one.id == told.attempt), None)


async def _change(session: AsyncSession, attempt_id: UUID, **values: object) -> None:
    await session.execute(
        update(CheckoutAttempt)
        .where(CheckoutAttempt.id == attempt_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _view(row: CheckoutAttempt) -> AttemptView:
    return AttemptView(
        row.id, row.order_id, row.number, row.version, Money(row.amount), cast("State", row.state), row.session_id,
        row.payment_intent, row.url, row.made_at,
    )  # fmt: skip
