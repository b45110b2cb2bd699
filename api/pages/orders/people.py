"""First step, by names: a list typed, pasted or imported; every line that cannot stand is mended in place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import PageReading, Visitor, VisitorOf
from api.pages import forms
from api.pages.catalogues import marked
from api.pages.forms import Form, blank
from api.pages.orders import mending
from api.pages.orders.access import order_for
from api.pages.orders.steps import step
from api.pages.place import CurrentPlace, Place
from api.pages.rendering import page, see_other
from ledger.errors import Refusal
from merchants.shops.spelling import folded
from vouchers.orders import drafting, queries
from vouchers.orders.errors import WrongOrderStatus
from vouchers.orders.lists import beneficiary_file, templates_file
from vouchers.orders.lists.beneficiary_checking import AT_MOST
from vouchers.orders.lists.beneficiary_columns import FIELDS
from vouchers.orders.lists.list_errors import ListColumnsMissing, ListTooLong, ListUnreadable

router = APIRouter(include_in_schema=False)

SHOWN: Final = 50
"""People on one page; of five thousand, somebody is found by name."""

KINDS: Final[Mapping[templates_file.Kind, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LARGEST_BODY: Final = 9_000_000
FIELDS_MOST: Final = 5_000


NO_LINE: Final = marked("There is no line below the titles: nothing was taken over.")


@dataclass(frozen=True, slots=True)
class Brought:
    """How many people the order has once a list was brought, and whether columns of it were left aside."""

    people: int = 0
    in_part: bool = False


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
    async with place.town.sessions.begin() as session:
        await order_for(session, visitor, order_id, P.ORDERS_WRITE)
    do, _, which = form.shown("do").partition(":")
    said = None if do in {"mend", "remove"} else "list-taken"
    onwards = _asked_of(request) if do == "remove" else {}
    try:
        match do:
            case "file" | "paste" | "add":
                brought = await _bring(place, visitor, form, order_id, do)
                onwards, said = _to_see(brought.people), "list-taken-in-part" if brought.in_part else said
            case "mend":
                onwards = _to_see(await mending.mend(place, visitor, order_id, form))
            case "remove":
                await mending.take_out(place, visitor, order_id, which, seen=form.shown("version"))
            case "empty":
                await mending.empty(place, visitor, order_id)
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


async def _bring(place: Place, visitor: Visitor, form: Form, order_id: UUID, how: str) -> Brought:
    """Read a list, keep those who are fit, and the lines to mend beside them."""
    in_part = False
    face = form.money("face", required=False)
    if how == "file":
        file = form.file("file")
        content = await file.read() if file else b""
        if not form.valid:
            return Brought()
        read = await asyncio.to_thread(beneficiary_file.read_file, content)
        rows, in_part = read.rows, bool(read.ignored)
        if not rows:
            form.say("file", NO_LINE)
    elif how == "paste":
        text = form.text("pasted", most=forms.LARGEST_FIELD)
        if not form.valid:
            return Brought()
        read = await asyncio.to_thread(beneficiary_file.read_pasted, text)
        rows, in_part = read.rows, bool(read.ignored)
        if not rows:
            form.say("pasted", NO_LINE)
    else:
        rows = beneficiary_file.from_fields([{name: form.shown(f"new-{name}") for name in FIELDS}])
        if not rows:
            form.say("new-name", forms.MISSING)
    if form.valid and place.terms is not None:
        return Brought(await mending.bring(place, visitor, order_id, rows, face), in_part=in_part)
    return Brought()


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
    async with place.town.sessions.begin() as session:
        order = await queries.order(session, order_id)
        known = await queries.beneficiaries_of(session, order_id)
        waiting = await drafting.unmended(session, order_id)
        price = await drafting.price_of(session, order_id, at=await clock.now(session))
    if order.status != "draft":
        return see_other(f"/{place.slug}/orders/{order_id}")
    mend = await asyncio.to_thread(mending.to_mend, waiting, place.terms, known, form.language)
    asked = _asked_of(request)
    return page(
        request, "orders/people.html", status=200 if form.valid else 422, form=form, order=order,
        part=_part(known, asked), q=asked.get("q", ""), count=len(known), shown=SHOWN, waiting=len(waiting),
        mend=mend, price=price,
        steps=step(place, order, 1), terms=place.terms, at_most=AT_MOST,
    )  # fmt: skip
