"""The tables of public money: budgets, reserves, rules of top-up, what each added to which order."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Cents, Key, Moment, Words

IN_PROGRAMME = {"schema": PROGRAMME}
_FUNDERS = f"{PROGRAMME}.funders.id"


class Budget(Base):
    """What the agreement with a funder grants for some days. ``granted`` is what of it went to vouchers, in cents."""

    __tablename__ = "funder_budgets"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("0 <= granted AND granted <= amount", name="granted"),
        Index("ix_funder_budgets_funder_id", "funder_id", "first_day"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    funder_id: Mapped[UUID] = mapped_column(ForeignKey(_FUNDERS))
    label: Mapped[Words]
    first_day: Mapped[date]
    last_day: Mapped[date]
    amount: Mapped[Cents]
    granted: Mapped[Cents] = mapped_column(server_default=text("0"))
    made_by: Mapped[Words]
    made_at: Mapped[Moment]


class Reserve(Base):
    """What of a funder's money is kept for one purpose: a campaign, a rule, an order that is paid and not issued.

    Its id is that of the purpose. After ``until`` it keeps nothing any more. ``counted``: its budget has it already.
    """

    __tablename__ = "funder_reserves"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        Index("ix_funder_reserves_funder_id", "funder_id", postgresql_where=text("amount > 0")),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    funder_id: Mapped[UUID] = mapped_column(ForeignKey(_FUNDERS))
    amount: Mapped[Cents]
    until: Mapped[date | None]
    counted: Mapped[bool] = mapped_column(Boolean, server_default=false())


class Rule(Base):
    """What a funder adds to vouchers when they are bought. ``given`` is what of ``budget`` was promised to orders."""

    __tablename__ = "top_up_rules"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("0 <= given AND given <= budget", name="given"),
        CheckConstraint("(rate_bp > 0) <> (each > 0) AND rate_bp BETWEEN 0 AND 10000 AND each >= 0", name="brings"),
        CheckConstraint(
            "most_per_voucher > 0 AND most_per_order >= 0 AND most_per_person >= 0 AND least_face >= 0", name="bounds"
        ),
        CheckConstraint("buyers IN ('all', 'company', 'person')", name="buyers"),
        Index("ix_top_up_rules_funder_id", "funder_id"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    funder_id: Mapped[UUID] = mapped_column(ForeignKey(_FUNDERS))
    title: Mapped[Words]
    first_day: Mapped[date]
    last_day: Mapped[date]
    budget: Mapped[Cents]
    given: Mapped[Cents] = mapped_column(server_default=text("0"))
    rate_bp: Mapped[int] = mapped_column(Integer)
    each: Mapped[Cents]
    most_per_voucher: Mapped[Cents]
    most_per_order: Mapped[Cents]
    most_per_person: Mapped[Cents]
    least_face: Mapped[Cents]
    buyers: Mapped[Words]
    postcodes: Mapped[list[Any]] = mapped_column(JSONB)
    use_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.usage_rules.id"))
    made_by: Mapped[Words]
    made_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Claim(Base):
    """What a rule adds to an order, decided when it was paid: kept, then given when it is issued, or released."""

    __tablename__ = "top_up_claims"
    __table_args__ = (
        Index(
            "uq_top_up_claims_live", "order_id", "rule_id", unique=True, postgresql_where=text("state <> 'released'")
        ),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("state IN ('kept', 'given', 'released')", name="state"),
        Index("ix_top_up_claims_rule_id", "rule_id"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    order_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.orders.id"))
    rule_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.top_up_rules.id"))
    amount: Mapped[Cents]
    state: Mapped[Words] = mapped_column(server_default="kept")
    at: Mapped[Moment]


class Share(Base):
    """What of a claim is for one voucher of its order, by its place; ``person`` is a hash of who receives it."""

    __tablename__ = "top_up_shares"
    __table_args__ = (
        UniqueConstraint("top_up_id"),
        CheckConstraint("amount > 0 AND place >= 1", name="amount"),
        Index("ix_top_up_shares_person", "person"),
        IN_PROGRAMME,
    )

    claim_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.top_up_claims.id"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    person: Mapped[Words]
    amount: Mapped[Cents]
    top_up_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.top_ups.id"))
