"""The tables of joining: known establishments, applications, invitations. Private to ``merchants.joining``."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, DateTime, Double, ForeignKey, Index, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Facts, Key, Moment, Secret, Words

IN_PROGRAMME = {"schema": PROGRAMME}
_SHOPS = f"{PROGRAMME}.shops.id"


class Establishment(Base):
    """An establishment of the imported register (INSEE, Sirene): what an application is prefilled from. Not a shop."""

    __tablename__ = "establishments"
    __table_args__ = (Index("ix_establishments_commune", "commune", "name"), IN_PROGRAMME)

    siret: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[Words]
    legal_name: Mapped[str | None] = mapped_column(Text)
    street: Mapped[Words]
    postcode: Mapped[Words]
    commune: Mapped[Words]
    commune_code: Mapped[str | None] = mapped_column(Text)
    naf: Mapped[Words]
    trade: Mapped[Words]
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    imported_at: Mapped[Moment]


class Invitation(Base):
    """A shop that was asked to join. ``state`` is its answer, ``letter`` what became of the last letter."""

    __tablename__ = "shop_invitations"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'opened', 'accepted', 'declined', 'expired')", name="state"),
        CheckConstraint("letter IN ('queued', 'sending', 'sent', 'refused', 'doubtful', 'bounced')", name="letter"),
        CheckConstraint("letters BETWEEN 1 AND 3", name="letters"),
        CheckConstraint("(state IN ('accepted', 'declined', 'expired')) = (ended_at IS NOT NULL)", name="ended"),
        Index(
            "uq_shop_invitations_open", "shop_id", unique=True, postgresql_where=text("state IN ('asked', 'opened')")
        ),
        Index(
            "ix_shop_invitations_letter", "id", postgresql_where=text("letter IN ('queued', 'sending')")
        ),
        IN_PROGRAMME,
    )  # fmt: skip

    id: Mapped[Key]
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(_SHOPS))
    email: Mapped[Words]
    message: Mapped[Words] = mapped_column(server_default="")
    language: Mapped[Words]
    state: Mapped[Words] = mapped_column(server_default="asked")
    letter: Mapped[Words] = mapped_column(server_default="queued")
    letters: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    letter_id: Mapped[UUID]
    letter_at: Mapped[Moment]
    detail: Mapped[Words] = mapped_column(server_default="")
    reason: Mapped[Words] = mapped_column(server_default="")
    asked_by: Mapped[Words]
    asked_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Application(Base):
    """A shop that asks to join. ``asked`` holds the fields of the shop as typed and judged, but its bank account.

    Until its address is confirmed it is nobody's shop: ``shop_id`` comes with the confirmation, and what is never
    confirmed is deleted. The bank account goes once the application is decided.
    """

    __tablename__ = "applications"
    __table_args__ = (
        CheckConstraint("state IN ('unconfirmed', 'waiting', 'accepted', 'declined')", name="state"),
        CheckConstraint("(state = 'unconfirmed') = (confirmed_at IS NULL)", name="confirmed"),
        CheckConstraint("(state IN ('accepted', 'declined')) = (decided_at IS NOT NULL)", name="decided"),
        CheckConstraint("(state = 'unconfirmed') = (shop_id IS NULL)", name="shop"),
        Index("uq_applications_waiting", "shop_id", unique=True, postgresql_where=text("state = 'waiting'")),
        Index("ix_applications_open", "id", postgresql_where=text("state IN ('unconfirmed', 'waiting')")),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    shop_id: Mapped[UUID | None] = mapped_column(ForeignKey(_SHOPS))
    invitation_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.shop_invitations.id"))
    siret: Mapped[Words]
    asked: Mapped[Facts]
    iban: Mapped[str | None] = mapped_column(Text)
    bic: Mapped[str | None] = mapped_column(Text)
    name: Mapped[Words]
    email: Mapped[Words]
    language: Mapped[Words]
    charter: Mapped[Words]
    in_register: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[Words] = mapped_column(server_default="unconfirmed")
    asked_at: Mapped[Moment]
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[Words] = mapped_column(server_default="")
    reason: Mapped[Words] = mapped_column(server_default="")


class JoiningLink(Base):
    """The hash of a link in a letter: it opens an invitation, or confirms an application."""

    __tablename__ = "joining_links"
    __table_args__ = (
        CheckConstraint("(invitation_id IS NULL) <> (application_id IS NULL)", name="which"),
        Index("ix_joining_links_ends_at", "ends_at"),
        IN_PROGRAMME,
    )

    hash: Mapped[Secret] = mapped_column(primary_key=True)
    invitation_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.shop_invitations.id"))
    application_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.applications.id"))
    ends_at: Mapped[Moment]
