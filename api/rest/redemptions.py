"""Redemptions: spending, and taking it back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller, NotPermitted, TillMissing
from api.auth.permissions import Permission as P
from api.dependencies import CounterOf, GuessesOf, IdempotencyKey, Reading, permitted
from api.once import do_once, request_of
from api.rest.shops import own_shop, refuse_other_shop
from api.rest.types import (
    After,
    Cents,
    Code,
    Currency,
    Id,
    Limit,
    Page,
    Reason,
    Shown,
    Strict,
    StrictRoute,
    example,
    page,
)
from ledger.money import Money
from merchants.settlements.queries import reference
from vouchers import queries, returning, undoing
from vouchers.errors import CodeNotRecognised
from vouchers.queries import RedemptionView, ReturnView
from vouchers.redeeming import Asked, Receipt
from vouchers.returning import ReturnedView

router = APIRouter(tags=["redemptions"], route_class=StrictRoute)


class RedemptionAsked(Strict):
    """A redemption asked for. ``till`` is told by the key, unless the operator asks."""

    model_config = Strict.model_config | example(code="7K3M-9QWX-2R8T-VB5H", amount=1250, currency="EUR")

    code: Code
    amount: Cents
    currency: Currency = "EUR"
    till: Id | None = None


class ReceiptShown(Shown):
    """A redemption done. ``left`` is what can still be spent."""

    model_config = Shown.model_config | example(
        id="01a204d2-0893-71f1-ac38-1e504169fde5", reference="4169FDE5",
        voucher="01a204d2-0876-74c5-abd9-83bd357d9f68", shop="01a204d2-0860-74ce-a8b1-a57a89cfe4e9",
        till="01a204d2-086b-707d-af4a-b77855d75add", amount=1250, left=750, currency="EUR",
        last_day="2027-10-31", at="2026-11-03T10:15:42.120394Z",
    )  # fmt: skip

    id: UUID
    reference: str
    voucher: UUID
    shop: UUID
    till: UUID
    amount: int
    left: int
    currency: Currency = "EUR"
    last_day: date
    at: datetime

    @classmethod
    def of(cls, receipt: Receipt) -> ReceiptShown:
        """From the domain."""
        return cls(
            id=receipt.redemption, reference=reference(receipt.redemption), voucher=receipt.voucher,
            shop=receipt.shop, till=receipt.till, amount=receipt.amount.cents, left=receipt.left.cents,
            last_day=receipt.last_day, at=receipt.at,
        )  # fmt: skip


class RedemptionShown(Shown):
    """A redemption as it stands."""

    id: UUID
    reference: str
    voucher: UUID
    shop: UUID
    till: UUID
    amount: int
    left_after: int
    currency: Currency = "EUR"
    at: datetime
    undone_at: datetime | None
    undo: UUID | None
    undo_reason: str | None
    returned: int

    @classmethod
    def of(cls, view: RedemptionView) -> RedemptionShown:
        """From the domain."""
        return cls(
            id=view.id, reference=reference(view.id), voucher=view.voucher, shop=view.shop, till=view.till,
            amount=view.amount.cents, left_after=view.left_after.cents, at=view.at, undone_at=view.undone_at,
            undo=view.undo, undo_reason=view.undo_reason, returned=view.returned.cents,
        )  # fmt: skip


class UndoAsked(Strict):
    """Why a redemption is taken back."""

    model_config = Strict.model_config | example(reason="Wrong amount typed")

    reason: Reason


class ReturnAsked(Strict):
    """Goods that came back: what to give back for them, all that is left of the redemption if no amount is told."""

    model_config = Strict.model_config | example(amount=450, currency="EUR", reason="One of two came back")

    amount: Cents | None = None
    currency: Currency = "EUR"
    reason: Reason


class ReturnedShown(Shown):
    """Money given back for goods; ``voucher`` is where it is now, to be spent through ``last_day``.

    ``left`` is what the voucher holds, ``rest`` what can still be returned of the redemption.
    """

    id: UUID
    reference: str
    redemption: UUID
    voucher: UUID
    amount: int
    left: int
    rest: int
    currency: Currency = "EUR"
    last_day: date
    at: datetime

    @classmethod
    def of(cls, view: ReturnedView) -> ReturnedShown:
        """From the domain."""
        return cls(
            id=view.id, reference=reference(view.id), redemption=view.redemption, voucher=view.voucher,
            amount=view.amount.cents, left=view.left.cents, rest=view.rest.cents, last_day=view.last_day, at=view.at,
        )  # fmt: skip


class ReturnShown(Shown):
    """What of a redemption went back because goods did, and why."""

    id: UUID
    reference: str
    amount: int
    currency: Currency = "EUR"
    reason: str
    at: datetime

    @classmethod
    def of(cls, view: ReturnView) -> ReturnShown:
        """From the domain."""
        return cls(id=view.id, reference=reference(view.id), amount=view.amount.cents, reason=view.reason, at=view.at)


class UndoneShown(Shown):
    """A redemption taken back; ``voucher`` is where the money is now."""

    id: UUID
    redemption: UUID
    voucher: UUID
    amount: int
    left: int
    currency: Currency = "EUR"
    at: datetime


@router.post("/redemptions", status_code=201, response_model=ReceiptShown)
async def redeem(
    asked: RedemptionAsked,
    request: Request,
    caller: Annotated[Caller, permitted(P.REDEMPTIONS_WRITE)],
    key: IdempotencyKey,
    counters: CounterOf,
    guesses: GuessesOf,
) -> Response:
    """Spend part or all of a voucher. When this answers 201, it is in the books."""
    till = till_of(caller, asked.till)
    address = request.client.host if request.client else ""
    code = await guesses.read(caller, asked.code, address)
    once = request_of(caller, key, "redeem", till, code, asked.amount)
    try:
        receipt = await counters.of(caller.town).redeem(Asked(till, code, Money(asked.amount), once))
    except CodeNotRecognised:
        await guesses.wrong(caller, address)
        raise
    return Response(ReceiptShown.of(receipt).model_dump_json(), 201, media_type="application/json")


@router.get("/redemptions")
async def list_redemptions(
    request: Request,
    response: Response,
    caller: Annotated[Caller, permitted(P.REDEMPTIONS_READ)],
    session: Reading,
    *,
    shop: UUID | None = None,
    till: UUID | None = None,
    voucher: UUID | None = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[RedemptionShown]:
    """Redemptions, newest first; a shop or a till sees those of its shop."""
    own = await own_shop(caller, session)
    rows = await queries.redemptions_page(
        session, shop=own or shop, till=till, voucher=voucher, after=after, limit=limit + 1
    )
    return page(request, response, rows, limit=limit, cursor=lambda row: row.id, show=RedemptionShown.of)


@router.get("/redemptions/{redemption}")
async def read_redemption(
    redemption: UUID, caller: Annotated[Caller, permitted(P.REDEMPTIONS_READ)], session: Reading
) -> RedemptionShown:
    """One redemption."""
    found = await queries.redemption(session, redemption)
    await refuse_other_shop(found.shop, caller, session, P.REDEMPTIONS_READ)
    return RedemptionShown.of(found)


@router.post("/redemptions/{redemption}/undo", status_code=201, response_model=UndoneShown)
async def undo(
    redemption: UUID,
    asked: UndoAsked,
    caller: Annotated[Caller, permitted(P.REDEMPTIONS_WRITE)],
    key: IdempotencyKey,
) -> JSONResponse:
    """Take a redemption back: a till on the same day, the operator later."""

    async def work(session: AsyncSession) -> UndoneShown:
        done = await undoing.undo(
            session, redemption, shop=await own_shop(caller, session), actor=caller.actor, reason=asked.reason,
            at=await clock.now(session),
        )  # fmt: skip
        return UndoneShown(
            id=done.undo, redemption=done.redemption, voucher=done.voucher, amount=done.amount.cents,
            left=done.left.cents, at=done.at,
        )  # fmt: skip

    return JSONResponse(await do_once(caller, request_of(caller, key, "undo", redemption, asked.reason), work), 201)


@router.post("/redemptions/{redemption}/returns", status_code=201, response_model=ReturnedShown)
async def give_back(
    redemption: UUID,
    asked: ReturnAsked,
    caller: Annotated[Caller, permitted(P.REDEMPTIONS_RETURN)],
    key: IdempotencyKey,
) -> JSONResponse:
    """Give money back to the voucher for goods that came back: its shop for 90 days, the operator later."""

    async def work(session: AsyncSession) -> ReturnedShown:
        amount = Money(asked.amount) if asked.amount is not None else None
        done = await returning.give_back(
            session, redemption, amount, shop=await own_shop(caller, session), actor=caller.actor,
            reason=asked.reason, at=await clock.now(session),
        )  # fmt: skip
        return ReturnedShown.of(done)

    return JSONResponse(await do_once(caller, request_of(caller, key, "return", redemption, asked), work), 201)


@router.get("/redemptions/{redemption}/returns")
async def list_returns(
    redemption: UUID, caller: Annotated[Caller, permitted(P.REDEMPTIONS_READ)], session: Reading
) -> Page[ReturnShown]:
    """What of a redemption was returned, oldest first."""
    found = await queries.redemption(session, redemption)
    await refuse_other_shop(found.shop, caller, session, P.REDEMPTIONS_READ)
    return Page(items=[ReturnShown.of(one) for one in await queries.returns_of(session, redemption)])


def till_of(caller: Caller, asked: UUID | None) -> UUID:
    """The till at which something is done: the key's own, or the one that an operator names.

    :raises TillMissing, NotPermitted:
    """
    own = caller.subject if caller.role == "till" else asked
    if own is None:
        raise TillMissing
    if asked is not None and asked != own:
        raise NotPermitted(scope=P.REDEMPTIONS_WRITE.value, role=caller.role)
    return own
