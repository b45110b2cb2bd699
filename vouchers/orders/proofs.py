"""The proofs of orders: what is paid and issued, what is set aside, what came and went back, and account 517 in all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Select, and_, case, exists, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances, movements, tallies
from ledger.audit import NAMED_AT_MOST, Finding
from ledger.balances import Posted
from ledger.chart import Kind, single
from ledger.database import sum_of
from ledger.money import ZERO, Money
from ledger.parallel import beyond, from_key
from vouchers.funding import claiming
from vouchers.orders import stripe_books
from vouchers.orders.disputing import WITHDRAWN
from vouchers.orders.giving_back import SENT_BY_CARD, SENT_BY_TRANSFER
from vouchers.orders.paying import PAYMENT
from vouchers.orders.tables import Beneficiary, Dispute, Order, OrderLine, Payment, Refund
from vouchers.tables import Buyer

AT_ONCE: Final = 2_000

_WAITING: Final = ("draft", "awaiting_payment", "paid", "cancelled")
_ISSUED: Final = ("issued", "delivered")

_CAME_TO: Final = {"card": single(Kind.STRIPE), "transfer": single(Kind.BANK)}
_SENT: Final = {"card": SENT_BY_CARD, "transfer": SENT_BY_TRANSFER}


async def order_findings(session: AsyncSession) -> list[Finding]:
    """Everything that does not agree between orders and the books."""
    findings = [
        *await _wrong_orders(session),
        *await _wrong_claims(session),
        *await _wrong_set_aside(session),
        *await _wrong_payments(session),
        *await _wrong_refunds(session),
        *await _missing(session),
        *await _wrong_disputes(session),
        *await _wrong_lines(session),
        *await _wrong_stripe(session),
    ]
    return findings[:NAMED_AT_MOST]


async def _wrong_orders(session: AsyncSession) -> list[Finding]:
    """Orders that count as paid and are not, and lines that are issued before their order is, or not with it."""
    return [Finding("order", "order", id_, _WRONG[place][0]) for place, id_ in await session.execute(_WRONG_ORDERS)]


async def _wrong_claims(session: AsyncSession) -> list[Finding]:
    """Top-ups that are kept for orders which are not paid, or are no more, and whose money nobody else can have."""
    kept = (await session.execute(_KEPT_BESIDE)).scalars()
    return [Finding("funding", "promise", claim, "is kept for an order that is not paid") for claim in kept]


async def _missing(session: AsyncSession) -> list[Finding]:
    """Money that was sent back, but of which nobody knows for which order.

    A payment that is missing is found elsewhere if it came by card; money at the bank may be paid in for no order.
    """
    return [
        Finding("refund", "transfer", transfer, f"is posted as {kind}, but its refund is not there")
        for kind, transfer in await movements.not_among(session, _STRANGERS)
    ]


async def _wrong_set_aside(session: AsyncSession) -> list[Finding]:
    """Buyers of whom more or less is set aside than their waiting orders and refunds make."""
    return [
        Finding("set-aside", "buyer", id_, f"{Money(kept)} is set aside; orders and refunds make {Money(makes)}")
        for id_, kept, makes in await session.execute(_WRONG_SET_ASIDE)
    ]


async def _wrong_payments(session: AsyncSession) -> list[Finding]:
    findings = []
    after: UUID | None = None
    while some := (await session.execute(_SOME_PAYMENTS, from_key(after))).scalars().all():
        posted = await balances.transfers_by_id(session, [row.id for row in some])
        findings += [
            Finding("payment", "payment", row.id, "is not what its transfer says")
            for row in some
            if _said(posted.get(row.id)) != (PAYMENT, _CAME_TO[row.method], row.buyer_id, row.amount)
        ]
        after = some[-1].id
    return findings


async def _wrong_refunds(session: AsyncSession) -> list[Finding]:
    """Refunds that took or sent another amount than they say."""
    rows = (await session.execute(_REFUNDS)).all()
    findings = []
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        sent = await _transfers(session, [row.transfer_id for row, _ in some])
        back = await balances.reversals_of(session, list(sent))
        for row, buyer in some:
            transfer = sent.get(row.transfer_id) if row.transfer_id else None
            should = row.method != "credit" and (row.state == "sent" or row.transfer_id is not None)
            right = (_SENT.get(row.method), buyer, _CAME_TO.get(row.method), row.amount) if should else None
            came_back = row.transfer_id in back
            if _said(transfer) != right or came_back != (row.state == "failed" and row.transfer_id is not None):
                findings.append(Finding("refund", "refund", row.id, "is not what its transfer says"))
        findings += await _wrong_takings(session, [(row, buyer) for row, buyer in some if row.source == "vouchers"])
    return findings


async def _wrong_takings(session: AsyncSession, some: Sequence[tuple[Refund, UUID]]) -> list[Finding]:
    """Refunds whose entry took another amount from vouchers, fees or VAT."""
    entries: dict[UUID, list[UUID]] = defaultdict(list)
    for row, buyer in some:
        entries[buyer].append(row.id)
    gave = {
        (one.entry, one.kind): one.amount.cents
        for buyer, refunds in entries.items()
        for one in await tallies.counterparts(session, buyer, refunds)
    }
    findings = []
    for row, _ in some:
        taken = tuple(gave.get((row.id, kind), 0) for kind in (Kind.VOUCHER, Kind.FEES, Kind.VAT))
        if taken != (row.amount - row.fee - row.fee_vat, row.fee, row.fee_vat):
            findings.append(Finding("refund", "refund", row.id, "did not take from vouchers and fees what it says"))
    return findings


async def _wrong_disputes(session: AsyncSession) -> list[Finding]:
    """Disputes whose money is not where they say."""
    rows = (await session.execute(_DISPUTES)).all()
    taken = await _transfers(session, [row.withdrawal_id for row, _ in rows])
    back = await balances.reversals_of(session, list(taken))
    findings = []
    for row, buyer in rows:
        transfer = taken.get(row.withdrawal_id) if row.withdrawal_id else None
        right = (WITHDRAWN, buyer, single(Kind.STRIPE), row.amount) if row.withdrawn else None
        if _said(transfer) != right or row.withdrawal_id in back:
            findings.append(Finding("dispute", "dispute", None, f"{row.id} is not what its transfer says"))
    return findings


async def _wrong_lines(session: AsyncSession) -> list[Finding]:
    """Lines of Stripe's account that posted another amount than they say."""
    findings, after = [], ""
    stripe = single(Kind.STRIPE)
    while some := await stripe_books.posting_lines(session, after=after, limit=AT_ONCE):
        did: dict[UUID, Money] = {}
        for one in await tallies.counterparts(session, stripe, [entry for _, entry, _ in some]):
            # Brought to an account means credited; 517 grows on the debit side.
            did[one.entry] = did.get(one.entry, ZERO) - one.amount
        findings += [
            Finding("stripe", "movement", entry, f"{id_} says {says}, and posted {did.get(entry, ZERO)}")
            for id_, entry, says in some
            if did.get(entry, ZERO) != says
        ]
        after = some[-1][0]
    return findings


