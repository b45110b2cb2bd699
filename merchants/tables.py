"""The tables of programmes, shops and settlements. Private to the package: others ask its functions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Cents, Facts, Key, Moment, Recorded, Words

IN_PROGRAMME = {"schema": PROGRAMME}


SOUGHT: Final = (
    "btrim(regexp_replace(upper(regexp_replace(normalize(replace(replace(replace(replace(replace("
    "name || ' '::text || trade || ' '::text || street || ' '::text || postcode || ' '::text || commune, "
    "'œ'::text, 'oe'::text), 'Œ'::text, 'OE'::text), 'æ'::text, 'ae'::text), 'Æ'::text, 'AE'::text), "
    "'ß'::text, 'ss'::text), NFKD), '[\u0300-\u036f]'::text, ''::text, 'g'::text)), "
    "'[^A-Z0-9]+'::text, ' '::text, 'g'::text))"
)
"""What a shop is found by, as `merchants.shops.spelling.folded` folds it: capitals A-Z and digits, without accents."""


RHYTHM: Final = "rhythm IN ('monthly', 'weekly', 'on_demand')"


class Programme(Base):
    """The registry: which programmes this installation keeps, and in which schema."""

    __tablename__ = "programmes"
    __table_args__ = ({"schema": "public"},)

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(Text, unique=True)
    schema_name: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[Recorded]


class Terms(Base):
    """The programme's rules from a day on. Rows are added, never changed."""

    __tablename__ = "terms"
    __table_args__ = (
        CheckConstraint("commission_bp BETWEEN 0 AND 10000", name="commission"),
        CheckConstraint("vat_rate_bp BETWEEN 0 AND 10000", name="vat"),
        CheckConstraint("service_fee_bp BETWEEN 0 AND 10000", name="fee"),
        CheckConstraint("validity_months BETWEEN 1 AND 120", name="validity"),
        CheckConstraint("breakage_to IN ('operator', 'funder', 'buyer')", name="breakage"),
        CheckConstraint("0 < least_face AND least_face <= most_face", name="faces"),
        CheckConstraint("order_days BETWEEN 1 AND 365", name="order_days"),
        CheckConstraint("minimum_payout >= 0", name="minimum_payout"),
        CheckConstraint(RHYTHM, name="rhythm"),
        Index("ix_terms_effective_from", "effective_from"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    effective_from: Mapped[date]
    name: Mapped[Words]
    legal_name: Mapped[Words]
    siren: Mapped[Words]
    vat_number: Mapped[str | None] = mapped_column(Text)
    street: Mapped[Words]
    postcode: Mapped[Words]
    commune: Mapped[Words]
    contact: Mapped[Words]
    validity_months: Mapped[int] = mapped_column(Integer)
    commission_bp: Mapped[int] = mapped_column(Integer)
    vat_rate_bp: Mapped[int] = mapped_column(Integer)
    service_fee_bp: Mapped[int] = mapped_column(Integer)
    breakage_to: Mapped[Words]
    payment_days: Mapped[int] = mapped_column(Integer)
    number_prefix: Mapped[Words]
    iban: Mapped[str | None] = mapped_column(Text)
    bic: Mapped[str | None] = mapped_column(Text)
    account_numbers: Mapped[Facts]
    least_face: Mapped[Cents] = mapped_column(server_default="500")
    most_face: Mapped[Cents] = mapped_column(server_default="50000")
    order_days: Mapped[int] = mapped_column(Integer, server_default="30")
    vat_on_debits: Mapped[bool] = mapped_column(Boolean, server_default=false())
    legal_notice: Mapped[Words] = mapped_column(server_default="")
    minimum_payout: Mapped[Cents] = mapped_column(server_default="0")
    rhythm: Mapped[Words] = mapped_column(server_default="monthly")
    recorded_at: Mapped[Recorded]


class Shop(Base):
    """A shop; its id is also that of its ledger account."""

    __tablename__ = "shops"
    __table_args__ = (
        UniqueConstraint("siret"),
        CheckConstraint("status IN ('applied', 'invited', 'accepted', 'suspended', 'left')", name="status"),
        CheckConstraint("minimum_payout >= 0", name="minimum_payout"),
        CheckConstraint(RHYTHM, name="rhythm"),
        IN_PROGRAMME,
    )

    id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.accounts.id"), primary_key=True)
    siret: Mapped[Words]
    name: Mapped[Words]
    legal_name: Mapped[str | None] = mapped_column(Text)
    street: Mapped[Words]
    postcode: Mapped[Words]
    commune: Mapped[Words]
    commune_code: Mapped[str | None] = mapped_column(Text)
    naf: Mapped[Words]
    trade: Mapped[Words]
    email: Mapped[str | None] = mapped_column(Text)
    vat_number: Mapped[str | None] = mapped_column(Text)
    iban: Mapped[str | None] = mapped_column(Text)
    bic: Mapped[str | None] = mapped_column(Text)
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    status: Mapped[Words] = mapped_column(server_default="invited")
    status_at: Mapped[Moment]
    registered_at: Mapped[Moment]
    minimum_payout: Mapped[Cents] = mapped_column(server_default="0")
    rhythm: Mapped[str | None] = mapped_column(Text)
    sought: Mapped[str] = mapped_column(Text, Computed(SOUGHT, persisted=True))


class ShopEvent(Base):
    """What happened to a shop, when, and by whom. Rows are added, never changed."""

    __tablename__ = "shop_events"
    __table_args__ = (Index("ix_shop_events_shop_id", "shop_id", "id"), IN_PROGRAMME)

    id: Mapped[Key]
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))
    what: Mapped[Words]
    actor: Mapped[Words]
    note: Mapped[str | None] = mapped_column(Text)
    at: Mapped[Moment]


