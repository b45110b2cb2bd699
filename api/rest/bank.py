"""The bank's statements: read from camt.053, and what became of each line."""

from __future__ import annotations

from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import Reading, permitted
from api.installation import in_transaction
from api.rest.types import After, Currency, Limit, Page, Shown, StrictRoute, page
from merchants.bank import queries
from merchants.bank.camt import LARGEST
from merchants.bank.lines import Why
from merchants.bank.queries import EntryView, State, StatementView
from merchants.shops.identity import masked_iban
from vouchers.orders import bank_matching
from vouchers.orders.bank_matching import Taken

router = APIRouter(tags=["bank"], route_class=StrictRoute)

IN_MEMORY: Final = 1_000_000
"""Bytes of a file above which it waits on the disk."""

_XML: Final[dict[str, Any]] = {"required": True, "content": {"application/xml": {"schema": {"type": "string"}}}}


class StatementShown(Shown):
    """A statement. ``adds_up`` is null if a balance is missing; ``lines`` counts them by what became of them."""

    id: UUID
    version: str
    account: str
    number: str
    sequence: str
    first_day: date | None
    last_day: date | None
    opening: int | None
    closing: int | None
    closing_on: date | None
    moved: int
    currency: Currency = "EUR"
    adds_up: bool | None
    read_at: datetime
    lines: dict[State, int]

    @classmethod
    def of(cls, view: StatementView, lines: dict[State, int]) -> StatementShown:
        """From the domain."""
        return cls(
            id=view.id, version=view.version, account=masked_iban(view.account), number=view.number,
            sequence=view.sequence, first_day=view.first_day, last_day=view.last_day,
            opening=None if view.opening is None else view.opening.cents,
            closing=None if view.closing is None else view.closing.cents, closing_on=view.closing_on,
            moved=view.moved.cents, adds_up=view.adds_up, read_at=view.read_at, lines=lines,
        )  # fmt: skip


class TakenShown(StatementShown):
    """A statement of the file; ``before`` if it was read already, and nothing changed."""

    before: bool


class FileShown(Shown):
    """What a file brought."""

    statements: list[TakenShown]


class EntryShown(Shown):
    """A line. ``amount`` is null in another currency than euro; ``transfer`` is what it is in the books."""

    id: UUID
    statement: UUID
    entry: int
    part: int
    state: State
    why: Why
    written: str
    amount: int | None
    currency: Currency = "EUR"
    credit: bool | None
    booked_on: date | None
    valued_on: date | None
    reversal: bool
    code: str
    servicer_ref: str
    end_to_end: str
    reference: str
    remittance: str
    counterparty: str
    counterparty_iban: str
    returned: str
    charges: str
    transfer: UUID | None
    note: str

    @classmethod
    def of(cls, view: EntryView) -> EntryShown:
        """From the domain."""
        line = view.line
        words = ("written", "code", "servicer_ref", "end_to_end", "reference", "remittance", "returned", "charges")
        return cls(
            id=view.id, statement=view.statement, entry=line.entry, part=line.part, state=view.state, why=line.why,
            amount=None if line.amount is None else line.amount.cents, credit=line.credit, booked_on=line.booked_on,
            valued_on=line.valued_on, reversal=line.reversal, counterparty=line.counterparty,
            counterparty_iban=masked_iban(line.counterparty_iban) if line.counterparty_iban else "",
            transfer=view.transfer, note=view.note, **{name: getattr(line, name) for name in words},
        )  # fmt: skip


@router.post("/bank/statements", status_code=201, max_body_size=LARGEST, openapi_extra={"requestBody": _XML})
async def take_statements(request: Request, caller: Annotated[Caller, permitted(P.ORDERS_PAY)]) -> FileShown:
    """Read a camt.053 file and record what is sure. The same file again changes nothing."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        async for part in request.stream():
            file.write(part)

        async def work(session: AsyncSession) -> FileShown:
            taken = await bank_matching.take(session, file, actor=caller.actor, at=await clock.now(session))
            return FileShown(statements=[await _taken(session, one) for one in taken])

        return await in_transaction(caller.town.sessions, work)


@router.get("/bank/statements")
async def list_statements(
    request: Request,
    response: Response,
    _caller: Annotated[Caller, permitted(P.ORDERS_PAY)],
    session: Reading,
    limit: Limit = 50,
    after: After = None,
) -> Page[StatementShown]:
    """Statements that were read, newest first."""
    rows = await queries.statements_page(session, after=after, limit=limit + 1)
    lines = await queries.counted(session, [one.id for one in rows])
    return page(
        request, response, rows, limit=limit, cursor=lambda row: row.id,
        show=lambda row: StatementShown.of(row, lines[row.id]),
    )  # fmt: skip


@router.get("/bank/entries")
async def list_entries(
    request: Request,
    response: Response,
    _caller: Annotated[Caller, permitted(P.ORDERS_PAY)],
    session: Reading,
    *,
    statement: UUID | None = None,
    state: State | None = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[EntryShown]:
    """Lines of statements in the order in which they were read; those that wait for somebody are `queued`."""
    rows = await queries.entries_page(session, statement=statement, state=state, after=after, limit=limit + 1)
    return page(request, response, rows, limit=limit, cursor=lambda row: row.id, show=EntryShown.of)


async def _taken(session: AsyncSession, one: Taken) -> TakenShown:
    lines = await queries.counted(session, [one.statement])
    shown = StatementShown.of(await queries.statement(session, one.statement), lines[one.statement])
    return TakenShown(**shown.model_dump(), before=one.before)
