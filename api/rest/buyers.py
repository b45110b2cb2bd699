"""Buyers, and the money that came from them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller, NotPermitted
from api.auth.permissions import Permission as P
from api.dependencies import IdempotencyKey, Reading, Writing, permitted
from api.once import do_once, request_of
from api.rest.types import After, Cents, Currency, Limit, Line, Page, Shown, Strict, StrictRoute, example, page
from ledger.money import Money
from vouchers import buyers
from vouchers.buyers import BuyerKind, BuyerView, NewBuyer
from vouchers.errors import BuyerUnknown

router = APIRouter(tags=["buyers"], route_class=StrictRoute)


class BuyerAsked(Strict):
    """A buyer to register."""

    model_config = Strict.model_config | example(
        kind="company", name="Savonnerie du Vieux-Port", siren="552100554", email="ce@example.org"
    )

    kind: BuyerKind
    name: Line
    siren: Line | None = None
    vat_number: Line | None = None
    email: Line | None = None


class BuyerShown(Shown):
    """A buyer. ``credit`` is what it has paid in that no batch has used; negative if it owes."""

    id: UUID
    kind: BuyerKind
    name: str
    siren: str | None
    vat_number: str | None
    email: str | None
    registered_at: datetime
    credit: int
    currency: Currency = "EUR"

    @classmethod
    def of(cls, view: BuyerView) -> BuyerShown:
        """From the domain."""
        return cls(
            id=view.id, kind=view.kind, name=view.name, siren=view.siren, vat_number=view.vat_number,
            email=view.email, registered_at=view.registered_at, credit=view.credit.cents,
        )  # fmt: skip


class PaymentAsked(Strict):
    """Money that came to the bank."""

    model_config = Strict.model_config | example(amount=700_000, currency="EUR", reference="VIR 2026-11-03 CSE")

    amount: Cents
    currency: Currency = "EUR"
    reference: Line | None = None


class PaymentShown(Shown):
    """A payment recorded; ``transfer`` is its transfer in the books."""

    transfer: UUID
    amount: int
    currency: Currency = "EUR"


@router.post("/buyers", status_code=201)
async def register_buyer(
    asked: BuyerAsked, _caller: Annotated[Caller, permitted(P.BUYERS_WRITE)], session: Writing
) -> BuyerShown:
    """Register a company or a private person that buys."""
    new = NewBuyer(asked.kind, asked.name, asked.siren, asked.vat_number, asked.email)
    return BuyerShown.of(await buyers.register_buyer(session, new, at=await clock.now(session)))


@router.get("/buyers")
async def list_buyers(
    request: Request,
    response: Response,
    caller: Annotated[Caller, permitted(P.BUYERS_READ)],
    session: Reading,
    limit: Limit = 50,
    after: After = None,
) -> Page[BuyerShown]:
    """Buyers; a buyer sees itself."""
    if caller.role == "buyer" and caller.subject is not None:
        return Page(items=[BuyerShown.of(await buyers.buyer(session, caller.subject))])
    rows = await buyers.buyers_page(session, after=after, limit=limit + 1)
    return page(request, response, rows, limit=limit, cursor=lambda row: row.id, show=BuyerShown.of)


@router.get("/buyers/{buyer}")
async def read_buyer(buyer: UUID, caller: Annotated[Caller, permitted(P.BUYERS_READ)], session: Reading) -> BuyerShown:
    """One buyer; to a buyer, another is as if there were none."""
    if caller.role == "buyer" and caller.subject != buyer:
        raise BuyerUnknown(buyer=buyer)
    return BuyerShown.of(await buyers.buyer(session, buyer))


@router.post("/buyers/{buyer}/payments", status_code=201, response_model=PaymentShown)
async def buyer_paid(
    buyer: UUID, asked: PaymentAsked, caller: Annotated[Caller, permitted(P.PAYMENTS_WRITE)], key: IdempotencyKey
) -> JSONResponse:
    """Record money that came from a buyer by bank transfer."""

    async def work(session: AsyncSession) -> PaymentShown:
        await buyers.buyer(session, buyer)
        return await paid_in(session, buyer, asked)

    return JSONResponse(await do_once(caller, request_of(caller, key, "buyer paid", buyer, asked), work), 201)


def refuse_other_buyer(buyer: UUID, caller: Caller, permission: P) -> None:
    """A buyer's key reaches its own things only.

    :raises NotPermitted:
    """
    if caller.role == "buyer" and caller.subject != buyer:
        raise NotPermitted(scope=permission.value, role=caller.role)


async def paid_in(session: AsyncSession, owner: UUID, asked: PaymentAsked) -> PaymentShown:
    """Record money that came to the bank from a buyer or a funder."""
    at = await clock.now(session)
    transfer = await buyers.pay_in(session, owner, Money(asked.amount), reference=asked.reference, at=at)
    return PaymentShown(transfer=transfer, amount=asked.amount)
