"""The request for payment of an order: its figures of today, and where to transfer what is missing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import day_of
from ledger.money import ZERO, Money
from merchants import programme
from merchants.programme import Terms
from vouchers.buyers import buyer
from vouchers.orders.errors import WrongOrderStatus
from vouchers.orders.paperwork import epc
from vouchers.orders.paperwork.documents import papers_of
from vouchers.orders.paperwork.paper_errors import TransferCodeRefused, TransferUnavailable
from vouchers.orders.paperwork.paper_parties import agreed_vat_rate, customer_of, mark_of, seller_of
from vouchers.orders.paperwork.papers import Account, PaymentRequest, Receipt, VoucherLine
from vouchers.orders.queries import OrderView, Status, lines_of, order, under_way

PLACED: Final[tuple[Status, ...]] = ("awaiting_payment", "paid", "issued", "delivered", "refunded", "disputed")


async def payment_request(session: AsyncSession, order_id: UUID, *, at: datetime) -> PaymentRequest:
    """The order form of an order that is placed, with where to transfer what is missing, unless a debit brings it.

    :raises OrderUnknown:
    :raises WrongOrderStatus: a draft has no price yet, and what was cancelled is not to be paid
    :raises TransferUnavailable: if a transfer is asked for and the programme has no IBAN
    """
    found = await order(session, order_id)
    if found.status not in PLACED:
        raise WrongOrderStatus(status=found.status, needed=PLACED)
    terms = await programme.terms_on(session, day_of(at))
    lines = await lines_of(session, order_id)
    debit = found.missing > ZERO and await under_way(session, order_id)
    asked = found.missing > ZERO and not debit
    return PaymentRequest(
        drawn_on=day_of(at), seller=seller_of(terms), customer=customer_of(await buyer(session, found.buyer)),
        order=mark_of(found), lines=tuple(VoucherLine(line.quantity, line.face_value) for line in lines),
        face_total=found.face_total, fee=found.fee, vat_rate_bp=await agreed_vat_rate(session, found),
        fee_vat=found.fee_vat, covered=found.covered, due_on=await _due_on(session, found),
        account=account_of(terms, found.missing, reference=found.reference or "") if asked else None,
        issued=all(line.batch is not None for line in lines), debit=debit,
    )  # fmt: skip


def account_of(terms: Terms, missing: Money, *, reference: str) -> Account:
    """Where to transfer a sum, with the code that fills the transfer in unless the sum is beyond codes.

    :raises TransferUnavailable: if the programme has no IBAN
    """
    if terms.iban is None:
        raise TransferUnavailable
    transfer = epc.CreditTransfer(
        name=epc.shortened(terms.legal_name), iban=terms.iban, amount=missing, reference=reference, bic=terms.bic
    )
    code: str | None
    try:
        code = epc.payload(transfer)
    except TransferCodeRefused:
        code = None  # the account and the reference can still be typed
    return Account(holder=terms.legal_name, iban=terms.iban, bic=terms.bic, code=code)


async def _due_on(session: AsyncSession, found: OrderView) -> date | None:
    """Until when: as the order lapses, or as the debit note of vouchers on credit says."""
    if found.missing <= ZERO or found.status == "awaiting_payment":
        return found.lapses_on
    papers = [one.paper for one in await papers_of(session, found.id)]
    return next((paper.due_on for paper in papers if isinstance(paper, Receipt)), None)
