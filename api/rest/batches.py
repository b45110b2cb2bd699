"""Batches: issuing vouchers, proving them, printing them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import Here, IdempotencyKey, Reading, Spoken, permitted
from api.once import do_once, request_of
from api.printing import MOST as MOST_SHEETS
from api.printing import batch_pdf
from api.rest.buyers import refuse_other_buyer
from api.rest.rules import version_for
from api.rest.types import (
    PDF,
    After,
    Cents,
    Currency,
    Day,
    Id,
    Limit,
    Line,
    Page,
    Shown,
    Strict,
    StrictRoute,
    example,
    page,
)
from api.rest.vouchers import VoucherShown
from ledger.money import Money
from vouchers import issuing, proofs, queries
from vouchers.errors import BatchUnknown
from vouchers.issuing import MOST, NewBatch
from vouchers.proofs import Conservation
from vouchers.queries import BatchView
from vouchers.rules.keeping import refuse_unless_offered
from vouchers.rules.queries import version
from vouchers.sheets_pdf import Layout

router = APIRouter(tags=["batches"], route_class=StrictRoute)


class BatchAsked(Strict):
    """A batch to issue. ``on_credit`` is the operator's explicit decision to issue before it is paid.

    ``rule`` is the rule of use that limits where and when its vouchers are taken; none if they are taken everywhere.
    """

    model_config = Strict.model_config | example(
        buyer="01a204d2-0860-74ce-a8b1-a57a89cfe4e9", face_value=5000, currency="EUR", quantity=140, label="Noël 2026"
    )

    buyer: Id
    face_value: Cents
    currency: Currency = "EUR"
    quantity: Annotated[int, Field(ge=1, le=MOST)]
    label: Line | None = None
    valid_from: Day | None = None
    last_day: Day | None = None
    on_credit: bool = False
    rule: Id | None = None


class BatchShown(Shown):
    """A batch. ``fee`` is the service fee before VAT; ``rule`` the version of the rule of use that limits it."""

    id: UUID
    buyer: UUID
    label: str
    face_value: int
    quantity: int
    fee: int
    fee_vat: int
    currency: Currency = "EUR"
    valid_from: date
    last_day: date
    on_credit: bool
    rule: UUID | None
    issued_at: datetime

    @classmethod
    def of(cls, view: BatchView) -> BatchShown:
        """From the domain."""
        return cls(
            id=view.id, buyer=view.buyer, label=view.label, face_value=view.face_value.cents, quantity=view.quantity,
            fee=view.fee.cents, fee_vat=view.fee_vat.cents, valid_from=view.valid_from, last_day=view.last_day,
            on_credit=view.on_credit, rule=view.rule, issued_at=view.issued_at,
        )  # fmt: skip


class ConservationShown(Shown):
    """Where every cent is.

    ``issued + topped_up = left + redeemed - undone - returned + expired - reinstated + refunded``
    """

    batch: UUID
    issued: int
    topped_up: int
    redeemed: int
    undone: int
    returned: int
    expired: int
    reinstated: int
    refunded: int
    left: int
    missing: int
    currency: Currency = "EUR"

    @classmethod
    def of(cls, proof: Conservation) -> ConservationShown:
        """From the domain."""
        amounts = (
            "issued", "topped_up", "redeemed", "undone", "returned", "expired", "reinstated", "refunded", "left",
            "missing",
        )  # fmt: skip
        return cls(batch=proof.batch, **{name: getattr(proof, name).cents for name in amounts})


@router.post("/batches", status_code=201, response_model=BatchShown)
async def issue_batch(
    asked: BatchAsked, caller: Annotated[Caller, permitted(P.BATCHES_WRITE)], key: IdempotencyKey
) -> JSONResponse:
    """Issue 1 to 100,000 vouchers to a buyer who has paid them in."""
    refuse_other_buyer(asked.buyer, caller, P.BATCHES_WRITE)
    if asked.on_credit:
        caller.require(P.PAYMENTS_WRITE)
    new = NewBatch(
        asked.buyer, Money(asked.face_value), asked.quantity, label=asked.label or "",
        valid_from=asked.valid_from, last_day=asked.last_day, on_credit=asked.on_credit,
    )  # fmt: skip

    async def work(session: AsyncSession) -> BatchShown:
        at = await clock.now(session)
        limited = replace(new, rule=await version_for(session, asked.rule))
        if limited.rule is not None and caller.role == "buyer":
            await refuse_unless_offered(session, await version(session, limited.rule), at=at)
        batch = await issuing.issue(session, limited, keys=caller.town.keys, actor=caller.actor, at=at)
        return BatchShown.of(await queries.batch(session, batch))

    return JSONResponse(await do_once(caller, request_of(caller, key, "issue", asked), work), 201)


@router.get("/batches")
async def list_batches(
    request: Request,
    response: Response,
    caller: Annotated[Caller, permitted(P.BATCHES_READ)],
    session: Reading,
    *,
    buyer: UUID | None = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[BatchShown]:
    """Batches, newest first; a buyer sees its own."""
    own = caller.subject if caller.role == "buyer" else buyer
    rows = await queries.batches_page(session, buyer=own, after=after, limit=limit + 1)
    return page(request, response, rows, limit=limit, cursor=lambda row: row.id, show=BatchShown.of)


@router.get("/batches/{batch}")
async def read_batch(batch: UUID, caller: Annotated[Caller, permitted(P.BATCHES_READ)], session: Reading) -> BatchShown:
    """One batch."""
    return BatchShown.of(await _own_batch(batch, caller, session))


@router.get("/batches/{batch}/conservation")
async def prove_batch(
    batch: UUID, caller: Annotated[Caller, permitted(P.BATCHES_READ)], session: Reading
) -> ConservationShown:
    """The proof of a batch: where every cent of it is. ``missing`` is zero."""
    found = await _own_batch(batch, caller, session)
    return ConservationShown.of(await proofs.conservation_of(session, found))


@router.get("/batches/{batch}/vouchers")
async def list_vouchers(
    request: Request,
    response: Response,
    batch: UUID,
    caller: Annotated[Caller, permitted(P.VOUCHERS_READ)],
    session: Reading,
    language: Spoken,
    limit: Limit = 50,
    after: After = None,
) -> Page[VoucherShown]:
    """The vouchers of a batch: as issued, then as reissued."""
    await _own_batch(batch, caller, session)
    at = await clock.now(session)
    rows = await queries.vouchers_page(session, batch=batch, after=after, limit=limit + 1)
    return page(
        request, response, rows, limit=limit, cursor=lambda row: row.facts.id,
        show=lambda row: VoucherShown.of(row, at, language),
    )  # fmt: skip


@router.get("/batches/{batch}/sheets.pdf", response_class=Response, responses=PDF)
async def batch_sheets(
    batch: UUID,
    caller: Annotated[Caller, permitted(P.CODES_READ)],
    session: Reading,
    here: Here,
    language: Spoken,
    *,
    layout: Annotated[Layout, Query(description="eight a page with cut marks, or one a page")] = "eight",
    first: Annotated[int, Query(ge=1, description="the number of the first voucher")] = 1,
    limit: Annotated[int, Query(ge=1, le=MOST_SHEETS)] = 200,
) -> Response:
    """Printable A4 sheets of the vouchers of a batch that hold money, ten thousand at most in one file."""
    await _own_batch(batch, caller, session)
    pdf = await batch_pdf(
        session, batch, caller, base_url=here.settings.base_url, layout=layout, language=language,
        first=first, limit=limit,
    )  # fmt: skip
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": 'inline; filename="sheets.pdf"'})


async def _own_batch(batch: UUID, caller: Caller, session: Reading) -> BatchView:
    """A batch that the caller may see; to a buyer, another's is as if there were none."""
    found = await queries.batch(session, batch)
    if caller.role == "buyer" and caller.subject != found.buyer:
        raise BatchUnknown(batch=batch)
    return found
