"""The numbered papers of an order: issued once, with the figures of the ledger, and drawn the same for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypedDict, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import tallies
from ledger.chart import Kind
from ledger.days import day_of
from ledger.money import ZERO, Money, total
from merchants import programme
from vouchers.buyers import buyer
from vouchers.orders.errors import NothingIssued
from vouchers.orders.locking import locked
from vouchers.orders.paperwork.documents import (
    DocumentView,
    document,
    draw,
    keep,
    number_of,
    papers_of,
    papers_of_refund,
)
from vouchers.orders.paperwork.paper_errors import CreditBeyondInvoice, PapersDisagree
from vouchers.orders.paperwork.paper_parties import agreed_vat_rate, customer_of, mark_of, paid_of, seller_of
from vouchers.orders.paperwork.papers import (
    AnyPaper,
    CreditNote,
    Customer,
    FeeInvoice,
    FeeLine,
    OrderMark,
    PaperKind,
    PaperMark,
    Receipt,
    ReceiptCancellation,
    Seller,
    VoucherLine,
)
from vouchers.orders.queries import LineView, OrderView, lines_of, payments_of
from vouchers.tables import Batch

__all__ = ["CREDIT_DAYS", "DocumentView", "document", "draw", "issue_credit_papers", "issue_papers", "papers_of"]

CREDIT_DAYS: Final = 30
"""When a company that has vouchers on credit pays: the days that hold where nothing else was agreed
(C. com. art. L441-10, I)."""


class _Heading(TypedDict):
    """What papers of one event share."""

    seller: Seller
    customer: Customer
    order: OrderMark


@dataclass(frozen=True, slots=True)
class _Posted:
    """What the books say of the batch of one line."""

    line: LineView
    last_day: date
    fee: Money
    fee_vat: Money


async def issue_papers(session: AsyncSession, order_id: UUID, *, at: datetime) -> list[DocumentView]:
    """Issue the invoice of the fee, if there is one, and the receipt of the face values; a second call finds them.

    The numbers stay locked until the transaction ends, so that none is lost: let this come last in it.

    :raises OrderUnknown:
    :raises NothingIssued: an order without vouchers has no papers
    :raises PapersDisagree: if the books do not say what was agreed
    """
    order = await locked(session, order_id)
    before = [one for one in await papers_of(session, order_id) if one.kind in {"invoice", "receipt"}]
    if before:
        return before
    posted, issued_on = await _posted(session, order)
    terms = await programme.terms_on(session, day_of(at))
    heading = _Heading(
        seller=seller_of(terms), customer=customer_of(await buyer(session, order.buyer)), order=mark_of(order)
    )
    paid = paid_of(await payments_of(session, order_id))
    invoice = await number_of(session, "invoice", prefix=terms.number_prefix, at=at) if order.fee else None
    receipt = await number_of(session, "receipt", prefix=terms.number_prefix, at=at)
    due_on = receipt.issued_on + timedelta(CREDIT_DAYS) if order.missing else None
    made: list[AnyPaper] = []
    if invoice is not None:
        made.append(
            FeeInvoice(
                number=invoice.number, issued_on=invoice.issued_on, **heading, supplied_on=issued_on,
                lines=tuple(FeeLine(one.line.quantity, one.line.face_value, one.fee) for one in posted if one.fee),
                net=total([one.fee for one in posted]), vat_rate_bp=await agreed_vat_rate(session, order),
                vat=total([one.fee_vat for one in posted]), gross=order.fee + order.fee_vat,
                vat_on_debits=terms.vat_on_debits, paid=paid, due_on=due_on, receipt=receipt.number,
            )
        )  # fmt: skip
    made.append(
        Receipt(
            number=receipt.number, issued_on=receipt.issued_on, **heading, issued_vouchers_on=issued_on,
            lines=tuple(VoucherLine(one.line.quantity, one.line.face_value, one.last_day) for one in posted),
            face_total=order.face_total, fee_gross=order.fee + order.fee_vat,
            invoice=invoice.number if invoice else None, paid=paid, covered=order.covered, due_on=due_on,
        )
    )  # fmt: skip
    return [await keep(session, order_id, paper, at=at) for paper in made]


async def issue_credit_papers(
    session: AsyncSession, order_id: UUID, *, refund: UUID, at: datetime, entry: UUID | None = None
) -> list[DocumentView]:
    """Issue what corrects the papers of an order: a credit note of the fee, a cancellation of face values, or both.

    The figures are what one entry of the ledger gave back to the buyer, from the fees, from VAT and from vouchers.

    :param refund: the event that gives back; a second call for it finds its papers
    :param entry: the ledger's entry, if its id is not the event's own
    :returns: nothing if the entry gave back nothing
    :raises OrderUnknown:
    :raises NothingIssued: an order without papers has nothing to correct
    :raises CreditBeyondInvoice: if more would be given back than is left of the paper that is corrected
    """
    order = await locked(session, order_id)
    before = await papers_of_refund(session, order_id, refund)
    if before:
        return before
    papers = await papers_of(session, order_id)
    gave = await tallies.counterparts(session, order.buyer, [entry or refund])
    back = {one.kind: one for one in gave if one.amount > ZERO}
    net, vat, face = (back[kind].amount if kind in back else ZERO for kind in (Kind.FEES, Kind.VAT, Kind.VOUCHER))
    if not (net or vat or face):
        return []
    terms = await programme.terms_on(session, day_of(at))
    heading = _Heading(
        seller=seller_of(terms), customer=customer_of(await buyer(session, order.buyer)), order=mark_of(order)
    )
    made: list[tuple[AnyPaper, UUID]] = []
    if net or vat:
        invoice = _correctable(papers, "invoice", order, net + vat)
        number = await number_of(session, "credit_note", prefix=terms.number_prefix, at=at)
        note = CreditNote(
            number=number.number, issued_on=number.issued_on, **heading, corrects=_marked(invoice), net=net,
            vat_rate_bp=cast("FeeInvoice", invoice.paper).vat_rate_bp, vat=vat, gross=net + vat,
        )  # fmt: skip
        made.append((note, invoice.id))
    if face:
        receipt = _correctable(papers, "receipt", order, face)
        number = await number_of(session, "receipt_cancellation", prefix=terms.number_prefix, at=at)
        cancelled = ReceiptCancellation(
            number=number.number, issued_on=number.issued_on, **heading, corrects=_marked(receipt),
            quantity=back[Kind.VOUCHER].transfers, face_value=face,
        )  # fmt: skip
        made.append((cancelled, receipt.id))
    return [await keep(session, order_id, paper, at=at, corrects=corrects, refund=refund) for paper, corrects in made]


async def _posted(session: AsyncSession, order: OrderView) -> tuple[list[_Posted], date]:
    """What the books say of the batches of an order, and the day on which the last was issued."""
    lines = await lines_of(session, order.id)
    batches = [line.batch for line in lines if line.batch is not None]
    if not lines or len(batches) < len(lines):
        raise NothingIssued(status=order.status)
    kept = {row.id: row for row in (await session.execute(select(Batch).where(Batch.id.in_(batches)))).scalars()}
    found = {(one.entry, one.kind): one for one in await tallies.counterparts(session, order.buyer, batches)}

    def amount(batch: UUID, kind: Kind) -> Money:
        return -found[batch, kind].amount if (batch, kind) in found else ZERO

    posted = []
    for line, batch in zip(lines, batches, strict=True):
        face = amount(batch, Kind.VOUCHER)
        if face != line.face_value * line.quantity:
            raise PapersDisagree(figure="face_total", agreed=line.face_value * line.quantity, posted=face)
        posted.append(_Posted(line, kept[batch].last_day, amount(batch, Kind.FEES), amount(batch, Kind.VAT)))
    for figure, agreed, sums in (
        ("face_total", order.face_total, [line.face_value * line.quantity for line in lines]),
        ("fee", order.fee, [one.fee for one in posted]),
        ("fee_vat", order.fee_vat, [one.fee_vat for one in posted]),
    ):
        if agreed != total(sums):
            raise PapersDisagree(figure=figure, agreed=agreed, posted=total(sums))
    return posted, day_of(max(row.issued_at for row in kept.values()))


def _correctable(papers: Sequence[DocumentView], kind: PaperKind, order: OrderView, asked: Money) -> DocumentView:
    """The paper of this kind, of which as much as asked is left."""
    corrected = next((one for one in papers if one.kind == kind), None)
    if corrected is None:
        raise NothingIssued(status=order.status)
    left = corrected.total - total([one.total for one in papers if one.corrects == corrected.id])
    if asked > left:
        raise CreditBeyondInvoice(number=corrected.number, left=left, asked=asked)
    return corrected


def _marked(document: DocumentView) -> PaperMark:
    return PaperMark(document.number, document.issued_on)
