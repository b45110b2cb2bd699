"""Account 517 against Stripe's own account: what each line of theirs did to our books, and what does not agree.

Payments, refunds and disputes are posted where they are acted upon, by their state; a line of Stripe's account only has
to find them. What it alone brings (fees, transfers to the bank) is posted from it, once. A line of a type that we do
not know is kept and shown, never posted.
Source of the types: https://docs.stripe.com/reports/balance-transaction-types
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final, cast
from uuid import UUID

from sqlalchemy import CompoundSelect, Table, Text, bindparam, case, func, select, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances, posting
from ledger.chart import Kind, single
from ledger.database import sum_of
from ledger.ids import new_id
from ledger.money import ZERO, Money, total
from ledger.parallel import any_of, given
from vouchers.orders.cards.card_words import Movement
from vouchers.orders.tables import Dispute, Payment, Refund, StripeMovement

FEE: Final = "stripe_fee"
PAYOUT: Final = "stripe_payout"

LATE: Final = timedelta(days=2)
"""How far behind the newest line one may still appear: that much is read again each time."""

SHOWN: Final = 200
"""How many things that do not agree are named."""

OF_PAYMENTS: Final = frozenset({"charge", "payment", "payment_failure_refund"})
OF_REFUNDS: Final = frozenset({"refund", "payment_refund", "refund_failure", "payment_reversal"})
DISPUTES: Final = frozenset({"dispute", "dispute_reversal"})
"""Categories of adjustments."""

TO_BANK: Final = frozenset({"payout", "payout_failure", "payout_cancel"})
FEES: Final = frozenset({"stripe_fee"})


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Something on which Stripe and our books do not agree (yet).

    :param about: the payment intent, refund, dispute or line of Stripe's
    :param type: what Stripe calls it; empty if Stripe has no line of it
    """

    about: str
    type: str
    payment_intent: str | None
    books: Money
    stripe: Money


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Account 517 as it stands in our books, and at Stripe.

    :param in_books_only: posted, but not on Stripe's account yet
    :param at_stripe_only: on Stripe's account, but not posted (yet): direct debits on their way, what is unknown here
    :param differing: on both, with another amount
    :param unexplained: what of the difference none of these explains; zero, or something touched 517 by another door
    """

    books: Money
    stripe: Money
    movements: int
    in_books_only: tuple[Unmatched, ...]
    at_stripe_only: tuple[Unmatched, ...]
    differing: tuple[Unmatched, ...]
    unexplained: Money

    @property
    def agrees(self) -> bool:
        """To the cent, with nothing open."""
        return self.books == self.stripe and not (self.in_books_only or self.at_stripe_only or self.differing)


async def take_movements(session: AsyncSession, movements: Sequence[Movement], *, at: datetime) -> list[Movement]:
    """Keep lines of Stripe's account and post what they alone bring; a line that is known is left out.

    :returns: those that are new
    """
    fresh = []
    known = set((await session.execute(_KNOWN, given(id=[one.id for one in movements]))).scalars())
    unknown = [one for one in movements if one.id not in known]
    for one in sorted(unknown, key=lambda line: (line.created, line.id)):
        transfers = _transfers(one)
        entry = transfers[0].entry if transfers else None
        row = {
            "id": one.id, "type": one.type, "category": one.category, "amount": one.amount.cents,
            "fee": one.fee.cents, "net": one.net.cents, "source": one.source, "payment_intent": one.payment_intent,
            "matched": _matched(one), "entry_id": entry, "made_at": one.created, "at": at,
        }  # fmt: skip
        written = await session.execute(_TAKE, row)
        if written.scalar_one_or_none() is not None:
            await posting.post(session, transfers, at=at)
            fresh.append(one)
    return fresh


async def read_since(session: AsyncSession) -> datetime | None:
    """From when on lines are to be read: some appear late, so that a while is read again; all if none is known."""
    newest = (await session.execute(select(func.max(StripeMovement.made_at)))).scalar_one()
    return None if newest is None else newest - LATE


async def reconciliation(session: AsyncSession) -> Reconciliation:
    """Account 517 against Stripe's account, line by line."""
    books = (await balances.balance(session, single(Kind.STRIPE))).balance
    net, count = (await session.execute(_ALL)).one()
    every = [
        Unmatched(about, kind or "", intent, Money(posted), Money(told))
        for about, kind, intent, posted, told in await session.execute(_open())
    ]
    difference = total([one.books - one.stripe for one in every])
    shown = every[:SHOWN]
    return Reconciliation(
        books=books,
        stripe=Money(net),
        movements=count,
        in_books_only=tuple(one for one in shown if not one.type),
        at_stripe_only=tuple(one for one in shown if one.type and not one.books),
        differing=tuple(one for one in shown if one.type and one.books),
        unexplained=books - Money(net) - difference,
    )