class TradeChange(Base):
    """The trade that a shop had through a day of Paris, and changed on it. Rows are added, never changed."""

    __tablename__ = "trade_changes"
    __table_args__ = (Index("ix_trade_changes_shop_id", "shop_id", "id"), IN_PROGRAMME)

    id: Mapped[Key]
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))
    naf: Mapped[Words]
    last_day: Mapped[date]


class Till(Base):
    """A device or a cashier that redeems for a shop."""

    __tablename__ = "tills"
    __table_args__ = (Index("ix_tills_shop_id", "shop_id"), IN_PROGRAMME)

    id: Mapped[Key]
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))
    label: Mapped[Words]
    opened_at: Mapped[Moment]
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class BankChange(Base):
    """Another bank account that a shop asked for: it waits, may be called off, and is then written to the shop.

    ``told`` is the address of the shop that was known when it was asked for.
    """

    __tablename__ = "bank_changes"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'applied', 'cancelled')", name="state"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("asked_at < applies_at", name="waits"),
        Index("uq_bank_changes_waiting", "shop_id", unique=True, postgresql_where=text("state = 'waiting'")),
        Index("ix_bank_changes_shop_id", "shop_id", "id"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))
    iban: Mapped[Words]
    bic: Mapped[str | None] = mapped_column(Text)
    state: Mapped[Words] = mapped_column(server_default="waiting")
    told: Mapped[str | None] = mapped_column(Text)
    asked_by: Mapped[Words]
    asked_at: Mapped[Moment]
    applies_at: Mapped[Moment]
    ended_by: Mapped[Words] = mapped_column(server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Cashier(Base):
    """Who stands at the tills of a shop. ``pin_hash`` is opaque here: whoever set it knows how to check it."""

    __tablename__ = "cashiers"
    __table_args__ = (Index("ix_cashiers_shop_id", "shop_id"), IN_PROGRAMME)

    id: Mapped[Key]
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))
    name: Mapped[Words]
    pin_hash: Mapped[str | None] = mapped_column(Text)
    added_at: Mapped[Moment]
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Number(Base):
    """The last number given in a series of documents and a year."""

    __tablename__ = "numbers"
    __table_args__ = (IN_PROGRAMME,)

    series: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)


