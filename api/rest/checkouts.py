"""Checkouts: the page on which a holder enters a code for a basket of an online shop."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import Here, IdempotencyKey, Reading, permitted
from api.installation import Installation, Town
from api.once import do_once, request_of
from api.rest.redemptions import till_of
from api.rest.shops import own_shop
from api.rest.types import After, Cents, Currency, Id, Limit, Line, Page, Shown, Strict, StrictRoute, example, page
from api.web_addresses import LONGEST, return_address
from ledger.formats import Language
from ledger.money import Money
from vouchers.online import checkouts
from vouchers.online.checkouts import CheckoutView, NewCheckout, State

router = APIRouter(tags=["checkouts"], route_class=StrictRoute)


class CheckoutAsked(Strict):
    """A basket to be paid by voucher, whole or in part.

    ``state`` is yours, new for each checkout: the holder brings it back, and you compare. ``minutes`` is how long the
    hold lasts once there is one.
    """

    model_config = Strict.model_config | example(
        amount=4250, currency="EUR", reference="Commande 1817", return_url="https://boutique.example.org/obole/retour",
        state="b2f1c7a09e5d4c1a8f3e", language="fr", minutes=2880,
    )  # fmt: skip

    amount: Cents
    currency: Currency = "EUR"
    reference: Line
    return_url: Annotated[str, Field(min_length=1, max_length=LONGEST, examples=["https://boutique.example.org/obole"])]
    state: Annotated[str, Field(min_length=8, max_length=200, pattern=r"^[A-Za-z0-9._~-]+$", examples=["b2f1c7a09e5d"])]
    language: Literal["fr", "en"] = "fr"
    minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 60
    till: Id | None = None


class CheckoutShown(Shown):
    """A checkout as it stands. Send your customer to ``url``; believe ``status``, not that the customer came back.

    Completed, ``hold`` keeps ``held`` aside until ``hold_minutes`` later; ``to_pay`` is yours to ask by other means.
    """

    id: UUID
    url: str
    status: State
    shop: UUID
    till: UUID
    amount: int
    held: int
    to_pay: int
    currency: Currency = "EUR"
    reference: str
    return_url: str
    state: str
    language: Language
    hold: UUID | None
    hold_minutes: int
    opened_at: datetime
    expires_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, view: CheckoutView, here: Installation, town: Town) -> CheckoutShown:
        """From the domain."""
        return cls(
            id=view.id, url=f"{here.settings.base_url}/{town.registered.slug}/checkout/{view.id}", status=view.state,
            shop=view.shop, till=view.till, amount=view.amount.cents, held=view.held.cents, to_pay=view.to_pay.cents,
            reference=view.reference, return_url=view.return_url, state=view.nonce, language=view.language,
            hold=view.hold, hold_minutes=view.hold_minutes, opened_at=view.opened_at, expires_at=view.expires_at,
            closed_at=view.closed_at,
        )  # fmt: skip


@router.post("/checkouts", status_code=201, response_model=CheckoutShown)
async def open_checkout(
    asked: CheckoutAsked, here: Here, caller: Annotated[Caller, permitted(P.CHECKOUTS_WRITE)], key: IdempotencyKey
) -> JSONResponse:
    """Open a checkout, and send your customer to its page. It is open for half an hour."""
    till = till_of(caller, asked.till)
    back = return_address(asked.return_url, loopback=here.settings.shops_on_loopback, whole=True)
    new = NewCheckout(
        till, Money(asked.amount), asked.reference, back.whole, back.origin, back.path, asked.state, asked.language,
        timedelta(minutes=asked.minutes),
    )  # fmt: skip

    async def work(session: AsyncSession) -> CheckoutShown:
        made = await checkouts.open_checkout(session, new, at=await clock.now(session))
        return CheckoutShown.of(made, here, caller.town)

    return JSONResponse(await do_once(caller, request_of(caller, key, "checkout", till, asked), work), 201)


@router.get("/checkouts")
async def list_checkouts(
    request: Request,
    response: Response,
    here: Here,
    caller: Annotated[Caller, permitted(P.CHECKOUTS_READ)],
    session: Reading,
    limit: Limit = 50,
    after: After = None,
) -> Page[CheckoutShown]:
    """Checkouts, newest first; a shop or a till sees those of its shop."""
    own, at = await own_shop(caller, session), await clock.now(session)
    rows = await checkouts.checkouts_page(session, shop=own, after=after, limit=limit + 1, at=at)
    return page(
        request, response, rows, limit=limit, cursor=lambda row: row.id,
        show=lambda row: CheckoutShown.of(row, here, caller.town),
    )  # fmt: skip


@router.get("/checkouts/{checkout}")
async def read_checkout(
    checkout: UUID, here: Here, caller: Annotated[Caller, permitted(P.CHECKOUTS_READ)], session: Reading
) -> CheckoutShown:
    """One checkout: ask it when your customer comes back, and believe this."""
    own, at = await own_shop(caller, session), await clock.now(session)
    return CheckoutShown.of(await checkouts.checkout(session, checkout, shop=own, at=at), here, caller.town)
