"""A paper as JSON and back (`merchants.facts`). What is kept is all that is printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from merchants import facts
from vouchers.orders.paperwork.papers import AnyPaper, CreditNote, FeeInvoice, PaperKind, Receipt, ReceiptCancellation

PAPERS: Final[Mapping[PaperKind, type[AnyPaper]]] = {
    "invoice": FeeInvoice,
    "receipt": Receipt,
    "credit_note": CreditNote,
    "receipt_cancellation": ReceiptCancellation,
}


def kind_of(paper: AnyPaper) -> PaperKind:
    """The word by which its kind is kept."""
    (kind,) = (kind for kind, made in PAPERS.items() if made is type(paper))
    return kind


def facts_of(paper: AnyPaper) -> dict[str, Any]:
    """Everything that a paper says."""
    kept: dict[str, Any] = facts.plain(paper)
    return kept


def paper_of(kind: PaperKind, kept: Mapping[str, Any]) -> AnyPaper:
    """The paper that ``facts_of`` kept."""
    paper: AnyPaper = facts.made(PAPERS[kind], kept)
    return paper
