"""The JSON of orders: what comes in, and what goes out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.rest.rules import version_for
from api.rest.types import Cents, Currency, Day, Id, Line, Message, Reason, Shown, Strict, example
from ledger.formats import Language
from ledger.money import Money
from vouchers.issuing import MOST
from vouchers.orders import drafting
from vouchers.orders.drafting import Line as Asked
from vouchers.orders.drafting import Named, NewOrder
from vouchers.orders.lists import addresses
from vouchers.orders.queries import Handing, Method, OrderView, Status

MOST_LINES = 100
MOST_PEOPLE = 5_000


class LineAsked(Strict):
    """Vouchers for nobody in particular."""

    quantity: Annotated[int, Field(ge=1, le=MOST)]
    face_value: Cents
    currency: Currency = "EUR"


class BeneficiaryAsked(Strict):
    """A voucher for somebody. ``staff_number`` is your own; by it, or by the e-mail, a person's year is added up."""

    name: Line
    face_value: Cents
    currency: Currency = "EUR"
    email: Line | None = None
    staff_number: Line | None = None


class OrderAsked(Strict):
    """What is ordered. It stays a draft until it is placed.

    ``rule`` is a rule of use that the programme offers, or the version of one: where and when they are taken.
    """

    model_config = Strict.model_config | example(
        buyer="01a204d2-0860-74ce-a8b1-a57a89cfe4e9", currency="EUR", label="Noël 2026", occasion="christmas",
        handing="email", lines=[],
        beneficiaries=[
            {"name": "Marie Curie", "email": "marie@example.org", "staff_number": "M017", "face_value": 5000}
        ],
    )  # fmt: skip

    buyer: Id
    currency: Currency = "EUR"
    lines: Annotated[list[LineAsked], Field(max_length=MOST_LINES)] = Field(default_factory=list)
    beneficiaries: Annotated[list[BeneficiaryAsked], Field(max_length=MOST_PEOPLE)] = Field(default_factory=list)
    label: Line | None = None
    occasion: Line | None = None
    message: Message | None = None
    handing: Handing = "sheets"
    deliver_on: Day | None = None
    language: Language = "fr"
    rule: Id | None = None

    async def to_domain(self, session: AsyncSession) -> NewOrder:
        """As the domain takes it.

        :raises AddressInvalid, RuleUnknown:
        """
        return NewOrder(
            self.buyer,
            tuple(Asked(one.quantity, Money(one.face_value)) for one in self.lines),
            tuple(
                Named(one.name, Money(one.face_value), addresses.canonical(one.email) if one.email else None,
                      one.staff_number)
                for one in self.beneficiaries
            ),
            label=self.label or "", occasion=self.occasion, message=self.message or "", handing=self.handing,
            deliver_on=self.deliver_on, language=self.language, rule=await version_for(session, self.rule),
        )  # fmt: skip


class OrderChange(OrderAsked):
    """What is ordered instead; ``version`` is the one that was read, and its buyer stays."""

    model_config = Strict.model_config | example(
        buyer="01a204d2-0860-74ce-a8b1-a57a89cfe4e9", version=1, lines=[{"quantity": 140, "face_value": 5000}]
    )

    version: Annotated[int, Field(ge=1)]


class PlaceAsked(Strict):
    """Placing a draft as it was read."""

    model_config = Strict.model_config | example(version=1, method="transfer")

    version: Annotated[int, Field(ge=1)]
    method: Method = "transfer"


class TransferAsked(Strict):
    """Money that came to the bank for an order."""

    model_config = Strict.model_config | example(
        amount=721680, currency="EUR", reference="VIR SEPA RF18TREIZC2026000042"
    )

    amount: Cents
    currency: Currency = "EUR"
    reference: Line


class CreditAsked(Strict):
    """Why vouchers are issued before they are paid."""

    model_config = Strict.model_config | example(reason="Convention 2026-17 with the company")

    reason: Reason


class CancelAsked(Strict):
    """Why an order is cancelled."""

    model_config = Strict.model_config | example(reason="Ordered twice")

    reason: Reason | None = None


class OrderShown(Shown):
    """An order. ``covered`` is what came for it, ``missing`` what has not; a draft's price is that of today.

    ``rule`` is the version of the rule of use that limits its vouchers.
    """

    id: UUID
    buyer: UUID
    status: Status
    number: str | None
    reference: str | None
    label: str
    occasion: str | None
    message: str
    handing: Handing
    deliver_on: date | None
    language: Language
    rule: UUID | None
    quantity: int
    face_total: int
    fee: int
    fee_vat: int
    total: int
    covered: int
    missing: int
    currency: Currency = "EUR"
    method: Method | None
    on_credit: bool
    version: int
    made_at: datetime
    placed_at: datetime | None
    lapses_on: date | None

    @classmethod
    async def of(cls, session: AsyncSession, view: OrderView) -> OrderShown:
        """From the domain, with its price."""
        price = await drafting.price_of(session, view.id, at=await clock.now(session))
        return cls(
            id=view.id, buyer=view.buyer, status=view.status, number=view.number, reference=view.reference,
            label=view.label, occasion=view.occasion, message=view.message, handing=view.handing,
            deliver_on=view.deliver_on, language=view.language, rule=view.rule, quantity=price.quantity,
            face_total=price.face_total.cents, fee=price.fee.cents, fee_vat=price.fee_vat.cents,
            total=price.total.cents, covered=view.covered.cents, missing=(price.total - view.covered).cents,
            method=view.method, on_credit=view.on_credit, version=view.version, made_at=view.made_at,
            placed_at=view.placed_at, lapses_on=view.lapses_on,
        )  # fmt: skip


class EventShown(Shown):
    """Something done to an order; amounts among the facts are cents."""

    what: str
    actor: str
    facts: dict[str, str | int | bool]
    at: datetime


class WarningsShown(Shown):
    """What the social-charge guard says; it forbids nothing, and sees this programme only."""

    warnings: list[str]
    note: str
