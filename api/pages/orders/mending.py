"""Lines of lists: those that can stand become people of the order, the others wait beside them to be mended.

Each is one transaction under the order's lock, so that of two tabs neither undoes what the other did. A line that
waits is named by what it says: a page that is older than the list mends only what is still there.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Permission as P
from api.auth.visitors import Visitor
from api.installation import in_transaction
from api.pages.forms import Form
from api.pages.orders.access import order_for
from api.pages.place import Place
from ledger.formats import Language
from ledger.money import Money
from merchants.programme import Terms
from vouchers.orders import drafting, queries
from vouchers.orders.drafting import Named
from vouchers.orders.errors import OrderChanged
from vouchers.orders.lists import beneficiary_file, list_words
from vouchers.orders.lists.beneficiary_checking import AT_MOST, check_rows
from vouchers.orders.lists.beneficiary_columns import FIELDS
from vouchers.orders.lists.beneficiary_file import Typed
from vouchers.orders.lists.beneficiary_rows import BadRow, CheckedList, Row
from vouchers.orders.lists.list_errors import ListTooLong
from vouchers.orders.locking import locked

SHOWN_TO_MEND: Final = 50
"""Lines to mend on one page; the others wait behind them."""

_Waiting = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToMend:
    """A line as it was typed, with a sentence for each field that is wrong; ``key`` names it."""

    number: int
    key: str
    line: int
    typed: Mapping[str, str]
    faults: Mapping[str, str]
    twin: bool


async def bring(place: Place, visitor: Visitor, order_id: UUID, rows: Sequence[Typed], face: Money | None) -> int:
    """Add a list, read from a file, a text or a form.

    :param face: the amount of lines that name none
    :returns: how many people the order has now
    :raises ListTooLong, OrderUnknown, WrongOrderStatus:
    """

    async def work(session: AsyncSession) -> int:
        await _hold(session, visitor, order_id)
        waiting = await drafting.unmended(session, order_id)
        return await _take(session, place, visitor, order_id, rows, waiting, face)

    return await in_transaction(place.town.sessions, work)


async def mend(place: Place, visitor: Visitor, order_id: UUID, form: Form) -> int:
    """Judge the lines that were shown again; all others keep waiting.

    :returns: how many people the order has now
    :raises OrderUnknown, WrongOrderStatus:
    """

    async def work(session: AsyncSession) -> int:
        await _hold(session, visitor, order_id)
        waiting = await drafting.unmended(session, order_id)
        left, lines = _sent_again(waiting, form)
        return await _take(session, place, visitor, order_id, beneficiary_file.from_fields(lines), left, None)

    return await in_transaction(place.town.sessions, work)


async def empty(place: Place, visitor: Visitor, order_id: UUID) -> None:
    """Take everybody out, and every line that waits.

    :raises OrderUnknown, WrongOrderStatus:
    """

    async def work(session: AsyncSession) -> None:
        await _hold(session, visitor, order_id)
        await _name(session, visitor, order_id, ())
        await drafting.keep_unmended(session, order_id, [])

    await in_transaction(place.town.sessions, work)


async def take_out(place: Place, visitor: Visitor, order_id: UUID, which: str, *, seen: str) -> None:
    """Take somebody out by their place in the list, which is that of the version ``seen``.

    :raises OrderChanged: if the list is another by now
    :raises OrderUnknown, WrongOrderStatus:
    """

    async def work(session: AsyncSession) -> None:
        version = (await _hold(session, visitor, order_id)).version
        if seen != str(version):
            raise OrderChanged(version=version)
        named = (await drafting.asked(session, order_id)).named
        if which.isdecimal() and 1 <= int(which) <= len(named):
            await _name(session, visitor, order_id, named[: int(which) - 1] + named[int(which) :])

    await in_transaction(place.town.sessions, work)


def to_mend(
    waiting: Sequence[_Waiting], terms: Terms | None, known: Sequence[queries.BeneficiaryView], language: Language
) -> list[ToMend]:
    """The first lines that wait, with what is wrong with each field, in the person's language."""
    rows = [_typed(kept) for kept in waiting]
    # A line is known again by its very cells: two lists may both have a line 3.
    bad = {id(one.typed): one for one in _judged(rows, terms, known, None, most=len(rows) + len(known)).bad}
    shown: list[ToMend] = []
    for number, (kept, row) in enumerate(zip(waiting[:SHOWN_TO_MEND], rows, strict=False)):
        one = bad.get(id(row.cells))
        faults: dict[str, str] = {}
        for fault in one.faults if one else ():
            said = list_words.sentence(
                fault.code, language, value=fault.value, expected=fault.expected, other_line=fault.other_line
            )
            faults.setdefault(str(fault.field), said)
        twin = one is not None and one.may_be_confirmed
        shown.append(ToMend(number, _key(kept), row.line, kept["typed"], faults, twin))
    return shown


