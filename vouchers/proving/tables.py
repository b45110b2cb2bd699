"""The tables of proving: full audits, what each morning came to, letters about it, limits. Private to the package."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Key, Moment, Words

IN_PROGRAMME = {"schema": PROGRAMME}


class FullAudit(Base):
    """An audit of the whole books: asked for, done once, never changed after.

    ``named`` are the first findings, ``books`` is a digest of the state of the books that it looked at.
    """

    __tablename__ = "full_audits"
    __table_args__ = (
        CheckConstraint(
            "num_nulls(done_at, accounts, transfers, findings, named, books) IN (0, 6)", name="done"
        ),
        IN_PROGRAMME,
    )  # fmt: skip

    id: Mapped[Key]
    asked_by: Mapped[Words]
    asked_at: Mapped[Moment]
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    accounts: Mapped[int | None] = mapped_column(BigInteger)
    transfers: Mapped[int | None] = mapped_column(BigInteger)
    findings: Mapped[int | None] = mapped_column(Integer)
    named: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    books: Mapped[bytes | None] = mapped_column(LargeBinary)


class ProofMorning(Base):
    """What all proofs came to in the morning of a day in Paris. Written once."""

    __tablename__ = "proof_mornings"
    __table_args__ = (IN_PROGRAMME,)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    reckoned_at: Mapped[Moment]
    red: Mapped[bool] = mapped_column(Boolean)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class ProofLetter(Base):
    """A letter about a morning to one of those who run the programme: one a day at most."""

    __tablename__ = "proof_letters"
    __table_args__ = (
        UniqueConstraint("day", "recipient"),
        CheckConstraint("state IN ('queued', 'sending', 'sent', 'refused', 'doubtful', 'dropped')", name="state"),
        Index("ix_proof_letters_open", "id", postgresql_where=text("state IN ('queued', 'sending')")),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    day: Mapped[date] = mapped_column(ForeignKey(f"{PROGRAMME}.proof_mornings.day"))
    recipient: Mapped[UUID]
    asked_at: Mapped[Moment]
    state: Mapped[Words] = mapped_column(server_default="queued")
    moved_at: Mapped[Moment]
    detail: Mapped[Words] = mapped_column(server_default="")


class GaugeLimit(Base):
    """From a day on, at which shares of the law's threshold a gauge warns and alarms; in basis points. Written once."""

    __tablename__ = "gauge_limits"
    __table_args__ = (
        CheckConstraint("gauge IN ('circulation', 'payments')", name="gauge"),
        CheckConstraint("warn_bp > 0 AND warn_bp < alarm_bp AND alarm_bp <= 10000", name="order"),
        Index("ix_gauge_limits_gauge", "gauge", "effective_from", "id"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    gauge: Mapped[Words]
    effective_from: Mapped[date]
    warn_bp: Mapped[int] = mapped_column(Integer)
    alarm_bp: Mapped[int] = mapped_column(Integer)
    set_by: Mapped[Words]
    set_at: Mapped[Moment]
