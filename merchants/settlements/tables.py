"""The table of statements' papers. Private to the package: others ask its functions."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Moment, Secret, Words


class StatementPaper(Base):
    """The paper of a statement in a form and a language, as it was first asked for. Once, never changed.

    ``digest`` is SHA-256 of ``content``; ``seal`` is what the paper says of itself.
    """

    __tablename__ = "statement_papers"
    __table_args__ = (
        CheckConstraint("form IN ('pdf', 'csv', 'xlsx')", name="form"),
        CheckConstraint("language IN ('fr', 'en')", name="language"),
        {"schema": PROGRAMME},
    )

    settlement_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.settlements.id"), primary_key=True)
    form: Mapped[str] = mapped_column(Text, primary_key=True)
    language: Mapped[str] = mapped_column(Text, primary_key=True)
    content: Mapped[Secret]
    digest: Mapped[Secret]
    seal: Mapped[Words]
    made_at: Mapped[Moment]
