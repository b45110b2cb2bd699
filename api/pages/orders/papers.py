"""The papers of an order as PDF: the request for payment, the invoice, the receipt, what takes them back."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, VisitorOf
from api.pages.orders.access import order_for
from api.pages.orders.downloads import PDF, download, drawn
from vouchers.orders.paperwork import issuing_papers, request_pdf, requesting
from vouchers.orders.paperwork.paper_errors import DocumentUnknown

router = APIRouter(include_in_schema=False)


@router.get("/{slug:slug}/orders/{order_id}/request.pdf")
async def request_for_payment(visitor: VisitorOf, session: PageReading, order_id: UUID) -> Response:
    """Where to transfer what is missing, on paper."""
    order = await order_for(session, visitor, order_id, P.DOCUMENTS_READ)
    request = await requesting.payment_request(session, order_id, at=await clock.now(session))
    pdf = await drawn(lambda out: request_pdf.draw_request(out, request, order.language))
    return download(pdf, f"{order.number}.pdf", PDF)


@router.get("/{slug:slug}/orders/{order_id}/papers/{document_id}.pdf")
async def paper(visitor: VisitorOf, session: PageReading, order_id: UUID, document_id: UUID) -> Response:
    """A numbered paper of this order."""
    order = await order_for(session, visitor, order_id, P.DOCUMENTS_READ)
    found = await issuing_papers.document(session, document_id)
    if found.order != order_id:
        raise DocumentUnknown(document=document_id)
    pdf = await drawn(lambda out: issuing_papers.draw(found, out, order.language))
    return download(pdf, f"{found.number}.pdf", PDF)
