"""Numbered papers as they are kept: written once with all that is printed on them, read and drawn for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, Final, cast
from uuid import UUID

from sqlalchemy import bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.days import day_of
from ledger.formats import Language
from ledger.ids import new_id
from ledger.money import Money
from ledger.parallel import beyond, from_key
from merchants.numbering import Letters, take_numbers
from vouchers.orders.paperwork.paper_errors import DocumentUnknown
from vouchers.orders.paperwork.paper_facts import facts_of, kind_of, paper_of
from vouchers.orders.paperwork.papers import AnyPaper, PaperKind, PaperMark, total_of
from vouchers.orders.paperwork.papers_pdf import draw_paper
from vouchers.orders.tables import Document

LETTERS: Final[dict[PaperKind, Letters]] = {
    "invoice": "F",
    "receipt": "R",
    "credit_note": "A",
    "receipt_cancellation": "AR",
}
"""What follows the programme's prefix in a number: facture, reçu, avoir, annulation de reçu."""


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A paper as it was issued. ``total`` is with VAT; ``corrects`` the id of the paper that it takes back from."""

    id: UUID
    kind: PaperKind
    number: str
    order: UUID
    corrects: UUID | None
    total: Money
    issued_on: date
    made_at: datetime
    paper: AnyPaper


async def papers_of(session: AsyncSession, order_id: UUID) -> list[DocumentView]:
    """The papers of an order, oldest first."""
    statement = select(Document).where(Document.order_id == order_id).order_by(Document.id)
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def documents_page(session: AsyncSession, *, after: UUID | None = None, limit: int) -> list[DocumentView]:
    """All papers in the order in which they were issued."""
    rows = await session.execute(_PAGE, {**from_key(after), "most": limit})
    return [_view(row) for row in rows.scalars()]


async def document(session: AsyncSession, document_id: UUID) -> DocumentView:
    """One paper.

    :raises DocumentUnknown:
    """
    row = (await session.execute(select(Document).where(Document.id == document_id))).scalar_one_or_none()
    if row is None:
        raise DocumentUnknown(document=document_id)
    return _view(row)


def draw(document: DocumentView, out: BinaryIO, language: Language) -> None:
    """Write a paper's PDF to ``out``: the same bytes for ever, whatever became of the order since.

    Takes tens of milliseconds of the processor: not for the event loop.
    """
    draw_paper(out, document.paper, language)


async def number_of(session: AsyncSession, kind: PaperKind, *, prefix: str, at: datetime) -> PaperMark:
    """The next number of a kind and the day it bears: a later number never bears an earlier day of its year.

    The moment of a transaction is that of its beginning, and one that began before midnight may get its number after
    another of the new day.
    """
    today = day_of(at)
    (number,) = await take_numbers(session, series=kind, prefix=prefix, letters=LETTERS[kind], year=today.year, count=1)
    head, _, count = number.rpartition("-")
    previous = f"{head}-{int(count) - 1:0{len(count)}d}"
    last = await session.execute(select(Document.issued_on).where(Document.number == previous))
    return PaperMark(number, max(today, last.scalar_one_or_none() or today))


async def papers_of_refund(session: AsyncSession, order_id: UUID, refund: UUID) -> list[DocumentView]:
    """The papers that were issued for a refund, oldest first."""
    statement = select(Document).where(Document.order_id == order_id, Document.facts["refund"].astext == str(refund))
    return [_view(row) for row in (await session.execute(statement.order_by(Document.id))).scalars()]


async def keep(
    session: AsyncSession,
    order_id: UUID,
    paper: AnyPaper,
    *,
    at: datetime,
    corrects: UUID | None = None,
    refund: UUID | None = None,
) -> DocumentView:
    """Write a paper down. For ``issuing_papers``.

    :param corrects: the paper that it takes back from
    :param refund: the event that it was issued for
    """
    facts = {"paper": facts_of(paper)} | ({"refund": str(refund)} if refund else {})
    view = DocumentView(
        new_id(), kind_of(paper), paper.number, order_id, corrects, total_of(paper), paper.issued_on, at, paper
    )
    await session.execute(
        insert(Document).values(
            id=view.id, kind=view.kind, number=view.number, order_id=order_id, corrects_id=corrects,
            total=view.total.cents, issued_on=view.issued_on, facts=facts, made_at=at,
        )
    )  # fmt: skip
    return view


def _view(row: Document) -> DocumentView:
    kind = cast("PaperKind", row.kind)
    return DocumentView(
        row.id, kind, row.number, row.order_id, row.corrects_id, Money(row.total), row.issued_on, row.made_at,
        paper_of(kind, row.facts["paper"]),
    )  # fmt: skip


_PAGE: Final = select(Document).where(beyond(Document.id)).order_by(Document.id).limit(bindparam("most"))
