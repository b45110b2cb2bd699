"""Funders at the desk: registered, their money recorded, their budgets and rules, their account of each year."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor
from api.pages.desk.access import KeepsFunders, SeesBooks
from api.pages.desk.words import RULE_STAGES
from api.pages.doing_once import do_once, numbered
from api.pages.forms import Form, Sent
from api.pages.orders.downloads import CSV, PDF, XLSX, download, drawn
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from api.pages.speaking import language_for
from ledger import balances
from ledger.database import snapshot_of
from ledger.days import FIRST_YEAR, LAST_YEAR, Period, day_of
from ledger.errors import Refusal
from ledger.money import Money, total
from merchants.errors import SirenInvalid
from vouchers import buyers, funders
from vouchers.bookkeeping.words import event
from vouchers.funders import NewFunder
from vouchers.funding import budgets, funds, giving_back, ruling
from vouchers.public_accounts import accounting
from vouchers.public_accounts.account import Account
from vouchers.public_accounts.account_files import account_bytes, file_name
from vouchers.public_accounts.account_lines import became_lines, held_lines, title_of
from vouchers.public_accounts.account_pdf import draw_account
from vouchers.rules import queries as usage

router = APIRouter(include_in_schema=False)

MOST: Final = 500
LONGEST: Final = 120
LONGEST_REFERENCE: Final = 140
MOVEMENTS: Final = 20
A_CENT: Final = Money(1)
MONEY_MOST: Final = Money(100_000_000_00)
KINDS: Final = {"pdf": PDF, "csv": CSV, "xlsx": XLSX}
SAID: Final = {"in": "funder-paid", "out": "funder-paid-back", "budget": "saved", "end": "rule-ended"}
Work = Callable[[AsyncSession], Awaitable[UUID]]
Year = Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR)]


@router.get("/{slug:slug}/desk/funders")
async def every(request: Request, visitor: SeesBooks, session: PageReading) -> Response:
    """All funders: what each has here, and what of it is promised."""
    at = await clock.now(session)
    found = await funders.funders_page(session, limit=MOST)
    kept = {one.id: await _kept(session, one.id, at) for one in found}
    return page(request, "desk/funders.html", found=found, kept=kept, keeps=visitor.may(P.BUYERS_WRITE))


@router.get("/{slug:slug}/desk/funders/new")
async def new(request: Request, _visitor: KeepsFunders) -> Response:
    """Where one is registered."""
    return page(request, "desk/funder_form.html", form=numbered(request), one=None)


@router.post("/{slug:slug}/desk/funders/new")
async def register(request: Request, place: CurrentPlace, visitor: KeepsFunders, form: Sent) -> Response:
    """Register it, and open its account."""
    asked = _particulars(form)

    async def work(session: AsyncSession) -> UUID:
        return (await funders.register_funder(session, asked, at=await clock.now(session))).id

    made = await _attempt(request, place, visitor, form, work)
    if made is not None:
        return see_other(f"/{place.slug}/desk/funders/{made}", said="saved")
    return page(request, "desk/funder_form.html", status=422, form=form, one=None)


@router.get("/{slug:slug}/desk/funders/{funder_id}")
async def one(request: Request, visitor: SeesBooks, session: PageReading, funder_id: UUID) -> Response:
    """A funder at a glance, and what can be recorded about it."""
    return await _page(request, session, visitor, funder_id, numbered(request))


@router.post("/{slug:slug}/desk/funders/{funder_id}")
async def record(request: Request, place: CurrentPlace, visitor: KeepsFunders, form: Sent, funder_id: UUID) -> Response:
    """Record money that came or was sent back, a budget, or the end of a rule: once for each form."""
    do = form.one_of("do", tuple(SAID))
    rule = form.identifier("rule") if do == "end" else None
    amount = form.money(f"amount_{do}", least=A_CENT, most=MONEY_MOST) if do and do != "end" else None
    reference = form.text("reference", required=False, most=LONGEST_REFERENCE)
    label = form.text("label", most=LONGEST) if do == "budget" else ""
    first = form.day("first_day") if do == "budget" else None
    last = form.day("last_day") if do == "budget" else None

    async def work(session: AsyncSession) -> UUID:
        at, sum_ = await clock.now(session), amount or A_CENT
        if rule is not None:
            return (await ruling.end_rule(session, rule, at=at)).id
        if do == "out":
            return await giving_back.give_back(session, funder_id, sum_, reference=reference, at=at)
        if do == "in" or first is None or last is None:
            await funders.funder(session, funder_id)
            return await buyers.pay_in(session, funder_id, sum_, reference=reference or None, at=at)
        return await budgets.open_budget(
            session, funder_id, label=label, days=Period(first, last), amount=sum_, actor=visitor.actor, at=at
        )

    if await _attempt(request, place, visitor, form, work, beside=f"amount_{do}") is not None:
        return see_other(f"/{place.slug}/desk/funders/{funder_id}", said=SAID[do])
    async with place.town.sessions.begin() as session:
        return await _page(request, session, visitor, funder_id, form)


@router.get("/{slug:slug}/desk/funders/{funder_id}/change")
async def particulars(request: Request, _visitor: KeepsFunders, session: PageReading, funder_id: UUID) -> Response:
    """Its particulars, to mend them."""
    found = await funders.funder(session, funder_id)
    known = found.known
    begins = {
        name: getattr(known, name) or ""
        for name in ("name", "siren", "street", "postcode", "commune", "contact", "agreement")
    }
    agreed_on = known.agreed_on.isoformat() if known.agreed_on else ""
    return page(request, "desk/funder_form.html", form=numbered(request, **begins, agreed_on=agreed_on), one=found)


@router.post("/{slug:slug}/desk/funders/{funder_id}/change")
async def change(request: Request, place: CurrentPlace, visitor: KeepsFunders, form: Sent, funder_id: UUID) -> Response:
    """Mend them. What it gave stays, and so do accounts that were handed over."""
    asked = _particulars(form)

    async def work(session: AsyncSession) -> UUID:
        return (await funders.change_funder(session, funder_id, asked)).id

    if await _attempt(request, place, visitor, form, work) is not None:
        return see_other(f"/{place.slug}/desk/funders/{funder_id}", said="saved")
    async with place.town.sessions.begin() as session:
        found = await funders.funder(session, funder_id)
    return page(request, "desk/funder_form.html", status=422, form=form, one=found)


@router.get("/{slug:slug}/desk/funders/{funder_id}/accounts/{year}")
async def account(request: Request, place: CurrentPlace, _visitor: SeesBooks, funder_id: UUID, year: Year) -> Response:
    """The account of a year: what was granted, spent where, expired and given back."""
    found, language = await _account(place, funder_id, year), language_for(request)
    return page(
        request, "desk/funder_account.html", account=found, one=found.funder, year=year,
        held=held_lines(found, language), became=became_lines(found, language),
        title_of=lambda title: title_of(title, language),
    )  # fmt: skip


@router.get("/{slug:slug}/desk/funders/{funder_id}/accounts/{year}/file")
async def account_file(
    request: Request, place: CurrentPlace, _visitor: SeesBooks, funder_id: UUID, year: Year,
    *, form: Annotated[Literal["pdf", "csv", "xlsx"], Query()] = "pdf",
) -> Response:  # fmt: skip
    """The same on paper, or as a table."""
    found, language = await _account(place, funder_id, year), language_for(request)
    if form == "pdf":
        content = await drawn(lambda out: draw_account(out, found, language))
    else:
        content = await account_bytes(found, form, language)
    return download(content, file_name(found, form, language), KINDS[form])


async def _attempt(
    request: Request, place: Place, visitor: Visitor, form: Form, work: Work, *, beside: str = ""
) -> UUID | None:
    """Do it once if the form is sound; what is refused is said beside its field."""
    if not form.valid:
        return None
    try:
        return await do_once(request, place, visitor, form, work)
    except SirenInvalid as refusal:
        form.refuse(refusal, "siren")
    except Refusal as refusal:
        form.refuse(refusal, beside)
    return None


def _particulars(form: Form) -> NewFunder:
    """Who funds, as the form says it."""
    return NewFunder(
        form.text("name", most=LONGEST), form.text("siren", required=False, most=30) or None,
        form.text("street", required=False), form.text("postcode", required=False, most=12),
        form.text("commune", required=False, most=80), form.text("contact", required=False),
        form.text("agreement", required=False, most=LONGEST), form.day("agreed_on", required=False),
    )  # fmt: skip


async def _account(place: Place, funder_id: UUID, year: int) -> Account:
    days = Period(date(year, 1, 1), date(year, 12, 31))
    async with snapshot_of(place.town.sessions) as session:
        return await accounting.account_of(session, funder_id, days, at=await clock.now(session))


async def _page(request: Request, session: AsyncSession, visitor: Visitor, funder_id: UUID, form: Form) -> Response:
    found = await funders.funder(session, funder_id)
    at = await clock.now(session)
    whole = await balances.balance(session, funder_id)
    moved = await balances.history(session, funder_id, after=max(whole.transfers - MOVEMENTS, 0), limit=MOVEMENTS)
    kept = await _kept(session, funder_id, at)
    return page(
        request, "desk/funder.html", status=200 if form.valid else 422, form=form, one=found, kept=kept,
        free=max(found.left - kept, Money(0)), budgets=await budgets.budgets_of(session, funder_id),
        rules=await ruling.rules_of(session, funder_id), today=day_of(at), stages=RULE_STAGES, moved=moved[::-1],
        uses={one.id: one.current.name for one in await usage.rules(session)},
        years=accounting.years_of(found, at=at), keeps=visitor.may(P.BUYERS_WRITE),
        told=lambda kind: event(kind, form.language),
    )  # fmt: skip


async def _kept(session: AsyncSession, funder_id: UUID, at: datetime) -> Money:
    kept = await funds.reserves_of(session, funder_id, at=at)
    return total([one.amount for one in kept.values()])
