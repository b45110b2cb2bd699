"""What becomes of an order's vouchers: who has them, sheets and links, messages, what is replaced; its papers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import Here, IdempotencyKey, Reading, Spoken, Writing, permitted
from api.once import do_once, request_of
from api.printing import ask_sheets, file_of
from api.rest.orders import order_of
from api.rest.types import (
    CSV,
    PDF,
    Currency,
    Limit,
    Line,
    Page,
    Reason,
    Shown,
    Sought,
    Strict,
    StrictRoute,
    example,
    page,
)
from ledger.formats import Language
from vouchers.orders import handing, queries
from vouchers.orders.handing import MailingView
from vouchers.orders.handing_out import printing, replacing
from vouchers.orders.handing_out.links import links_csv
from vouchers.orders.handing_out.printing import PrintingView
from vouchers.orders.lists import addresses
from vouchers.orders.locking import locked
from vouchers.orders.paperwork import documents, request_pdf, requesting
from vouchers.orders.paperwork.documents import DocumentView
from vouchers.orders.paperwork.paper_errors import DocumentUnknown
from vouchers.orders.queries import BeneficiaryView
from vouchers.sheets_pdf import Layout

router = APIRouter(tags=["orders"], route_class=StrictRoute)

NO_STORE: Final = {"Cache-Control": "no-store"}
DROPPED: Final[dict[Language, tuple[str, str]]] = {
    "fr": (
        "Il ne restait rien à envoyer : le bon a été dépensé, rendu ou bloqué entre-temps.",
        "Il ne restait rien à dire : la commande avait changé avant que le message ne parte.",
    ),
    "en": (
        "Nothing was left to send: the voucher was spent, given back or blocked meanwhile.",
        "Nothing was left to say: the order had changed before the message left.",
    ),
}
"""Why a message did not leave: one to a beneficiary, one to the buyer."""


class BeneficiaryShown(Shown):
    """Who receives a voucher; ``voucher`` is the one first issued, of which a replacement is an heir."""

    id: UUID
    position: int
    name: str
    email: str | None
    staff_number: str | None
    face_value: int
    currency: Currency = "EUR"
    voucher: UUID | None

    @classmethod
    def of(cls, view: BeneficiaryView) -> BeneficiaryShown:
        """From the domain."""
        return cls(
            id=view.id, position=view.position, name=view.name, email=view.email, staff_number=view.staff_number,
            face_value=view.face_value.cents, voucher=view.voucher,
        )  # fmt: skip


class MessageShown(Shown):
    """A message to a beneficiary, or to the buyer if ``beneficiary`` is null, and what became of it.

    ``detail`` is what the mail server said; of one that is ``dropped``, why there was nothing left to say.
    """

    id: UUID
    beneficiary: UUID | None
    kind: str
    attempt: int
    address: str
    state: handing.State
    detail: str | None
    changed_at: datetime

    @classmethod
    def of(cls, view: MailingView, language: Language) -> MessageShown:
        """From the domain."""
        detail = DROPPED[language][view.beneficiary is None] if view.state == "dropped" else view.detail
        return cls(
            id=view.id, beneficiary=view.beneficiary, kind=view.kind, attempt=view.attempt, address=view.address,
            state=view.state, detail=detail, changed_at=view.changed_at,
        )  # fmt: skip


class SendAsked(Strict):
    """Where to send a voucher once more; to the address that is known if none is given."""

    model_config = Strict.model_config | example(email="marie@example.org")

    email: Line | None = None


class ReplaceAsked(Strict):
    """Why a voucher is replaced, and whether the new one goes out by e-mail at once."""

    model_config = Strict.model_config | example(reason="Lost", send=True)

    reason: Reason
    send: bool = False


class ReplacedShown(Shown):
    """The new voucher; the code of the old one is dead."""

    voucher: UUID


class PrintingAsked(Strict):
    """Sheets to be drawn: one large voucher a page, or eight."""

    model_config = Strict.model_config | example(layout="eight", language="fr")

    layout: Layout = "eight"
    language: Language = "fr"


class PrintingShown(Shown):
    """A file of sheets and how far it is: ``done`` of ``of`` vouchers."""

    id: UUID
    order: UUID
    layout: Layout
    state: printing.State
    done: int
    of: int
    gone_at: datetime | None

    @classmethod
    def from_view(cls, view: PrintingView) -> PrintingShown:
        """From the domain."""
        return cls(
            id=view.id, order=view.order, layout=view.layout, state=view.state, done=view.done, of=view.of,
            gone_at=view.gone_at,
        )  # fmt: skip


class DocumentShown(Shown):
    """A numbered paper of an order."""

    id: UUID
    kind: Annotated[str, Field(examples=["invoice"])]
    number: str
    total: int
    currency: Currency = "EUR"
    issued_on: date
    corrects: UUID | None

    @classmethod
    def of(cls, view: DocumentView) -> DocumentShown:
        """From the domain."""
        return cls(
            id=view.id, kind=view.kind, number=view.number, total=view.total.cents, issued_on=view.issued_on,
            corrects=view.corrects,
        )  # fmt: skip


@router.get("/orders/{order}/beneficiaries")
async def list_beneficiaries(
    request: Request,
    response: Response,
    order: UUID,
    caller: Annotated[Caller, permitted(P.ORDERS_READ)],
    session: Reading,
    *,
    search: Sought = None,
    limit: Limit = 50,
    after: Annotated[int | None, Query(ge=0, le=1_000_000, description="the position of the last one")] = None,
) -> Page[BeneficiaryShown]:
    """Who receives the vouchers, in the order of the list."""
    await order_of(session, caller, order)
    rows = await queries.beneficiaries_of(session, order, search=search, after=after, limit=limit + 1)
    return page(request, response, rows, limit=limit, cursor=lambda row: row.position, show=BeneficiaryShown.of)


@router.post("/orders/{order}/beneficiaries/{beneficiary}/reissue", status_code=201, response_model=ReplacedShown)
async def replace_lost(
    order: UUID,
    beneficiary: UUID,
    asked: ReplaceAsked,
    caller: Annotated[Caller, permitted(P.ORDERS_WRITE)],
    key: IdempotencyKey,
) -> JSONResponse:
    """Replace a lost voucher: the old code dies, what was left is on the new one."""

    async def work(session: AsyncSession) -> ReplacedShown:
        await order_of(session, caller, order)
        heir = await replacing.replace(
            session, order, beneficiary, keys=caller.town.keys, reason=asked.reason, send=asked.send,
            actor=caller.actor, at=await clock.now(session),
        )  # fmt: skip
        return ReplacedShown(voucher=heir)

    request = request_of(caller, key, "replace", order, beneficiary, asked)
    return JSONResponse(await do_once(caller, request, work), 201)


@router.post("/orders/{order}/beneficiaries/{beneficiary}/messages", status_code=202)
async def send_again(
    order: UUID,
    beneficiary: UUID,
    asked: SendAsked,
    caller: Annotated[Caller, permitted(P.ORDERS_WRITE)],
    session: Writing,
    language: Spoken,
) -> MessageShown:
    """Send a voucher by e-mail once more. Refused while the last message is on its way, so never twice by accident."""
    await order_of(session, caller, order)
    address = addresses.canonical(asked.email) if asked.email else None
    at = await clock.now(session)
    sent = await handing.ask_again(session, order, beneficiary, address=address, actor=caller.actor, at=at)
    return MessageShown.of(sent, language)


@router.get("/orders/{order}/messages")
async def list_messages(
    order: UUID, caller: Annotated[Caller, permitted(P.ORDERS_READ)], session: Reading, language: Spoken
) -> list[MessageShown]:
    """Every message about an order, oldest first."""
    await order_of(session, caller, order)
    return [MessageShown.of(one, language) for one in await handing.mailings_of(session, order)]


@router.post("/orders/{order}/printings", status_code=202)
async def print_sheets(
    order: UUID,
    asked: PrintingAsked,
    caller: Annotated[Caller, permitted(P.CODES_READ)],
    session: Writing,
    here: Here,
) -> PrintingShown:
    """Ask for the sheets of an order as one PDF. It is drawn in the background: look at how far it is."""
    await order_of(session, caller, order)
    return PrintingShown.from_view(
        await ask_sheets(
            session, here.settings, order, layout=asked.layout, language=asked.language, actor=caller.actor
        )
    )


@router.get("/orders/{order}/printings/{printing}")
async def read_printing(
    order: UUID, printing: UUID, caller: Annotated[Caller, permitted(P.CODES_READ)], session: Reading
) -> PrintingShown:
    """How far a file of sheets is."""
    await order_of(session, caller, order)
    return PrintingShown.from_view(await _printing(session, order, printing))


@router.get("/orders/{order}/printings/{printing}/sheets.pdf", response_class=Response, responses=PDF)
async def download_sheets(
    order: UUID, printing: UUID, caller: Annotated[Caller, permitted(P.CODES_READ)], session: Writing, here: Here
) -> Response:
    """The file, for an hour after it was drawn. Whoever downloads it has the vouchers: the order is delivered."""
    await order_of(session, caller, order)
    file = await file_of(session, here.settings, printing, order_id=order)
    await handing.mark_delivered(session, order, actor=caller.actor, how="sheets", at=await clock.now(session))
    return FileResponse(file.path, media_type="application/pdf", filename=file.name, headers=NO_STORE)


@router.get("/orders/{order}/links.csv", response_class=Response, responses=CSV)
async def download_links(
    order: UUID, caller: Annotated[Caller, permitted(P.CODES_READ)], session: Writing, here: Here, language: Spoken
) -> Response:
    """The links of an order's vouchers, a line each, for a mailing of your own. The order is delivered."""
    found = await order_of(session, caller, order)
    await locked(session, order, *printing.PRINTED)
    at = await clock.now(session)
    await handing.mark_delivered(session, order, actor=caller.actor, how="links", at=at)
    lines = links_csv(
        caller.town.sessions, order, keys=caller.town.keys, base_url=here.settings.base_url, language=language, at=at
    )
    named = {**NO_STORE, "Content-Disposition": f'attachment; filename="{found.number}-links.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=named)


@router.get("/orders/{order}/documents")
async def list_documents(
    order: UUID, caller: Annotated[Caller, permitted(P.DOCUMENTS_READ)], session: Reading
) -> list[DocumentShown]:
    """The numbered papers of an order, oldest first."""
    await order_of(session, caller, order)
    return [DocumentShown.of(one) for one in await documents.papers_of(session, order)]


@router.get("/orders/{order}/documents/{document}/paper.pdf", response_class=Response, responses=PDF)
async def download_document(
    order: UUID, document: UUID, caller: Annotated[Caller, permitted(P.DOCUMENTS_READ)], session: Reading
) -> Response:
    """A paper: the same bytes each time."""
    found = await order_of(session, caller, order)
    paper = await documents.document(session, document)
    if paper.order != order:
        raise DocumentUnknown(document=document)
    return await _pdf(lambda out: documents.draw(paper, out, found.language), paper.number)


@router.get("/orders/{order}/payment-request.pdf", response_class=Response, responses=PDF)
async def download_request(
    order: UUID, caller: Annotated[Caller, permitted(P.ORDERS_READ)], session: Reading
) -> Response:
    """The request for payment: account, reference and QR code for a transfer of what is missing."""
    found = await order_of(session, caller, order)
    request = await requesting.payment_request(session, order, at=await clock.now(session))
    return await _pdf(lambda out: request_pdf.draw_request(out, request, found.language), str(found.number))


async def _printing(session: AsyncSession, order: UUID, printing_id: UUID) -> PrintingView:
    found = await printing.printing(session, printing_id)
    if found.order != order:
        raise printing.PrintingUnknown(printing=printing_id)
    return found


async def _pdf(draw: Callable[[BytesIO], None], name: str) -> Response:
    """A PDF drawn off the event loop."""

    def drawn() -> bytes:
        out = BytesIO()
        draw(out)
        return out.getvalue()

    named = {**NO_STORE, "Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(await asyncio.to_thread(drawn), media_type="application/pdf", headers=named)
