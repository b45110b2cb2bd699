"""Holds: spending in two steps, for online shops."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import GuessesOf, IdempotencyKey, Reading, permitted
from api.once import do_once, request_of
from api.rest.redemptions import ReceiptShown, RedemptionShown, till_of
from api.rest.shops import own_shop
from api.rest.types import After, Cents, Code, Currency, Id, Limit, Page, Shown, Strict, StrictRoute, example, page
from ledger import holds
from ledger.holds import State
from ledger.money import Money
from vouchers import holding, queries
from vouchers.errors import CodeNotRecognised
from vouchers.holding import HoldView

router = APIRouter(tags=["holds"], route_class=StrictRoute)


class HoldAsked(Strict):
    """Money to keep aside. ``minutes`` until it goes back by itself: a quarter of an hour unless told otherwise."""

    model_config = Strict.model_config | example(code="7K3M-9QWX-2R8T-VB5H", amount=2000, currency="EUR", minutes=30)

    code: Code
    amount: Cents
    currency: Currency = "EUR"
    minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 15
    till: Id | None = None


class CaptureAsked(Strict):
    """What to take of a hold: all that is held if no amount is told. ``final`` releases the rest."""

    model_config = Strict.model_config | example(amount=1500, currency="EUR", final=True)

    amount: Cents | None = None
    currency: Currency = "EUR"
    final: bool = False


class HoldShown(Shown):
    """A hold as it stands. ``left`` is what can still be captured."""

    id: UUID
    voucher: UUID
    shop: UUID
    till: UUID
    state: State
    amount: int
    captured: int
    released: int
    left: int
    currency: Currency = "EUR"
    placed_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, view: HoldView) -> HoldShown:
        """From the domain."""
        held = view.held
        return cls(
            id=view.id, voucher=view.voucher, shop=view.shop, till=view.till, state=held.state,
            amount=held.amount.cents, captured=held.captured.cents, released=held.released.cents,
            left=held.left.cents, placed_at=held.placed_at, expires_at=held.expires_at,
        )  # fmt: skip


class CaptureShown(Shown):
    """A capture: the hold after it, and the redemption that it made."""

    hold: HoldShown
    redemption: ReceiptShown


@router.post("/holds", status_code=201, response_model=HoldShown)
async def place_hold(
    asked: HoldAsked,
    request: Request,
    caller: Annotated[Caller, permitted(P.HOLDS_WRITE)],
    key: IdempotencyKey,
    guesses: GuessesOf,
) -> JSONResponse:
    """Keep part of a voucher aside."""
    till = till_of(caller, asked.till)
    address = request.client.host if request.client else ""
    code = await guesses.read(caller, asked.code, address)

    async def work(session: AsyncSession) -> HoldShown:
        held = await holding.place(
            session, till=till, code=code, amount=Money(asked.amount), lasts=timedelta(minutes=asked.minutes),
            at=await clock.now(session),
        )  # fmt: skip
        return HoldShown.of(held)

    once = request_of(caller, key, "hold", till, code, asked.amount, asked.minutes)
    try:
        return JSONResponse(await do_once(caller, once, work), 201)
    except CodeNotRecognised:
        await guesses.wrong(caller, address)
        raise


@router.get("/holds")
async def list_holds(
    request: Request,
    response: Response,
    caller: Annotated[Caller, permitted(P.HOLDS_READ)],
    session: Reading,
    limit: Limit = 50,
    after: After = None,
) -> Page[HoldShown]:
    """Holds, newest first; a shop or a till sees those of its shop."""
    own = await own_shop(caller, session)
    rows = await holding.holds_page(session, shop=own, after=after, limit=limit + 1)
    return page(request, response, rows, limit=limit, cursor=lambda row: row.id, show=HoldShown.of)


@router.get("/holds/{hold}")
async def read_hold(hold: UUID, caller: Annotated[Caller, permitted(P.HOLDS_READ)], session: Reading) -> HoldShown:
    """One hold."""
    return HoldShown.of(await holding.hold(session, hold, shop=await own_shop(caller, session)))


@router.post("/holds/{hold}/captures", status_code=201, response_model=CaptureShown)
async def capture_hold(
    hold: UUID, asked: CaptureAsked, caller: Annotated[Caller, permitted(P.HOLDS_WRITE)], key: IdempotencyKey
) -> JSONResponse:
    """Take what is held, or part of it."""

    async def work(session: AsyncSession) -> CaptureShown:
        view, receipt = await holding.capture(
            session, hold, Money(asked.amount) if asked.amount is not None else None,
            shop=await own_shop(caller, session), final=asked.final, at=await clock.now(session),
        )  # fmt: skip
        return CaptureShown(hold=HoldShown.of(view), redemption=ReceiptShown.of(receipt))

    return JSONResponse(await do_once(caller, request_of(caller, key, "capture", hold, asked), work), 201)


@router.get("/holds/{hold}/captures")
async def list_captures(
    hold: UUID, caller: Annotated[Caller, permitted(P.HOLDS_READ)], session: Reading
) -> Page[RedemptionShown]:
    """What was captured of a hold, oldest first: redemptions, each with what of it was returned."""
    found = await holding.hold(session, hold, shop=await own_shop(caller, session))
    made = await queries.redemptions_by_id(session, await holds.captures_of(session, found.id))
    return Page(items=[RedemptionShown.of(one) for _, one in sorted(made.items())])


@router.post("/holds/{hold}/void", response_model=HoldShown)
async def void_hold(
    hold: UUID, caller: Annotated[Caller, permitted(P.HOLDS_WRITE)], key: IdempotencyKey
) -> JSONResponse:
    """Give back what is still held."""

    async def work(session: AsyncSession) -> HoldShown:
        own = await own_shop(caller, session)
        return HoldShown.of(await holding.void(session, hold, shop=own, at=await clock.now(session)))

    return JSONResponse(await do_once(caller, request_of(caller, key, "void", hold), work))
