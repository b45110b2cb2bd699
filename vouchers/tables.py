"""The tables of buyers, batches and vouchers. Private to the package: others ask its functions."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Date, DateTime, ForeignKey, Index, Integer, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import PROGRAMME, Base, Cents, Key, Moment, Secret, Words

IN_PROGRAMME = {"schema": PROGRAMME}


class CodeKey(Base):
    """A generation of the programme's code key. The secret itself is not here: it needs the master secret too.

    ``wrapped`` is the secret of a generation that came from another installation, wrapped under this one's master
    secret; without it, the secret is derived from the master secret and the salt.
    """

    __tablename__ = "code_keys"
    __table_args__ = (
        CheckConstraint("number BETWEEN 0 AND 15", name="number"),
        CheckConstraint("octet_length(wrapped) = 64", name="wrapped"),
        IN_PROGRAMME,
    )

    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    salt: Mapped[Secret]
    master_check: Mapped[Secret]
    made_at: Mapped[Moment]
    wrapped: Mapped[Secret | None]


class Buyer(Base):
    """A company or a private person that buys; its id is also that of its ledger account.

    ``set_aside`` is how much of what it has paid in waits for orders that are not issued yet, in cents.
    """

    __tablename__ = "buyers"
    __table_args__ = (
        CheckConstraint("kind IN ('company', 'person')", name="kind"),
        CheckConstraint("set_aside >= 0", name="set_aside"),
        IN_PROGRAMME,
    )

    id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.accounts.id"), primary_key=True)
    kind: Mapped[Words]
    name: Mapped[Words]
    siren: Mapped[str | None] = mapped_column(Text)
    vat_number: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    street: Mapped[Words] = mapped_column(server_default="")
    postcode: Mapped[Words] = mapped_column(server_default="")
    commune: Mapped[Words] = mapped_column(server_default="")
    set_aside: Mapped[Cents] = mapped_column(server_default="0")
    registered_at: Mapped[Moment]


class Funder(Base):
    """Who adds public money to vouchers; its id is also that of its ledger account (one sub-ledger each).

    ``agreement`` is the reference of the agreement or mandate by which it does, ``agreed_on`` its day.
    """

    __tablename__ = "funders"
    __table_args__ = (IN_PROGRAMME,)

    id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.accounts.id"), primary_key=True)
    name: Mapped[Words]
    siren: Mapped[str | None] = mapped_column(Text)
    street: Mapped[Words] = mapped_column(server_default="")
    postcode: Mapped[Words] = mapped_column(server_default="")
    commune: Mapped[Words] = mapped_column(server_default="")
    contact: Mapped[Words] = mapped_column(server_default="")
    agreement: Mapped[Words] = mapped_column(server_default="")
    agreed_on: Mapped[date | None]
    registered_at: Mapped[Moment]


class Batch(Base):
    """The vouchers that were issued together to one buyer. ``rule_id``: the version of the rule that limits them."""

    __tablename__ = "batches"
    __table_args__ = (
        CheckConstraint("face_value > 0", name="face_value"),
        CheckConstraint("quantity BETWEEN 1 AND 100000", name="quantity"),
        CheckConstraint("valid_from <= last_day", name="days"),
        Index("ix_batches_buyer_id", "buyer_id", "id"),
        Index("ix_batches_rule_id", "rule_id", postgresql_where=text("rule_id IS NOT NULL")),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    buyer_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.buyers.id"))
    label: Mapped[Words]
    face_value: Mapped[Cents]
    quantity: Mapped[int] = mapped_column(Integer)
    fee: Mapped[Cents]
    fee_vat: Mapped[Cents]
    valid_from: Mapped[date]
    last_day: Mapped[date]
    on_credit: Mapped[bool] = mapped_column(Boolean)
    rule_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.usage_rule_versions.id"))
    issued_by: Mapped[Words]
    issued_at: Mapped[Moment]


class Voucher(Base):
    """A voucher; its id is also that of its ledger account, which holds what is left on it.

    Its codes are not here, only keyed hashes by which a presented code finds the row. ``origin_id`` is the first
    voucher of a chain of reissues.
    """

    __tablename__ = "vouchers"
    __table_args__ = (
        Index("uq_vouchers_token_hash", "token_hash", unique=True),
        Index("uq_vouchers_typed_hash", "typed_hash", unique=True),
        Index("ix_vouchers_batch_id", "batch_id", "serial", "id"),
        Index("ix_vouchers_last_day", "last_day"),
        Index("ix_vouchers_origin_id", "origin_id", postgresql_where=text("origin_id <> id")),
        CheckConstraint("status IN ('active', 'blocked', 'replaced')", name="status"),
        CheckConstraint("(status = 'replaced') = (replaced_by IS NOT NULL)", name="replaced"),
        IN_PROGRAMME,
    )

    id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.accounts.id"), primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.batches.id"))
    serial: Mapped[int] = mapped_column(Integer)
    origin_id: Mapped[UUID]
    key_number: Mapped[int] = mapped_column(SmallInteger)
    token_hash: Mapped[UUID]
    typed_hash: Mapped[UUID]
    valid_from: Mapped[date]
    last_day: Mapped[date]
    status: Mapped[Words] = mapped_column(server_default="active")
    replaced_by: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.vouchers.id"))


class VoucherEvent(Base):
    """What was done to a voucher besides moving money, when, why and by whom. Rows are added, never changed."""

    __tablename__ = "voucher_events"
    __table_args__ = (Index("ix_voucher_events_voucher_id", "voucher_id", "id"), IN_PROGRAMME)

    id: Mapped[Key]
    voucher_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.vouchers.id"))
    what: Mapped[Words]
    actor: Mapped[Words]
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[Moment]


class Extension(Base):
    """A batch whose last day is moved, voucher by voucher up to ``reached``; one at a time for each batch."""

    __tablename__ = "extensions"
    __table_args__ = (
        Index("ix_extensions_batch_id", "batch_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    batch_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.batches.id"))
    last_day: Mapped[date]
    reason: Mapped[Words]
    asked_by: Mapped[Words]
    asked_at: Mapped[Moment]
    reached: Mapped[UUID | None]
    extended: Mapped[int] = mapped_column(Integer, server_default="0")
    refused: Mapped[int] = mapped_column(Integer, server_default="0")
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Redemption(Base):
    """A redemption; its id is that of its transfer. Rows are added, never changed."""

    __tablename__ = "redemptions"
    __table_args__ = (
        Index("ix_redemptions_voucher_id", "voucher_id", "id"),
        Index("ix_redemptions_shop_id", "shop_id", "id"),
        Index("ix_redemptions_till_id", "till_id", "id"),
        Index("ix_redemptions_at", "at", postgresql_using="brin"),
        IN_PROGRAMME,
    )

    id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.transfers.id"), primary_key=True)
    voucher_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.vouchers.id"))
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))
    till_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.tills.id"))
    cashier_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.cashiers.id"))
    amount: Mapped[Cents]
    left_after: Mapped[Cents]
    at: Mapped[Moment]


class Undo(Base):
    """A redemption taken back, once; its id is that of the reversing transfer. Rows are added, never changed."""

    __tablename__ = "undos"
    __table_args__ = (IN_PROGRAMME,)

    id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.transfers.id"), primary_key=True)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.redemptions.id"), unique=True)
    actor: Mapped[Words]
    reason: Mapped[Words]
    at: Mapped[Moment]


class TillClosing(Base):
    """What one cashier (or nobody named) took at a till since its last closing. Rows are added, never changed.

    Those of one act of closing share ``act_id``. ``since`` is when the first of what it counts was redeemed.
    """

    __tablename__ = "till_closings"
    __table_args__ = (
        Index("ix_till_closings_till_id", "till_id", "id"),
        Index("ix_till_closings_act_id", "act_id"),
        CheckConstraint("total = redeemed - undone", name="total"),
        CheckConstraint("redemptions >= 0 AND undos >= 0 AND redemptions + undos > 0", name="counts"),
        IN_PROGRAMME,
    )

    id: Mapped[Key]
    act_id: Mapped[UUID]
    till_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.tills.id"))
    cashier_id: Mapped[UUID | None] = mapped_column(ForeignKey(f"{PROGRAMME}.cashiers.id"))
    since: Mapped[Moment]
    redemptions: Mapped[int] = mapped_column(Integer)
    undos: Mapped[int] = mapped_column(Integer)
    redeemed: Mapped[Cents]
    undone: Mapped[Cents]
    total: Mapped[Cents]
    closed_by: Mapped[Words]
    closed_at: Mapped[Moment]


class TillClosingLine(Base):
    """In which closing a redemption or an undo was counted: one, ever."""

    __tablename__ = "till_closing_lines"
    __table_args__ = (Index("ix_till_closing_lines_closing_id", "closing_id"), IN_PROGRAMME)

    transfer_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.transfers.id"), primary_key=True)
    closing_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.till_closings.id"))


class Return(Base):
    """Goods that came back, and what of a redemption went back for them; its id is that of the transfer.

    A redemption may have several, up to its amount. Rows are added, never changed.
    """

    __tablename__ = "returns"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_returns_redemption_id", "redemption_id", "id"),
        IN_PROGRAMME,
    )

    id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.transfers.id"), primary_key=True)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.redemptions.id"))
    amount: Mapped[Cents]
    actor: Mapped[Words]
    reason: Mapped[Words]
    at: Mapped[Moment]


class HoldAsked(Base):
    """Who placed a hold on which voucher; its id is that of the ledger's hold."""

    __tablename__ = "voucher_holds"
    __table_args__ = (
        Index("ix_voucher_holds_voucher_id", "voucher_id", "id"),
        Index("ix_voucher_holds_shop_id", "shop_id", "id"),
        IN_PROGRAMME,
    )

    id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.holds.id"), primary_key=True)
    voucher_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.vouchers.id"))
    shop_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.shops.id"))
    till_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.tills.id"))


class TopUp(Base):
    """Money that a funder added to a voucher (the first of its chain); its id is that of the transfer.

    ``counts_on`` is the day whose budget has it, if that is not the day of ``at``.
    """

    __tablename__ = "top_ups"
    __table_args__ = (
        Index("ix_top_ups_origin_id", "origin_id"),
        Index("ix_top_ups_at", "at", postgresql_using="brin"),
        Index("ix_top_ups_funder_id", "funder_id", "id"),
        IN_PROGRAMME,
    )

    id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.transfers.id"), primary_key=True)
    origin_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.vouchers.id"))
    funder_id: Mapped[UUID] = mapped_column(ForeignKey(f"{PROGRAMME}.funders.id"))
    amount: Mapped[Cents]
    at: Mapped[Moment]
    counts_on: Mapped[date | None] = mapped_column(Date)
