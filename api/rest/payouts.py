"""Payouts: what waits, runs that one proposes and another approves, the bank's file.

None of it takes an Idempotency-Key: asked again, a proposal finds nothing that waits, and a decision finds it made.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import Reading, Writing, permitted
from api.rest.types import XML, After, Currency, Day, Limit, Page, Shown, Strict, StrictRoute, example, page
from merchants.payouts import approving, proposing, queries
from merchants.payouts.queries import PayoutView, RunView, State
from merchants.payouts.waiting import HeldBack, Payable, Why, waiting
from merchants.shops.identity import masked_iban

router = APIRouter(tags=["payouts"], route_class=StrictRoute)


class RunAsked(Strict):
    """On which day the transfers shall be made: one on which banks settle (T2), today before 11:00 at the earliest."""

    model_config = Strict.model_config | example(execution_day="2026-12-07")

    execution_day: Day


class WaitingShown(Shown):
    """A settlement that can be paid; ``creditor`` is the name as it will be sent."""

    settlement: UUID
    number: str
    shop: UUID
    creditor: str
    iban_masked: str
    amount: int
    currency: Currency = "EUR"
    payable_on: date

    @classmethod
    def of(cls, one: Payable) -> WaitingShown:
        """From the domain."""
        due = one.due
        return cls(
            settlement=due.settlement, number=due.number, shop=due.shop, creditor=one.to.name,
            iban_masked=masked_iban(one.to.iban), amount=due.amount.cents, payable_on=due.payable_on,
        )  # fmt: skip


class HeldBackShown(Shown):
    """A settlement that cannot be paid now, and why."""

    settlement: UUID
    number: str
    shop: UUID
    why: Why
    amount: int
    currency: Currency = "EUR"
    payable_on: date

    @classmethod
    def of(cls, one: HeldBack) -> HeldBackShown:
        """From the domain."""
        due = one.due
        return cls(
            settlement=due.settlement, number=due.number, shop=due.shop, why=one.why, amount=due.amount.cents,
            payable_on=due.payable_on,
        )  # fmt: skip


class PayoutsWaiting(Shown):
    """What waits to be paid, and what is held back."""

    payable: list[WaitingShown]
    held_back: list[HeldBackShown]


class RunShown(Shown):
    """A run; ``count`` and ``total`` are those of its transfers."""

    id: UUID
    number: str
    state: State
    execution_day: date
    count: int
    total: int
    currency: Currency = "EUR"
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, view: RunView) -> RunShown:
        """From the domain."""
        told = {name: getattr(view, name) for name in cls.model_fields if name not in {"total", "currency"}}
        return cls(total=view.total.cents, **told)


class PayoutShown(Shown):
    """A transfer of a run: the name as it is sent, the account masked."""

    settlement: UUID
    settlement_number: str
    shop: UUID
    creditor: str
    iban_masked: str
    amount: int
    currency: Currency = "EUR"
    end_to_end_id: str

    @classmethod
    def of(cls, view: PayoutView) -> PayoutShown:
        """From the domain."""
        return cls(
            settlement=view.settlement, settlement_number=view.settlement_number, shop=view.shop,
            creditor=view.creditor, iban_masked=view.masked, amount=view.amount.cents,
            end_to_end_id=view.end_to_end_id,
        )  # fmt: skip


class WholeRunShown(RunShown):
    """A run with its transfers."""

    payouts: list[PayoutShown]


@router.get("/payouts/waiting")
async def list_waiting(_caller: Annotated[Caller, permitted(P.PAYOUTS_READ)], session: Reading) -> PayoutsWaiting:
    """Settlements that are in no run, and whether they can be paid."""
    found = await waiting(session)
    return PayoutsWaiting(
        payable=[WaitingShown.of(one) for one in found.payable],
        held_back=[HeldBackShown.of(one) for one in found.held_back],
    )


@router.get("/payout-runs")
async def list_runs(
    request: Request,
    response: Response,
    _caller: Annotated[Caller, permitted(P.PAYOUTS_READ)],
    session: Reading,
    limit: Limit = 50,
    after: After = None,
) -> Page[RunShown]:
    """Runs, newest first."""
    rows = await queries.runs_page(session, after=after, limit=limit + 1)
    return page(request, response, rows, limit=limit, cursor=lambda row: row.id, show=RunShown.of)


@router.post("/payout-runs", status_code=201)
async def propose(
    asked: RunAsked, caller: Annotated[Caller, permitted(P.PAYOUTS_PROPOSE)], session: Writing
) -> RunShown:
    """Put everything that can be paid into a run; somebody else approves it."""
    at = await clock.now(session)
    return RunShown.of(await proposing.propose(session, execution_day=asked.execution_day, actor=caller.actor, at=at))


@router.get("/payout-runs/{run}")
async def read_run(run: UUID, _caller: Annotated[Caller, permitted(P.PAYOUTS_READ)], session: Reading) -> WholeRunShown:
    """A run with its transfers."""
    shown = RunShown.of(await queries.run(session, run))
    payouts = [PayoutShown.of(one) for one in await queries.payouts_of(session, run)]
    return WholeRunShown(payouts=payouts, **dict(shown))


@router.post("/payout-runs/{run}/approve")
async def approve(run: UUID, caller: Annotated[Caller, permitted(P.PAYOUTS_APPROVE)], session: Writing) -> RunShown:
    """Approve a run that another proposed: its file is made, once."""
    return RunShown.of(await approving.approve(session, run, actor=caller.actor, at=await clock.now(session)))


@router.post("/payout-runs/{run}/withdraw")
async def withdraw(run: UUID, caller: Annotated[Caller, permitted(P.PAYOUTS_PROPOSE)], session: Writing) -> RunShown:
    """Withdraw a run that is not approved: its settlements wait again."""
    return RunShown.of(await approving.withdraw(session, run, actor=caller.actor, at=await clock.now(session)))


@router.get("/payout-runs/{run}/file.xml", response_class=Response, responses=XML)
async def file(run: UUID, _caller: Annotated[Caller, permitted(P.PAYOUTS_READ)], session: Reading) -> Response:
    """The bank's file (pain.001.001.09) of an approved run; the same bytes each time."""
    found = await queries.file_of(session, run)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return Response(found.content, media_type="application/xml", headers=headers)
