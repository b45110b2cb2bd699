"""Vouchers: looking up, blocking, reissuing, extending, topping up."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import GuessesOf, Here, IdempotencyKey, Reading, Spoken, Writing, permitted
from api.once import do_once, request_of
from api.printing import voucher_pdf
from api.rest.rules import TakenShown
from api.rest.types import PDF, Cents, Code, Currency, Day, Id, Page, Reason, Shown, Strict, StrictRoute, example
from ledger.formats import Language
from ledger.money import Money
from vouchers import blocking, events, queries, reissuing, topping_up
from vouchers.errors import CodeNotRecognised, VoucherUnknown
from vouchers.queries import State, VoucherView
from vouchers.sheets_pdf import Layout

router = APIRouter(tags=["vouchers"], route_class=StrictRoute)


class LookUpAsked(Strict):
    """A code presented at a till. It travels in the body, so that no log keeps it."""

    model_config = Strict.model_config | example(code="7K3M-9QWX-2R8T-VB5H")

    code: Code


class VoucherShown(Shown):
    """A voucher. ``left`` counts what is held, ``available`` is what can be spent.

    ``taken`` says where and when it is, if it is limited; its words are in the language asked for by who looks it up.
    """

    id: UUID
    batch: UUID
    serial: int
    state: State
    face_value: int
    left: int
    available: int
    currency: Currency = "EUR"
    valid_from: date
    last_day: date
    replaced_by: UUID | None
    taken: TakenShown | None

    @classmethod
    def of(cls, view: VoucherView, at: datetime, language: Language = "en") -> VoucherShown:
        """From the domain, as of a moment."""
        facts = view.facts
        return cls(
            id=facts.id, batch=facts.batch, serial=facts.serial, state=view.state(at),
            face_value=view.face_value.cents, left=view.left.cents, available=view.available.cents,
            valid_from=facts.valid_from, last_day=facts.last_day, replaced_by=facts.replaced_by,
            taken=TakenShown.of(facts.rule, language) if facts.rule else None,
        )  # fmt: skip


class EventShown(Shown):
    """Something done to a voucher besides moving money."""

    what: str
    actor: str
    reason: str | None
    at: datetime


class ReasonAsked(Strict):
    """Why."""

    model_config = Strict.model_config | example(reason="Reported lost by its holder")

    reason: Reason


class ExtensionAsked(Strict):
    """A later last day."""

    model_config = Strict.model_config | example(last_day="2027-12-31", reason="Shops were closed for works")

    last_day: Day
    reason: Reason


class TopUpAsked(Strict):
    """Money that a funder adds."""

    model_config = Strict.model_config | example(
        funder="01a204d2-0860-74ce-a8b1-a57a89cfe4e9", amount=1000, currency="EUR"
    )

    funder: Id
    amount: Cents
    currency: Currency = "EUR"


class TopUpShown(Shown):
    """A top-up done; ``transfer`` is its transfer in the books."""

    transfer: UUID
    voucher: VoucherShown


@router.post("/vouchers/look-up")
async def look_up(
    asked: LookUpAsked,
    request: Request,
    caller: Annotated[Caller, permitted(P.VOUCHERS_LOOK_UP)],
    session: Reading,
    guesses: GuessesOf,
    language: Spoken,
) -> VoucherShown:
    """What is left on the voucher of a code."""
    address = request.client.host if request.client else ""
    code = await guesses.read(caller, asked.code, address)
    try:
        return VoucherShown.of(await queries.voucher_by_code(session, code), await clock.now(session), language)
    except CodeNotRecognised:
        await guesses.wrong(caller, address)
        raise


@router.get("/vouchers/{voucher}")
async def read_voucher(
    voucher: UUID, caller: Annotated[Caller, permitted(P.VOUCHERS_READ)], session: Reading, language: Spoken
) -> VoucherShown:
    """One voucher."""
    return VoucherShown.of(await _own(voucher, caller, session), await clock.now(session), language)


@router.get("/vouchers/{voucher}/events")
async def list_events(
    voucher: UUID, caller: Annotated[Caller, permitted(P.VOUCHERS_READ)], session: Reading
) -> Page[EventShown]:
    """What was done to a voucher besides moving money, oldest first."""
    await _own(voucher, caller, session)
    told = await events.events_of(session, voucher)
    return Page(items=[EventShown(what=one.what, actor=one.actor, reason=one.reason, at=one.at) for one in told])


@router.get("/vouchers/{voucher}/sheet.pdf", response_class=Response, responses=PDF)
async def voucher_sheet(
    voucher: UUID,
    caller: Annotated[Caller, permitted(P.CODES_READ)],
    session: Reading,
    here: Here,
    language: Spoken,
    layout: Annotated[Layout, Query()] = "one",
) -> Response:
    """The printable A4 sheet of one voucher."""
    await _own(voucher, caller, session)
    pdf = await voucher_pdf(session, voucher, caller, base_url=here.settings.base_url, layout=layout, language=language)
    return Response(
        pdf, media_type="application/pdf", headers={"Content-Disposition": 'inline; filename="voucher.pdf"'}
    )


@router.post("/vouchers/{voucher}/block")
async def block(
    voucher: UUID, asked: ReasonAsked, caller: Annotated[Caller, permitted(P.VOUCHERS_WRITE)], session: Writing
) -> VoucherShown:
    """Let nobody spend a voucher."""
    at = await clock.now(session)
    await blocking.block(session, voucher, actor=caller.actor, reason=asked.reason, at=at)
    return VoucherShown.of(await queries.voucher_view(session, voucher), at)


@router.post("/vouchers/{voucher}/unblock")
async def unblock(
    voucher: UUID, asked: ReasonAsked, caller: Annotated[Caller, permitted(P.VOUCHERS_WRITE)], session: Writing
) -> VoucherShown:
    """Lift the block of a voucher."""
    at = await clock.now(session)
    await blocking.unblock(session, voucher, actor=caller.actor, reason=asked.reason, at=at)
    return VoucherShown.of(await queries.voucher_view(session, voucher), at)


@router.post("/vouchers/{voucher}/reissue", status_code=201, response_model=VoucherShown)
async def reissue(
    voucher: UUID, asked: ReasonAsked, caller: Annotated[Caller, permitted(P.VOUCHERS_WRITE)], key: IdempotencyKey
) -> JSONResponse:
    """Replace a lost voucher: the old code dies, the money moves to the new voucher, which is answered."""

    async def work(session: AsyncSession) -> VoucherShown:
        at = await clock.now(session)
        heir = await reissuing.reissue(
            session, voucher, keys=caller.town.keys, actor=caller.actor, reason=asked.reason, at=at
        )
        return VoucherShown.of(await queries.voucher_view(session, heir), at)

    return JSONResponse(await do_once(caller, request_of(caller, key, "reissue", voucher, asked), work), 201)


@router.post("/vouchers/{voucher}/extend", response_model=VoucherShown)
async def extend(
    voucher: UUID, asked: ExtensionAsked, caller: Annotated[Caller, permitted(P.VOUCHERS_WRITE)], key: IdempotencyKey
) -> JSONResponse:
    """Move the last day further off; what had expired comes back."""

    async def work(session: AsyncSession) -> VoucherShown:
        at = await clock.now(session)
        await blocking.extend(session, voucher, last_day=asked.last_day, actor=caller.actor, reason=asked.reason, at=at)
        return VoucherShown.of(await queries.voucher_view(session, voucher), at)

    return JSONResponse(await do_once(caller, request_of(caller, key, "extend", voucher, asked), work))


@router.post("/vouchers/{voucher}/top-ups", status_code=201, response_model=TopUpShown)
async def top_up(
    voucher: UUID, asked: TopUpAsked, caller: Annotated[Caller, permitted(P.VOUCHERS_WRITE)], key: IdempotencyKey
) -> JSONResponse:
    """Add a funder's money to a voucher."""

    async def work(session: AsyncSession) -> TopUpShown:
        at = await clock.now(session)
        transfer = await topping_up.top_up(session, voucher, funder_id=asked.funder, amount=Money(asked.amount), at=at)
        return TopUpShown(transfer=transfer, voucher=VoucherShown.of(await queries.voucher_view(session, voucher), at))

    return JSONResponse(await do_once(caller, request_of(caller, key, "top up", voucher, asked), work), 201)


async def _own(voucher: UUID, caller: Caller, session: Reading) -> VoucherView:
    """A voucher that the caller may see; to a buyer, one that another bought is as if there were none."""
    view = await queries.voucher_view(session, voucher)
    if caller.role == "buyer" and caller.subject != (await queries.batch(session, view.facts.batch)).buyer:
        raise VoucherUnknown(voucher=voucher)
    return view
