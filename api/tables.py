"""The tables of the doors: people and their visits, keys, the counts of wrong codes. Private to the package."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Key, Moment, Secret, Words


class ApiKey(Base):
    """A key: its hash, who it speaks for and what it may do. ``hint`` tells it from others without unlocking."""

    __tablename__ = "api_keys"
    __table_args__ = (
        Index("uq_api_keys_hash", "hash", unique=True),
        CheckConstraint("role IN ('operator', 'buyer', 'shop', 'till')", name="role"),
        CheckConstraint("(role = 'operator') = (subject IS NULL)", name="subject"),
        {"schema": PROGRAMME},
    )

    id: Mapped[Key]
    role: Mapped[Words]
    subject: Mapped[UUID | None]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    label: Mapped[Words]
    hint: Mapped[Words]
    hash: Mapped[Secret]
    made_at: Mapped[Moment]
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class WrongCodes(Base):
    """How many wrong codes, passwords or letters came from one place (a till, an address, a person) in one minute."""

    __tablename__ = "wrong_codes"
    __table_args__ = (Index("ix_wrong_codes_minute", "minute"), {"schema": PROGRAMME})

    place: Mapped[str] = mapped_column(Text, primary_key=True)
    minute: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    times: Mapped[int] = mapped_column(Integer)


class Person(Base):
    """Somebody who signs in. ``password_hash`` is argon2's text, or nothing for who signs in by e-mailed links."""

    __tablename__ = "people"
    __table_args__ = (Index("uq_people_email", func.lower(text("email")), unique=True), {"schema": PROGRAMME})

    id: Mapped[Key]
    email: Mapped[Words]
    name: Mapped[Words]
    language: Mapped[Words]
    password_hash: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[Moment]
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Office(Base):
    """What a person is in the programme; one person may hold several. ``subject`` is the buyer, shop or till."""

    __tablename__ = "offices"
    __table_args__ = (
        Index("uq_offices_held", "person_id", "role", "subject", unique=True, postgresql_nulls_not_distinct=True),
        CheckConstraint("role IN ('operator', 'accountant', 'manager', 'buyer', 'shop', 'till')", name="role"),
        CheckConstraint("(role IN ('operator', 'accountant', 'manager')) = (subject IS NULL)", name="subject"),
        {"schema": PROGRAMME},
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.people.id"))
    role: Mapped[Words]
    subject: Mapped[UUID | None]
    given_by: Mapped[Words]
    given_at: Mapped[Moment]


class Visit(Base):
    """A signed-in browser: the hash of its token. ``guest`` is the private buyer whose order it placed unasked.

    ``proved_at`` is when its person proved who they are, by a password or a link; a visit that goes on under a new
    token proved nothing.
    """

    __tablename__ = "visits"
    __table_args__ = (
        Index("ix_visits_person_id", "person_id"),
        CheckConstraint("(person_id IS NULL) <> (guest IS NULL)", name="whose"),
        {"schema": PROGRAMME},
    )

    hash: Mapped[Secret] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.people.id"))
    guest: Mapped[UUID | None]
    browser: Mapped[Words]
    begun_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    proved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class TillDevice(Base):
    """A device that is a till of a shop: the hash of the key in its cookie, and which cashier stands at it."""

    __tablename__ = "till_devices"
    __table_args__ = (
        Index("uq_till_devices_hash", "hash", unique=True),
        Index("ix_till_devices_till_id", "till_id"),
        CheckConstraint("(cashier_id IS NULL) = (cashier_since IS NULL)", name="cashier"),
        {"schema": PROGRAMME},
    )

    id: Mapped[Key]
    till_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.tills.id"))
    hash: Mapped[Secret]
    browser: Mapped[Words]
    paired_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cashier_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.cashiers.id"))
    cashier_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Pairing(Base):
    """A link that makes one device a till, once: the hash of its secret, who made it, and until when."""

    __tablename__ = "pairings"
    __table_args__ = (Index("ix_pairings_till_id", "till_id"), {"schema": PROGRAMME})

    hash: Mapped[Secret] = mapped_column(primary_key=True)
    till_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.tills.id"))
    made_by: Mapped[Words]
    ends_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class OneTimeLink(Base):
    """A link that signs somebody in once: the hash of its secret, and until when."""

    __tablename__ = "one_time_links"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (guest IS NULL)", name="whose"),
        CheckConstraint("purpose IN ('sign_in', 'invitation', 'guest')", name="purpose"),
        {"schema": PROGRAMME},
    )

    hash: Mapped[Secret] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.people.id"))
    guest: Mapped[UUID | None]
    purpose: Mapped[Words]
    ends_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
