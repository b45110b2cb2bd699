"""The tables of rules of use. Private to ``vouchers.rules``."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Key, Moment, Words

IN_PROGRAMME = {"schema": PROGRAMME}


class UsageRule(Base):
    """A rule of use through all of its versions, and whether buyers may choose it."""

    __tablename__ = "usage_rules"
    __table_args__ = (IN_PROGRAMME,)

    id: Mapped[Key]
    offered: Mapped[bool] = mapped_column(Boolean)
    changed_by: Mapped[Words]
    changed_at: Mapped[Moment]


class UsageRuleVersion(Base):
    """What a rule asks, since it was written so. Rows are added, never changed: batches refer to them.

    ``communes`` and ``shops`` are pairs of code and name, ``trades`` codes.
    """

    __tablename__ = "usage_rule_versions"
    __table_args__ = (
        UniqueConstraint("rule_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint(
            "jsonb_array_length(communes) + jsonb_array_length(trades) + jsonb_array_length(shops) > 0"
            " OR first_day IS NOT NULL OR last_day IS NOT NULL",
            name="limits",
        ),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    rule_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.usage_rules.id"))
    number: Mapped[int] = mapped_column(Integer)
    name: Mapped[Words]
    communes: Mapped[list[Any]] = mapped_column(JSONB)
    trades: Mapped[list[Any]] = mapped_column(JSONB)
    shops: Mapped[list[Any]] = mapped_column(JSONB)
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    made_by: Mapped[Words]
    made_at: Mapped[Moment]