class Closing(Base):
    """A period that is closed for the shops of a rhythm, or on demand for one of them. Once.

    ``closed_at`` is when it was opened, and dates its settlements; ``shops`` is how many are to be settled;
    ``finished_at`` when the last of them was. One at most is not finished.
    """

    __tablename__ = "closings"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint(RHYTHM, name="rhythm"),
        CheckConstraint("(rhythm = 'on_demand') = (shop_id IS NOT NULL)", name="on_demand"),
        Index(
            "uq_closings_period", "rhythm", "first_day", "last_day", unique=True,
            postgresql_where=text("shop_id IS NULL"),
        ),
        Index("uq_closings_shop", "shop_id", "last_day", unique=True, postgresql_where=text("shop_id IS NOT NULL")),
        Index(
            "uq_closings_unfinished", text("(finished_at IS NULL)"), unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
        IN_PROGRAMME,
    )  # fmt: skip

    id: Mapped[Key]
    first_day: Mapped[date]
    last_day: Mapped[date]
    closed_at: Mapped[Moment]
    rhythm: Mapped[Words] = mapped_column(server_default="monthly")
    shop_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))
    terms_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.terms.id"))
    shops: Mapped[int] = mapped_column(Integer, server_default="0")
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ClosingShop(Base):
    """A shop that a closing settles, and up to which of the transfers on its account. Rows are added, never changed."""

    __tablename__ = "closing_shops"
    __table_args__ = (CheckConstraint("through >= 0", name="moved"), IN_PROGRAMME)

    closing_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.closings.id"), primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"), primary_key=True)
    through: Mapped[int] = mapped_column(BigInteger)


ADDS_UP: Final = (
    "paid + carried_forward = turnover - commission - vat + brought_forward AND paid >= 0"
    " AND (paid = 0 OR carried_forward = 0)"
)
RESTS: Final = (
    "commission_rest_before BETWEEN -5000 AND 4999 AND commission_rest BETWEEN -5000 AND 4999"
    " AND vat_rest_before BETWEEN -50000000 AND 49999999 AND vat_rest BETWEEN -50000000 AND 49999999"
)


class Settlement(Base):
    """What one shop is paid for one closing. Rows are added, never changed; amounts in cents.

    Rests are what rounding left: of the commission in 1/10,000 of a cent, of its VAT in 1/100,000,000. ``minimum`` is
    what had to be due for anything to be paid.
    """

    __tablename__ = "settlements"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("closing_id", "shop_id"),
        CheckConstraint("turnover = redeemed - undone - returned", name="turnover"),
        CheckConstraint(ADDS_UP, name="adds_up"),
        CheckConstraint(
            "minimum >= 0 AND (paid = 0 OR paid >= minimum) AND (carried_forward <= 0 OR carried_forward < minimum)",
            name="minimum",
        ),
        CheckConstraint(RESTS, name="rests"),
        Index("ix_settlements_shop_id", "shop_id", "id"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    number: Mapped[Words]
    closing_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.closings.id"))
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))
    redeemed: Mapped[Cents]
    undone: Mapped[Cents]
    returned: Mapped[Cents] = mapped_column(server_default="0")
    turnover: Mapped[Cents]
    commission: Mapped[Cents]
    commission_parts: Mapped[Facts]
    vat_rate_bp: Mapped[int] = mapped_column(Integer)
    vat: Mapped[Cents]
    brought_forward: Mapped[Cents]
    carried_forward: Mapped[Cents]
    paid: Mapped[Cents]
    vat_parts: Mapped[Facts] = mapped_column(server_default="{}")
    commission_rest_before: Mapped[int] = mapped_column(BigInteger, server_default="0")
    commission_rest: Mapped[int] = mapped_column(BigInteger, server_default="0")
    vat_rest_before: Mapped[int] = mapped_column(BigInteger, server_default="0")
    vat_rest: Mapped[int] = mapped_column(BigInteger, server_default="0")
    minimum: Mapped[Cents] = mapped_column(server_default="0")
    issued_on: Mapped[date]
    payable_on: Mapped[date]
    parties: Mapped[Facts]


class SettlementLine(Base):
    """Which settlement a redemption, an undo or a return belongs to: one, ever."""

    __tablename__ = "settlement_lines"
    __table_args__ = (Index("ix_settlement_lines_settlement_id", "settlement_id"), IN_PROGRAMME)

    transfer_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.transfers.id"), primary_key=True)
    settlement_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.settlements.id"))