async def _wrong_stripe(session: AsyncSession) -> list[Finding]:
    """517 holds what payments, refunds, disputes and Stripe's own lines make, and nothing came by another door."""
    found = await stripe_books.reconciliation(session)
    if found.unexplained:
        detail = f"{found.unexplained} of 517 is neither a payment, a refund, a dispute nor a line of Stripe's"
        return [Finding("stripe", "account", single(Kind.STRIPE), detail)]
    return []


async def _transfers(session: AsyncSession, ids: Sequence[UUID | None]) -> dict[UUID, Posted]:
    return await balances.transfers_by_id(session, [one for one in ids if one is not None])


def _said(posted: Posted | None) -> tuple[str, UUID, UUID, int] | None:
    return None if posted is None else (posted.kind, posted.debit, posted.credit, posted.amount.cents)


def _wrong_set_aside_rows() -> Select[UUID, int, int]:
    """Each buyer of whom another sum is set aside than is due: the two sums."""
    waits = or_(
        Order.status.in_(("draft", "awaiting_payment", "paid")),
        and_(Order.status == "disputed", Order.resting.in_(("awaiting_payment", "paid"))),
    )
    covered = (
        select(Order.buyer_id.label("id"), sum_of(case((waits, Order.covered), else_=0)).label("sum"))
        .group_by(Order.buyer_id)
        .subquery()
    )
    asked = (
        select(Order.buyer_id.label("id"), sum_of(Refund.amount).label("sum"))
        .join(Order, Order.id == Refund.order_id)
        .where(Refund.state == "asked")
        .group_by(Order.buyer_id)
        .subquery()
    )
    due = func.coalesce(covered.c.sum, 0) + func.coalesce(asked.c.sum, 0)
    return (
        select(Buyer.id, Buyer.set_aside, due)
        .outerjoin(covered, covered.c.id == Buyer.id)
        .outerjoin(asked, asked.c.id == Buyer.id)
        .where(Buyer.set_aside != due)
        .order_by(Buyer.id)
    )


_LINE: Final = exists().where(OrderLine.order_id == Order.id)
_NOBODYS: Final = exists().where(Beneficiary.order_id == Order.id, Beneficiary.voucher_id.is_(None))
_DUE: Final = Order.face_total + Order.fee + Order.fee_vat
_WRONG: Final = (
    ("is not paid for", and_(Order.status.in_(("paid", *_ISSUED)), ~Order.on_credit, Order.covered != _DUE)),
    ("is issued before it is paid", and_(Order.status.in_(_WAITING), _LINE.where(OrderLine.batch_id.is_not(None)))),
    ("is not issued in full", and_(Order.status.in_(_ISSUED), _LINE.where(OrderLine.batch_id.is_(None)))),
    ("has beneficiaries without a voucher", and_(Order.status.in_(_ISSUED), _NOBODYS)),
)
"""What is wrong with an order, and when."""
_WRONG_ORDERS: Final = union_all(
    *(
        select(literal(place).label("place"), Order.id.label("id")).where(wrong)
        for place, (_, wrong) in enumerate(_WRONG)
    )
).order_by("place", "id")
_KEPT_BESIDE: Final = claiming.kept_beside(
    select(Order.id).where(or_(Order.status == "paid", and_(Order.status == "disputed", Order.resting == "paid"))),
    limit=NAMED_AT_MOST,
)
_SENT_BACK: Final = cast("Select[UUID]", select(Refund.transfer_id).where(Refund.transfer_id.is_not(None)))
_STRANGERS: Final = movements.strangers_of(dict.fromkeys(_SENT.values(), _SENT_BACK), limit=NAMED_AT_MOST)
_WRONG_SET_ASIDE: Final = _wrong_set_aside_rows()
_SOME_PAYMENTS: Final = select(Payment).where(beyond(Payment.id)).order_by(Payment.id).limit(AT_ONCE)
_REFUNDS: Final = select(Refund, Order.buyer_id).join(Order, Order.id == Refund.order_id).order_by(Refund.id)
_DISPUTES: Final = select(Dispute, Order.buyer_id).join(Order, Order.id == Dispute.order_id)
