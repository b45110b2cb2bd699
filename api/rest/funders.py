"""Funders: the agreements by which they add money to vouchers, what came from them and went back, their budgets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import IdempotencyKey, Reading, Writing, permitted
from api.once import do_once, request_of
from api.rest.buyers import PaymentAsked, PaymentShown, paid_in
from api.rest.types import After, Cents, Currency, Day, Limit, Line, Page, Shown, Strict, StrictRoute, example, page
from ledger.days import Period
from ledger.money import Money
from vouchers import funders
from vouchers.funders import FunderView, NewFunder
from vouchers.funding import budgets, giving_back
from vouchers.funding.budgets import BudgetView

router = APIRouter(tags=["funders"], route_class=StrictRoute)


class FunderAsked(Strict):
    """A funder to register. ``agreement`` is the reference of the agreement or mandate, ``agreed_on`` its day."""

    model_config = Strict.model_config | example(
        name="Ville de Marseille", siren="211300553", agreement="Délibération 2026-17", agreed_on="2026-01-15"
    )

    name: Line
    siren: Line | None = None
    street: Line | None = None
    postcode: Line | None = None
    commune: Line | None = None
    contact: Line | None = None
    agreement: Line | None = None
    agreed_on: Day | None = None

    def to_domain(self) -> NewFunder:
        """As the domain takes it."""
        return NewFunder(
            self.name, self.siren, self.street or "", self.postcode or "", self.commune or "", self.contact or "",
            self.agreement or "", self.agreed_on,
        )  # fmt: skip


class FunderShown(Shown):
    """A funder. ``left`` is what it has paid in that no top-up has used."""

    id: UUID
    name: str
    siren: str | None
    agreement: str
    agreed_on: date | None
    registered_at: datetime
    left: int
    currency: Currency = "EUR"

    @classmethod
    def of(cls, view: FunderView) -> FunderShown:
        """From the domain."""
        known = view.known
        return cls(
            id=view.id, name=known.name, siren=known.siren, agreement=known.agreement, agreed_on=known.agreed_on,
            registered_at=view.registered_at, left=view.left.cents,
        )  # fmt: skip


class BudgetAsked(Strict):
    """What the agreement grants from one day through another."""

    model_config = Strict.model_config | example(
        label="Exercice 2026", first_day="2026-01-01", last_day="2026-12-31", amount=5_000_000, currency="EUR"
    )

    label: Line
    first_day: Day
    last_day: Day
    amount: Cents
    currency: Currency = "EUR"


class BudgetShown(Shown):
    """A budget. ``granted`` is what of it went to vouchers, ``left`` the rest."""

    id: UUID
    label: str
    first_day: date
    last_day: date
    amount: int
    granted: int
    left: int
    currency: Currency = "EUR"

    @classmethod
    def of(cls, view: BudgetView) -> BudgetShown:
        """From the domain."""
        return cls(
            id=view.id, label=view.label, first_day=view.first_day, last_day=view.last_day, amount=view.amount.cents,
            granted=view.granted.cents, left=view.left.cents,
        )  # fmt: skip


@router.post("/funders", status_code=201)
async def register_funder(
    asked: FunderAsked, _caller: Annotated[Caller, permitted(P.BUYERS_WRITE)], session: Writing
) -> FunderShown:
    """Register a public body, or a company, that adds money to vouchers."""
    return FunderShown.of(await funders.register_funder(session, asked.to_domain(), at=await clock.now(session)))


@router.get("/funders")
async def list_funders(
    request: Request,
    response: Response,
    _caller: Annotated[Caller, permitted(P.BUYERS_WRITE)],
    session: Reading,
    limit: Limit = 50,
    after: After = None,
) -> Page[FunderShown]:
    """Funders."""
    rows = await funders.funders_page(session, after=after, limit=limit + 1)
    return page(request, response, rows, limit=limit, cursor=lambda row: row.id, show=FunderShown.of)


@router.get("/funders/{funder}")
async def read_funder(
    funder: UUID, _caller: Annotated[Caller, permitted(P.LEDGER_READ)], session: Reading
) -> FunderShown:
    """One funder."""
    return FunderShown.of(await funders.funder(session, funder))


@router.post("/funders/{funder}/payments", status_code=201, response_model=PaymentShown)
async def funder_paid(
    funder: UUID, asked: PaymentAsked, caller: Annotated[Caller, permitted(P.PAYMENTS_WRITE)], key: IdempotencyKey
) -> JSONResponse:
    """Record money that came from a funder."""

    async def work(session: AsyncSession) -> PaymentShown:
        await funders.funder(session, funder)
        return await paid_in(session, funder, asked)

    return JSONResponse(await do_once(caller, request_of(caller, key, "funder paid", funder, asked), work), 201)


@router.post("/funders/{funder}/returns", status_code=201, response_model=PaymentShown)
async def paid_back(
    funder: UUID, asked: PaymentAsked, caller: Annotated[Caller, permitted(P.PAYMENTS_WRITE)], key: IdempotencyKey
) -> JSONResponse:
    """Record money that was sent back to a funder: what is neither given nor promised."""

    async def work(session: AsyncSession) -> PaymentShown:
        sent = await giving_back.give_back(
            session, funder, Money(asked.amount), reference=asked.reference or "", at=await clock.now(session)
        )
        return PaymentShown(transfer=sent, amount=asked.amount)

    return JSONResponse(await do_once(caller, request_of(caller, key, "funder paid back", funder, asked), work), 201)


@router.get("/funders/{funder}/budgets")
async def list_budgets(
    funder: UUID, _caller: Annotated[Caller, permitted(P.LEDGER_READ)], session: Reading
) -> list[BudgetShown]:
    """What the agreement with a funder grants, the latest first."""
    await funders.funder(session, funder)
    return [BudgetShown.of(one) for one in await budgets.budgets_of(session, funder)]


@router.post("/funders/{funder}/budgets", status_code=201)
async def open_budget(
    funder: UUID, asked: BudgetAsked, caller: Annotated[Caller, permitted(P.BUYERS_WRITE)], session: Writing
) -> BudgetShown:
    """Write down what the agreement grants for some days: what is given beyond it is refused."""
    made = await budgets.open_budget(
        session, funder, label=asked.label, days=Period(asked.first_day, asked.last_day), amount=Money(asked.amount),
        actor=caller.actor, at=await clock.now(session),
    )  # fmt: skip
    return next(BudgetShown.of(one) for one in await budgets.budgets_of(session, funder) if one.id == made)
