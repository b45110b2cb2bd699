"""First step, by names: a list typed, pasted or imported; every line that cannot stand is mended in place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor, VisitorOf
from api.installation import in_transaction
from api.pages import forms
from api.pages.forms import Form, blank
from api.pages.orders.access import change_draft, order_for
from api.pages.orders.steps import step
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from ledger.errors import Refusal
from ledger.money import Money
from merchants.programme import Terms
from vouchers.orders import drafting, queries
from vouchers.orders.drafting import Named
from vouchers.orders.errors import WrongOrderStatus
from vouchers.orders.lists import beneficiary_file, list_words, templates_file
from vouchers.orders.lists.beneficiary_checking import AT_MOST, check_rows
from vouchers.orders.lists.beneficiary_columns import FIELDS
from vouchers.orders.lists.beneficiary_file import Typed
from vouchers.orders.lists.beneficiary_rows import BadRow, CheckedList, Row
from vouchers.orders.lists.list_errors import ListColumnsMissing, ListTooLong, ListUnreadable

router = APIRouter(include_in_schema=False)

SHOWN_TO_MEND: Final = 50
"""Lines to mend on one page; the others wait behind them."""

SHOWN: Final = 50
"""People on one page; nobody reads five thousand."""

KINDS: Final[Mapping[templates_file.Kind, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LARGEST_BODY: Final = 9_000_000
FIELDS_MOST: Final = 5_000


@dataclass(frozen=True, slots=True)
class ToMend:
    """A line as it was typed, with a sentence for each field that is wrong."""

    number: int
    line: int
    typed: Mapping[str, str]
    faults: Mapping[str, str]
    twin: bool


@router.get("/{slug:slug}/orders/{order_id}/people")
async def people(
    request: Request, place: CurrentPlace, visitor: VisitorOf, session: PageReading, order_id: UUID
) -> Response:
    """The people of an order, the lines to mend, and the ways to add more."""
    await order_for(session, visitor, order_id, P.ORDERS_WRITE)
    return await _page(request, place, order_id, blank(request))


@router.post("/{slug:slug}/orders/{order_id}/people", max_body_size=LARGEST_BODY)
async def keep(request: Request, place: CurrentPlace, visitor: VisitorOf, order_id: UUID) -> Response:
    """Add people, mend lines, take people out."""
    form = await forms.read(request, most_fields=FIELDS_MOST)
    async with place.town.sessions() as session:
        await order_for(session, visitor, order_id, P.ORDERS_WRITE)
    do, _, which = form.shown("do").partition(":")
    try:
        match do:
            case "file" | "paste" | "add":
                await _bring(place, visitor, form, order_id, do)
            case "mend":
                await _mend(place, visitor, form, order_id)
            case "remove":
                await _remove(place, visitor, order_id, which)
            case "empty":
                await change_draft(place, visitor, order_id, named=())
                await _keep(place, visitor, order_id, [])
            case _:
                return see_other(f"/{place.slug}/orders/{order_id}/giving")
    except WrongOrderStatus:
        return see_other(f"/{place.slug}/orders/{order_id}")
    except Refusal as refusal:
        beside = "file" if do == "file" else "pasted" if do == "paste" else forms.GENERAL
        form.refuse(refusal, dict.fromkeys((ListUnreadable, ListColumnsMissing, ListTooLong), beside))
    finally:
        await request.close()
    if form.valid:
        return see_other(f"/{place.slug}/orders/{order_id}/people", said=None if do == "mend" else "list-taken")
    return await _page(request, place, order_id, form)


@router.get("/{slug:slug}/orders/{order_id}/template.{kind}")
async def template(
    request: Request, visitor: VisitorOf, session: PageReading, order_id: UUID, kind: templates_file.Kind
) -> Response:
    """A list to fill in, with two lines as examples."""
    await order_for(session, visitor, order_id)
    language = blank(request).language
    make = templates_file.template_csv if kind == "csv" else templates_file.template_xlsx
    name = templates_file.template_name(language, kind)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(await asyncio.to_thread(make, language), media_type=KINDS[kind], headers=headers)


async def _bring(place: Place, visitor: Visitor, form: Form, order_id: UUID, how: str) -> None:
    """Read a list, keep those who are fit, and the lines to mend beside them."""
    terms = place.terms
    face = form.money("face", required=False)
    if how == "file":
        file = form.file("file")
        content = await file.read() if file else b""
        if not form.valid:
            return
        rows = (await asyncio.to_thread(beneficiary_file.read_file, content)).rows
    elif how == "paste":
        text = form.text("pasted", most=forms.LARGEST_FIELD)
        if not form.valid:
            return
        rows = (await asyncio.to_thread(beneficiary_file.read_pasted, text)).rows
    else:
        rows = beneficiary_file.from_fields([{name: form.shown(f"new-{name}") for name in FIELDS}])
        if not rows:
            form.say("new-name", forms.MISSING)
    if form.valid and terms is not None:
        await _take(place, visitor, order_id, rows, face)


async def _take(place: Place, visitor: Visitor, order_id: UUID, rows: Sequence[Typed], face: Money | None) -> None:
    async with place.town.sessions() as session:
        known = await queries.beneficiaries_of(session, order_id)
        waiting = await drafting.unmended(session, order_id)
        asked = await drafting.asked(session, order_id)
    checked = await asyncio.to_thread(_judged, rows, place.terms, known, face)
    named = (*asked.named, *(_named(row) for row in checked.good))
    if checked.good:
        await change_draft(place, visitor, order_id, named=named)
    await _keep(place, visitor, order_id, [*waiting, *(_kept(bad, face) for bad in checked.bad)])


async def _mend(place: Place, visitor: Visitor, form: Form, order_id: UUID) -> None:
    """Judge the lines that were shown again; those behind them keep waiting."""
    async with place.town.sessions() as session:
        waiting = await drafting.unmended(session, order_id)
    shown = min(SHOWN_TO_MEND, len(waiting), len(form.many("line")))
    lines = [
        {"line": form.many("line")[number], "confirmed": form.shown(f"confirmed-{number}")}
        | {name: form.shown(f"{name}-{number}") for name in FIELDS}
        for number in range(shown)
        if not form.ticked(f"drop-{number}")
    ]
    await _keep(place, visitor, order_id, waiting[shown:])
    await _take(place, visitor, order_id, beneficiary_file.from_fields(lines), None)


async def _remove(place: Place, visitor: Visitor, order_id: UUID, which: str) -> None:
    async with place.town.sessions() as session:
        asked = await drafting.asked(session, order_id)
    if which.isdecimal() and 1 <= int(which) <= len(asked.named):
        at = int(which) - 1
        await change_draft(place, visitor, order_id, named=asked.named[:at] + asked.named[at + 1 :])


async def _keep(place: Place, visitor: Visitor, order_id: UUID, lines: Sequence[Mapping[str, Any]]) -> None:
    async def work(session: AsyncSession) -> None:
        await order_for(session, visitor, order_id, P.ORDERS_WRITE)
        await drafting.keep_unmended(session, order_id, lines)

    await in_transaction(place.town.sessions, work)


def _judged(
    rows: Sequence[Typed], terms: Terms | None, known: Sequence[queries.BeneficiaryView], face: Money | None = None
) -> CheckedList:
    least, most = (terms.least_face, terms.most_face) if terms else (1, 1)
    return check_rows(
        rows, face_value=face, least=Money(least), most=Money(most), at_most=max(AT_MOST, len(known)), known=known
    )


def _named(row: Row) -> Named:
    return Named(row.name, row.amount, row.email, row.staff_number)


def _kept(bad: BadRow, face: Money | None) -> dict[str, Any]:
    """A line as it is kept until it is mended: as typed, with the amount that was meant for all who name none."""
    typed: dict[str, str] = {str(name): value for name, value in bad.typed.items()}
    if face is not None and not typed.get("amount"):
        typed["amount"] = f"{face.cents // 100},{face.cents % 100:02d}"
    return {"line": bad.line, "typed": typed}


def _to_mend(waiting: Sequence[Mapping[str, Any]], checked: CheckedList, form: Form) -> list[ToMend]:
    """Lines with what is wrong with each field, in the person's language."""
    bad = {one.line: one for one in checked.bad}
    shown: list[ToMend] = []
    for number, kept in enumerate(waiting[:SHOWN_TO_MEND]):
        one = bad.get(kept["line"])
        faults: dict[str, str] = {}
        for fault in one.faults if one else ():
            said = list_words.sentence(
                fault.code, form.language, value=fault.value, expected=fault.expected, other_line=fault.other_line
            )
            faults.setdefault(str(fault.field), said)
        twin = one is not None and one.may_be_confirmed
        shown.append(ToMend(number, kept["line"], kept["typed"], faults, twin))
    return shown


async def _page(request: Request, place: Place, order_id: UUID, form: Form) -> Response:
    async with place.town.sessions() as session:
        order = await queries.order(session, order_id)
        known = await queries.beneficiaries_of(session, order_id)
        waiting = await drafting.unmended(session, order_id)
        price = await drafting.price_of(session, order_id, at=await clock.now(session))
    if order.status != "draft":
        return see_other(f"/{place.slug}/orders/{order_id}")
    rows = beneficiary_file.from_fields([{**one["typed"], "line": str(one["line"])} for one in waiting])
    checked = await asyncio.to_thread(_judged, rows, place.terms, known)
    return page(
        request, "orders/people.html", status=200 if form.valid else 422, form=form, order=order, people=known[:SHOWN],
        count=len(known), shown=SHOWN, waiting=len(waiting), mend=_to_mend(waiting, checked, form), price=price,
        steps=step(place, order, 1), terms=place.terms, at_most=AT_MOST,
    )  # fmt: skip
