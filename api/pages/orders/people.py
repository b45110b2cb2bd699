"""First step, by names: a list typed, pasted or imported; every line that cannot stand is mended in place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
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
from merchants.shops.spelling import folded
from vouchers.orders import drafting, queries
from vouchers.orders.drafting import Named
from vouchers.orders.errors import OrderChanged, WrongOrderStatus
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
"""People on one page; of five thousand, somebody is found by name."""

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


@dataclass(frozen=True, slots=True)
class Part:
    """People on one page: of everybody, or of those who were searched for; the addresses of the pages beside it."""

    rows: Sequence[queries.BeneficiaryView]
    first: int
    of: int
    before: str | None
    after: str | None


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
    onwards = _asked_of(request) if do == "remove" else {}
    try:
        match do:
            case "file" | "paste" | "add":
                onwards = _to_see(await _bring(place, visitor, form, order_id, do))
            case "mend":
                onwards = _to_see(await _mend(place, visitor, form, order_id))
            case "remove":
                await _remove(place, visitor, order_id, which, seen=form.shown("version"))
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
        said = None if do in {"mend", "remove"} else "list-taken"
        return see_other(f"/{place.slug}/orders/{order_id}/people", said=said, **onwards)
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


async def _bring(place: Place, visitor: Visitor, form: Form, order_id: UUID, how: str) -> int:
    """Read a list, keep those who are fit, and the lines to mend beside them.

    :returns: how many people the order has now
    """
    terms = place.terms
    face = form.money("face", required=False)
    if how == "file":
        file = form.file("file")
        content = await file.read() if file else b""
        if not form.valid:
            return 0
        rows = (await asyncio.to_thread(beneficiary_file.read_file, content)).rows
    elif how == "paste":
        text = form.text("pasted", most=forms.LARGEST_FIELD)
        if not form.valid:
            return 0
        rows = (await asyncio.to_thread(beneficiary_file.read_pasted, text)).rows
    else:
        rows = beneficiary_file.from_fields([{name: form.shown(f"new-{name}") for name in FIELDS}])
        if not rows:
            form.say("new-name", forms.MISSING)
    if form.valid and terms is not None:
        return await _take(place, visitor, order_id, rows, face)
    return 0


async def _take(place: Place, visitor: Visitor, order_id: UUID, rows: Sequence[Typed], face: Money | None) -> int:
    async with place.town.sessions() as session:
        known = await queries.beneficiaries_of(session, order_id)
        waiting = await drafting.unmended(session, order_id)
        asked = await drafting.asked(session, order_id)
    checked = await asyncio.to_thread(_judged, rows, place.terms, known, face)
    named = (*asked.named, *(_named(row) for row in checked.good))
    if checked.good:
        await change_draft(place, visitor, order_id, named=named)
    await _keep(place, visitor, order_id, [*waiting, *(_kept(bad, face) for bad in checked.bad)])
    return len(named)


async def _mend(place: Place, visitor: Visitor, form: Form, order_id: UUID) -> int:
    """Judge the lines that were shown again; those behind them keep waiting.

    :returns: how many people the order has now
    """
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
    return await _take(place, visitor, order_id, beneficiary_file.from_fields(lines), None)


async def _remove(place: Place, visitor: Visitor, order_id: UUID, which: str, *, seen: str) -> None:
    """Take somebody out by their place in the list, which is that of the version that was shown.

    :raises OrderChanged: if the list is another by now
    """
    async with place.town.sessions() as session:
        asked = await drafting.asked(session, order_id)
        version = (await queries.order(session, order_id)).version
    if seen != str(version):
        raise OrderChanged(version=version)
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


def _asked_of(request: Request) -> dict[str, str]:
    """Whom and from where on the address asks to see."""
    return {name: value[:80] for name in ("q", "from") if (value := request.query_params.get(name))}


def _to_see(count: int) -> dict[str, str]:
    """What leads to the page of those who were added last."""
    return {"from": str(count)} if count > SHOWN else {}


def _part(known: Sequence[queries.BeneficiaryView], asked: Mapping[str, str]) -> Part:
    """The page that is asked for; the last one for whoever asks beyond it."""
    sought, start = folded(asked.get("q", "").strip()), asked.get("from", "")
    found = [one for one in known if sought in folded(f"{one.name} {one.email or ''} {one.staff_number or ''}")]
    wanted = int(start) if start.isdecimal() else 1
    first = max(0, min(wanted, len(found)) - 1) // SHOWN * SHOWN

    def at(index: int) -> str | None:
        kept = {"q": asked["q"]} if "q" in asked else {}
        return "?" + urlencode({**kept, "from": str(index + 1)}) if 0 <= index < len(found) else None

    return Part(found[first : first + SHOWN], first + 1, len(found), at(first - SHOWN), at(first + SHOWN))


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
    asked = _asked_of(request)
    return page(
        request, "orders/people.html", status=200 if form.valid else 422, form=form, order=order,
        part=_part(known, asked), q=asked.get("q", ""), count=len(known), shown=SHOWN, waiting=len(waiting),
        mend=_to_mend(waiting, checked, form), price=price,
        steps=step(place, order, 1), terms=place.terms, at_most=AT_MOST,
    )  # fmt: skip