async def _hold(session: AsyncSession, visitor: Visitor, order_id: UUID) -> queries.OrderView:
    await order_for(session, visitor, order_id, P.ORDERS_WRITE)
    return await locked(session, order_id, "draft")


async def _name(session: AsyncSession, visitor: Visitor, order_id: UUID, named: tuple[Named, ...]) -> None:
    """Put these people into an order that this transaction has locked."""
    asked = await drafting.asked(session, order_id)
    version, at = (await queries.order(session, order_id)).version, await clock.now(session)
    await drafting.change(session, order_id, replace(asked, named=named), version=version, actor=visitor.actor, at=at)


async def _take(
    session: AsyncSession, place: Place, visitor: Visitor, order_id: UUID, rows: Sequence[Typed],
    waiting: Sequence[_Waiting], face: Money | None,
) -> int:  # fmt: skip
    known = await queries.beneficiaries_of(session, order_id)
    most = max(AT_MOST, len(known))
    if rows and (lines := len(rows) + len(waiting) + len(known)) > most:
        raise ListTooLong(lines=lines, at_most=AT_MOST)
    checked = await asyncio.to_thread(_judged, rows, place.terms, known, face, most=most)
    named = (*(await drafting.asked(session, order_id)).named, *map(_named, checked.good))
    if checked.good:
        await _name(session, visitor, order_id, named)
    by_cells = {id(row.cells): row for row in rows}
    bad = [_kept(one, by_cells[id(one.typed)], face) for one in checked.bad]
    await drafting.keep_unmended(session, order_id, [*waiting, *bad])
    return len(named)


def _sent_again(waiting: Sequence[_Waiting], form: Form) -> tuple[list[_Waiting], list[dict[str, str]]]:
    """The lines that keep waiting, and those that were sent mended, without the ones to leave out."""
    left: list[_Waiting] = list(waiting)
    lines: list[dict[str, str]] = []
    keys = [_key(kept) for kept in left]
    for number, key in enumerate(form.many("line")[:SHOWN_TO_MEND]):
        if key not in keys:
            continue  # mended meanwhile, in another tab
        at = keys.index(key)
        keys.pop(at)
        kept = left.pop(at)
        if not form.ticked(f"drop-{number}"):
            typed = {str(name): form.shown(f"{name}-{number}") for name in FIELDS}
            lines.append({"line": str(kept["line"]), "confirmed": form.shown(f"confirmed-{number}"), **typed})
    return left, lines


def _judged(
    rows: Sequence[Typed], terms: Terms | None, known: Sequence[queries.BeneficiaryView], face: Money | None, *,
    most: int,
) -> CheckedList:  # fmt: skip
    least_face, most_face = (terms.least_face, terms.most_face) if terms else (1, 1)
    return check_rows(rows, face_value=face, least=Money(least_face), most=Money(most_face), at_most=most, known=known)


def _named(row: Row) -> Named:
    return Named(row.name, row.amount, row.email, row.staff_number)


def _kept(bad: BadRow, row: Typed, face: Money | None) -> dict[str, Any]:
    """A line as it is kept until it is mended: as typed, with the amount that was meant for all who name none."""
    typed = {str(name): _storable(value) for name, value in bad.typed.items()}
    if face is not None and not typed.get("amount") and "amount" not in row.merged:
        typed["amount"] = f"{face.cents // 100},{face.cents % 100:02d}"
    kept: dict[str, Any] = {"line": bad.line, "typed": typed}
    if row.overfull:
        kept["overfull"] = True
    if row.merged:
        kept["merged"] = sorted(row.merged)
    return kept


def _storable(text: str) -> str:
    """PostgreSQL keeps neither NUL nor half a surrogate pair."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def _typed(kept: _Waiting) -> Typed:
    return Typed(
        kept["line"], kept["typed"], overfull=kept.get("overfull", False), merged=frozenset(kept.get("merged", ()))
    )


def _key(kept: _Waiting) -> str:
    """What names a line that waits: the same for lines that say the same."""
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]