async def to_look_at(session: AsyncSession, *, since: datetime, limit: int) -> list[str]:
    """The payments behind recent lines with which the books do not agree."""
    found = _open().subquery()
    statement = (
        select(StripeMovement.payment_intent)
        .distinct()
        .join(found, found.c.about == StripeMovement.matched)
        .where(StripeMovement.payment_intent.is_not(None), StripeMovement.at >= since)
        .limit(limit)
    )
    return [one for one in (await session.execute(statement)).scalars() if one is not None]


async def posting_lines(session: AsyncSession, *, after: str = "", limit: int) -> list[tuple[str, UUID, Money]]:
    """Lines that posted something, with their entry and what it brought to 517, in the order of their ids."""
    return [
        (id_, entry, Money(net if kind in TO_BANK | FEES else -fee))
        for id_, entry, kind, net, fee in await session.execute(_POSTING, {"after": after, "most": limit})
        if entry is not None
    ]


def _transfers(one: Movement) -> list[posting.NewTransfer]:
    """What a line posts by itself: its fee, and all of it if it is a fee or goes to the bank."""
    if not _is_known(one):
        return []
    stripe, entry = single(Kind.STRIPE), new_id()
    alone: list[tuple[str, Kind, Money]] = [(FEE, Kind.BANK_FEES, one.fee)]
    if one.type in FEES:
        alone.append((FEE, Kind.BANK_FEES, -one.amount))
    elif one.type in TO_BANK:
        alone.append((PAYOUT, Kind.BANK, -one.amount))
    return [
        posting.NewTransfer(kind, single(other), stripe, amount, entry=entry, document=one.id)
        if amount > ZERO
        else posting.NewTransfer(kind, stripe, single(other), -amount, entry=entry, document=one.id)
        for kind, other, amount in alone
        if amount
    ]


def _is_known(one: Movement) -> bool:
    return one.type in OF_PAYMENTS | OF_REFUNDS | TO_BANK | FEES or one.category in DISPUTES


def _matched(one: Movement) -> str:
    if one.type in OF_PAYMENTS:
        return one.payment_intent or one.id
    if one.type in OF_REFUNDS or one.category in DISPUTES:
        return one.source or one.id
    return one.id


@cache
def _open() -> CompoundSelect[str, str | None, str | None, int, int]:
    """Everything on which the two sides do not agree, by what it is about."""
    posted = _posted().subquery()
    ours = select(posted.c.about, sum_of(posted.c.amount).label("amount")).group_by(posted.c.about).subquery()
    theirs = (
        select(
            StripeMovement.matched.label("about"),
            func.min(StripeMovement.type).label("type"),
            func.min(StripeMovement.payment_intent).label("intent"),
            # The fee of a line that posted it is in the books; one of an unknown type posted nothing.
            sum_of(case((StripeMovement.entry_id.is_(None), StripeMovement.net), else_=StripeMovement.amount)).label(
                "amount"
            ),
        )
        .where(StripeMovement.type.not_in(TO_BANK | FEES))
        .group_by(StripeMovement.matched)
        .subquery()
    )
    told, held = func.coalesce(theirs.c.amount, 0), func.coalesce(ours.c.amount, 0)
    at_stripe = (
        select(theirs.c.about, theirs.c.type, theirs.c.intent, held, told)
        .outerjoin(ours, ours.c.about == theirs.c.about)
        .where(held != told)
    )
    in_books = (
        select(ours.c.about, theirs.c.type, theirs.c.intent, ours.c.amount, told)
        .outerjoin(theirs, theirs.c.about == ours.c.about)
        .where(theirs.c.about.is_(None), ours.c.amount != 0)
    )
    return union_all(at_stripe, in_books).order_by("about")


_ALL: Final = select(sum_of(StripeMovement.net), func.count(StripeMovement.id))
_POSTING: Final = (
    select(StripeMovement.id, StripeMovement.entry_id, StripeMovement.type, StripeMovement.net, StripeMovement.fee)
    .where(StripeMovement.entry_id.is_not(None), StripeMovement.id > bindparam("after"))
    .order_by(StripeMovement.id)
    .limit(bindparam("most"))
)
_KNOWN: Final = select(StripeMovement.id).where(StripeMovement.id == any_of("id", Text()))
"""Those of many lines that were taken already: two days of them are read again each time."""


def _posted() -> CompoundSelect[str, int]:
    """What payments, refunds and disputes brought to 517, by what they are about."""
    return union_all(
        select(Payment.payment_intent.label("about"), Payment.amount.label("amount")).where(Payment.method == "card"),
        select(Refund.stripe_refund, -Refund.amount).where(Refund.method == "card", Refund.state == "sent"),
        select(Dispute.id, -Dispute.amount).where(Dispute.withdrawn),
    )


_MOVEMENTS: Final = cast("Table", StripeMovement.__table__)
_TAKE: Final = insert(_MOVEMENTS).on_conflict_do_nothing().returning(_MOVEMENTS.c.id)
