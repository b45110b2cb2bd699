"""The bank's statements: a file is read, what is sure is recorded, the rest waits here for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.visitors import PageReading, Visitor
from api.installation import in_transaction
from api.pages import forms
from api.pages.catalogues import marked
from api.pages.desk import bank_payouts
from api.pages.desk.access import RecordsMoney
from api.pages.desk.bank_words import EFFECTS, STATES, WHYS
from api.pages.desk.words import WHY_FOUND
from api.pages.forms import Form, Sent, blank
from api.pages.orders.words import status_shown
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from ledger.errors import Refusal
from merchants.bank import deciding, keeping, queries
from merchants.bank.camt import LARGEST
from merchants.payouts import fitting
from merchants.shops.identity import masked_iban
from vouchers.orders import bank_matching, finding
from vouchers.orders.bank_matching import Suggestion, Taken
from vouchers.orders.errors import MoneyMoved
from vouchers.orders.foreseeing import takes
from vouchers.orders.locking import locked

router = APIRouter(include_in_schema=False)

LARGEST_BODY: Final = LARGEST + 1_000_000
SHOWN: Final = 50
LAST: Final = 12
DAYS: Final = 14
SUGGESTED: Final = 8

NOTHING_CHOSEN: Final = marked("Choose an order, or write why it is none.")

How = Literal["order", "payment"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody chose for a line: an order as it was shown, or a payment that was recorded by hand."""

    how: How
    id: UUID
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What somebody looks for on the page of a line: among orders, among payouts, in a run."""

    q: str = ""
    p: str = ""
    run: UUID | None = None


@router.get("/{slug:slug}/desk/bank")
async def bank(request: Request, _visitor: RecordsMoney, session: PageReading) -> Response:
    """What waits, what was read last, and whether the bank and the books hold the same."""
    return await _page(request, session, blank(request))


@router.post("/{slug:slug}/desk/bank", max_body_size=LARGEST_BODY)
async def take(request: Request, place: CurrentPlace, visitor: RecordsMoney, form: Sent) -> Response:
    """Read a file. Sent twice it is read once: a statement that is known changes nothing."""
    sent = form.file("file")
    if sent is not None:
        file = sent.file

        async def work(session: AsyncSession) -> list[Taken]:
            return await bank_matching.take(session, file, actor=visitor.actor, at=await clock.now(session))

        try:
            taken = await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal, "file")
        else:
            said = "statement-known" if all(one.before for one in taken) else "statement-read"
            return see_other(f"/{place.slug}/desk/bank/statements/{taken[-1].statement}", said=said)
    async with place.town.sessions.begin() as session:
        return await _page(request, session, form)


@router.get("/{slug:slug}/desk/bank/statements/{statement_id}")
async def one_statement(
    request: Request,
    place: CurrentPlace,
    _visitor: RecordsMoney,
    session: PageReading,
    statement_id: UUID,
    *,
    after: Annotated[UUID | None, Query()] = None,
) -> Response:
    """What a statement brought, line by line."""
    found = await queries.statement(session, statement_id)
    rows = await queries.entries_page(session, statement=statement_id, after=after, limit=SHOWN + 1)
    here = f"/{place.slug}/desk/bank/statements/{statement_id}"
    return page(
        request, "desk/bank_statement.html", statement=found, masked=masked_iban(found.account),
        counts=(await queries.counted(session, [statement_id]))[statement_id], entries=rows[:SHOWN], states=STATES,
        whys=WHYS, before=here if after is not None else None,
        after=f"{here}?after={rows[SHOWN - 1].id}" if len(rows) > SHOWN else None,
    )  # fmt: skip


@router.get("/{slug:slug}/desk/bank/entries/{entry_id}")
async def one_entry(
    request: Request,
    _visitor: RecordsMoney,
    session: PageReading,
    entry_id: UUID,
    *,
    q: Annotated[str, Query(max_length=finding.LONGEST)] = "",
    p: Annotated[str, Query(max_length=fitting.LONGEST)] = "",
    run: Annotated[UUID | None, Query()] = None,
) -> Response:
    """A line, what became of it, and what somebody can decide; ``run`` is one of which it may be all but some."""
    return await _entry_page(request, session, blank(request), entry_id, Looked(q, p, run))


@router.post("/{slug:slug}/desk/bank/entries/{entry_id}")
async def decide(request: Request, place: CurrentPlace, visitor: RecordsMoney, form: Sent, entry_id: UUID) -> Response:
    """Decide on a line, once: it pays an order, was recorded by hand, is a payout, or is explained by a note."""
    if form.shown("do") in bank_payouts.DEEDS:
        return await _decide_payout(request, place, visitor, form, entry_id)
    chosen, note = _chosen(form), form.text("note", required=False, most=deciding.LONGEST_NOTE)
    explaining = form.shown("do") == "explain"
    if explaining and not note:
        form.say("note", forms.MISSING)
    elif not explaining and chosen is None:
        form.say("order", NOTHING_CHOSEN)

    async def work(session: AsyncSession) -> None:
        await keeping.one_file_at_a_time(session)
        at = await clock.now(session)
        if explaining:
            await deciding.explain(session, entry_id, note, actor=visitor.actor, at=at)
        elif chosen is not None:
            await _settle(session, visitor, entry_id, chosen)

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return see_other(f"/{place.slug}/desk/bank/entries/{entry_id}", said="line-decided")
    async with place.town.sessions.begin() as session:
        return await _entry_page(request, session, form, entry_id, Looked())


async def _decide_payout(request: Request, place: Place, visitor: Visitor, form: Form, entry_id: UUID) -> Response:
    chosen = bank_payouts.chosen(form)

    async def work(session: AsyncSession) -> None:
        credit, at = bool((await queries.entry(session, entry_id)).line.credit), await clock.now(session)
        if chosen is not None:
            await bank_payouts.decide(session, entry_id, chosen, credit=credit, actor=visitor.actor, at=at)

    if form.valid:
        try:
            await in_transaction(place.town.sessions, work)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return see_other(f"/{place.slug}/desk/bank/entries/{entry_id}", said="line-decided")
    looked = Looked(p=form.text("p", required=False, most=fitting.LONGEST), run=chosen.run if chosen else None)
    async with place.town.sessions.begin() as session:
        return await _entry_page(request, session, form, entry_id, looked)


async def _settle(session: AsyncSession, visitor: Visitor, entry_id: UUID, chosen: Chosen) -> None:
    at = await clock.now(session)
    if chosen.how == "payment":
        await bank_matching.was_recorded(session, entry_id, chosen.id, actor=visitor.actor, at=at)
        return
    if str(takes(await locked(session, chosen.id)).cents) != chosen.seen:
        raise MoneyMoved
    await bank_matching.pays(session, entry_id, chosen.id, actor=visitor.actor, at=at)


def _chosen(form: Form) -> Chosen | None:
    """``order:<id>:<what it took when it was shown>``, or ``payment:<id>``; none if it is neither."""
    how, _, rest = form.shown("order").partition(":")
    id_, _, seen = rest.partition(":")
    try:
        return Chosen("payment" if how == "payment" else "order", UUID(id_), seen)
    except ValueError:
        return None


def _answer(one: Suggestion) -> str:
    """How a suggestion is sent back."""
    if one.payment is not None:
        return f"payment:{one.payment.id}"
    order = one.found.awaiting.order
    return f"order:{order.id}:{takes(order).cents}"


async def _page(request: Request, session: AsyncSession, form: Form) -> Response:
    statements = await queries.statements_page(session, limit=LAST)
    return page(
        request, "desk/bank.html", status=200 if form.valid else 422, form=form, whys=WHYS, statements=statements,
        counts=await queries.counted(session, [one.id for one in statements]),
        queue=await queries.entries_page(session, state="queued", limit=SHOWN),
        waiting=await queries.count_queued(session), days=await queries.balances_by_day(session, limit=DAYS),
    )  # fmt: skip


async def _entry_page(request: Request, session: AsyncSession, form: Form, entry_id: UUID, looked: Looked) -> Response:
    found = await queries.entry(session, entry_id)
    offered = (
        await bank_matching.suggestions(session, found, looked.q, limit=SUGGESTED) if found.state == "queued" else []
    )
    payouts = await bank_payouts.offered(session, found, looked.p, looked.run)
    iban = found.line.counterparty_iban
    return page(
        request, "desk/bank_entry.html", status=200 if form.valid else 422, form=form, entry=found, line=found.line,
        masked=masked_iban(iban) if iban else "", states=STATES, whys=WHYS, why_found=WHY_FOUND, effects=EFFECTS,
        shown=status_shown, offered=[(_answer(one), one) for one in offered], q=looked.q,
        p=looked.p, payouts=payouts, payout_answer=bank_payouts.answer,
    )  # fmt: skip
